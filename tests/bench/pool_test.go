package bench

import (
	"context"
	"database/sql"
	"sync/atomic"

	"gorm.io/gorm"
)

// countingPool is a connection pool for GORM that counts what is sent through
// it: every statement, BEGIN, COMMIT and ROLLBACK included.
type countingPool struct {
	pool *sql.DB
	sent *atomic.Int64
}

var (
	_ gorm.ConnPool         = (*countingPool)(nil)
	_ gorm.ConnPoolBeginner = (*countingPool)(nil)
	_ gorm.GetDBConnector   = (*countingPool)(nil)
)

func (p *countingPool) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	p.sent.Add(1)
	return p.pool.PrepareContext(ctx, query)
}

func (p *countingPool) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	p.sent.Add(1)
	return p.pool.ExecContext(ctx, query, args...)
}

func (p *countingPool) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	p.sent.Add(1)
	return p.pool.QueryContext(ctx, query, args...)
}

func (p *countingPool) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	p.sent.Add(1)
	return p.pool.QueryRowContext(ctx, query, args...)
}

// BeginTx implements gorm.ConnPoolBeginner.
func (p *countingPool) BeginTx(ctx context.Context, opts *sql.TxOptions) (gorm.ConnPool, error) {
	p.sent.Add(1)
	tx, err := p.pool.BeginTx(ctx, opts)
	if err != nil {
		return nil, err
	}
	return &countingTx{tx: tx, sent: p.sent}, nil
}

// GetDBConn implements gorm.GetDBConnector.
func (p *countingPool) GetDBConn() (*sql.DB, error) { return p.pool, nil }

type countingTx struct {
	tx   *sql.Tx
	sent *atomic.Int64
}

var (
	_ gorm.ConnPool    = (*countingTx)(nil)
	_ gorm.TxCommitter = (*countingTx)(nil)
)

func (t *countingTx) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	t.sent.Add(1)
	return t.tx.PrepareContext(ctx, query)
}

func (t *countingTx) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	t.sent.Add(1)
	return t.tx.ExecContext(ctx, query, args...)
}

func (t *countingTx) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	t.sent.Add(1)
	return t.tx.QueryContext(ctx, query, args...)
}

func (t *countingTx) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	t.sent.Add(1)
	return t.tx.QueryRowContext(ctx, query, args...)
}

func (t *countingTx) Commit() error {
	t.sent.Add(1)
	return t.tx.Commit()
}

func (t *countingTx) Rollback() error {
	t.sent.Add(1)
	return t.tx.Rollback()
}

// prepared is a prepared statement that counts how often it is sent.
type prepared struct {
	stmt *sql.Stmt
	sent *atomic.Int64
}

func (p prepared) exec(ctx context.Context, args ...any) error {
	p.sent.Add(1)
	_, err := p.stmt.ExecContext(ctx, args...)
	return err
}

func (p prepared) queryRow(ctx context.Context, args ...any) *sql.Row {
	p.sent.Add(1)
	return p.stmt.QueryRowContext(ctx, args...)
}

func (p prepared) query(ctx context.Context, args ...any) (*sql.Rows, error) {
	p.sent.Add(1)
	return p.stmt.QueryContext(ctx, args...)
}
