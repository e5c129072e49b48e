package authplugin

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"
	"gorm.io/plugin/dbresolver"

	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// afterCreate calls f in each statement that creates users.
func afterCreate(t testing.TB, db *gorm.DB, f func(c *core, db *gorm.DB) error) {
	t.Helper()
	c, err := From(db).ready()
	mustBe(t, err)
	mustBe(t, db.Callback().Create().After("gorm:create").Before("gorm:save_after_associations").Register("test:after_create", func(db *gorm.DB) {
		_ = db.AddError(f(c, db))
	}))
}

// What runs after a commit may use the only connection, and begin transactions
// of its own; it knows the values of the statement's context, not its end.
func TestAfterCommitOnOneConnection(t *testing.T) {
	t.Parallel()
	type key struct{}
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		for name, config := range map[string]gorm.Config{"plain": {}, "prepared": {PrepareStmt: true}, "no transaction": {SkipDefaultTransaction: true}} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				db := e.New(t).Open(t, &config)
				mustBe(t, db.Use(New(observing())))
				pool, err := db.DB()
				mustBe(t, err)
				pool.SetMaxOpenConns(1)
				var ran []string
				endRequest := func() {}
				request := func() context.Context {
					ctx, cancel := context.WithCancel(context.WithValue(t.Context(), key{}, "value"))
					endRequest = cancel
					return ctx
				}
				afterCreate(t, db, func(c *core, tx *gorm.DB) error {
					created := tx.Statement.Dest.(*User)
					return c.afterCommit(tx, func(ctx context.Context) {
						endRequest() // which ends nothing here
						ran = append(ran, created.Name)
						deadline, ok := ctx.Deadline()
						if ctx.Err() != nil || ctx.Value(key{}) != "value" || !ok || time.Until(deadline) < 20*time.Second {
							t.Errorf("context: %v, %v, %v", ctx.Err(), ctx.Value(key{}), deadline)
						}
						var n int64
						mustBe(t, db.WithContext(ctx).Model(&User{}).Where("name = ?", created.Name).Count(&n).Error)
						if n != 1 {
							t.Errorf("%s is not there", created.Name)
						}
						if !strings.HasSuffix(created.Name, "'") {
							mustBe(t, create(db.WithContext(ctx), created.Name+"'"))
						}
					})
				})
				mustBe(t, create(db.WithContext(request()), "a"))
				mustBe(t, db.WithContext(request()).Transaction(func(tx *gorm.DB) error { return create(tx, "b") }))
				endRequest()
				if got, want := strings.Join(ran, " "), "a a' b b'"; got != want {
					t.Errorf("ran %q, want %q", got, want)
				}
			})
		}
	})
}

// errorLog keeps what was logged as an error.
type errorLog struct {
	logger.Interface

	lines []string
}

func (l *errorLog) Error(_ context.Context, format string, args ...any) {
	l.lines = append(l.lines, fmt.Sprintf(format, args...))
}

func TestAfterCommitPanics(t *testing.T) {
	t.Parallel()
	log := &errorLog{Interface: logger.Discard}
	db := dbtest.Named(t, "sqlite-pure").Open(t, &gorm.Config{Logger: log})
	mustBe(t, db.Use(New(observing())))
	var ran []string
	afterCreate(t, db, func(c *core, tx *gorm.DB) error {
		name := tx.Statement.Dest.(*User).Name
		return c.afterCommit(tx, func(context.Context) {
			if name == "b" {
				panic("no mail today")
			}
			ran = append(ran, name)
		})
	})
	mustBe(t, db.Transaction(func(tx *gorm.DB) error { return create(tx, "a", "b", "c") }))
	if got := strings.Join(ran, " "); got != "a c" {
		t.Errorf("ran %q", got)
	}
	if len(log.lines) != 1 || !strings.Contains(log.lines[0], "no mail today") || !strings.Contains(log.lines[0], "TestAfterCommitPanics") {
		t.Errorf("logged %q", log.lines)
	}
}

// dbresolver's own pools are observed as well, since it opens them with the
// configuration of the database.
func TestAfterCommitWithDBResolver(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		for _, prepare := range []bool{false, true} {
			for name, sources := range map[string]int{"default": 0, "source": 1, "sources": 2} {
				t.Run(fmt.Sprintf("%s/prepared=%t", name, prepare), func(t *testing.T) {
					t.Parallel()
					d := e.New(t)
					db, j := openObserved(t, d, &gorm.Config{PrepareStmt: prepare})
					config := dbresolver.Config{Replicas: []gorm.Dialector{d.Dialector()}}
					for range sources {
						config.Sources = append(config.Sources, d.Dialector())
					}
					resolver := dbresolver.Register(config).SetMaxOpenConns(3).SetMaxIdleConns(1).
						SetConnMaxLifetime(time.Minute).SetConnMaxIdleTime(time.Minute)
					mustBe(t, db.Use(resolver))
					t.Cleanup(func() {
						_ = resolver.Call(func(pool gorm.ConnPool) error {
							sqlDB, ok := unwrapPool(pool).(*sql.DB)
							if !ok || sqlDB.Stats().MaxOpenConnections != 3 {
								t.Errorf("the settings have not reached the pool %T", unwrapPool(pool))
								return nil
							}
							return sqlDB.Close()
						})
					})
					mustBe(t, create(db, "a"))
					j.want(t, "a")
					for _, begin := range []*gorm.DB{db, db.Clauses(dbresolver.Write)} {
						mustBe(t, begin.Transaction(func(tx *gorm.DB) error {
							_ = tx.Transaction(func(tx *gorm.DB) error { return errors.Join(create(tx, "b"), errTest) })
							return create(tx, fmt.Sprintf("c%p", begin))
						}))
						if got := j.take(t); len(got) != 2 || got[0] != "-b" || got[1][0] != 'c' {
							t.Errorf("ran %q", got)
						}
						if err := begin.Transaction(func(tx *gorm.DB) error { return errors.Join(create(tx, "d"), errTest) }); !errors.Is(err, errTest) {
							t.Error(err)
						}
						j.want(t, "-d")
					}
					mustBe(t, create(db.Session(&gorm.Session{PrepareStmt: true}), "e"))
					mustBe(t, create(db.Session(&gorm.Session{SkipDefaultTransaction: true}), "f"))
					j.want(t, "e", "f")
				})
			}
		}
	})
}

// Without a need for it the pool stays what it is.
func TestPoolIsWrappedOnlyWhereNeeded(t *testing.T) {
	t.Parallel()
	after := func(*HookContext, *User) {}
	for name, test := range map[string]struct {
		cfg  Config
		want bool
	}{
		"none":     {Config{}, false},
		"before":   {Config{Hooks: Hooks{User: ModelHooks[User]{BeforeCreate: func(*HookContext, *User) error { return nil }}}}, false},
		"create":   {Config{Hooks: Hooks{User: ModelHooks[User]{AfterCommitCreate: after}}}, true},
		"update":   {Config{Hooks: Hooks{Session: ModelHooks[Session]{AfterCommitUpdate: func(*HookContext, *Change[Session]) {}}}}, true},
		"delete":   {Config{Hooks: Hooks{Account: ModelHooks[Account]{AfterCommitDelete: func(*HookContext, *Account) {}}}}, true},
		"verified": {Config{Hooks: Hooks{Verification: ModelHooks[Verification]{AfterCommitDelete: func(*HookContext, *Verification) {}}}}, true},
		"models":   {Config{Hooks: Hooks{Models: map[string]AnyModelHooks{ModelUser: ModelHooks[User]{AfterCommitCreate: after}}}}, true},
		"pointer":  {Config{Hooks: Hooks{Models: map[string]AnyModelHooks{ModelUser: &ModelHooks[User]{AfterCommitCreate: after}}}}, true},
		"nothing":  {Config{Hooks: Hooks{Models: map[string]AnyModelHooks{ModelUser: (*ModelHooks[User])(nil), ModelSession: nil}}}, false},
		"plugin":   {Config{Plugins: []Plugin{hookingPlugin{}}}, true},
	} {
		if got := (&core{declaredHooks: declareHooks(test.cfg)}).observesCommits(); got != test.want {
			t.Errorf("%s: %t", name, got)
		}
	}
	for _, observes := range []bool{false, true} {
		db := openUnused(t)
		cfg := Config{}
		if observes {
			cfg = observing()
		}
		mustBe(t, db.Use(New(cfg)))
		if _, plain := db.ConnPool.(*sql.DB); plain == observes {
			t.Errorf("the pool is %T", db.ConnPool)
		}
	}
}

type hookingPlugin struct{}

func (hookingPlugin) ID() string           { return "hooking" }
func (hookingPlugin) Schema() PluginSchema { return PluginSchema{} }
func (hookingPlugin) Hooks() Hooks {
	return Hooks{User: ModelHooks[User]{AfterCommitCreate: func(*HookContext, *User) {}}}
}

// What is beneath the wrapping can be reached, prepared or not.
func TestPoolBeneath(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		for _, prepare := range []bool{false, true} {
			for _, cfg := range []Config{{}, observing()} {
				db := e.New(t).Open(t, &gorm.Config{PrepareStmt: prepare})
				mustBe(t, db.Use(New(cfg)))
				pool, err := db.DB()
				mustBe(t, err)
				mustBe(t, pool.PingContext(t.Context()))
				mustBe(t, db.ConnPool.(interface{ Ping() error }).Ping())
				if unwrapPool(db.ConnPool) != gorm.ConnPool(pool) {
					t.Errorf("unwrapped, the pool is a %T", unwrapPool(db.ConnPool))
				}
				if _, ok := SQLTx(db); ok {
					t.Error("SQLTx outside of a transaction")
				}
				mustBe(t, db.Transaction(func(tx *gorm.DB) error {
					for _, handle := range []*gorm.DB{tx, tx.Session(&gorm.Session{PrepareStmt: true})} {
						sqlTx, ok := SQLTx(handle)
						if !ok {
							t.Fatal("no *sql.Tx")
						}
						var one int
						mustBe(t, sqlTx.QueryRowContext(t.Context(), "SELECT 1").Scan(&one))
						if beneath, err := handle.DB(); err != nil || beneath != pool {
							t.Errorf("DB() of a transaction: %v, %v", beneath, err)
						}
						mustBe(t, runPrepared(t.Context(), pool, handle))
					}
					return nil
				}))
				tx := db.WithContext(cancelled(t)).Begin()
				if _, ok := SQLTx(tx); ok || tx.Error == nil {
					t.Errorf("a transaction on a context that is done: %v", tx.Error)
				}
				tx.Rollback()
			}
		}
	})
}

// runPrepared runs a statement that is prepared on the pool in the transaction.
func runPrepared(ctx context.Context, pool *sql.DB, tx *gorm.DB) error {
	onPool, err := pool.PrepareContext(ctx, "SELECT 1")
	if err != nil {
		return err
	}
	defer func() { _ = onPool.Close() }()
	stmt := tx.Statement.ConnPool.(gorm.Tx).StmtContext(ctx, onPool)
	defer func() { _ = stmt.Close() }()
	var one int
	return stmt.QueryRowContext(ctx).Scan(&one)
}

func cancelled(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

// A transaction that is never ended keeps nothing but itself alive.
func TestAbandonedTransactionIsCollected(t *testing.T) {
	t.Parallel()
	db := dbtest.Named(t, "sqlite-pure").Open(t, nil)
	mustBe(t, db.Use(New(observing())))
	var collected atomic.Bool
	afterCreate(t, db, func(c *core, tx *gorm.DB) error {
		kept := new([1 << 10]byte)
		runtime.AddCleanup(kept, func(gone *atomic.Bool) { gone.Store(true) }, &collected)
		return c.afterCommit(tx, func(context.Context) { kept[0]++ })
	})
	var beneath *sql.Tx
	func() {
		tx := db.Begin()
		mustBe(t, create(tx, "a"))
		beneath, _ = SQLTx(tx)
	}()
	for range 100 {
		if runtime.GC(); collected.Load() {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if !collected.Load() {
		t.Error("what was to run after the commit is still there")
	}
	mustBe(t, beneath.Rollback())
}

// Many goroutines in one transaction, and many transactions.
func TestAfterCommitConcurrently(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		db := e.New(t).Open(t, nil)
		mustBe(t, db.Use(New(observing())))
		c, err := From(db).ready()
		mustBe(t, err)
		var committedOnes, rolledBackOnes atomic.Int64
		count := func(_ context.Context, outcome commitOutcome) {
			if outcome == committed {
				committedOnes.Add(1)
			} else {
				rolledBackOnes.Add(1)
			}
		}
		var all sync.WaitGroup
		for i := range 16 {
			all.Go(func() {
				tx := db.WithContext(t.Context()).Begin()
				var within sync.WaitGroup
				for range 8 {
					within.Go(func() {
						handle := tx.Session(&gorm.Session{NewDB: true})
						if err := errors.Join(handle.Exec("SELECT 1").Error, c.afterEnd(handle, count)); err != nil {
							t.Error(err)
						}
					})
				}
				within.Wait()
				for range 2 { // only one of them ends it
					within.Go(func() {
						if handle := tx.Session(&gorm.Session{NewDB: true}); i%2 == 0 {
							handle.Commit()
						} else {
							handle.Rollback()
						}
					})
				}
				within.Wait()
				if err := c.afterEnd(tx, count); !errors.Is(err, sql.ErrTxDone) {
					t.Errorf("after the end: %v", err)
				}
			})
		}
		all.Wait()
		if committedOnes.Load() != 8*8 || rolledBackOnes.Load() != 8*8 {
			t.Errorf("%d were committed, %d were not", committedOnes.Load(), rolledBackOnes.Load())
		}
	})
}
