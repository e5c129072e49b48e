package tests

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
	"github.com/gorm-auth/authplugin/internal/redistest"
	"github.com/gorm-auth/authplugin/localcache"
	"github.com/gorm-auth/authplugin/redisstore"
)

const stormers = 50

// storm is what goroutines of two processes do to the sessions of one user, and what
// they know of it.
type storm struct {
	auths []*authplugin.Auth
	user  authplugin.ID

	mu     sync.Mutex
	all    []string
	ended  map[string]bool
	writes atomic.Int64
	// name is the last name of the user that was written and returned.
	name  atomic.Int64
	names sync.Mutex
}

func (s *storm) pick() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.all) == 0 {
		return "nobody's"
	}
	return s.all[rand.IntN(len(s.all))]
}

func (s *storm) hasEnded(token string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ended[token]
}

func (s *storm) known() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.all...)
}

func (s *storm) end(tokens ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, token := range tokens {
		s.ended[token] = true
	}
}

// step does one thing. An error is one of the test.
func (s *storm) step(ctx context.Context) error {
	auth := s.auths[rand.IntN(len(s.auths))]
	sessions := auth.Sessions()
	switch n := rand.IntN(100); {
	case n < 12:
		session, err := sessions.Create(ctx, s.user, authplugin.SessionOptions{})
		if errors.Is(err, authplugin.ErrConflict) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("create: %w", err)
		}
		s.mu.Lock()
		s.all = append(s.all, session.Token)
		s.mu.Unlock()
	case n < 20:
		token := s.pick()
		if err := sessions.Revoke(ctx, token); err != nil {
			return fmt.Errorf("revoke: %w", err)
		}
		s.end(token)
	case n < 21:
		before := s.known()
		if _, err := sessions.RevokeAll(ctx, s.user); err != nil {
			return fmt.Errorf("revoke all: %w", err)
		}
		s.end(before...)
	case n < 28:
		found, err := sessions.Find(ctx, s.pick())
		if err != nil {
			return mayBeGone(err)
		}
		if _, err = sessions.Refresh(ctx, found.Session); err != nil {
			return mayBeGone(err)
		}
	case n < 34:
		if _, err := sessions.Update(ctx, s.pick(), authplugin.Values{"device": strconv.Itoa(n)}); err != nil {
			return mayBeGone(err)
		}
	case n < 38:
		s.names.Lock()
		defer s.names.Unlock()
		next := s.name.Load() + 1
		if _, err := auth.Users().Update(ctx, s.user, authplugin.Values{"name": strconv.FormatInt(next, 10)}); err != nil {
			return fmt.Errorf("update of the user: %w", err)
		}
		s.name.Store(next)
	default:
		token := s.pick()
		ended, name := s.hasEnded(token), s.name.Load()
		found, err := sessions.Find(ctx, token)
		if err != nil {
			return mayBeGone(err)
		}
		if ended {
			return errors.New("a session is found after its revocation has returned")
		}
		if seen, _ := strconv.ParseInt(found.User.Name, 10, 64); seen < name {
			return fmt.Errorf("the user's name is %d, after the update to %d has returned", seen, name)
		}
	}
	s.writes.Add(1)
	return nil
}

func mayBeGone(err error) error {
	if errors.Is(err, authplugin.ErrNotFound) || errors.Is(err, authplugin.ErrConflict) {
		return nil
	}
	return err
}

// stormLength is how long a storm lasts.
func stormLength() time.Duration {
	if fullScale() {
		return 30 * time.Second
	}
	return 2 * time.Second
}

// However sessions are created, refreshed, changed, read and revoked at the same time by
// two processes: no session is found after its revocation has returned, no user is
// found as before an update that has returned, and in the end the storage and the
// database agree.
func TestStormOnSessions(t *testing.T) {
	t.Parallel()
	for _, in := range []authplugin.RecordStorage{authplugin.StorageAndDatabase, authplugin.StorageOnly} {
		t.Run(string(in), func(t *testing.T) {
			t.Parallel()
			dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
				client := redistest.Client(t)
				prefix := redistest.Prefix(t)
				storage := redisstore.New(client, redisstore.Prefix(prefix))
				cfg := copiedConfig(storage)
				cfg.Session.Storage = in
				cfg.Session.UpdateAge = -1
				d := e.New(t)
				_, first := use(t, d, withMigration(cfg))
				_, second := use(t, d, cfg)
				user, err := first.Users().Create(t.Context(), authplugin.User{Name: "0", Email: "ada@example.com"})
				must(t, err)
				s := &storm{auths: []*authplugin.Auth{first, second}, user: user.ID, ended: map[string]bool{}}
				s.run(t, stormers)
				s.wantAgreement(t)
				keys, err := client.Keys(context.WithoutCancel(t.Context()), prefix+"*").Result()
				must(t, err)
				for _, key := range keys {
					if ttl := client.PTTL(context.WithoutCancel(t.Context()), key).Val(); ttl == -1 {
						t.Errorf("a key has no expiry: %.12s", key[len(prefix):])
					}
				}
			})
		})
	}
}

// With a tier in each process a process never finds what it has revoked itself.
func TestStormOnSessionsInOneProcess(t *testing.T) {
	t.Parallel()
	for _, in := range []authplugin.RecordStorage{authplugin.StorageAndDatabase, authplugin.StorageOnly} {
		t.Run(string(in), func(t *testing.T) {
			t.Parallel()
			dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
				cfg := copiedConfig(redisstore.New(redistest.Client(t), redisstore.Prefix(redistest.Prefix(t))))
				cfg.Session.Storage = in
				cfg.Session.UpdateAge = -1
				cfg.LocalCache = localcache.New()
				_, auth := migrated(t, e, cfg)
				t.Cleanup(func() { _ = auth.Close(context.WithoutCancel(t.Context())) })
				user, err := auth.Users().Create(t.Context(), authplugin.User{Name: "0", Email: "ada@example.com"})
				must(t, err)
				s := &storm{auths: []*authplugin.Auth{auth}, user: user.ID, ended: map[string]bool{}}
				s.run(t, stormers)
				s.wantAgreement(t)
			})
		})
	}
}

func (s *storm) run(t *testing.T, goroutines int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), stormLength())
	defer cancel()
	var group sync.WaitGroup
	for range goroutines {
		group.Go(func() {
			for ctx.Err() == nil {
				// Not the context of the storm: what is broken off is not known.
				if err := s.step(t.Context()); err != nil {
					t.Error(err)
					cancel()
				}
			}
		})
	}
	group.Wait()
	t.Logf("%d steps, %d sessions", s.writes.Load(), len(s.all))
}

// wantAgreement expects that every session is found in the same way by its copy and by
// what decides.
func (s *storm) wantAgreement(t *testing.T) {
	t.Helper()
	for _, auth := range s.auths {
		for _, token := range s.all {
			strict, strictErr := auth.Sessions().Find(t.Context(), token, authplugin.Strict)
			found, err := auth.Sessions().Find(t.Context(), token)
			if !errors.Is(err, strictErr) {
				t.Fatalf("found with %v, strictly with %v", err, strictErr)
			}
			if diff := cmp.Diff(strict, found, same()); diff != "" {
				t.Fatalf("(-strict +found):\n%s", diff)
			}
			if s.ended[token] && err == nil {
				t.Fatal("a revoked session is found in the end")
			}
		}
	}
}
