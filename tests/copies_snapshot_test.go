package tests

import (
	"context"
	"database/sql"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
	"github.com/gorm-auth/authplugin/memorystore"
)

// lateCopyStore waits before it replaces the value of a session.
type lateCopyStore struct {
	authplugin.AtomicStorage
	key     string
	once    sync.Once
	reached chan struct{}
	goOn    chan struct{}
}

func (s *lateCopyStore) CompareAndSwap(ctx context.Context, key string, o, v []byte, ttl time.Duration) (bool, error) {
	if key == s.key && len(o) > 0 && string(o) != string(v) {
		s.once.Do(func() {
			close(s.reached)
			<-s.goOn
		})
	}
	return s.AtomicStorage.CompareAndSwap(ctx, key, o, v, ttl)
}

// dyingStore does something when it is first asked for the value of a session, and
// nothing any more of what is done after a commit.
type dyingStore struct {
	authplugin.AtomicStorage
	key   string
	armed atomic.Bool
	then  func()
}

func (s *dyingStore) Get(ctx context.Context, key string) ([]byte, error) {
	value, err := s.AtomicStorage.Get(ctx, key)
	if key == s.key && s.armed.CompareAndSwap(true, false) {
		s.then()
	}
	return value, err
}

func (s *dyingStore) CompareAndSwap(ctx context.Context, key string, o, v []byte, ttl time.Duration) (bool, error) {
	if ttl <= 10*time.Second {
		return false, errDown
	}
	return s.AtomicStorage.CompareAndSwap(ctx, key, o, v, ttl)
}

func (s *dyingStore) Set(ctx context.Context, key string, v []byte, ttl time.Duration) error {
	if ttl <= 10*time.Second {
		return errDown
	}
	return s.AtomicStorage.Set(ctx, key, v, ttl)
}

// A transaction that does not see the row that a session got after it began writes to the
// user, and just before the commit the value of the session becomes a copy. It is
// discarded before the commit, even if nothing is after it.
func TestSessionsThatGetTheirRowUnseen(t *testing.T) {
	t.Parallel()
	for _, engine := range []string{"mysql", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			storage, d, ctx := memorystore.New(), dbtest.Named(t, engine).New(t), t.Context()
			_, before := use(t, d, modeConfig(storage, authplugin.StorageOnly, false))
			user, err := before.Users().Create(ctx, authplugin.User{Name: "Ada", Email: "ada@example.com"})
			must(t, err)
			session, err := before.Sessions().Create(ctx, user.ID, authplugin.SessionOptions{})
			must(t, err)
			late := &lateCopyStore{AtomicStorage: storage, key: session.Token, reached: make(chan struct{}), goOn: make(chan struct{})}
			_, adopter := use(t, d, modeConfig(late, authplugin.StorageAndDatabase, false))
			found := make(chan error, 1)
			dying := &dyingStore{AtomicStorage: storage, key: session.Token, then: func() {
				close(late.goOn)
				if err := <-found; err != nil {
					t.Errorf("who adopts it: %v", err)
				}
			}}
			db, writer := use(t, d, modeConfig(dying, authplugin.StorageAndDatabase, false))

			tx := db.WithContext(ctx).Begin(&sql.TxOptions{Isolation: sql.LevelRepeatableRead})
			must(t, tx.Error)
			defer tx.Rollback()
			var n int64
			must(t, tx.Model(&authplugin.Session{}).Count(&n).Error)
			go func() {
				_, err := adopter.Sessions().Find(ctx, session.Token)
				found <- err
			}()
			<-late.reached
			dying.armed.Store(true)
			must(t, errorOf(writer.WithDB(tx).Users().Update(ctx, user.ID, authplugin.Values{"name": "Bea"})))
			must(t, tx.Commit().Error)
			if dying.armed.Load() {
				t.Fatal("nobody has looked at the session")
			}
			again, err := adopter.Sessions().Find(ctx, session.Token)
			must(t, err)
			if again.User.Name != "Bea" {
				t.Errorf("its user is %s after the commit", again.User.Name)
			}
		})
	}
}
