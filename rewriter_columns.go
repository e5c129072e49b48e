package authplugin

import (
	"strings"

	"gorm.io/gorm/clause"
)

// columnName is a column of a condition, apart from the table that it is
// qualified with.
func columnName(column any) (qualifier, name string, ok bool) {
	switch c := column.(type) {
	case string:
		qualifier, name = splitTable(c)
		return qualifier, name, true
	case clause.Column:
		if c.Table != "" {
			return c.Table, c.Name, true
		}
		qualifier, name = splitTable(c.Name)
		return qualifier, name, true
	default:
		return "", "", false
	}
}

// lookUp finds the column of a condition, unless it is one of another table.
func (r *rewriter) lookUp(column any) (conditionColumn, bool) {
	qualifier, name, ok := columnName(column)
	if !ok {
		return conditionColumn{}, false
	}
	s, ok := r.sourceNamed(qualifier)
	if !ok {
		return conditionColumn{}, false
	}
	return s.column(strings.Trim(name, "`\"[]"))
}

// physical is the column of a condition under the name that the database knows
// it by: a condition may give the logical name of a field, or its Go name.
func (r *rewriter) physical(column any, col conditionColumn) (any, bool) {
	if col.field == nil {
		return column, false
	}
	qualifier, name, _ := columnName(column)
	if name == col.field.column || r.mayBeAlias(qualifier) {
		return column, false
	}
	switch c := column.(type) {
	case string:
		if strings.HasSuffix(c, name) && strings.Trim(name, "`\"[]") == name {
			return strings.TrimSuffix(c, name) + col.field.column, true
		}
	case clause.Column:
		if !c.Raw && name != clause.PrimaryKey && strings.Trim(name, "`\"[]") == name {
			c.Name = strings.TrimSuffix(c.Name, name) + col.field.column
			return c, true
		}
	}
	return column, false
}

// mayBeAlias reports whether a column could be something that the statement
// itself has named: an unqualified one where columns are selected by hand, any
// where the table is an expression.
func (r *rewriter) mayBeAlias(qualifier string) bool {
	if qualifier == "" {
		return !r.selectsWhole()
	}
	return (qualifier == clause.CurrentTable || qualifier == r.table) && !r.isPlainTable()
}

// isPlainTable says that the statement's table is that of its schema.
func (r *rewriter) isPlainTable() bool {
	expr, s := r.stmt.TableExpr, r.stmt.Schema
	if expr == nil || s == nil || r.table != r.stmt.Table {
		return s != nil
	}
	// GORM itself makes an expression of a table that is qualified by its schema.
	_, table := splitTable(s.Table)
	return table == r.stmt.Table && len(expr.Vars) == 0 && (expr.SQL == r.stmt.Quote(s.Table) || expr.SQL == r.stmt.Quote(table))
}

// selectsWhole says that the statement names no columns of its own.
func (r *rewriter) selectsWhole() bool {
	if len(r.stmt.Selects) > 0 || len(r.stmt.Joins) > 0 || !r.isPlainTable() {
		return false
	}
	switch e := r.stmt.Clauses["SELECT"].Expression.(type) {
	case nil:
		return true
	case clause.Select:
		return e.Expression == nil
	case clause.Expr:
		return e.SQL == "count(*)" // by GORM, for Count
	default:
		return false
	}
}

// refuseUnknown reports a condition by map on a name that is no field. GORM
// would leave it to the database, whose message knows no suggestion. Only what
// cannot be anything else is refused: GORM qualifies the keys of a map, and
// nothing else, with the current table. Errors of a subquery are lost in GORM,
// which would drop the subquery itself; there the database has its say.
func (r *rewriter) refuseUnknown(column any) bool {
	c, ok := column.(clause.Column)
	if !ok || c.Raw || (c.Table != clause.CurrentTable && c.Table != r.stmt.Table) || r.db.DryRun {
		return false
	}
	b := r.core.bindings[r.stmt.Schema]
	if b == nil || r.table != r.stmt.Table || strings.ContainsAny(c.Name, ". ()`\"[]") {
		return false
	}
	if b.schema.LookUpField(c.Name) != nil || !r.selectsWhole() {
		return false
	}
	_ = r.db.AddError(&FieldError{Model: b.model.name, Field: c.Name, Problem: "there is no such field" + suggest(c.Name, b.model.fieldNames())})
	return true
}
