package tests

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
	"github.com/gorm-auth/authplugin/memorystore"
)

// endedInOutage is a user with two sessions that the storage alone has, and an Auth that
// gives them rows; it writes without the storage when that is down.
func endedInOutage(t *testing.T, e dbtest.Engine, change func(*authplugin.Config)) (auth *authplugin.Auth, user *authplugin.User, sessions []*authplugin.Session, down *atomic.Bool) {
	t.Helper()
	d, ctx, storage := e.New(t), t.Context(), memorystore.New()
	_, before := use(t, d, modeConfig(storage, authplugin.StorageOnly, false))
	user, err := before.Users().Create(ctx, authplugin.User{Name: "Ada", Email: "ada@example.com"})
	must(t, err)
	for range 2 {
		session, err := before.Sessions().Create(ctx, user.ID, authplugin.SessionOptions{})
		must(t, err)
		sessions = append(sessions, session)
	}
	down = new(atomic.Bool)
	cfg := modeConfig(flakyStore{storage, down}, authplugin.StorageAndDatabase, false)
	cfg.Session.WriteWithoutStorage = true
	change(&cfg)
	_, auth = use(t, d, cfg)
	t.Cleanup(func() { _ = auth.Close(context.WithoutCancel(ctx)) })
	return auth, user, sessions, down
}

func sessionEnds(t *testing.T, auth *authplugin.Auth, token string) {
	t.Helper()
	eventually(t, "the end of a session", func() bool {
		_, err := auth.Sessions().Find(t.Context(), token)
		_, strict := auth.Sessions().Find(t.Context(), token, authplugin.Strict)
		return errors.Is(err, authplugin.ErrNotFound) && errors.Is(strict, authplugin.ErrNotFound)
	})
}

type allowed struct{}

// A hook that asks who is calling does not keep alive what was revoked while the storage
// was down: nobody is calling when that is repaired.
func TestRepairsEndSessionsWithoutHooks(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		auth, user, sessions, down := endedInOutage(t, e, func(cfg *authplugin.Config) {
			cfg.Hooks.Session.BeforeDelete = func(h *authplugin.HookContext, _ *authplugin.Session) error {
				if h.Context.Value(allowed{}) == nil {
					return authplugin.ErrAborted
				}
				return nil
			}
		})
		ctx := context.WithValue(t.Context(), allowed{}, true)
		down.Store(true)
		must(t, auth.Sessions().Revoke(ctx, sessions[0].Token))
		must(t, errorOf(auth.Sessions().RevokeAll(ctx, user.ID)))
		down.Store(false)
		for _, session := range sessions {
			sessionEnds(t, auth, session.Token)
		}
	})
}

// Sessions from after a RevokeAll live on, be they of the same transaction or of the same
// millisecond.
func TestRepairsSpareSessionsFromAfterwards(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		auth, user, sessions, down := endedInOutage(t, e, func(*authplugin.Config) {})
		ctx := t.Context()
		down.Store(true)
		var inside, after *authplugin.Session
		must(t, auth.Transaction(ctx, func(tx *authplugin.Auth) (err error) {
			must(t, errorOf(tx.Sessions().RevokeAll(ctx, user.ID)))
			if inside, err = tx.Sessions().Create(ctx, user.ID, authplugin.SessionOptions{}); err != nil {
				return err
			}
			_, err = tx.Users().Update(ctx, user.ID, authplugin.Values{"name": "Augusta"})
			return err
		}))
		down.Store(false)
		for _, session := range sessions {
			sessionEnds(t, auth, session.Token)
		}
		must(t, auth.Close(ctx)) // what is due is repaired
		must(t, errorOf(auth.Sessions().Find(ctx, inside.Token, authplugin.Strict)))
		down.Store(true)
		for range 10 {
			must(t, errorOf(auth.Sessions().RevokeAll(ctx, user.ID)))
			var err error
			after, err = auth.Sessions().Create(ctx, user.ID, authplugin.SessionOptions{})
			must(t, err)
		}
		down.Store(false)
		must(t, auth.Close(ctx))
		must(t, errorOf(auth.Sessions().Find(ctx, after.Token, authplugin.Strict)))
	})
}

// What one revocation spares another one ends.
func TestRepairsEndWhatOneOfTwoSpares(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		auth, user, sessions, down := endedInOutage(t, e, func(*authplugin.Config) {})
		down.Store(true)
		must(t, errorOf(auth.Sessions().RevokeAll(t.Context(), user.ID)))
		must(t, errorOf(auth.Sessions().RevokeOthers(t.Context(), user.ID, sessions[0].Token)))
		down.Store(false)
		for _, session := range sessions {
			sessionEnds(t, auth, session.Token)
		}
	})
}

// A session from before tokens were hashed is spared, too.
func TestRepairsSpareATokenFromBeforeHashing(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d, ctx, storage := e.New(t), t.Context(), memorystore.New()
		cfg := modeConfig(storage, authplugin.StorageAndDatabase, false)
		_, plain := use(t, d, cfg)
		user, err := plain.Users().Create(ctx, authplugin.User{Name: "Ada", Email: "ada@example.com"})
		must(t, err)
		session, err := plain.Sessions().Create(ctx, user.ID, authplugin.SessionOptions{})
		must(t, err)
		var down atomic.Bool
		cfg = modeConfig(flakyStore{memorystore.New(), &down}, authplugin.StorageAndDatabase, true)
		cfg.Session.WriteWithoutStorage = true
		_, hashing := use(t, d, cfg)
		down.Store(true)
		must(t, errorOf(hashing.Sessions().RevokeOthers(ctx, user.ID, session.Token)))
		down.Store(false)
		must(t, hashing.Close(ctx))
		must(t, errorOf(hashing.Sessions().Find(ctx, session.Token, authplugin.Strict)))
	})
}

// fullStore is read, and refuses writes once it is full, as Redis does.
type fullStore struct {
	authplugin.AtomicStorage
	full *atomic.Bool
}

func (s fullStore) Set(ctx context.Context, key string, v []byte, ttl time.Duration) error {
	if s.full.Load() {
		return errDown
	}
	return s.AtomicStorage.Set(ctx, key, v, ttl)
}

func (s fullStore) CompareAndSwap(ctx context.Context, key string, o, v []byte, ttl time.Duration) (bool, error) {
	if s.full.Load() {
		return false, errDown
	}
	return s.AtomicStorage.CompareAndSwap(ctx, key, o, v, ttl)
}

// A session that another process creates while a transaction revokes all lives on, though
// the list of the user has it by the time of the commit.
func TestRepairsSpareASessionOfAnotherProcess(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		if e.Dialect() != "postgres" {
			t.Skip("not a case: the INSERT waits for the transaction")
		}
		d, ctx, storage := e.New(t), t.Context(), memorystore.New()
		var full atomic.Bool
		cfg := modeConfig(fullStore{storage, &full}, authplugin.StorageAndDatabase, false)
		cfg.Session.WriteWithoutStorage = true
		db, auth := use(t, d, cfg)
		_, other := use(t, d, modeConfig(storage, authplugin.StorageAndDatabase, false))
		c := newCopied(t, db, auth, storage, "ada@example.com")
		var created *authplugin.Session
		must(t, auth.Transaction(ctx, func(tx *authplugin.Auth) (err error) {
			must(t, errorOf(tx.Sessions().RevokeAll(ctx, c.user.ID)))
			created, err = other.Sessions().Create(ctx, c.user.ID, authplugin.SessionOptions{})
			full.Store(true)
			return err
		}))
		full.Store(false)
		must(t, auth.Close(ctx))
		must(t, errorOf(auth.Sessions().Find(ctx, created.Token, authplugin.Strict)))
		if _, err := auth.Sessions().Find(ctx, c.session.Token); !errors.Is(err, authplugin.ErrNotFound) {
			t.Errorf("the session that was revoked: %v", err)
		}
	})
}

// Repairs end rows that are to be preserved as a revocation does.
func TestRepairsOfPreservedRows(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		auth, user, sessions, down := endedInOutage(t, e, func(cfg *authplugin.Config) { cfg.Session.PreserveInDatabase = true })
		down.Store(true)
		must(t, auth.Sessions().Revoke(t.Context(), sessions[0].Token))
		must(t, errorOf(auth.Sessions().RevokeAll(t.Context(), user.ID)))
		down.Store(false)
		for _, session := range sessions {
			eventually(t, "the end of a session", func() bool {
				_, err := auth.Sessions().Find(t.Context(), session.Token, authplugin.Strict)
				return errors.Is(err, authplugin.ErrExpired)
			})
		}
	})
}
