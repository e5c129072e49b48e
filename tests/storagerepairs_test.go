package tests

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
	"github.com/gorm-auth/authplugin/memorystore"
)

func writingWithoutStorage(storage authplugin.SecondaryStorage) authplugin.Config {
	cfg := withMigration(copiedConfig(storage))
	cfg.Session.WriteWithoutStorage = true
	return cfg
}

// A transaction that has revoked a session and does not commit ends none, neither then
// nor by the repair of the storage, which was out of order.
func TestRepairsEndNothingThatIsNotCommitted(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		if e.Dialect() == "mysql" {
			t.Skip("not a case: MySQL has no deferred constraint that could fail the COMMIT")
		}
		var down atomic.Bool
		storage, d, ctx := memorystore.New(), e.New(t), t.Context()
		db, auth := use(t, d, writingWithoutStorage(flakyStore{storage, &down}))
		c := newCopied(t, db, auth, storage, "ada@example.com")
		must(t, db.Exec("CREATE TABLE parents (id int PRIMARY KEY)").Error)
		must(t, db.Exec("CREATE TABLE children (id int REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED)").Error)
		err := db.Transaction(func(tx *gorm.DB) error {
			down.Store(true)
			return errors.Join(auth.WithDB(tx).Sessions().Revoke(ctx, c.session.Token), tx.Exec("INSERT INTO children VALUES (1)").Error)
		})
		if err == nil {
			t.Fatal("it was committed")
		}
		down.Store(false)
		must(t, auth.Close(ctx)) // which repairs what is due
		_, other := use(t, d, writingWithoutStorage(storage))
		if _, err := other.Sessions().Find(ctx, c.session.Token, authplugin.Strict); err != nil {
			t.Errorf("a session whose revocation was not committed: %v", err)
		}
	})
}

// heldStore waits after it has discarded a copy, once it is to.
type heldStore struct {
	flakyStore
	holds     *atomic.Bool
	discarded chan struct{}
	goOn      chan struct{}
}

func (s heldStore) hold(value []byte) {
	if len(value) == 0 && s.holds.CompareAndSwap(true, false) {
		close(s.discarded)
		<-s.goOn
	}
}

func (s heldStore) Set(ctx context.Context, key string, v []byte, ttl time.Duration) error {
	err := s.flakyStore.Set(ctx, key, v, ttl)
	if err == nil {
		s.hold(v)
	}
	return err
}

func (s heldStore) CompareAndSwap(ctx context.Context, key string, o, v []byte, ttl time.Duration) (bool, error) {
	done, err := s.flakyStore.CompareAndSwap(ctx, key, o, v, ttl)
	if err == nil {
		s.hold(v)
	}
	return done, err
}

// What becomes due while a repair runs is due after it, be it the same copy or another.
func TestRepairsKeepWhatBecomesDue(t *testing.T) {
	t.Parallel()
	var down, holds atomic.Bool
	storage, ctx := memorystore.New(), t.Context()
	held := heldStore{flakyStore{storage, &down}, &holds, make(chan struct{}), make(chan struct{})}
	db, auth := use(t, dbtest.Named(t, "sqlite").New(t), writingWithoutStorage(held))
	t.Cleanup(func() { _ = auth.Close(context.WithoutCancel(ctx)) })
	ada := newCopied(t, db, auth, storage, "ada@example.com")
	bea := newCopied(t, db, auth, storage, "bea@example.com")
	copies := map[string][]byte{}
	for _, c := range []copied{ada, bea} {
		value, err := storage.Get(ctx, c.session.Token)
		must(t, err)
		copies[c.session.Token] = value
	}
	rename := func(c copied, name string) {
		t.Helper()
		_, err := auth.Users().Update(ctx, c.user.ID, authplugin.Values{"name": name})
		must(t, err)
	}
	down.Store(true)
	rename(ada, "first")
	holds.Store(true)
	down.Store(false)
	<-held.discarded
	down.Store(true)
	rename(ada, "second")
	rename(bea, "second")
	for key, value := range copies { // as a reader would have left them who read before
		must(t, storage.Set(ctx, key, value, time.Hour))
	}
	down.Store(false)
	close(held.goOn)
	for key, value := range copies { // not by Find, which asks the database after failures
		eventually(t, "its repair", func() bool {
			now, err := storage.Get(ctx, key)
			return errors.Is(err, authplugin.ErrNotFound) || err == nil && string(now) != string(value)
		})
	}
}

// tiringStore fails every so many writes, once it is to.
type tiringStore struct {
	flakyStore
	tires  *atomic.Bool
	writes *atomic.Int64
}

const tiresAfter = 700

func (s tiringStore) tired() error {
	if s.tires.Load() && s.writes.Add(1)%tiresAfter == 0 {
		return errors.New("it is tired")
	}
	return nil
}

func (s tiringStore) Set(ctx context.Context, key string, v []byte, ttl time.Duration) error {
	if err := s.tired(); err != nil {
		return err
	}
	return s.flakyStore.Set(ctx, key, v, ttl)
}

func (s tiringStore) CompareAndSwap(ctx context.Context, key string, o, v []byte, ttl time.Duration) (bool, error) {
	if err := s.tired(); err != nil {
		return false, err
	}
	return s.flakyStore.CompareAndSwap(ctx, key, o, v, ttl)
}

// What was repaired stays so when the storage fails again before all is: a revocation is
// not kept waiting by repairs that cannot be made in one go.
func TestRepairsGoOnWhereTheyStopped(t *testing.T) {
	t.Parallel()
	var down, tires atomic.Bool
	storage, ctx := memorystore.New(), t.Context()
	db, auth := use(t, dbtest.Named(t, "sqlite").New(t), writingWithoutStorage(tiringStore{flakyStore{storage, &down}, &tires, new(atomic.Int64)}))
	t.Cleanup(func() { _ = auth.Close(context.WithoutCancel(ctx)) })
	ada := newCopied(t, db, auth, storage, "ada@example.com")
	bea := newCopied(t, db, auth, storage, "bea@example.com")
	sessions := make([]authplugin.Session, 2*tiresAfter)
	for i := range sessions {
		sessions[i] = authplugin.Session{UserID: ada.user.ID, Token: fmt.Sprintf("token-%d", i), ExpiresAt: time.Now().Add(time.Hour)}
	}
	must(t, db.CreateInBatches(&sessions, 100).Error)
	down.Store(true)
	_, err := auth.Users().Update(ctx, ada.user.ID, authplugin.Values{"name": "Augusta"})
	must(t, err)
	must(t, auth.Sessions().Revoke(ctx, bea.session.Token))
	tires.Store(true)
	down.Store(false)
	eventually(t, "the end of the copy", func() bool {
		value, err := storage.Get(ctx, bea.session.Token)
		return errors.Is(err, authplugin.ErrNotFound) || err == nil && len(value) == 0
	})
}
