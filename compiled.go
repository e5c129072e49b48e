package authplugin

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"sync"

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
	// stale tells the errors of a prepared statement that no longer fits its
	// tables, or that the server has lost.
	stale func(error) bool
}

// query runs the statement on the pool of a statement of GORM.
func (s *compiled) query(ctx context.Context, pool gorm.ConnPool, root *sql.DB, args []any) (*sql.Rows, error) {
	stmt, entry, err := s.on(ctx, pool, root) //nolint:sqlclosecheck // it is kept, or the transaction's
	if err != nil {
		return nil, err
	}
	if stmt != nil {
		rows, err := stmt.QueryContext(ctx, args...)
		if err == nil || !s.lost(pool, entry, err) {
			return rows, err
		}
	}
	rows, err := pool.QueryContext(ctx, s.sql, args...)
	if err != nil && s.again(pool, err) {
		return pool.QueryContext(ctx, s.sql, args...)
	}
	return rows, err
}

// exec is query for a statement without rows.
func (s *compiled) exec(ctx context.Context, pool gorm.ConnPool, root *sql.DB, args []any) (sql.Result, error) {
	stmt, entry, err := s.on(ctx, pool, root) //nolint:sqlclosecheck // it is kept, or the transaction's
	if err != nil {
		return nil, err
	}
	if stmt != nil {
		result, err := stmt.ExecContext(ctx, args...)
		if err == nil || !s.lost(pool, entry, err) {
			return result, err
		}
	}
	result, err := pool.ExecContext(ctx, s.sql, args...)
	if err != nil && s.again(pool, err) {
		return pool.ExecContext(ctx, s.sql, args...)
	}
	return result, err
}

// on is the prepared statement for a pool, nil when the statement is to be run
// on the pool as text: on a pool of the application's own kind, while another
// caller prepares it, and in a transaction before it was prepared outside of one,
// since preparing it would take a second connection.
func (s *compiled) on(ctx context.Context, pool gorm.ConnPool, root *sql.DB) (*sql.Stmt, *preparedStatement, error) {
	if s.unprepared {
		return nil, nil, nil
	}
	switch p := unwrapPool(pool).(type) {
	case *sql.DB:
		value, ok := s.prepared.Load(p)
		if !ok {
			value, _ = s.prepared.LoadOrStore(p, &preparedStatement{})
		}
		entry := value.(*preparedStatement) //nolint:forcetypeassert // only this function stores here
		stmt, err := entry.get(ctx, p, s.sql)
		return stmt, entry, err
	case *sql.Tx:
		value, ok := s.prepared.Load(root)
		if !ok {
			return nil, nil, nil
		}
		entry := value.(*preparedStatement) //nolint:forcetypeassert // only this function stores here
		stmt := entry.stmt.Load()
		if stmt == nil {
			return nil, nil, nil
		}
		return p.StmtContext(ctx, stmt), entry, nil
	default:
		return nil, nil, nil
	}
}

// lost reports whether the statement is to be run again as text, since the one
// that was prepared cannot run any more: it has done nothing then. It is prepared
// anew the next time. Within a transaction of PostgreSQL the error has ended the
// transaction, so it is only reported.
func (s *compiled) lost(pool gorm.ConnPool, entry *preparedStatement, err error) bool {
	if neverSent(err) {
		return true
	}
	if !s.stale(err) {
		return false
	}
	entry.drop()
	return s.again(pool, err)
}

// again reports whether what could not be planned may be run once more. Drivers
// prepare text too, and forget what has failed.
func (s *compiled) again(pool gorm.ConnPool, err error) bool {
	_, inTx := pool.(gorm.TxCommitter)
	return !inTx && s.stale(err)
}

// prepare makes the statement ready for a transaction that is about to begin on a
// pool. What goes wrong shows when the statement runs.
func (s *compiled) prepare(ctx context.Context, pool gorm.ConnPool) {
	if s != nil && !inTransactionPool(pool) {
		_, _, _ = s.on(ctx, pool, nil) //nolint:sqlclosecheck // it is kept
	}
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
func (t *sqlText) columns(alias string, m *model) *sqlText { return t.columnsOf(alias, m.fields) }

// shownColumns writes those that are not hidden.
func (t *sqlText) shownColumns(alias string, m *model) *sqlText {
	return t.columnsOf(alias, slices.DeleteFunc(slices.Clone(m.fields), func(f *field) bool { return !f.shown() }))
}

func (t *sqlText) columnsOf(alias string, fields []*field) *sqlText {
	for i, f := range fields {
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
	return &compiled{sql: t.String(), unprepared: t.core.unprepared, stale: t.core.dialect.StalePlan}
}
