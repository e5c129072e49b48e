package tests

import (
	"context"
	"database/sql"
	"errors"
	"sync/atomic"

	"gorm.io/gorm"
)

func asError(err error, target any) bool { return err != nil && errors.As(err, target) }

// countingPool counts the statements that reach a connection pool, whoever sends them.
type countingPool struct {
	gorm.ConnPool
	n atomic.Int64
}

func (p *countingPool) reset()     { p.n.Store(0) }
func (p *countingPool) count() int { return int(p.n.Load()) }

func (p *countingPool) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	p.n.Add(1)
	return p.ConnPool.ExecContext(ctx, query, args...)
}

func (p *countingPool) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	p.n.Add(1)
	return p.ConnPool.QueryContext(ctx, query, args...)
}

func (p *countingPool) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	p.n.Add(1)
	return p.ConnPool.QueryRowContext(ctx, query, args...)
}

func (p *countingPool) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	p.n.Add(1)
	return p.ConnPool.PrepareContext(ctx, query)
}
