package authplugin

import (
	"context"
	"database/sql"
	"errors"
	"reflect"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// record has GORM's Migrator carry out one step against a pool that only notes
// the statements, so that what is applied is exactly what was planned.
func (p *planner) record(b *binding, step func(tx *gorm.DB, value any) error) ([]string, error) {
	pool := &ddlPool{explain: p.db.Explain}
	tx := p.db.Session(&gorm.Session{NewDB: true, Context: p.ctx, Logger: silent{}, SkipDefaultTransaction: true})
	tx = tx.Set(ownDDL, true).Session(&gorm.Session{Context: p.ctx}) // a statement of its own
	tx.Statement.ConnPool = pool
	if err := step(tx, reflect.New(b.goType).Interface()); err != nil {
		return nil, err
	}
	for i, statement := range pool.statements {
		// An index of that name may be another table's: that must be an error.
		for _, verb := range []string{"CREATE INDEX ", "CREATE UNIQUE INDEX "} {
			statement = strings.Replace(statement, verb+"IF NOT EXISTS ", verb, 1)
		}
		pool.statements[i] = sortConstraints(statement)
	}
	return pool.statements, nil
}

// sortConstraints puts the foreign keys of a CREATE TABLE into an order, which
// GORM takes from a map.
func sortConstraints(statement string) string {
	if !strings.HasPrefix(statement, "CREATE TABLE ") {
		return statement
	}
	parts := splitClauses(statement)
	first, last := -1, -1
	for i, part := range parts {
		if strings.HasPrefix(part, "CONSTRAINT ") && strings.Contains(part, " FOREIGN KEY ") {
			if first < 0 {
				first = i
			}
			last = i
		}
	}
	if first < 0 {
		return statement
	}
	end := ""
	if last == len(parts)-1 { // the parenthesis that closes the table follows it
		parts[last], end = strings.TrimSuffix(parts[last], ")"), ")"
	}
	slices.Sort(parts[first : last+1])
	return strings.Join(parts, ",") + end
}

// splitClauses splits at the commas between the clauses of a CREATE TABLE: those
// within its outer parentheses, outside of quotes.
func splitClauses(statement string) []string {
	var parts []string
	depth, start := 0, 0
	var quoted rune
	for i, c := range statement {
		switch {
		case quoted != 0:
			if c == quoted {
				quoted = 0
			}
		case c == '\'' || c == '"' || c == '`':
			quoted = c
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == ',' && depth == 1:
			parts = append(parts, statement[start:i])
			start = i + 1
		}
	}
	return append(parts, statement[start:])
}

// addColumn writes ADD COLUMN as GORM does, with what only an existing table
// needs: the constant default that old rows get and, on SQLite, the foreign key.
func addColumn(tx *gorm.DB, b *binding, column string) error {
	sf := b.schema.FieldsByDBName[column]
	sqlType := tx.Migrator().FullDataTypeOf(sf)
	bf := b.columns[column]
	if bf != nil && bf.hasDefault && bf.defFunc == nil && !sf.HasDefaultValue {
		sqlType.SQL += defaultClause(tx.Name(), sqlType.SQL, bf.store(bf.def, b.core.times))
	}
	table := clause.Table{Name: b.model.table}
	if bf != nil && bf.ref != nil && tx.Name() == "sqlite" && !tx.DisableForeignKeyConstraintWhenMigrating {
		_, target := splitTable(bf.ref.model.table)
		return tx.Exec("ALTER TABLE ? ADD ? ? CONSTRAINT ? REFERENCES ?(?) ON DELETE "+string(b.core.onDelete[bf.field]),
			table, clause.Column{Name: column}, sqlType, clause.Table{Name: foreignKeyName(bf.field)},
			clause.Table{Name: target}, clause.Column{Name: bf.ref.field.column}).Error
	}
	return tx.Exec("ALTER TABLE ? ADD ? ?", table, clause.Column{Name: column}, sqlType).Error
}

var errNoQuery = errors.New("authplugin: a migration step asked the database while it was only planned")

// ddlPool is a connection pool that notes statements instead of running them.
type ddlPool struct {
	statements []string
	explain    func(sql string, vars ...any) string
}

var _ gorm.ConnPool = (*ddlPool)(nil)

// PrepareContext implements gorm.ConnPool; no step of a migration prepares.
func (d *ddlPool) PrepareContext(context.Context, string) (*sql.Stmt, error) {
	return nil, errNoQuery
}

// ExecContext implements gorm.ConnPool: it notes the statement.
func (d *ddlPool) ExecContext(_ context.Context, query string, args ...any) (sql.Result, error) {
	if len(args) > 0 {
		query = d.explain(query, args...)
	}
	d.statements = append(d.statements, query)
	return noResult{}, nil
}

// QueryContext implements gorm.ConnPool; no step of a migration asks.
func (d *ddlPool) QueryContext(context.Context, string, ...any) (*sql.Rows, error) {
	return nil, errNoQuery
}

// QueryRowContext implements gorm.ConnPool; no step of a migration asks.
func (d *ddlPool) QueryRowContext(context.Context, string, ...any) *sql.Row { return &sql.Row{} }

type noResult struct{}

// LastInsertId implements sql.Result; DDL makes no ids.
func (noResult) LastInsertId() (int64, error) { return 0, nil }

// RowsAffected implements sql.Result; what is recorded affects nothing.
func (noResult) RowsAffected() (int64, error) { return 0, nil }
