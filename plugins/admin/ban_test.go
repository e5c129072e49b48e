package admin_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/authtest"
	"github.com/gorm-auth/authplugin/internal/redistest"
	"github.com/gorm-auth/authplugin/memorystore"
	"github.com/gorm-auth/authplugin/plugins/admin"
	"github.com/gorm-auth/authplugin/redisstore"
)

// storages are the places where sessions can be.
func storages() map[string]func(t *testing.T, cfg *authplugin.Config) {
	redis := func(t *testing.T) authplugin.SecondaryStorage {
		t.Helper()
		return redisstore.New(redistest.Client(t), redisstore.Prefix(redistest.Prefix(t)))
	}
	return map[string]func(t *testing.T, cfg *authplugin.Config){
		"database": func(*testing.T, *authplugin.Config) {},
		"memory and database": func(_ *testing.T, cfg *authplugin.Config) {
			cfg.SecondaryStorage = memorystore.New()
		},
		"memory": func(_ *testing.T, cfg *authplugin.Config) {
			cfg.SecondaryStorage, cfg.Session.Storage = memorystore.New(), authplugin.StorageOnly
		},
		"redis and database": func(t *testing.T, cfg *authplugin.Config) {
			t.Helper()
			cfg.SecondaryStorage = redis(t)
		},
		"redis": func(t *testing.T, cfg *authplugin.Config) {
			t.Helper()
			cfg.SecondaryStorage, cfg.Session.Storage = redis(t), authplugin.StorageOnly
		},
	}
}

// eachStorage runs a test on every database with every storage.
func eachStorage(t *testing.T, test func(t *testing.T, d authtest.Database, with func(cfg *authplugin.Config))) {
	t.Helper()
	for name, with := range storages() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			authtest.Each(t, func(t *testing.T, d authtest.Database) {
				test(t, d, func(cfg *authplugin.Config) { with(t, cfg) })
			})
		})
	}
}

// A ban ends the sessions of the user, copies included, by whatever write; there are no
// new ones until it is lifted or has expired.
func TestBan(t *testing.T) {
	t.Parallel()
	eachStorage(t, func(t *testing.T, d authtest.Database, with func(cfg *authplugin.Config)) {
		ctx, now := t.Context(), time.Now()
		cfg := config(admin.Options{BannedMessage: "go away"})
		cfg.Clock = func() time.Time { return now }
		with(&cfg)
		db, auth := d.Use(t, cfg)
		root, bob := signIn(t, auth, signUp(t, auth, "root", "admin").ID), signUp(t, auth, "bob", "")
		unchecked := admin.Of(auth).Unchecked()
		for name, ban := range map[string]func() error{
			"operation": func() error {
				_, err := root.Ban(ctx, bob.ID, admin.BanOptions{Reason: "spam"})
				return err
			},
			"unchecked": func() error { return second(unchecked.Ban(ctx, bob.ID, admin.BanOptions{})) },
			"update": func() error {
				return second(auth.Users().Update(ctx, bob.ID, authplugin.Values{"banned": true}))
			},
			"plain GORM": func() error { return db.Model(&authplugin.User{ID: bob.ID}).Update("banned", true).Error },
			"many": func() error {
				return db.Model(&authplugin.User{}).Where("name = ?", "bob").Update("banned", true).Error
			},
			"expression": func() error {
				return db.Model(&authplugin.User{ID: bob.ID}).Update("banned", gorm.Expr("1 = 1")).Error
			},
		} {
			if name == "expression" && d.Name == "sqlserver" {
				continue // which has no boolean expressions
			}
			session := signIn(t, auth, bob.ID).session
			if err := ban(); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if _, err := auth.Sessions().Find(ctx, session.Token); !errors.Is(err, authplugin.ErrNotFound) {
				t.Errorf("%s: the session goes on: %v", name, err)
			}
			if list, err := auth.Sessions().List(ctx, bob.ID); err != nil || len(list) != 0 {
				t.Errorf("%s: %d sessions, %v", name, len(list), err)
			}
			_, err := auth.Sessions().Create(ctx, bob.ID, authplugin.SessionOptions{})
			var refusal *authplugin.APIError
			if !errors.As(err, &refusal) || refusal.Code != "BANNED_USER" || refusal.Status != 403 || refusal.Message != "go away" {
				t.Errorf("%s: a new session: %v", name, err)
			}
			lifted, err := root.Unban(ctx, bob.ID)
			must(t, err)
			if lifted.Additional.Bool("banned") || !lifted.Additional.IsNull("banReason") || !lifted.Additional.IsNull("banExpires") {
				t.Errorf("%s: lifted %v", name, lifted)
			}
		}
		if _, err := auth.Sessions().Find(ctx, root.session.Token); err != nil {
			t.Errorf("somebody else's session: %v", err)
		}

		banned, err := root.Ban(ctx, bob.ID, admin.BanOptions{ExpiresIn: time.Hour})
		must(t, err)
		if banned.Additional.String("banReason") != "No reason" || !admin.Of(auth).IsBanned(banned) {
			t.Errorf("banned %v", banned)
		}
		now = now.Add(time.Hour - time.Second)
		if _, err := auth.Sessions().Create(ctx, bob.ID, authplugin.SessionOptions{}); code(err) != "BANNED_USER" {
			t.Errorf("before the ban expires: %v", err)
		}
		now = now.Add(time.Second)
		if admin.Of(auth).IsBanned(banned) {
			t.Error("an expired ban counts")
		}
		bobs := signIn(t, auth, bob.ID)
		if bobs.user.Additional.Bool("banned") || !bobs.user.Additional.IsNull("banReason") || !bobs.user.Additional.IsNull("banExpires") {
			t.Errorf("an expired ban was not lifted: %v", bobs.user)
		}
	})
}

// What a transaction takes back, a ban in it has not done.
func TestBanRolledBack(t *testing.T) {
	t.Parallel()
	eachStorage(t, func(t *testing.T, d authtest.Database, with func(cfg *authplugin.Config)) {
		ctx := t.Context()
		cfg := config(admin.Options{})
		with(&cfg)
		_, auth := d.Use(t, cfg)
		bob := signUp(t, auth, "bob", "")
		session := signIn(t, auth, bob.ID).session
		changedMyMind := errors.New("changed my mind")
		err := auth.Transaction(ctx, func(tx *authplugin.Auth) error {
			_, err := admin.Of(tx).Unchecked().Ban(ctx, bob.ID, admin.BanOptions{})
			must(t, err)
			return changedMyMind
		})
		if !errors.Is(err, changedMyMind) {
			t.Fatal(err)
		}
		if _, err := auth.Sessions().Find(ctx, session.Token); err != nil {
			t.Errorf("the session is gone: %v", err)
		}
	})
}

// 64 sign in while the user is banned. Once the ban has returned, none of their
// sessions is valid, and none becomes so.
func TestBanRace(t *testing.T) {
	t.Parallel()
	eachStorage(t, func(t *testing.T, d authtest.Database, with func(cfg *authplugin.Config)) {
		ctx := t.Context()
		cfg := config(admin.Options{})
		with(&cfg)
		db, auth := d.Use(t, cfg)
		for round, ban := range []func(id authplugin.ID) error{
			func(id authplugin.ID) error {
				return second(admin.Of(auth).Unchecked().Ban(ctx, id, admin.BanOptions{}))
			},
			func(id authplugin.ID) error {
				return db.WithContext(ctx).Model(&authplugin.User{ID: id}).Update("banned", true).Error
			},
		} {
			bob := signUp(t, auth, []string{"bob", "bobby"}[round], "")
			const callers = 64
			var group sync.WaitGroup
			tokens, errs := make([]string, callers), make([]error, callers)
			begun := make(chan struct{}, callers)
			for i := range callers {
				group.Go(func() {
					begun <- struct{}{}
					create := func(a *authplugin.Auth) error {
						session, err := a.Sessions().Create(ctx, bob.ID, authplugin.SessionOptions{})
						if err == nil {
							tokens[i] = session.Token
						}
						return err
					}
					if i%4 == 0 { // in a transaction of the caller's, too
						errs[i] = auth.Transaction(ctx, create)
						return
					}
					errs[i] = create(auth)
				})
			}
			for range callers / 4 {
				<-begun
			}
			err := ban(bob.ID)
			for errors.Is(err, authplugin.ErrConflict) { // plain GORM is not run again
				err = ban(bob.ID)
			}
			must(t, err)
			if list, err := auth.Sessions().List(ctx, bob.ID); err != nil || len(list) != 0 {
				t.Errorf("round %d: %d sessions right after the ban, %v", round, len(list), err)
			}
			group.Wait()
			created := 0
			for i, err := range errs {
				switch {
				case err == nil:
					created++
				case code(err) != "BANNED_USER" && !errors.Is(err, authplugin.ErrConflict):
					t.Errorf("round %d: caller %d: %v", round, i, err)
				}
				if tokens[i] == "" {
					continue
				}
				if _, err := auth.Sessions().Find(ctx, tokens[i]); !errors.Is(err, authplugin.ErrNotFound) {
					t.Errorf("round %d: session %d is valid: %v", round, i, err)
				}
			}
			if list, err := auth.Sessions().List(ctx, bob.ID); err != nil || len(list) != 0 {
				t.Errorf("round %d: %d sessions in the end, %v", round, len(list), err)
			}
			t.Logf("round %d: %d of %d signed in before the ban", round, created, callers)
		}
	})
}
