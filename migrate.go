package authplugin

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"

	"github.com/gorm-auth/authplugin/internal/dialect"
)

// migrationLock is the name of the lock that migrations take. All processes on
// one database share it.
const migrationLock = "authplugin:migrate"

// MigrateOption changes what [Auth.Migrate] does.
type MigrateOption func(*migrateOptions)

type migrateOptions struct {
	recommended bool
	// only restricts the migration to what the existing table of a model lacks.
	only *model
}

// WithRecommended also creates the indexes that are only recommended on tables
// which already exist, see [Plan.Recommended].
func WithRecommended() MigrateOption {
	return func(o *migrateOptions) { o.recommended = true }
}

// PlanMigration compares the database with the schema and changes nothing. It
// costs a constant number of catalog queries, plus one for each question that an
// addition to an existing table raises (does it have rows?).
func (a *Auth) PlanMigration(ctx context.Context) (*Plan, error) {
	c, err := a.ready()
	if err != nil {
		return nil, err
	}
	c.migrating.Lock()
	defer c.migrating.Unlock()
	return c.planOn(ctx, session(ctx, a.db))
}

// Migrate brings the database up to the schema. It only adds: tables, columns,
// indexes, foreign keys. It never alters or drops anything and rebuilds no
// table. What would be unsafe is refused whole, with an [*UnsafeMigrationError]
// that says how to mend it. On an up-to-date database it issues no DDL and takes
// no lock; otherwise it waits for other processes, so that any number of them
// may start at once. It must not be called on a transaction.
//
// On PostgreSQL, SQL Server and SQLite a migration that fails leaves nothing
// behind; MySQL commits each statement, and the next call goes on from there.
func (a *Auth) Migrate(ctx context.Context, options ...MigrateOption) error {
	c, err := a.ready()
	if err != nil {
		return err
	}
	var o migrateOptions
	for _, option := range options {
		option(&o)
	}
	db := session(ctx, a.db)
	if _, ok := db.Statement.ConnPool.(gorm.TxCommitter); ok {
		return errors.New("authplugin: Migrate must not be called on a transaction: it takes a connection of its own")
	}
	c.migrating.Lock()
	defer c.migrating.Unlock()
	plan, err := c.planOn(ctx, db)
	if err != nil && c.dialect.ErrorKind(err) != dialect.Retryable {
		return err
	}
	if err == nil && plan.done(o) {
		return nil
	}
	return c.migrate(ctx, db, o)
}

// done reports whether nothing is left to do.
func (p *Plan) done(o migrateOptions) bool {
	return p.Empty() && (!o.recommended || len(p.Recommended) == 0)
}

// session is a handle for one call, on the pool or transaction of db.
func session(ctx context.Context, db *gorm.DB) *gorm.DB {
	return db.Session(&gorm.Session{NewDB: true, Context: ctx})
}

// migrate plans again under the lock, since another process may have been
// quicker, and applies what is left, on the connection that holds the lock.
func (c *core) migrate(ctx context.Context, db *gorm.DB, o migrateOptions) (err error) {
	pool, err := db.DB()
	if err != nil {
		return fmt.Errorf("authplugin: cannot migrate on this connection pool: %w", err)
	}
	conn, err := pool.Conn(ctx)
	if err != nil {
		return fmt.Errorf("authplugin: cannot get a connection to migrate on: %w", err)
	}
	defer func() { _ = conn.Close() }()
	wait := c.cfg.MigrationLockTimeout
	if wait == 0 {
		wait = defaultMigrationLockTimeout
	}
	release, err := c.dialect.Lock(ctx, conn, migrationLock, wait)
	switch {
	case errors.Is(err, dialect.ErrLockTimeout):
		return fmt.Errorf("%w: %w", ErrMigrationLocked, err)
	case err != nil:
		return fmt.Errorf("authplugin: cannot take the migration lock: %w", err)
	}
	defer func() {
		done, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		if releaseErr := release(done, err == nil); err == nil && releaseErr != nil {
			err = fmt.Errorf("authplugin: cannot release the migration lock: %w", releaseErr)
		}
	}()
	own := session(ctx, db)
	own = own.Session(&gorm.Session{Context: ctx, SkipDefaultTransaction: true})
	own.Statement.ConnPool = conn
	plan, err := c.planOn(ctx, own)
	if err != nil {
		return err
	}
	steps, unsafe := plan.Steps, plan.Unsafe
	if o.only != nil {
		steps, unsafe = plan.of(o.only)
	}
	if len(unsafe) > 0 {
		return &UnsafeMigrationError{Steps: unsafe}
	}
	if o.recommended {
		steps = append(steps, plan.Recommended...)
	}
	return c.apply(ctx, own, conn, steps)
}

// apply runs the steps, in one transaction where DDL can be rolled back. On
// SQLite the lock is that transaction already.
func (c *core) apply(ctx context.Context, db *gorm.DB, conn *sql.Conn, steps []Step) (err error) {
	if c.dialect.TransactionalDDL() && c.dialect.Name() != "sqlite" {
		tx, err := conn.BeginTx(ctx, nil)
		if err != nil {
			return fmt.Errorf("authplugin: cannot begin the migration: %w", err)
		}
		db.Statement.ConnPool = tx
		if err := c.execSteps(db, steps); err != nil {
			_ = tx.Rollback()
			return err
		}
		if err := tx.Commit(); err != nil {
			return fmt.Errorf("authplugin: cannot commit the migration: %w", err)
		}
	} else if err := c.execSteps(db, steps); err != nil {
		return err
	}
	if prepared, ok := c.db.ConnPool.(*gorm.PreparedStmtDB); ok {
		prepared.Reset() // statements prepared before may expect the old columns
	}
	return nil
}

func (c *core) execSteps(db *gorm.DB, steps []Step) error {
	db = db.Set(ownDDL, true).Session(&gorm.Session{})
	for _, step := range steps {
		for _, statement := range step.SQL {
			// As a value of its own the text is taken as it is, ? and @ included.
			if err := db.Exec("?", clause.Expr{SQL: statement}).Error; err != nil {
				return fmt.Errorf("authplugin: cannot %s: %w", step, err)
			}
		}
	}
	return nil
}

// silent is a logger for statements that are only planned.
type silent struct{}

var _ logger.Interface = silent{}

func (s silent) LogMode(logger.LogLevel) logger.Interface                      { return s }
func (silent) Info(context.Context, string, ...any)                            {}
func (silent) Warn(context.Context, string, ...any)                            {}
func (silent) Error(context.Context, string, ...any)                           {}
func (silent) Trace(context.Context, time.Time, func() (string, int64), error) {}
