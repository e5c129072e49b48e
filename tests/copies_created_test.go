package tests

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
	"github.com/gorm-auth/authplugin/localcache"
	"github.com/gorm-auth/authplugin/memorystore"
)

// gate holds up the calls of a storage whose context has it.
type gate struct {
	call             string
	once             sync.Once
	reached, release chan struct{}
}

type gateKey struct{}

func newGate(ctx context.Context, call string) (*gate, context.Context) {
	g := &gate{call: call, reached: make(chan struct{}), release: make(chan struct{})}
	return g, context.WithValue(ctx, gateKey{}, g)
}

// pass waits at the gate, if it is the one of the call, the first time.
func (g *gate) pass(call string) {
	if g.call != call {
		return
	}
	g.once.Do(func() {
		close(g.reached)
		<-g.release
	})
}

// gates is the observer that holds calls up.
type gates struct{}

func (gates) BeginStorageCall(ctx context.Context, call string) (context.Context, func(error)) {
	g, ok := ctx.Value(gateKey{}).(*gate)
	if !ok {
		return ctx, func(error) {}
	}
	g.pass(call)
	return ctx, func(error) { g.pass("end of " + call) }
}

func (gates) StorageEvent(context.Context, authplugin.StorageEvent) {}

// A session is created while its user is written to, whose transaction has not seen the
// session. Its copy, with the user as before, is stored last. Foreign keys have the
// INSERT wait for the user's row; there are databases without them.
func TestSessionIsCreatedDuringAnUpdateOfItsUser(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		if e.Dialect() == "sqlite" {
			t.Skip("one transaction writes at a time there")
		}
		db := e.New(t).Open(t, &gorm.Config{DisableForeignKeyConstraintWhenMigrating: true})
		cfg := copiedConfig(memorystore.New())
		cfg.AutoMigrate = true
		cfg.StorageObserver = gates{}
		auth := authplugin.New(cfg)
		must(t, db.Use(auth))
		ctx := t.Context()
		user, err := auth.Users().Create(ctx, authplugin.User{Name: "Ada", Email: "ada@example.com"})
		must(t, err)
		g, gated := newGate(ctx, "apply")
		created := make(chan *authplugin.Session, 1)
		must(t, db.Transaction(func(tx *gorm.DB) error {
			if err := tx.Model(&authplugin.User{}).Where("id = ?", user.ID).Update("name", "Countess").Error; err != nil {
				return err
			}
			go func() {
				session, err := auth.Sessions().Create(gated, user.ID, authplugin.SessionOptions{})
				if err != nil {
					t.Error(err)
				}
				created <- session
			}()
			<-g.reached
			return nil
		}))
		close(g.release)
		found, err := auth.Sessions().Find(ctx, (<-created).Token)
		must(t, err)
		if found.User.Name != "Countess" {
			t.Errorf("the session shows its user as %s", found.User.Name)
		}
	})
}

// A caller who finds no copy is overtaken by one who makes it: he is to find it then.
func TestSessionIsReadOnceForOneWhoWasOvertaken(t *testing.T) {
	t.Parallel()
	storage := memorystore.New()
	cfg := copiedConfig(storage)
	cfg.StorageObserver = gates{}
	db, auth := migrated(t, dbtest.Named(t, "sqlite"), cfg)
	ctx := t.Context()
	user, err := auth.Users().Create(ctx, authplugin.User{Name: "Ada", Email: "ada@example.com"})
	must(t, err)
	session, err := auth.Sessions().Create(ctx, user.ID, authplugin.SessionOptions{})
	must(t, err)
	must(t, storage.Delete(ctx, session.Token))
	var reads atomic.Int64
	must(t, db.Callback().Query().After("gorm:query").Register("test:count", func(*gorm.DB) { reads.Add(1) }))
	g, gated := newGate(ctx, "end of get")
	overtaken := make(chan error)
	go func() {
		_, err := auth.Sessions().Find(gated, session.Token)
		overtaken <- err
	}()
	<-g.reached
	_, err = auth.Sessions().Find(ctx, session.Token)
	must(t, err)
	close(g.release)
	must(t, <-overtaken)
	if n := reads.Load(); n != 1 {
		t.Errorf("two callers read the database %d times", n)
	}
}

// localRace calls functions when copies are discarded before a commit, and when they are
// after it.
type localRace struct {
	gates
	invalidated, settled func()
	one, two             sync.Once
	armed                *atomic.Bool
	hits                 atomic.Int64
}

type writerKey struct{}

func (l *localRace) BeginStorageCall(ctx context.Context, call string) (context.Context, func(error)) {
	if call == "apply" && ctx.Value(writerKey{}) != nil && l.armed.Load() {
		l.two.Do(l.settled)
	}
	return l.gates.BeginStorageCall(ctx, call)
}

func (l *localRace) StorageEvent(_ context.Context, event authplugin.StorageEvent) {
	if event == authplugin.StorageLocalHit {
		l.hits.Add(1)
	}
	if event == authplugin.StorageInvalidation && l.armed.Load() {
		l.one.Do(l.invalidated)
	}
}

// The copy of a session that was created during an update of its user is read between the
// commit and its discarding: no memory keeps it.
func TestLocalTierForgetsASessionThatWasCreatedMeanwhile(t *testing.T) {
	t.Parallel()
	e := dbtest.Named(t, "postgres")
	var armed atomic.Bool
	race := &localRace{armed: &armed}
	cfg := copiedConfig(memorystore.New())
	cfg.StorageObserver = race
	cfg.LocalCache = localcache.New()
	cfg.AutoMigrate = true
	db := e.New(t).Open(t, &gorm.Config{DisableForeignKeyConstraintWhenMigrating: true})
	auth := authplugin.New(cfg)
	must(t, db.Use(auth))
	t.Cleanup(func() { _ = auth.Close(context.Background()) })
	ctx := t.Context()
	user, err := auth.Users().Create(ctx, authplugin.User{Name: "Ada", Email: "ada@example.com"})
	must(t, err)
	other, err := auth.Sessions().Create(ctx, user.ID, authplugin.SessionOptions{})
	must(t, err)
	eventually(t, "a session in memory", func() bool {
		_, err := auth.Sessions().Find(ctx, other.Token)
		must(t, err)
		return race.hits.Load() > 0
	})
	must(t, auth.Sessions().Revoke(ctx, other.Token))
	g, gated := newGate(ctx, "apply")
	var session *authplugin.Session
	done := make(chan struct{})
	race.invalidated = func() { close(g.release); <-done }
	race.settled = func() {
		if _, err := auth.Sessions().Find(context.Background(), session.Token); err != nil {
			t.Error(err)
		}
	}
	must(t, db.WithContext(context.WithValue(ctx, writerKey{}, 1)).Transaction(func(tx *gorm.DB) error {
		if err := tx.Model(&authplugin.User{}).Where("id = ?", user.ID).Update("name", "Countess").Error; err != nil {
			return err
		}
		go func() {
			defer close(done)
			var err error
			if session, err = auth.Sessions().Create(gated, user.ID, authplugin.SessionOptions{}); err != nil {
				t.Error(err)
			}
		}()
		<-g.reached
		armed.Store(true)
		return nil
	}))
	found, err := auth.Sessions().Find(ctx, session.Token)
	must(t, err)
	if found.User.Name != "Countess" {
		t.Errorf("after the update has returned the user is %s", found.User.Name)
	}
}
