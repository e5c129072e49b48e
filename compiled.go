package authplugin

import (
	"context"
	"database/sql"
	"strings"
	"sync"
	"sync/atomic"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// compiled is a statement whose text never changes: it is made once from the
// bound schema, and kept prepared on each *sql.DB that it is run on. GORM's own
// PrepareStmt is slower, and most applications do without it.
type compiled struct {
	sql string
	// prepared are *preparedStatement by *sql.DB: there may be replicas.
	prepared sync.Map
	// unprepared says that the pool does not take prepared statements.
	unprepared bool
}

// preparedStatement is a statement on one pool. Nobody waits for the one who
// prepares it: that one may wait for a connection which a transaction holds that
// is about to run the statement.
type preparedStatement struct{ stmt atomic.Pointer[sql.Stmt] }

// query runs the statement on the pool of a statement of GORM.
func (s *compiled) query(ctx context.Context, pool gorm.ConnPool, root *sql.DB, args []any) (*sql.Rows, error) {
	stmt, err := s.on(ctx, pool, root) //nolint:sqlclosecheck // it is kept
	if err != nil {
		return nil, err
	}
	if stmt == nil {
		return pool.QueryContext(ctx, s.sql, args...)
	}
	return stmt.QueryContext(ctx, args...)
}

// exec is query for a statement without rows.
func (s *compiled) exec(ctx context.Context, pool gorm.ConnPool, root *sql.DB, args []any) (sql.Result, error) {
	stmt, err := s.on(ctx, pool, root) //nolint:sqlclosecheck // it is kept
	if err != nil {
		return nil, err
	}
	if stmt == nil {
		return pool.ExecContext(ctx, s.sql, args...)
	}
	return stmt.ExecContext(ctx, args...)
}

// on is the prepared statement for a pool, nil when the statement is to be run
// on the pool as text: on a pool of the application's own kind, and in a
// transaction before it was prepared outside of one, since preparing it would
// take a second connection.
func (s *compiled) on(ctx context.Context, pool gorm.ConnPool, root *sql.DB) (*sql.Stmt, error) {
	if s.unprepared {
		return nil, nil
	}
	switch p := unwrapPool(pool).(type) {
	case *sql.DB:
		entry, ok := s.prepared.Load(p)
		if !ok {
			entry, _ = s.prepared.LoadOrStore(p, &preparedStatement{})
		}
		return entry.(*preparedStatement).get(ctx, p, s.sql) //nolint:forcetypeassert // only this function stores here
	case *sql.Tx:
		entry, ok := s.prepared.Load(root)
		if !ok {
			return nil, nil
		}
		stmt := entry.(*preparedStatement).stmt.Load() //nolint:forcetypeassert // only this function stores here
		if stmt == nil {
			return nil, nil
		}
		return p.StmtContext(ctx, stmt), nil
	default:
		return nil, nil
	}
}

// prepare makes the statement ready for a transaction that is about to begin on a
// pool. What goes wrong shows when the statement runs.
func (s *compiled) prepare(ctx context.Context, pool gorm.ConnPool) {
	if s != nil && !inTransactionPool(pool) {
		_, _ = s.on(ctx, pool, nil) //nolint:sqlclosecheck // it is kept
	}
}

func (p *preparedStatement) get(ctx context.Context, db *sql.DB, text string) (*sql.Stmt, error) {
	if stmt := p.stmt.Load(); stmt != nil {
		return stmt, nil
	}
	stmt, err := db.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	if !p.stmt.CompareAndSwap(nil, stmt) {
		_ = stmt.Close() //nolint:sqlclosecheck // another caller was faster
	}
	return p.stmt.Load(), nil
}

// sqlText writes the text of a compiled statement.
type sqlText struct {
	strings.Builder

	core *core
	stmt *gorm.Statement
}

func (c *core) newText() *sqlText {
	return &sqlText{core: c, stmt: &gorm.Statement{DB: c.db, Clauses: map[string]clause.Clause{}}}
}

// add writes SQL as it stands.
func (t *sqlText) add(parts ...string) *sqlText {
	for _, part := range parts {
		_, _ = t.WriteString(part)
	}
	return t
}

// quoted writes a name, which may be qualified.
func (t *sqlText) quoted(name string) *sqlText {
	t.core.db.QuoteTo(t, name)
	return t
}

// column writes a column under the alias of its table, if there is one.
func (t *sqlText) column(alias string, f *field) *sqlText {
	if alias != "" {
		t.add(alias, ".")
	}
	return t.quoted(f.column)
}

// columns writes all columns of a model, for a row that is read.
//
// The drivers of SQLite try one layout after the other on a column that was
// declared as a date. The plus makes it an expression, which has no declaration,
// so that its text arrives as it is.
func (t *sqlText) columns(alias string, m *model) *sqlText {
	for i, f := range m.fields {
		if i > 0 {
			t.add(", ")
		}
		if f.kind == Date && t.core.dialect.Name() == "sqlite" {
			t.add("+")
		}
		t.column(alias, f)
	}
	return t
}

// placeholder writes the next parameter, for a value that is compared with the
// column of a field or written into it.
//
// SQLite prepares a join anew on each run whose plan depended on a parameter; a
// CAST hides it from the planner, which still uses the index.
func (t *sqlText) placeholder(f *field) *sqlText {
	target := f.idTarget()
	switch {
	case t.core.dialect.Name() == "sqlite" && f.kind == String:
		return t.cast("TEXT")
	case target != nil && target.id.narrow:
		return t.cast("bigint") // see wideID
	default:
		return t.bind()
	}
}

func (t *sqlText) cast(sqlType string) *sqlText {
	t.add("CAST(")
	return t.bind().add(" AS ", sqlType, ")")
}

// bind writes the next parameter as it stands.
func (t *sqlText) bind() *sqlText {
	t.stmt.Vars = append(t.stmt.Vars, nil)
	t.core.db.BindVarTo(t, t.stmt, nil)
	return t
}

// compile ends the text.
func (t *sqlText) compile() *compiled {
	return &compiled{sql: t.String(), unprepared: t.core.unprepared}
}
