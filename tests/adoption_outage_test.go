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

// flakyStore fails as long as it is down.
type flakyStore struct {
	authplugin.AtomicStorage
	down *atomic.Bool
}

var errDown = errors.New("down")

func (f flakyStore) Get(ctx context.Context, key string) ([]byte, error) {
	if f.down.Load() {
		return nil, errDown
	}
	return f.AtomicStorage.Get(ctx, key)
}

func (f flakyStore) Set(ctx context.Context, key string, v []byte, ttl time.Duration) error {
	if f.down.Load() {
		return errDown
	}
	return f.AtomicStorage.Set(ctx, key, v, ttl)
}

func (f flakyStore) CompareAndSwap(ctx context.Context, key string, o, v []byte, ttl time.Duration) (bool, error) {
	if f.down.Load() {
		return false, errDown
	}
	return f.AtomicStorage.CompareAndSwap(ctx, key, o, v, ttl)
}

// Who revokes a session without a row while the storage does not answer is told so, by
// token and by id.
func TestRevokingTheUnadoptedWithoutStorage(t *testing.T) {
	t.Parallel()
	var down atomic.Bool
	m := move(t, dbtest.Named(t, "sqlite"), flakyStore{memorystore.New(), &down}, false, "a")["a"]
	down.Store(true)
	if err := m.auth.Sessions().RevokeByID(t.Context(), m.sessions[0].ID); !errors.Is(err, authplugin.ErrStorage) {
		t.Errorf("by id: %v", err)
	}
	if err := m.auth.Sessions().Revoke(t.Context(), m.sessions[1].Token); !errors.Is(err, authplugin.ErrStorage) {
		t.Errorf("by token: %v", err)
	}
	down.Store(false)
	eventually(t, "the storage is asked again", func() bool {
		_, err := m.auth.Sessions().Find(t.Context(), m.sessions[0].Token)
		return err == nil
	})
	must(t, m.auth.Sessions().RevokeByID(t.Context(), m.sessions[0].ID))
	if _, err := m.auth.Sessions().Find(t.Context(), m.sessions[0].Token); !errors.Is(err, authplugin.ErrNotFound) {
		t.Errorf("after its revocation: %v", err)
	}
}

// downStore is out of order once a session has been compared with its row.
type downStore struct{ flakyStore }

func (s downStore) CompareAndSwap(ctx context.Context, key string, o, v []byte, ttl time.Duration) (bool, error) {
	done, err := s.flakyStore.CompareAndSwap(ctx, key, o, v, ttl)
	if len(v) > 0 && string(o) == string(v) {
		s.down.Store(true)
	}
	return done, err
}

// When the storage is lost right after a session got its row, the value without one is
// discarded as soon as it is back: the row deleted by SQL, nothing brings it back.
func TestAdoptionWhoseStorageIsLostIsRepaired(t *testing.T) {
	t.Parallel()
	for name, find := range map[string]func(ctx context.Context, auth *authplugin.Auth, token string) error{
		"find": func(ctx context.Context, auth *authplugin.Auth, token string) error {
			return errorOf(auth.Sessions().Find(ctx, token))
		},
		"find many": func(ctx context.Context, auth *authplugin.Auth, token string) error {
			return errorOf(auth.Sessions().FindMany(ctx, []string{token}))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var down atomic.Bool
			storage, ctx := memorystore.New(), t.Context()
			m := move(t, dbtest.Named(t, "sqlite"), downStore{flakyStore{storage, &down}}, false, "a")["a"]
			t.Cleanup(func() { _ = m.auth.Close(context.WithoutCancel(ctx)) })
			token := m.sessions[0].Token
			must(t, find(ctx, m.auth, token))
			if !down.Load() {
				t.Fatal("it was not adopted")
			}
			down.Store(false)
			eventually(t, "the repair", func() bool {
				value, err := storage.Get(ctx, token)
				return errors.Is(err, authplugin.ErrNotFound) || err == nil && len(value) == 0
			})
			must(t, m.db.Exec("DELETE FROM sessions").Error)
			if err := errorOf(m.auth.Sessions().Find(ctx, token)); !errors.Is(err, authplugin.ErrNotFound) {
				t.Errorf("a session whose row was deleted: %v", err)
			}
		})
	}
}
