package tests

import (
	"context"
	"database/sql"
	"strings"
	"sync"

	"gorm.io/gorm"
)

// recordingPool is a connection pool of the application's own kind, which notes
// what goes through it.
type recordingPool struct {
	pool  *sql.DB
	notes *recordedStatements
}

type recordedStatements struct {
	mutex sync.Mutex
	list  []recordedStatement
}

type recordedStatement struct {
	text string
	args []any
}

var (
	_ gorm.ConnPool         = (*recordingPool)(nil)
	_ gorm.ConnPoolBeginner = (*recordingPool)(nil)
	_ gorm.GetDBConnector   = (*recordingPool)(nil)
	_ gorm.Tx               = (*recordingTx)(nil)
)

// recordOn has everything that a handle sends noted.
func recordOn(db *gorm.DB, pool *sql.DB) *recordedStatements {
	notes := &recordedStatements{}
	db.ConnPool = &recordingPool{pool: pool, notes: notes}
	db.Statement.ConnPool = db.ConnPool
	return notes
}

func (r *recordedStatements) note(text string, args []any) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.list = append(r.list, recordedStatement{text, args})
}

// taken returns what was noted since the last call.
func (r *recordedStatements) taken() []recordedStatement {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	list := r.list
	r.list = nil
	return list
}

// has reports whether a statement with a verb on a table is among the list.
func has(list []recordedStatement, verb, table string) bool {
	for _, s := range list {
		if strings.HasPrefix(s.text, verb) && strings.Contains(s.text, table) || strings.Contains(s.text, verb+" INTO \""+table) {
			return true
		}
	}
	return false
}

func (p *recordingPool) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	p.notes.note(query, nil)
	return p.pool.PrepareContext(ctx, query)
}

func (p *recordingPool) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	p.notes.note(query, args)
	return p.pool.ExecContext(ctx, query, args...)
}

func (p *recordingPool) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	p.notes.note(query, args)
	return p.pool.QueryContext(ctx, query, args...)
}

func (p *recordingPool) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	p.notes.note(query, args)
	return p.pool.QueryRowContext(ctx, query, args...)
}

func (p *recordingPool) BeginTx(ctx context.Context, opts *sql.TxOptions) (gorm.ConnPool, error) {
	tx, err := p.pool.BeginTx(ctx, opts)
	if err != nil {
		return nil, err
	}
	return &recordingTx{Tx: tx, notes: p.notes}, nil
}

func (p *recordingPool) GetDBConn() (*sql.DB, error) { return p.pool, nil }

type recordingTx struct {
	*sql.Tx

	notes *recordedStatements
}

func (t *recordingTx) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	t.notes.note(query, args)
	return t.Tx.ExecContext(ctx, query, args...)
}

func (t *recordingTx) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	t.notes.note(query, args)
	return t.Tx.QueryContext(ctx, query, args...)
}

func (t *recordingTx) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	t.notes.note(query, args)
	return t.Tx.QueryRowContext(ctx, query, args...)
}
