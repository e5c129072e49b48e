package authplugin

import (
	"database/sql"
	"errors"
	"testing"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// A transaction whose end nobody tells of fails the write.
func TestUnobservedTransaction(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d := e.New(t)
		db, j := openObserved(t, d, nil)
		refused := func(what string, err error) {
			t.Helper()
			if !errors.Is(err, ErrUnobservedTransaction) {
				t.Errorf("%s: %v", what, err)
			}
		}
		pool, err := db.DB()
		mustBe(t, err)
		withTx := func(do func(tx *sql.Tx)) {
			tx, err := pool.BeginTx(t.Context(), nil)
			mustBe(t, err)
			defer func() { mustBe(t, tx.Rollback()) }()
			do(tx)
		}
		withTx(func(tx *sql.Tx) {
			raw := db.Session(&gorm.Session{NewDB: true, Context: t.Context()})
			raw.Statement.ConnPool = tx
			refused("a *sql.Tx", create(raw, "a"))
		})
		withTx(func(tx *sql.Tx) {
			raw := db.Session(&gorm.Session{NewDB: true, Context: t.Context()})
			raw.Statement.ConnPool = tx
			refused("a prepared *sql.Tx", create(raw.Session(&gorm.Session{PrepareStmt: true}), "a"))
		})
		refused("a transaction on a connection", db.Connection(func(tx *gorm.DB) error {
			return tx.Transaction(func(tx *gorm.DB) error { return create(tx, "a") })
		}))
		early := d.Open(t, nil)
		handle := early.Session(&gorm.Session{Context: t.Context()})
		mustBe(t, early.Use(New(observing())))
		earlyJournal := keepJournal(t, early)
		refused("a transaction of a handle older than db.Use", handle.Transaction(func(tx *gorm.DB) error { return create(tx, "a") }))
		mustBe(t, create(handle, "b"))
		earlyJournal.want(t, "b")
		j.want(t)
		var n int64
		if mustBe(t, db.Model(&User{}).Count(&n).Error); n != 1 {
			t.Errorf("%d users", n)
		}
	})
}

// gorm.Open on a transaction.
func TestUnobservedTransactionOfOpen(t *testing.T) {
	t.Parallel()
	d := dbtest.Named(t, "sqlite-pure").New(t)
	_, _ = openObserved(t, d, nil) // makes the tables
	tx, err := d.Pool(t).BeginTx(t.Context(), nil)
	mustBe(t, err)
	defer func() { mustBe(t, tx.Rollback()) }()
	db, err := gorm.Open(onPool{d.Dialector(), tx}, &gorm.Config{Logger: logger.Discard})
	mustBe(t, err)
	cfg := observing()
	cfg.AutoMigrate = false
	mustBe(t, db.Use(New(cfg)))
	keepJournal(t, db)
	if err := create(db, "a"); !errors.Is(err, ErrUnobservedTransaction) {
		t.Error(err)
	}
}

// onPool opens a dialector on another pool.
type onPool struct {
	gorm.Dialector

	pool gorm.ConnPool
}

func (o onPool) Initialize(db *gorm.DB) error {
	if err := o.Dialector.Initialize(db); err != nil {
		return err
	}
	if pool, ok := db.ConnPool.(*sql.DB); ok {
		_ = pool.Close()
	}
	db.ConnPool = o.pool
	return nil
}
