package databasestore

import (
	"context"
	"database/sql"

	"gorm.io/gorm"
)

// target is where a statement goes: to a pool or a transaction, or to the pool's
// prepared statement if there is one.
type target struct {
	pool     gorm.ConnPool
	sql      string
	prepared *sql.Stmt
}

func (t target) exec(ctx context.Context, args []any) (sql.Result, error) {
	if t.prepared != nil {
		return t.prepared.ExecContext(ctx, args...)
	}
	return t.pool.ExecContext(ctx, t.sql, args...)
}

func (t target) query(ctx context.Context, args []any) (*sql.Rows, error) {
	if t.prepared != nil {
		return t.prepared.QueryContext(ctx, args...)
	}
	return t.pool.QueryContext(ctx, t.sql, args...)
}

// prepare gives the statement as it is prepared on a pool, nil if it cannot be. It
// lives as long as the pool.
func (s *statement) prepare(ctx context.Context, pool gorm.ConnPool) *sql.Stmt {
	if prepared := s.prepared.Load(); prepared != nil {
		return prepared
	}
	prepared, err := pool.PrepareContext(ctx, s.sql)
	if err != nil {
		return nil
	}
	if s.prepared.CompareAndSwap(nil, prepared) {
		return prepared
	}
	defer func() { _ = prepared.Close() }() // another one was quicker
	return s.prepared.Load()
}
