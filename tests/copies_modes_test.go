package tests

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/databasestore"
	"github.com/gorm-auth/authplugin/internal/dbtest"
	"github.com/gorm-auth/authplugin/internal/redistest"
	"github.com/gorm-auth/authplugin/memorystore"
	"github.com/gorm-auth/authplugin/redisstore"
)

// plainStorage has the three methods only.
type plainStorage struct{ authplugin.SecondaryStorage }

// Contradictions are reported by db.Use, with what to set.
func TestStorageContradictions(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(cfg *authplugin.Config){
		"set SecondaryStorage":                 func(cfg *authplugin.Config) { cfg.Session.Storage = authplugin.StorageOnly },
		"Verification.Storage: is \"storage\"": func(cfg *authplugin.Config) { cfg.Verification.Storage = authplugin.StorageOnly },
		"set Session.Storage to DatabaseOnly":  func(cfg *authplugin.Config) { cfg.SecondaryStorage = plainStorage{memorystore.New()} },
		"is a nil *memorystore.Store":          func(cfg *authplugin.Config) { cfg.SecondaryStorage = (*memorystore.Store)(nil) },
		"New was given no client":              func(cfg *authplugin.Config) { cfg.SecondaryStorage = redisstore.New(nil) },
		"\"ram\" is not known":                 func(cfg *authplugin.Config) { cfg.Session.Storage = "ram" },
		"cannot keep rows": func(cfg *authplugin.Config) {
			cfg.SecondaryStorage = memorystore.New()
			cfg.Session.Storage = authplugin.StorageOnly
			cfg.Session.PreserveInDatabase = true
		},
		"use Random, UUID or an IDFunc": func(cfg *authplugin.Config) {
			cfg.SecondaryStorage = memorystore.New()
			cfg.Session.Storage = authplugin.StorageOnly
			cfg.Session.GenerateID = authplugin.Serial
		},
		"set Session.PreserveInDatabase": func(cfg *authplugin.Config) {
			cfg.Session.PreserveFor = time.Hour
			cfg.Session.PreserveInDatabase = false
		},
		"Session.CopyMaxAge: must not be": func(cfg *authplugin.Config) { cfg.Session.CopyMaxAge = -1 },
	} {
		cfg := authplugin.Config{}
		change(&cfg)
		if want == "set Session.PreserveInDatabase" {
			want = "set that too"
		}
		err := dbtest.Named(t, "sqlite").New(t).Open(t, nil).Use(authplugin.New(cfg))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
	cfg := authplugin.Config{SecondaryStorage: plainStorage{memorystore.New()}}
	cfg.Session.Storage, cfg.Verification.Storage = authplugin.DatabaseOnly, authplugin.DatabaseOnly
	must(t, dbtest.Named(t, "sqlite").New(t).Open(t, nil).Use(authplugin.New(cfg)))
}

// The mode may change from one start to the next: tables come back, and sessions go on
// where they can.
func TestStorageModeChanges(t *testing.T) {
	t.Parallel()
	withStorages(t, func(t *testing.T, e dbtest.Engine, storage authplugin.AtomicStorage) {
		d := e.New(t)
		ctx := t.Context()
		start := func(in authplugin.RecordStorage) (*gorm.DB, *authplugin.Auth) {
			cfg := withMigration(copiedConfig(storage))
			cfg.Session.Storage = in
			return use(t, d, cfg)
		}
		db, auth := start(authplugin.StorageOnly)
		user, err := auth.Users().Create(ctx, authplugin.User{Name: "Ada", Email: "ada@example.com"})
		must(t, err)
		stored, err := auth.Sessions().Create(ctx, user.ID, authplugin.SessionOptions{})
		must(t, err)
		other, err := auth.Sessions().Create(ctx, user.ID, authplugin.SessionOptions{})
		must(t, err)
		closeDB(t, db)

		db, auth = start(authplugin.StorageAndDatabase)
		if !db.Migrator().HasTable("sessions") {
			t.Fatal("the table of sessions has not come back")
		}
		if _, err := auth.Sessions().Find(ctx, stored.Token); err != nil {
			t.Errorf("a stored session does not go on: %v", err)
		}
		must(t, auth.Sessions().Revoke(ctx, stored.Token))
		if _, err := auth.Users().Update(ctx, user.ID, authplugin.Values{"name": "Bea"}); err != nil {
			t.Fatal(err)
		}
		if _, err := auth.Sessions().Find(ctx, stored.Token); !errors.Is(err, authplugin.ErrNotFound) {
			t.Errorf("a stored session that was revoked: %v", err)
		}
		if _, err := auth.Sessions().RevokeAll(ctx, user.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := auth.Sessions().Find(ctx, other.Token); !errors.Is(err, authplugin.ErrNotFound) {
			t.Errorf("a stored session after all were revoked: %v", err)
		}
		kept, err := auth.Sessions().Create(ctx, user.ID, authplugin.SessionOptions{})
		must(t, err)
		closeDB(t, db)

		db, auth = start(authplugin.DatabaseOnly)
		if _, err := auth.Sessions().Find(ctx, kept.Token); err != nil {
			t.Errorf("a session after a change to the database alone: %v", err)
		}
		closeDB(t, db)
		_, auth = start(authplugin.StorageAndDatabase)
		if found, err := auth.Sessions().Find(ctx, kept.Token); err != nil || found.User.Name != "Bea" {
			t.Errorf("a session after the change back: %v, %v", found, err)
		}
	})
}

// Revoked rows are kept where that is asked for: ended, not found, with their delete
// hooks run once.
func TestPreserveInDatabase(t *testing.T) {
	t.Parallel()
	withStorages(t, func(t *testing.T, e dbtest.Engine, storage authplugin.AtomicStorage) {
		now := noon
		deleted := 0
		cfg := withClock(copiedConfig(storage), &now)
		cfg.Session.PreserveInDatabase, cfg.Session.PreserveFor = true, 30*24*time.Hour
		cfg.Hooks.Session.AfterDelete = func(*authplugin.HookContext, *authplugin.Session) error { deleted++; return nil }
		db, auth := migrated(t, e, cfg)
		ctx, sessions := t.Context(), auth.Sessions()
		user, err := auth.Users().Create(ctx, authplugin.User{Name: "Ada", Email: "ada@example.com"})
		must(t, err)
		var tokens []string
		for range 4 {
			session, err := sessions.Create(ctx, user.ID, authplugin.SessionOptions{})
			must(t, err)
			tokens = append(tokens, session.Token)
		}
		now = now.Add(time.Minute)
		must(t, sessions.Revoke(ctx, tokens[0]))
		must(t, sessions.Revoke(ctx, tokens[0]))
		if n, err := sessions.RevokeOthers(ctx, user.ID, tokens[3]); err != nil || n != 2 {
			t.Errorf("revoked %d others, %v", n, err)
		}
		if deleted != 3 {
			t.Errorf("delete hooks ran %d times, want 3", deleted)
		}
		for i, token := range tokens {
			if _, err := sessions.Find(ctx, token); errors.Is(err, authplugin.ErrNotFound) != (i < 3) {
				t.Errorf("session %d: %v", i, err)
			}
		}
		var rows []authplugin.Session
		must(t, db.Where("user_id = ?", user.ID).Find(&rows).Error)
		ended := 0
		for _, row := range rows {
			if row.ExpiresAt.Equal(now.UTC().Truncate(time.Millisecond)) {
				ended++
			}
		}
		if len(rows) != 4 || ended != 3 {
			t.Errorf("%d rows, %d of them ended", len(rows), ended)
		}
		if n, err := sessions.DeleteExpired(ctx); err != nil || n != 0 {
			t.Errorf("deleted %d preserved rows, %v", n, err)
		}
		now = now.Add(31 * 24 * time.Hour)
		if n, err := sessions.DeleteExpired(ctx); err != nil || n != 3 {
			t.Errorf("deleted %d rows after their time, %v", n, err)
		}
		must(t, auth.Users().Delete(ctx, user.ID))
	})
}

// A storage in the application's own database takes part in its transactions: a pool of
// one connection does not wait for itself.
func TestSessionsInADatabaseStore(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		for _, in := range []authplugin.RecordStorage{authplugin.StorageAndDatabase, authplugin.StorageOnly} {
			db := e.New(t).Open(t, nil)
			pool, err := db.DB()
			must(t, err)
			if e.Dialect() == "sqlite" {
				pool.SetMaxOpenConns(1)
			}
			store := databasestore.New(db)
			must(t, store.Migrate(t.Context()))
			cfg := withMigration(copiedConfig(store))
			cfg.Session.Storage = in
			auth := authplugin.New(cfg)
			must(t, db.Use(auth))
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			user, err := auth.Users().Create(ctx, authplugin.User{Name: "Ada", Email: "ada@example.com"})
			must(t, err)
			session, err := auth.Sessions().Create(ctx, user.ID, authplugin.SessionOptions{})
			must(t, err)
			_, err = auth.Users().Update(ctx, user.ID, authplugin.Values{"name": "Bea"})
			must(t, err)
			if found, err := auth.Sessions().Find(ctx, session.Token); err != nil || found.User.Name != "Bea" {
				t.Errorf("%s: found %v, %v", in, found, err)
			}
			must(t, auth.Sessions().Revoke(ctx, session.Token))
			if _, err := auth.Sessions().Find(ctx, session.Token); !errors.Is(err, authplugin.ErrNotFound) {
				t.Errorf("%s: a revoked session: %v", in, err)
			}
		}
	})
}

// mortals are a Cluster and a Sentinel whose master can be killed.
func mortals() map[string]func(t *testing.T) (client redis.UniversalClient, kill func()) {
	return map[string]func(t *testing.T) (client redis.UniversalClient, kill func()){
		"cluster": func(t *testing.T) (redis.UniversalClient, func()) {
			t.Helper()
			c := redistest.StartCluster(t)
			options := recommended(5*time.Second, c.Addrs()...).Cluster()
			options.ClusterStateReloadInterval = time.Second
			client := redis.NewClusterClient(options)
			return client, func() { c.KillMasterOf(t, client, "better-auth:x") }
		},
		"sentinel": func(t *testing.T) (redis.UniversalClient, func()) {
			t.Helper()
			s := redistest.StartSentinel(t)
			options := recommended(5*time.Second, s.Addrs...)
			options.MasterName = s.Name
			return redis.NewUniversalClient(options), func() { s.KillMaster(t) }
		},
	}
}

// On a Cluster whose keys lie on several nodes, and by Sentinel, sessions are as right as
// on a single node, also while a master is killed: what may be lost with it is bounded by
// the age of copies.
func TestSessionsWhileAMasterDies(t *testing.T) {
	t.Parallel()
	const age = 3 * time.Second
	for name, setup := range mortals() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, kill := setup(t)
			t.Cleanup(func() { _ = client.Close() })
			cfg := copiedConfig(redisstore.New(client))
			cfg.Session.CopyMaxAge = age
			_, auth := migrated(t, dbtest.Named(t, "postgres"), cfg)
			ctx := t.Context()
			user, err := auth.Users().Create(ctx, authplugin.User{Name: "Ada", Email: "ada@example.com"})
			must(t, err)
			var tokens []string
			for range 30 {
				session, err := auth.Sessions().Create(ctx, user.ID, authplugin.SessionOptions{})
				must(t, err)
				tokens = append(tokens, session.Token)
			}
			revoked := map[string]time.Time{}
			killed := false
			for i := 0; len(revoked) < 20; i++ {
				token := tokens[i%20]
				if _, done := revoked[token]; !done && auth.Sessions().Revoke(ctx, token) == nil {
					revoked[token] = time.Now()
				}
				if i == 5 {
					kill()
					killed = true
				}
				for _, token := range tokens {
					asked := time.Now() // how long the answer takes is not what is bounded
					_, err := auth.Sessions().Find(ctx, token)
					at, done := revoked[token]
					switch {
					case err == nil && done && (!killed || asked.Sub(at) > age):
						t.Fatalf("a session is found %v after it was revoked", asked.Sub(at))
					case err != nil && !done && !errors.Is(err, authplugin.ErrNotFound):
						t.Fatalf("a session is not found: %v", err)
					case errors.Is(err, authplugin.ErrNotFound) && !done && token != tokens[i%20]:
						t.Fatal("a session is lost that was not revoked")
					}
				}
				if i > 20*60*30 {
					t.Fatal("the master is not replaced")
				}
			}
			time.Sleep(age)
			for _, token := range tokens {
				_, err := auth.Sessions().Find(ctx, token)
				if _, done := revoked[token]; done != errors.Is(err, authplugin.ErrNotFound) {
					t.Errorf("in the end a session is found with %v, revoked: %v", err, done)
				}
			}
		})
	}
}
