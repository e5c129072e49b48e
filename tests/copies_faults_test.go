package tests

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
	"github.com/gorm-auth/authplugin/internal/redistest"
	"github.com/gorm-auth/authplugin/redisstore"
)

// recommended are the options that the documentation recommends, with more time: a
// machine that is busy may not answer in half a second, which is no fault of Redis.
func recommended(enough time.Duration, addrs ...string) *redis.UniversalOptions {
	options := redisstore.Recommended(addrs...)
	options.DialTimeout, options.ReadTimeout, options.WriteTimeout, options.PoolTimeout = enough, enough, enough, enough
	return options
}

// recommendedStore is a store with these options, for tests that wait for a Redis which
// does not answer.
func recommendedStore(t testing.TB, addrs ...string) *redisstore.Store {
	t.Helper()
	client := redis.NewUniversalClient(recommended(time.Second, addrs...))
	t.Cleanup(func() { _ = client.Close() })
	return redisstore.New(client)
}

// eventually waits for something that a recovered server takes a while for.
func eventually(t testing.TB, what string, happened func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !happened(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: not within a minute", what)
		}
	}
}

// With Redis stopped, hanging or full, sessions are found in the database, and what
// could leave a revoked session valid is refused and not written. All is well again
// with Redis, without a restart.
func TestSessionsWithRedisAway(t *testing.T) {
	t.Parallel()
	faults := map[string]struct {
		begin, end func(t testing.TB, s *redistest.Server)
	}{
		"stopped": {
			func(t testing.TB, s *redistest.Server) { t.Helper(); s.Kill(t) },
			func(t testing.TB, s *redistest.Server) { t.Helper(); s.Start(t); s.Wait(t) },
		},
		"paused": {
			func(t testing.TB, s *redistest.Server) { t.Helper(); s.Pause(t) },
			func(t testing.TB, s *redistest.Server) { t.Helper(); s.Resume(t); s.Wait(t) },
		},
		"full": {
			func(t testing.TB, s *redistest.Server) { t.Helper(); setMaxMemory(t, s, "1") },
			func(t testing.TB, s *redistest.Server) { t.Helper(); setMaxMemory(t, s, "0") },
		},
	}
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
				server := redistest.Start(t)
				storage := recommendedStore(t, server.Addr)
				_, auth := migrated(t, e, copiedConfig(storage))
				ctx := t.Context()
				user, err := auth.Users().Create(ctx, authplugin.User{Name: "Ada", Email: "ada@example.com"})
				must(t, err)
				session, err := auth.Sessions().Create(ctx, user.ID, authplugin.SessionOptions{})
				must(t, err)

				fault.begin(t, server)
				for range 5 {
					if found, err := auth.Sessions().Find(ctx, session.Token); err != nil || found.User.Name != "Ada" {
						t.Fatalf("found %v, %v", found, err)
					}
				}
				if _, err := auth.Sessions().Create(ctx, user.ID, authplugin.SessionOptions{}); err != nil {
					t.Errorf("a session cannot be created: %v", err)
				}
				for what, write := range map[string]func() error{
					"revoke": func() error { return auth.Sessions().Revoke(ctx, session.Token) },
					"update": func() error {
						_, err := auth.Users().Update(ctx, user.ID, authplugin.Values{"name": "Bea"})
						return err
					},
					"delete user": func() error { return auth.Users().Delete(ctx, user.ID) },
				} {
					if err := write(); !errors.Is(err, authplugin.ErrStorage) {
						t.Errorf("%s: %v, want ErrStorage", what, err)
					}
				}
				found, err := auth.Sessions().Find(ctx, session.Token, authplugin.Strict)
				if err != nil || found.User.Name != "Ada" {
					t.Errorf("what was refused has been written: %v, %v", found, err)
				}

				fault.end(t, server)
				eventually(t, "revoke with Redis back", func() bool { return auth.Sessions().Revoke(ctx, session.Token) == nil })
				if _, err := auth.Sessions().Find(ctx, session.Token); !errors.Is(err, authplugin.ErrNotFound) {
					t.Errorf("a revoked session: %v", err)
				}
			})
		})
	}
}

func setMaxMemory(t testing.TB, s *redistest.Server, bytes string) {
	t.Helper()
	client := redis.NewClient(&redis.Options{Addr: s.Addr})
	defer func() { _ = client.Close() }()
	must(t, client.ConfigSet(t.Context(), "maxmemory-policy", "noeviction").Err())
	must(t, client.ConfigSet(t.Context(), "maxmemory", bytes).Err())
}

// An application that would rather write than wait has the copies discarded as soon as
// Redis is back.
func TestWriteWithoutStorageIsRepaired(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		server := redistest.Start(t)
		storage := recommendedStore(t, server.Addr)
		cfg := copiedConfig(storage)
		cfg.Session.WriteWithoutStorage = true
		_, auth := migrated(t, e, cfg)
		t.Cleanup(func() { _ = auth.Close(context.WithoutCancel(t.Context())) })
		ctx := t.Context()
		user, err := auth.Users().Create(ctx, authplugin.User{Name: "Ada", Email: "ada@example.com"})
		must(t, err)
		var tokens []string
		for range 3 {
			session, err := auth.Sessions().Create(ctx, user.ID, authplugin.SessionOptions{})
			must(t, err)
			tokens = append(tokens, session.Token)
		}
		server.Pause(t)
		must(t, auth.Sessions().Revoke(ctx, tokens[0]))
		_, err = auth.Users().Update(ctx, user.ID, authplugin.Values{"name": "Bea"})
		must(t, err)
		server.Resume(t)
		eventually(t, "the repair", func() bool {
			_, err := auth.Sessions().Find(ctx, tokens[0])
			found, foundErr := auth.Sessions().Find(ctx, tokens[1])
			return errors.Is(err, authplugin.ErrNotFound) && foundErr == nil && found.User.Name == "Bea"
		})
		for range 2 {
			if _, err := auth.Sessions().Find(ctx, tokens[0]); !errors.Is(err, authplugin.ErrNotFound) {
				t.Errorf("a revoked session after the repair: %v", err)
			}
		}
	})
}

// breaker is an observer that does something when copies have been discarded, which is
// right before the commit.
type breaker struct {
	once sync.Once
	act  func()
}

func (b *breaker) BeginStorageCall(ctx context.Context, _ string) (context.Context, func(error)) {
	return ctx, func(error) {}
}

func (b *breaker) StorageEvent(_ context.Context, event authplugin.StorageEvent) {
	if event == authplugin.StorageInvalidation {
		b.once.Do(b.act)
	}
}

// When the connection is lost between the discarding and the commit, or for ever after
// the commit, nothing that the commit has made wrong is found.
func TestStorageIsLostAroundTheCommit(t *testing.T) {
	t.Parallel()
	for _, in := range []authplugin.RecordStorage{authplugin.StorageAndDatabase, authplugin.StorageOnly} {
		t.Run(string(in), func(t *testing.T) {
			t.Parallel()
			dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
				server := redistest.Start(t)
				proxy := redistest.NewProxy(t, server.Addr)
				cfg := copiedConfig(recommendedStore(t, proxy.Addr))
				cfg.Session.Storage = in
				observer := &breaker{act: func() { proxy.Silence(true) }}
				observer.once.Do(func() {}) // not yet
				cfg.StorageObserver = observer
				db, auth := migrated(t, e, cfg)
				ctx := t.Context()
				user, err := auth.Users().Create(ctx, authplugin.User{Name: "Ada", Email: "ada@example.com"})
				must(t, err)
				revoked, err := auth.Sessions().Create(ctx, user.ID, authplugin.SessionOptions{})
				must(t, err)
				kept, err := auth.Sessions().Create(ctx, user.ID, authplugin.SessionOptions{})
				must(t, err)

				observer.once = sync.Once{}
				must(t, db.Transaction(func(tx *gorm.DB) error {
					if err := auth.WithDB(tx).Sessions().Revoke(ctx, revoked.Token); err != nil {
						return err
					}
					return tx.Model(&authplugin.User{}).Where("id = ?", user.ID).Update("name", "Bea").Error
				}))
				proxy.Silence(false)
				check := func() bool {
					_, err := auth.Sessions().Find(ctx, revoked.Token)
					if err == nil {
						t.Error("a session is found that was revoked while the connection was lost")
					}
					found, foundErr := auth.Sessions().Find(ctx, kept.Token)
					if foundErr == nil && found.User.Name != "Bea" {
						t.Errorf("the user is %s", found.User.Name)
					}
					return foundErr == nil && errors.Is(err, authplugin.ErrNotFound)
				}
				eventually(t, "the storage is back", check)
				for range 5 {
					check()
				}
			})
		})
	}
}

// Redis that has lost everything costs one reading of the database for each session.
func TestRedisRestartsEmpty(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	storage := recommendedStore(t, server.Addr)
	_, auth := migrated(t, dbtest.Named(t, "sqlite"), copiedConfig(storage))
	user, err := auth.Users().Create(t.Context(), authplugin.User{Name: "Ada", Email: "ada@example.com"})
	must(t, err)
	session, err := auth.Sessions().Create(t.Context(), user.ID, authplugin.SessionOptions{})
	must(t, err)
	server.Kill(t)
	server.Start(t)
	server.Wait(t)
	eventually(t, "a copy is made again", func() bool {
		if _, err := auth.Sessions().Find(t.Context(), session.Token); err != nil {
			t.Fatal(err)
		}
		value, err := storage.Get(t.Context(), session.Token)
		return err == nil && len(value) > 0
	})
}

// A Redis that evicts signs nobody out.
func TestRedisEvicts(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, "--maxmemory", "3mb", "--maxmemory-policy", "allkeys-lru")
	storage := recommendedStore(t, server.Addr)
	_, auth := migrated(t, dbtest.Named(t, "sqlite"), copiedConfig(storage))
	user, err := auth.Users().Create(t.Context(), authplugin.User{Name: "Ada", Email: "ada@example.com"})
	must(t, err)
	var tokens []string
	for range 20 {
		session, err := auth.Sessions().Create(t.Context(), user.ID, authplugin.SessionOptions{})
		must(t, err)
		tokens = append(tokens, session.Token)
	}
	for i := range 2000 {
		must(t, storage.Set(t.Context(), fmt.Sprint("other-", i), []byte(strings.Repeat("x", 2000)), time.Hour))
	}
	for _, token := range tokens {
		if _, err := auth.Sessions().Find(t.Context(), token); err != nil {
			t.Errorf("a session whose copy was evicted: %v", err)
		}
	}
}

// Whatever stands under the key of a session, and is none of its copies, counts as
// absent.
func TestForeignValuesOfSessions(t *testing.T) {
	t.Parallel()
	client := redistest.Client(t)
	prefix := redistest.Prefix(t)
	storage := redisstore.New(client, redisstore.Prefix(prefix))
	var foreign atomic.Int64
	cfg := copiedConfig(storage)
	cfg.StorageObserver = counter{authplugin.StorageForeignValue: &foreign}
	_, auth := migrated(t, dbtest.Named(t, "sqlite"), cfg)
	c := newCopied(t, nil, auth, storage, "ada@example.com")
	copyOfIt, err := storage.Get(t.Context(), c.session.Token)
	must(t, err)
	other := newCopied(t, nil, auth, storage, "bea@example.com")
	copyOfOther, err := storage.Get(t.Context(), other.session.Token)
	must(t, err)
	values := map[string]string{
		"truncated": string(copyOfIt[:len(copyOfIt)-7]), "somebody else's": string(copyOfOther), "a number": "5", "a list": "[]", "null": "null",
		"an empty object": "{}", "without a user": `{"session":{"token":"` + c.session.Token + `"}}`, "not UTF-8": "\xff\xfe{}",
		"wrong types": `{"session":{"id":1,"token":[],"expiresAt":"never"},"user":{"id":{}}}`, "deep": strings.Repeat("[", 100_000),
		"oversized": `{"session":"` + strings.Repeat("x", 2<<20) + `"}`, "twice": string(copyOfIt) + string(copyOfIt),
	}
	for name, value := range values {
		must(t, storage.Set(t.Context(), c.session.Token, []byte(value), time.Hour))
		before := foreign.Load()
		for range 2 {
			found, err := auth.Sessions().Find(t.Context(), c.session.Token)
			if err != nil || found.User.ID != c.user.ID {
				t.Errorf("%s: found %v, %v", name, found, err)
			}
		}
		if foreign.Load() == before {
			t.Errorf("%s: not counted as foreign", name)
		}
	}
	must(t, client.Del(t.Context(), prefix+c.session.Token).Err())
	must(t, client.RPush(t.Context(), prefix+c.session.Token, "x").Err())
	for range 5 {
		if _, err := auth.Sessions().Find(t.Context(), c.session.Token); err != nil {
			t.Errorf("a list of Redis: %v", err)
		}
	}
	// What is presented as a token must not change what others keep in the storage.
	must(t, storage.Set(t.Context(), "203.0.113.7|/sign-in", []byte("3"), time.Hour))
	for _, token := range []string{"active-sessions-" + string(other.user.ID), "203.0.113.7|/sign-in"} {
		before, err := storage.Get(t.Context(), token)
		must(t, err)
		if _, err := auth.Sessions().Find(t.Context(), token); !errors.Is(err, authplugin.ErrNotFound) {
			t.Errorf("found %v", err)
		}
		if after, err := storage.Get(t.Context(), token); err != nil || string(after) != string(before) {
			t.Errorf("a presented token has changed %q into %q, %v", before, after, err)
		}
	}
	must(t, client.Del(t.Context(), prefix+c.session.Token).Err())
}

// counter counts events.
type counter map[authplugin.StorageEvent]*atomic.Int64

func (c counter) BeginStorageCall(ctx context.Context, _ string) (context.Context, func(error)) {
	return ctx, func(error) {}
}

func (c counter) StorageEvent(_ context.Context, event authplugin.StorageEvent) {
	if n := c[event]; n != nil {
		n.Add(1)
	}
}
