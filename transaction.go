package authplugin

import (
	"context"
	"database/sql"
	"errors"
	"math/rand/v2"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// TransactionOption changes how [Auth.Transaction] runs.
type TransactionOption func(*transactionOptions)

type transactionOptions struct {
	retries int
	sql     *sql.TxOptions
}

// Retry runs the function again, up to n more times, when the database gave up
// on the transaction ([ErrConflict]). The function must be one that can be run
// again: what it did outside of the database is not undone. Defaults to 0.
func Retry(n int) TransactionOption {
	return func(o *transactionOptions) { o.retries = n }
}

// TxOptions sets the isolation level. It has no effect within a transaction.
func TxOptions(opts *sql.TxOptions) TransactionOption {
	return func(o *transactionOptions) { o.sql = opts }
}

// Transaction runs fn in a transaction: what fn does through tx is committed
// when it returns nil, and rolled back when it returns an error or panics. The
// error of fn is returned as it is. Within a transaction it makes a savepoint,
// to which an error of fn rolls back.
func (a *Auth) Transaction(ctx context.Context, fn func(tx *Auth) error, opts ...TransactionOption) error {
	c, db, err := a.handle(ctx)
	if err != nil {
		return err
	}
	var o transactionOptions
	for _, opt := range opts {
		opt(&o)
	}
	run := func() error {
		var own error
		err := db.Transaction(func(tx *gorm.DB) error {
			own = fn(a.WithDB(tx))
			return own
		}, o.sql)
		if own != nil {
			return err
		}
		return because(ctx, err)
	}
	if inTransaction(db) {
		return run() // the database has given up on the outer one, too
	}
	return c.retry(ctx, o.retries, run)
}

// Atomically runs fn in a transaction as the library's own operations run in theirs,
// and is what an operation of a plugin that writes more than once runs in. When the
// database gives up on it, it is run again, so that what it does outside of the
// database must be left for afterwards, or to AfterCommit hooks. On SQLite it is
// the only one that writes from its beginning. Within a transaction it makes a
// savepoint and is not run again.
//
// Errors of the database that fn returns become the library's: [ErrDuplicate] and
// its like. All others are returned as they are.
func (a *Auth) Atomically(ctx context.Context, fn func(tx *Auth) error) error {
	c, db, err := a.handle(ctx)
	if err != nil {
		return err
	}
	nested := inTransaction(db)
	return c.atomically(db, func(tx *gorm.DB) error {
		if nested {
			if err := c.lockWriters(tx); err != nil {
				return err
			}
		}
		return fn(a.WithDB(tx))
	})
}

// DB is a handle of GORM for one operation: a new session with the context, in the
// transaction that the Auth is bound to. With dbresolver, it goes to the primary.
// Before db.Use its statements fail with [ErrNotInitialized].
func (a *Auth) DB(ctx context.Context) *gorm.DB {
	_, db, err := a.handle(ctx)
	if err != nil {
		unbound, _ := gorm.Open(nil, &gorm.Config{Logger: silent{}})
		_ = unbound.AddError(err)
		return unbound
	}
	return db
}

// Now is the time by [Config.Clock].
func (a *Auth) Now() time.Time {
	if a == nil || a.state == nil {
		return time.Now()
	}
	return a.cfg.clock()()
}

// handle is the core, and a session of GORM with the context on this Auth's handle.
func (a *Auth) handle(ctx context.Context) (*core, *gorm.DB, error) {
	c, err := a.ready()
	if err != nil {
		return nil, nil, err
	}
	return c, c.session(ctx, a.db), nil
}

// session is a session of GORM on a handle. Its reads go to the primary of
// dbresolver: replicas lag, and what has just been written must be found.
func (c *core) session(ctx context.Context, db *gorm.DB) *gorm.DB {
	s := db.Session(&gorm.Session{NewDB: true, Context: ctx})
	if _, ok := db.Plugins[resolverPlugin]; ok {
		s = s.Set(resolverWrite, struct{}{}).Session(&gorm.Session{})
	}
	return s
}

// What dbresolver calls itself, and the setting that sends a statement to the
// primary.
const (
	resolverPlugin = "gorm:db_resolver"
	resolverWrite  = "gorm:db_resolver:write"
)

// outcome is the error of an operation on a model, in the library's terms.
func (c *core) outcome(m *model, err error) error {
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return ErrNotFound
	}
	return c.translate(m, err)
}

// inTransaction reports whether a handle is that of a transaction.
func inTransaction(db *gorm.DB) bool { return inTransactionPool(db.Statement.ConnPool) }

func inTransactionPool(pool gorm.ConnPool) bool {
	committer, ok := pool.(gorm.TxCommitter)
	return ok && committer != nil
}

// ownRetries is how often the library's own transactions are run again.
const ownRetries = 50

// atomically runs an operation of the library in a transaction, and again when
// the database gives up on it. In a transaction of the caller it makes a
// savepoint, so that an operation that fails leaves nothing behind.
func (c *core) atomically(db *gorm.DB, fn func(tx *gorm.DB) error) error {
	ctx := db.Statement.Context
	if inTransaction(db) {
		return because(ctx, db.Transaction(fn))
	}
	if c.dialect.Name() == "sqlite" {
		c.hot.lockWriters.prepare(ctx, db.Statement.ConnPool)
	}
	return because(ctx, c.retry(ctx, ownRetries, func() error {
		return c.transact(ctx, db, func(tx *gorm.DB) error {
			if err := c.lockWriters(tx); err != nil {
				return err
			}
			return fn(tx)
		})
	}))
}

// transact is db.Transaction at less than half its cost. tx is a fresh session.
// Where the level that the database has by default will not do, it asks for another.
func (c *core) transact(ctx context.Context, db *gorm.DB, fn func(tx *gorm.DB) error) error {
	err := c.transactAt(ctx, db, nil, fn)
	if errors.Is(err, ErrStaleSnapshot) {
		return c.transactAt(ctx, db, &sql.TxOptions{Isolation: sql.LevelReadCommitted}, fn)
	}
	return err
}

func (c *core) transactAt(ctx context.Context, db *gorm.DB, opts *sql.TxOptions, fn func(tx *gorm.DB) error) error {
	pool, err := begin(ctx, db.Statement.ConnPool, opts)
	if err != nil {
		return err
	}
	if c.observesCommits() && observedTx(pool) == nil {
		pool = observe(pool, c.dialect.Name()) // of a connection that is not wrapped
	}
	committer, ok := pool.(gorm.TxCommitter)
	if !ok {
		return gorm.ErrInvalidTransaction
	}
	done := false
	defer func() {
		if !done { // fn has failed or panics
			_ = committer.Rollback()
		}
	}()
	if err := fn(sessionOn(ctx, db, pool)); err != nil {
		return err
	}
	done = true
	return committer.Commit()
}

// begin opens a transaction on a pool, as GORM does.
func begin(ctx context.Context, pool gorm.ConnPool, opts *sql.TxOptions) (gorm.ConnPool, error) {
	switch p := pool.(type) {
	case gorm.TxBeginner:
		return p.BeginTx(ctx, opts)
	case gorm.ConnPoolBeginner:
		return p.BeginTx(ctx, opts)
	default:
		return nil, gorm.ErrInvalidTransaction
	}
}

// sessionOn is a session on another pool.
func sessionOn(ctx context.Context, db *gorm.DB, pool gorm.ConnPool) *gorm.DB {
	tx := &gorm.DB{Config: db.Config}
	tx.Statement = &gorm.Statement{
		DB: tx, ConnPool: pool, Context: ctx, Clauses: map[string]clause.Clause{}, SkipHooks: db.Statement.SkipHooks,
	}
	return tx.Session(&gorm.Session{NewDB: true})
}

// lockWriters makes a transaction of SQLite a writing one from its first
// statement. One that reads first and writes then fails, without waiting, when
// another has written in between.
func (c *core) lockWriters(tx *gorm.DB) error {
	if c.dialect.Name() != "sqlite" {
		return nil
	}
	_, err := c.hot.lockWriters.exec(tx.Statement.Context, tx.Statement.ConnPool, c.pool, nil)
	return c.translate(c.schema.models[0], err)
}

// retry runs a function again while the database gives up on what it does.
func (c *core) retry(ctx context.Context, retries int, run func() error) error {
	for attempt := 0; ; attempt++ {
		err := run()
		if err == nil || attempt >= retries || !c.retryable(err) {
			return err
		}
		timer := time.NewTimer(backoff(attempt))
		select {
		case <-ctx.Done():
			timer.Stop()
			return err
		case <-timer.C:
		}
	}
}

func (c *core) retryable(err error) bool {
	return errors.Is(err, ErrConflict) || errors.Is(c.errorKind(err), ErrConflict)
}

// backoff is a random time that grows with each attempt, up to 100 ms.
func backoff(attempt int) time.Duration {
	limit := min(time.Millisecond<<min(attempt, 10), 100*time.Millisecond)
	return time.Duration(rand.Int64N(int64(limit))) + time.Millisecond/4 //nolint:gosec // a pause is no secret
}
