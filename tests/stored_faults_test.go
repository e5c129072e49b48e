package tests

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
	"github.com/gorm-auth/authplugin/internal/redistest"
	"github.com/gorm-auth/authplugin/redisstore"
)

// With Redis stopped, hanging or full, sessions that it alone has can neither be written
// nor taken for absent, and nothing is written that they would contradict. They go on
// with Redis, unless it has come back empty.
func TestStoredSessionsWithRedisAway(t *testing.T) {
	t.Parallel()
	faults := map[string]struct {
		begin, end func(t testing.TB, s *redistest.Server)
		// readable says that what is there can be read, lost that it is not there after.
		readable, lost bool
	}{
		"stopped": {
			begin: func(t testing.TB, s *redistest.Server) { t.Helper(); s.Kill(t) },
			end:   func(t testing.TB, s *redistest.Server) { t.Helper(); s.Start(t); s.Wait(t) },
			lost:  true,
		},
		"paused": {
			begin: func(t testing.TB, s *redistest.Server) { t.Helper(); s.Pause(t) },
			end:   func(t testing.TB, s *redistest.Server) { t.Helper(); s.Resume(t); s.Wait(t) },
		},
		"full": {
			begin:    func(t testing.TB, s *redistest.Server) { t.Helper(); setMaxMemory(t, s, "1") },
			end:      func(t testing.TB, s *redistest.Server) { t.Helper(); setMaxMemory(t, s, "0") },
			readable: true,
		},
	}
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
				server := redistest.Start(t)
				cfg := copiedConfig(recommendedStore(t, server.Addr))
				cfg.Session.Storage = authplugin.StorageOnly
				_, auth := migrated(t, e, cfg)
				ctx := t.Context()
				user, err := auth.Users().Create(ctx, authplugin.User{Name: "Ada", Email: "ada@example.com"})
				must(t, err)
				session, err := auth.Sessions().Create(ctx, user.ID, authplugin.SessionOptions{})
				must(t, err)

				fault.begin(t, server)
				for range 5 {
					_, err := auth.Sessions().Find(ctx, session.Token)
					if fault.readable && err != nil || !fault.readable && (!errors.Is(err, authplugin.ErrStorage) || errors.Is(err, authplugin.ErrNotFound)) {
						t.Fatalf("found with %v", err)
					}
				}
				for what, write := range map[string]func() error{
					"create": func() error {
						_, err := auth.Sessions().Create(ctx, user.ID, authplugin.SessionOptions{})
						return err
					},
					"revoke":     func() error { return auth.Sessions().Revoke(ctx, session.Token) },
					"revoke all": func() error { _, err := auth.Sessions().RevokeAll(ctx, user.ID); return err },
					"update user": func() error {
						_, err := auth.Users().Update(ctx, user.ID, authplugin.Values{"name": "Bea"})
						return err
					},
					"delete user": func() error { return auth.Users().Delete(ctx, user.ID) },
				} {
					if err := write(); !errors.Is(err, authplugin.ErrStorage) {
						t.Errorf("%s: %v, want ErrStorage", what, err)
					}
				}
				if kept, err := auth.Users().FindByID(ctx, user.ID); err != nil || kept.Name != "Ada" {
					t.Errorf("what was refused has been written: %v, %v", kept, err)
				}

				fault.end(t, server)
				eventually(t, "Redis is back", func() bool {
					_, err := auth.Sessions().Find(ctx, session.Token)
					return !errors.Is(err, authplugin.ErrStorage)
				})
				if _, err := auth.Sessions().Find(ctx, session.Token); errors.Is(err, authplugin.ErrNotFound) != fault.lost {
					t.Errorf("with Redis back the session is found with %v", err)
				}
				again, err := auth.Sessions().Create(ctx, user.ID, authplugin.SessionOptions{})
				must(t, err)
				must(t, auth.Sessions().Revoke(ctx, session.Token))
				if _, err := auth.Sessions().Find(ctx, session.Token); !errors.Is(err, authplugin.ErrNotFound) {
					t.Errorf("a revoked session: %v", err)
				}
				if _, err := auth.Sessions().Find(ctx, again.Token); err != nil {
					t.Errorf("a new session: %v", err)
				}
			})
		})
	}
}

// What a Redis evicts that has the sessions alone is lost: it is absent, without an error,
// and whoever signs in again stays so.
func TestStoredSessionsInARedisThatEvicts(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, "--maxmemory", "3mb", "--maxmemory-policy", "allkeys-lru")
	storage := recommendedStore(t, server.Addr)
	cfg := copiedConfig(storage)
	cfg.Session.Storage = authplugin.StorageOnly
	_, auth := migrated(t, dbtest.Named(t, "sqlite"), cfg)
	ctx := t.Context()
	user, err := auth.Users().Create(ctx, authplugin.User{Name: "Ada", Email: "ada@example.com"})
	must(t, err)
	var tokens []string
	for range 20 {
		session, err := auth.Sessions().Create(ctx, user.ID, authplugin.SessionOptions{})
		must(t, err)
		tokens = append(tokens, session.Token)
	}
	for i := range 2000 {
		must(t, storage.Set(ctx, fmt.Sprint("other-", i), []byte(strings.Repeat("x", 2000)), time.Hour))
	}
	evicted := 0
	for _, token := range tokens {
		_, err := auth.Sessions().Find(ctx, token)
		if errors.Is(err, authplugin.ErrNotFound) {
			evicted++
		} else if err != nil {
			t.Error(err)
		}
	}
	if evicted == 0 {
		t.Error("nothing was evicted")
	}
	if _, err := auth.Sessions().RevokeAll(ctx, user.ID); err != nil {
		t.Error(err)
	}
	again, err := auth.Sessions().Create(ctx, user.ID, authplugin.SessionOptions{})
	must(t, err)
	if _, err := auth.Sessions().Find(ctx, again.Token); err != nil {
		t.Errorf("a new session: %v", err)
	}
}

// Whatever stands under the key of a session that the storage alone has, and is none,
// counts as absent.
func TestForeignValuesOfStoredSessions(t *testing.T) {
	t.Parallel()
	client, prefix := redistest.Client(t), redistest.Prefix(t)
	storage := redisstore.New(client, redisstore.Prefix(prefix))
	var foreign atomic.Int64
	cfg := copiedConfig(storage)
	cfg.Session.Storage = authplugin.StorageOnly
	cfg.StorageObserver = counter{authplugin.StorageForeignValue: &foreign}
	_, auth := migrated(t, dbtest.Named(t, "sqlite"), cfg)
	c := newCopied(t, nil, auth, storage, "ada@example.com")
	own, err := storage.Get(t.Context(), c.session.Token)
	must(t, err)
	other := newCopied(t, nil, auth, storage, "bea@example.com")
	copyOfOther, err := storage.Get(t.Context(), other.session.Token)
	must(t, err)
	for name, value := range map[string]string{
		"truncated": string(own[:len(own)-7]), "somebody else's": string(copyOfOther), "a number": "5", "a list": "[]", "null": "null",
		"an empty object": "{}", "without a user": `{"session":{"token":"` + c.session.Token + `"}}`, "not UTF-8": "\xff\xfe{}",
		"wrong types": `{"session":{"id":1,"token":[],"expiresAt":"never"},"user":{"id":{}}}`, "deep": strings.Repeat("[", 100_000),
		"oversized": `{"session":"` + strings.Repeat("x", 2<<20) + `"}`, "twice": string(own) + string(own),
	} {
		must(t, storage.Set(t.Context(), c.session.Token, []byte(value), time.Hour))
		before := foreign.Load()
		for what, use := range map[string]func() error{
			"find": func() error { _, err := auth.Sessions().Find(t.Context(), c.session.Token); return err },
			"update": func() error {
				_, err := auth.Sessions().Update(t.Context(), c.session.Token, authplugin.Values{"device": "x"})
				return err
			},
			"refresh": func() error {
				session := *c.session
				session.ExpiresAt = time.Now().Add(time.Minute)
				session.CreatedAt = session.ExpiresAt.Add(-8 * 24 * time.Hour)
				_, err := auth.Sessions().Refresh(t.Context(), &session)
				return err
			},
		} {
			if err := use(); !errors.Is(err, authplugin.ErrNotFound) {
				t.Errorf("%s: %s: %v", name, what, err)
			}
		}
		if found, err := auth.Sessions().FindMany(t.Context(), []string{c.session.Token}); err != nil || len(found) != 0 {
			t.Errorf("%s: found %d, %v", name, len(found), err)
		}
		if list, err := auth.Sessions().List(t.Context(), c.user.ID); err != nil || len(list) != 0 {
			t.Errorf("%s: listed %d, %v", name, len(list), err)
		}
		if foreign.Load() == before {
			t.Errorf("%s: not counted as foreign", name)
		}
		must(t, auth.Sessions().Revoke(t.Context(), c.session.Token))
	}
	must(t, client.Del(t.Context(), prefix+c.session.Token).Err())
	must(t, client.RPush(t.Context(), prefix+c.session.Token, "x").Err())
	if _, err := auth.Sessions().Find(t.Context(), c.session.Token); !errors.Is(err, authplugin.ErrNotFound) {
		t.Errorf("a list of Redis: %v", err)
	}
	must(t, client.Del(t.Context(), prefix+c.session.Token).Err())
}

// While a master dies sessions that the storage alone has cannot be asked for, and are
// never taken for absent because of that. What its replica knew goes on, and what was
// revoked before stays so.
func TestStoredSessionsWhileAMasterDies(t *testing.T) {
	t.Parallel()
	for name, setup := range mortals() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, kill := setup(t)
			t.Cleanup(func() { _ = client.Close() })
			cfg := copiedConfig(redisstore.New(client))
			cfg.Session.Storage = authplugin.StorageOnly
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
			for _, token := range tokens[:10] {
				must(t, auth.Sessions().Revoke(ctx, token))
			}
			replicated(t, client)
			kill()
			asked := func(token string, revoked bool) bool {
				t.Helper()
				_, err := auth.Sessions().Find(ctx, token)
				switch {
				case errors.Is(err, authplugin.ErrStorage):
					return false
				case revoked != errors.Is(err, authplugin.ErrNotFound), err != nil && !revoked:
					t.Fatalf("found with %v, revoked: %v", err, revoked)
				}
				return true
			}
			eventually(t, "the replica has taken over", func() bool {
				answered := true
				for i, token := range tokens {
					answered = asked(token, i < 10) && answered
				}
				return answered
			})
			for _, token := range tokens[10:20] {
				eventually(t, "a revocation", func() bool { return auth.Sessions().Revoke(ctx, token) == nil })
			}
			for i, token := range tokens {
				asked(token, i < 20)
			}
		})
	}
}

// An application that would rather write than wait ends sessions from before a change of
// mode, which have no row, as soon as Redis is back.
func TestRevokedUnadoptedSessionsAreRepaired(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		server := redistest.Start(t)
		storage, d, ctx := recommendedStore(t, server.Addr), e.New(t), t.Context()
		_, before := use(t, d, modeConfig(storage, authplugin.StorageOnly, false))
		cfg := modeConfig(storage, authplugin.StorageAndDatabase, false)
		cfg.Session.WriteWithoutStorage = true
		db, auth := use(t, d, cfg)
		t.Cleanup(func() { _ = auth.Close(context.WithoutCancel(t.Context())) })
		create := func(email string) (*authplugin.User, *authplugin.Session, *authplugin.Session) {
			user, err := before.Users().Create(ctx, authplugin.User{Name: "Ada", Email: email})
			must(t, err)
			one, err := before.Sessions().Create(ctx, user.ID, authplugin.SessionOptions{})
			must(t, err)
			two, err := before.Sessions().Create(ctx, user.ID, authplugin.SessionOptions{})
			must(t, err)
			return user, one, two
		}
		ada, first, second := create("ada@example.com")
		bea, kept, other := create("bea@example.com")
		_, single, untouched := create("cleo@example.com")
		server.Pause(t)
		must(t, errorOf(auth.Sessions().RevokeAll(ctx, ada.ID)))
		must(t, errorOf(auth.Sessions().RevokeOthers(ctx, bea.ID, kept.Token)))
		must(t, auth.Sessions().Revoke(ctx, single.Token))
		server.Resume(t)
		// Whoever finds one before the repair gives it a row, which the repair ends.
		for _, session := range []*authplugin.Session{first, other, single} {
			_, _ = auth.Sessions().Find(ctx, session.Token)
		}
		gone := func(session *authplugin.Session) bool {
			value, err := storage.Get(ctx, session.Token)
			return errors.Is(err, authplugin.ErrNotFound) || err == nil && len(value) == 0
		}
		ended := []*authplugin.Session{first, second, other, single}
		for _, session := range ended {
			eventually(t, "its end", func() bool {
				_, err := auth.Sessions().Find(ctx, session.Token, authplugin.Strict)
				return errors.Is(err, authplugin.ErrNotFound) && gone(session)
			})
		}
		for _, session := range ended {
			for _, options := range [][]authplugin.ReadOption{nil, {authplugin.Strict}} {
				if _, err := auth.Sessions().Find(ctx, session.Token, options...); !errors.Is(err, authplugin.ErrNotFound) {
					t.Errorf("a revoked session after the repair: %v", err)
				}
			}
		}
		for _, session := range []*authplugin.Session{kept, untouched} {
			if _, err := auth.Sessions().Find(ctx, session.Token); err != nil {
				t.Errorf("a session that was not revoked: %v", err)
			}
		}
		var n int64
		must(t, db.Model(&authplugin.Session{}).Count(&n).Error)
		if n != 2 {
			t.Errorf("%d rows, want 2", n)
		}
	})
}

// replicated waits until the replicas of all masters have what was written so far.
func replicated(t testing.TB, client redis.UniversalClient) {
	t.Helper()
	wait := func(ctx context.Context, master redis.Cmdable) error {
		written := offset(master.Info(ctx, "replication").Val(), "master_repl_offset:")
		for range 3000 {
			if received := offset(master.Info(ctx, "replication").Val(), ",offset="); written >= 0 && received >= written {
				return nil
			}
			time.Sleep(20 * time.Millisecond)
		}
		return errors.New("a replica does not follow its master")
	}
	if cluster, ok := client.(*redis.ClusterClient); ok {
		must(t, cluster.ForEachMaster(t.Context(), func(ctx context.Context, master *redis.Client) error { return wait(ctx, master) }))
		return
	}
	must(t, wait(t.Context(), client))
}

// offset is the number after a name, -1 for none.
func offset(info, name string) int {
	_, rest, _ := strings.Cut(info, name)
	number := strings.IndexFunc(rest+" ", func(r rune) bool { return r < '0' || r > '9' })
	n, err := strconv.Atoi(rest[:number])
	if err != nil {
		return -1
	}
	return n
}
