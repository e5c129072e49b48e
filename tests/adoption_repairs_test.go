package tests

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
	"github.com/gorm-auth/authplugin/memorystore"
)

// comparedStore waits when it has compared a session with the row that is inserted for it,
// which is right before the commit.
type comparedStore struct {
	authplugin.AtomicStorage
	once     sync.Once
	compared chan struct{}
	goOn     chan struct{}
}

func (s *comparedStore) CompareAndSwap(ctx context.Context, key string, o, v []byte, ttl time.Duration) (bool, error) {
	done, err := s.AtomicStorage.CompareAndSwap(ctx, key, o, v, ttl)
	if len(v) > 0 && bytes.Equal(o, v) {
		s.once.Do(func() {
			close(s.compared)
			<-s.goOn
		})
	}
	return done, err
}

// A session is revoked without the storage while somebody else's transaction gives it its
// row, which commits only when the repair is under way. It is never found again.
func TestRevokingTheAdoptedWithoutStorage(t *testing.T) {
	t.Parallel()
	for name, back := range map[string]bool{"out of order": false, "back before the commit": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// MySQL has the revocation wait for the row, and SQLite has one writer.
			revokeAdopted(t, dbtest.Named(t, "postgres"), back)
		})
	}
}

func revokeAdopted(t *testing.T, e dbtest.Engine, back bool) {
	t.Helper()
	d, ctx, storage := e.New(t), t.Context(), memorystore.New()
	compared := &comparedStore{AtomicStorage: storage, compared: make(chan struct{}), goOn: make(chan struct{})}
	var down atomic.Bool
	cfg := modeConfig(flakyStore{storage, &down}, authplugin.StorageAndDatabase, false)
	cfg.Session.WriteWithoutStorage = true
	db, revoker := use(t, d, cfg)
	_, adopter := use(t, d, modeConfig(compared, authplugin.StorageAndDatabase, false))
	_, before := use(t, d, modeConfig(storage, authplugin.StorageOnly, false))
	user, err := before.Users().Create(ctx, authplugin.User{Name: "Ada", Email: "ada@example.com"})
	must(t, err)
	session, err := before.Sessions().Create(ctx, user.ID, authplugin.SessionOptions{})
	must(t, err)

	// A repair that adopts the session is to wait for the row; one that ends the rows that
	// it sees is to have done so.
	var repairing atomic.Bool
	reached := make(chan struct{}, 1)
	signal := func(db *gorm.DB) {
		if repairing.Load() && db.Statement.Table == "sessions" {
			select {
			case reached <- struct{}{}:
			default:
			}
		}
	}
	must(t, db.Callback().Create().Before("gorm:create").Register("test:adopts", signal))
	must(t, db.Callback().Delete().After("gorm:delete").Register("test:ends", signal))
	ends := 0
	must(t, db.Callback().Delete().After("gorm:delete").Register("test:back", func(*gorm.DB) {
		if ends++; back && ends == 2 {
			down.Store(false)
		}
	}))

	found := make(chan error, 1)
	go func() {
		_, err := adopter.Sessions().Find(ctx, session.Token)
		found <- err
	}()
	<-compared.compared
	down.Store(true)
	must(t, revoker.Sessions().Revoke(ctx, session.Token))
	repairing.Store(true)
	down.Store(false)
	select {
	case <-reached:
	case <-time.After(time.Minute):
		t.Error("there is no repair within a minute")
	}
	close(compared.goOn)
	if err := <-found; err != nil && !errors.Is(err, authplugin.ErrNotFound) {
		t.Errorf("who adopts it: %v", err)
	}
	eventually(t, "the row is gone", func() bool {
		var n int64
		must(t, db.Model(&authplugin.Session{}).Count(&n).Error)
		return n == 0
	})
	for _, auth := range []*authplugin.Auth{revoker, adopter} {
		for _, options := range [][]authplugin.ReadOption{nil, {authplugin.Strict}} {
			if _, err := auth.Sessions().Find(ctx, session.Token, options...); !errors.Is(err, authplugin.ErrNotFound) {
				t.Errorf("it is found after its revocation: %v", err)
			}
		}
	}
}
