package authplugin

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-auth/authplugin/internal/dialect"
)

// migrationLock is the name of the lock that migrations take. All processes on
// one database share it.
const migrationLock = "authplugin:migrate"

// MigrateOption changes what [Auth.PlanMigration], [Auth.Migrate] and [Auth.Apply] do.
type MigrateOption func(*migrateOptions)

type migrateOptions struct {
	recommended  bool
	concurrently bool
	progress     func(MigrationProgress)
	// only restricts the migration to what the existing table of a model lacks.
	only *model
}

func migrateOptionsOf(options []MigrateOption) migrateOptions {
	var o migrateOptions
	for _, option := range options {
		option(&o)
	}
	return o
}

// WithRecommended also creates the indexes that are only recommended on tables
// which already exist, see [Plan.Recommended].
func WithRecommended() MigrateOption {
	return func(o *migrateOptions) { o.recommended = true }
}

// Concurrently keeps writers working while PostgreSQL builds indexes and checks
// foreign keys on tables that exist (CREATE INDEX CONCURRENTLY, NOT VALID and
// VALIDATE CONSTRAINT). These steps run outside of a transaction: when one fails,
// what was done before it stays, and the next call goes on from there. It has no
// effect on other databases.
func Concurrently() MigrateOption {
	return func(o *migrateOptions) { o.concurrently = true }
}

// WithProgress has a function called before and after each step, and whenever it has
// waited in vain for transactions of others, on the goroutine of the call. It must not
// use the database.
func WithProgress(report func(MigrationProgress)) MigrateOption {
	return func(o *migrateOptions) { o.progress = report }
}

// PlanMigration compares the database with the schema and changes nothing. It
// costs a constant number of catalog queries, plus one for each question that an
// addition to an existing table raises (does it have rows?).
func (a *Auth) PlanMigration(ctx context.Context, options ...MigrateOption) (*Plan, error) {
	c, err := a.ready()
	if err != nil {
		return nil, err
	}
	c.migrating.Lock()
	defer c.migrating.Unlock()
	return c.planOn(ctx, session(ctx, a.db), migrateOptionsOf(options))
}

// Migrate brings the database up to the schema. It only adds: tables, columns,
// indexes, foreign keys. It never alters or drops anything and rebuilds no
// table. What would be unsafe is refused whole, with an [*UnsafeMigrationError]
// that says how to mend it. On an up-to-date database it issues no DDL and takes
// no lock; otherwise it waits for other processes, so that any number of them
// may start at once. It must not be called on a transaction.
//
// On PostgreSQL, SQL Server and SQLite a migration that fails leaves nothing
// behind; MySQL commits each statement, and the next call goes on from there. The
// error of a step is a [*MigrationError].
//
// A step that has to wait for transactions of others gives up after one second,
// so that those who come after do not wait behind it, and is tried again until
// [Config.MigrationLockTimeout] has passed (not on SQLite). GORM's logger gets
// a warning about the first time, [WithProgress] is called about each.
func (a *Auth) Migrate(ctx context.Context, options ...MigrateOption) error {
	_, err := a.migrateTo(ctx, nil, migrateOptionsOf(options))
	return err
}

// Apply applies a plan that was made before, perhaps by another process, and
// reviewed: its steps, and no others. Under the lock it plans again: steps that
// have been applied meanwhile are skipped, so that a plan that failed half-way can
// be given again; a step that would be another statement now, or that this
// configuration does not know, is [ErrPlanOutdated]. The result says what was done, also when there is an error.
//
// The recommended indexes of the plan are applied with [WithRecommended] only.
// Options must be those that the plan was made with.
func (a *Auth) Apply(ctx context.Context, plan *Plan, options ...MigrateOption) (*MigrationResult, error) {
	if plan == nil {
		return newMigrationResult(), errors.New("authplugin: Apply was given no plan; make one with PlanMigration")
	}
	return a.migrateTo(ctx, plan, migrateOptionsOf(options))
}

// migrateTo applies a reviewed plan, or what is missing when there is none.
func (a *Auth) migrateTo(ctx context.Context, reviewed *Plan, o migrateOptions) (*MigrationResult, error) {
	result := newMigrationResult()
	c, err := a.ready()
	if err != nil {
		return result, err
	}
	db := session(ctx, a.db)
	if _, ok := db.Statement.ConnPool.(gorm.TxCommitter); ok {
		return result, errors.New("authplugin: Migrate must not be called on a transaction: it takes a connection of its own")
	}
	if reviewed != nil {
		if err := c.check(reviewed); err != nil {
			return result, err
		}
	}
	c.migrating.Lock()
	defer c.migrating.Unlock()
	plan, err := c.planOn(ctx, db, o)
	if err != nil && c.dialect.ErrorKind(err) != dialect.Retryable {
		return result, err
	}
	if err == nil && plan.done(o) {
		if reviewed != nil {
			_, result.Skipped, err = reviewed.remaining(nil, c.stepsKnown(), o)
		}
		return result, err
	}
	return result, c.migrate(ctx, db, reviewed, o, result)
}

// check refuses a plan that cannot be for this database.
func (c *core) check(plan *Plan) error {
	if plan.Dialect != c.dialect.Name() {
		return fmt.Errorf("authplugin: the plan is for %q, the database is %s", plan.Dialect, c.dialect.Name())
	}
	if len(plan.Unsafe) > 0 {
		return &UnsafeMigrationError{Steps: plan.Unsafe}
	}
	return nil
}

// done reports whether nothing is left to do.
func (p *Plan) done(o migrateOptions) bool {
	return p.Empty() && (!o.recommended || len(p.Recommended) == 0)
}

// asked are the steps that the options ask for.
func (p *Plan) asked(o migrateOptions) []Step {
	if o.recommended {
		return slices.Concat(p.Steps, p.Recommended)
	}
	return p.Steps
}

// session is a handle for one call, on the pool or transaction of db.
func session(ctx context.Context, db *gorm.DB) *gorm.DB {
	return db.Session(&gorm.Session{NewDB: true, Context: ctx})
}

// migrate plans again under the lock, since another process may have been
// quicker, and applies what is left, on the connection that holds the lock.
func (c *core) migrate(ctx context.Context, db *gorm.DB, reviewed *Plan, o migrateOptions, result *MigrationResult) error {
	err := c.underLock(ctx, db, func(conn *sql.Conn) error {
		own := session(ctx, db).Session(&gorm.Session{Context: ctx, SkipDefaultTransaction: true})
		own.Statement.ConnPool = conn
		plan, err := c.planOn(ctx, own, o)
		if err != nil {
			return err
		}
		steps, unsafe := plan.asked(o), plan.Unsafe
		if o.only != nil {
			steps, unsafe = plan.of(o.only)
		}
		if len(unsafe) > 0 {
			return &UnsafeMigrationError{Steps: unsafe}
		}
		if reviewed != nil {
			if steps, result.Skipped, err = reviewed.remaining(steps, c.stepsKnown(), o); err != nil {
				return err
			}
		}
		for _, d := range plan.Drift {
			if d.Kind == DriftRename && reviewed == nil {
				db.Logger.Warn(ctx, "authplugin: %s", d)
			}
		}
		return c.apply(ctx, own, conn, steps, o, result)
	})
	if err != nil && c.dialect.Name() == "sqlite" { // whose lock is the transaction
		result.rollBack()
	}
	return err
}

// underLock runs a function on a connection that holds the migration lock.
func (c *core) underLock(ctx context.Context, db *gorm.DB, run func(conn *sql.Conn) error) (err error) {
	pool, err := db.DB()
	if err != nil {
		return fmt.Errorf("authplugin: cannot migrate on this connection pool: %w", err)
	}
	conn, err := pool.Conn(ctx)
	if err != nil {
		return fmt.Errorf("authplugin: cannot get a connection to migrate on: %w", err)
	}
	defer func() { _ = conn.Close() }()
	release, err := c.dialect.Lock(ctx, conn, migrationLock, c.migrationPatience())
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
	return run(conn)
}

// migrationPatience is how long a migration waits for others.
func (c *core) migrationPatience() time.Duration {
	return orDefault(c.cfg.MigrationLockTimeout, defaultMigrationLockTimeout)
}

// silent is a logger for statements that are only planned.
type silent struct{}

var _ logger.Interface = silent{}

// LogMode implements logger.Interface.
func (s silent) LogMode(logger.LogLevel) logger.Interface { return s }

// Info implements logger.Interface.
func (silent) Info(context.Context, string, ...any) {}

// Warn implements logger.Interface.
func (silent) Warn(context.Context, string, ...any) {}

// Error implements logger.Interface.
func (silent) Error(context.Context, string, ...any) {}

// Trace implements logger.Interface.
func (silent) Trace(context.Context, time.Time, func() (string, int64), error) {}
