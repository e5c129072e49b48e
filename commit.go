package authplugin

import (
	"context"
	"runtime/debug"
	"time"

	"gorm.io/gorm"
)

// commitOutcome is how a transaction ended, or the part of it within a savepoint.
type commitOutcome uint8

const (
	// committed: the database has said so.
	committed commitOutcome = iota
	// rolledBack: by the application or by its savepoint.
	rolledBack
	// unknown: Commit returned an error, after which the database may have
	// committed or not; or the transaction was ended behind GORM's back.
	unknown
)

// afterEndTimeout limits what runs after a transaction, which no longer has the
// limit of the request.
const afterEndTimeout = 30 * time.Second

// afterCommit has f run once the outermost transaction of db is committed, and
// never when it, or the savepoint within which afterCommit was called, is rolled
// back, or when it cannot be known. The rules are those of [core.afterEnd].
func (c *core) afterCommit(db *gorm.DB, f func(ctx context.Context)) error {
	return c.afterEnd(db, func(ctx context.Context, outcome commitOutcome) {
		if outcome == committed {
			f(ctx)
		}
	})
}

// afterEnd has f run once the outermost transaction of db has ended, and tells
// it how. The functions of a transaction run one after the other, in the order
// of the calls, in the goroutine that ends it, before Commit or Rollback
// returns; the connection is free again by then, except in db.Connection, whose
// caller keeps it. A transaction that is neither committed nor rolled back
// through GORM runs none; database/sql rolls it back when its context ends.
//
// The context of f has the values of the statement's, and a time limit of its
// own instead of its cancellation. A panic in f is logged and goes no further.
//
// Without a transaction (SkipDefaultTransaction) f runs at once. So a callback
// calls afterEnd after its statement, and before GORM's
// "gorm:commit_or_rollback_transaction", which takes the transaction away.
//
// It returns ErrUnobservedTransaction in a transaction whose end the library
// does not see; then f never runs, and the write has to fail. In a transaction
// that has ended it returns sql.ErrTxDone. It may be called concurrently.
func (c *core) afterEnd(db *gorm.DB, f func(ctx context.Context, outcome commitOutcome)) error {
	ctx, log := context.WithoutCancel(db.Statement.Context), db.Logger
	run := func(outcome commitOutcome) {
		ctx, cancel := context.WithTimeout(ctx, afterEndTimeout)
		defer cancel()
		defer func() {
			if p := recover(); p != nil {
				log.Error(ctx, "authplugin: panic after the end of a transaction: %v\n%s", p, debug.Stack())
			}
		}()
		f(ctx, outcome)
	}
	if tx := observedTx(db.Statement.ConnPool); tx != nil {
		return tx.queue.add(run)
	}
	if inTransaction(db) {
		return ErrUnobservedTransaction
	}
	run(committed)
	return nil
}

// observesCommits reports whether anything has to run after commits. Only then
// is the pool wrapped, since a transaction of a wrapped pool is no *sql.Tx.
func (c *core) observesCommits() bool {
	if c.sessionsIn.inStorage() || c.verificationsIn.inStorage() {
		return true
	}
	for _, list := range c.hooks {
		for _, hooks := range list {
			for _, phases := range hooks.byOp {
				if phases[afterCommitted] != nil {
					return true
				}
			}
		}
	}
	return false
}
