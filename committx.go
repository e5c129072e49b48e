package authplugin

import (
	"context"
	"database/sql"
	"errors"
	"sync"

	"gorm.io/gorm"
)

// commitTx is a transaction that keeps what is to run after its end.
type commitTx struct {
	gorm.Tx
	queue commitQueue
	// ending keeps those apart who end the transaction at the same time.
	ending sync.Mutex
}

var (
	_ gorm.Tx             = (*commitTx)(nil)
	_ gorm.GetDBConnector = (*commitTx)(nil)
)

// observe wraps a transaction, inside of GORM's prepared statements. What GORM
// could not prepare statements on is handed back, and stays unobserved.
func observe(tx gorm.ConnPool, dialect string) gorm.ConnPool {
	switch t := tx.(type) {
	case *gorm.PreparedStmtTX:
		return &gorm.PreparedStmtTX{PreparedStmtDB: t.PreparedStmtDB, Tx: &commitTx{Tx: t.Tx, queue: commitQueue{dialect: dialect}}}
	case gorm.Tx:
		return &commitTx{Tx: t, queue: commitQueue{dialect: dialect}}
	default:
		return tx
	}
}

// ExecContext implements gorm.ConnPool.
func (t *commitTx) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	result, err := t.Tx.ExecContext(ctx, query, args...)
	if mayMarkSavepoint(query) {
		t.queue.mark(query, err)
	}
	return result, err
}

// QueryContext implements gorm.ConnPool.
func (t *commitTx) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	rows, err := t.Tx.QueryContext(ctx, query, args...)
	if mayMarkSavepoint(query) {
		t.queue.mark(query, err)
	}
	return rows, err
}

// QueryRowContext implements gorm.ConnPool.
func (t *commitTx) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	row := t.Tx.QueryRowContext(ctx, query, args...)
	if mayMarkSavepoint(query) {
		t.queue.mark(query, row.Err())
	}
	return row
}

// Commit implements gorm.TxCommitter: it commits, and runs what was waiting. When
// something fails that has to be done before, it rolls back.
func (t *commitTx) Commit() error {
	t.ending.Lock()
	calls := t.queue.close()
	before := joined(calls)
	if before != nil {
		if err := before.prepare(t.Tx); err != nil {
			rollbackErr := t.Tx.Rollback()
			t.ending.Unlock()
			runCalls(calls, afterRollback(rollbackErr))
			return err
		}
	}
	err := t.Tx.Commit()
	t.ending.Unlock()
	outcome := committed
	if err != nil {
		outcome = unknown
	}
	if before != nil {
		before.settle(outcome)
	}
	runCalls(calls, outcome)
	return err
}

// Rollback implements gorm.TxCommitter. Of two who end the transaction, the first one
// tells the outcome; the other is told by database/sql that it comes too late.
func (t *commitTx) Rollback() error {
	t.ending.Lock()
	calls := t.queue.close()
	err := t.Tx.Rollback()
	t.ending.Unlock()
	runCalls(calls, afterRollback(err))
	return err
}

func afterRollback(err error) commitOutcome {
	if errors.Is(err, sql.ErrTxDone) {
		return unknown // the application may have committed the *sql.Tx
	}
	return rolledBack
}

// GetDBConn implements gorm.GetDBConnector. GORM knows the way from a *sql.Tx to
// its pool.
func (t *commitTx) GetDBConn() (*sql.DB, error) {
	return (&gorm.DB{Config: &gorm.Config{ConnPool: t.Tx}}).DB()
}
