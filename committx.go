package authplugin

import (
	"context"
	"database/sql"
	"errors"

	"gorm.io/gorm"
)

// commitTx is a transaction that keeps what is to run after its end.
type commitTx struct {
	gorm.Tx
	queue commitQueue
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

// Commit implements gorm.TxCommitter: it commits, and runs what was waiting.
func (t *commitTx) Commit() error {
	calls := t.queue.close()
	err := t.Tx.Commit()
	outcome := committed
	if err != nil {
		outcome = unknown
	}
	runCalls(calls, outcome)
	return err
}

// Rollback implements gorm.TxCommitter.
func (t *commitTx) Rollback() error {
	calls := t.queue.close()
	err := t.Tx.Rollback()
	outcome := rolledBack
	if errors.Is(err, sql.ErrTxDone) {
		outcome = unknown // the application may have committed the *sql.Tx
	}
	runCalls(calls, outcome)
	return err
}

// GetDBConn implements gorm.GetDBConnector. GORM knows the way from a *sql.Tx to
// its pool.
func (t *commitTx) GetDBConn() (*sql.DB, error) {
	return (&gorm.DB{Config: &gorm.Config{ConnPool: t.Tx}}).DB()
}
