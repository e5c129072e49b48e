package authplugin

import (
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// rewriter adapts what one statement is made of: ids become values of their
// column's type, dates get the form of the database, secrets are concealed.
// Expressions are never changed in place: they may be shared by several
// statements.
type rewriter struct {
	core  *core
	words *vocabulary
	db    *gorm.DB
	stmt  *gorm.Statement
	// table is what conditions mean by the current table, and own what it holds.
	table string
	own   source
	// joined are the other tables, under their aliases.
	joined []source
	// involved says that one of the library's tables takes part.
	involved bool
	// outer is what the SQL text around an expression has it do.
	outer treatment
}

// negation says how a condition is negated. GORM negates some conditions by
// themselves and others by a NOT around them.
type negation int

const (
	affirmed negation = iota
	negated           // by itself
	buried            // perhaps within a NOT
)

// clauses rewrites every part of the statement that can have parameters, but
// for the values of a write.
func (r *rewriter) clauses() {
	r.joins()
	if expr := r.stmt.TableExpr; expr != nil {
		if vars, changed := r.raw(expr.SQL, expr.Vars); changed {
			r.stmt.TableExpr = &clause.Expr{SQL: expr.SQL, Vars: vars, WithoutParentheses: expr.WithoutParentheses}
		}
	}
	for _, name := range [...]string{"SELECT", "FROM", "WHERE", "GROUP BY", "ORDER BY"} {
		c, ok := r.stmt.Clauses[name]
		if !ok || c.Expression == nil {
			continue
		}
		if e, changed := r.one(c.Expression, affirmed); changed {
			c.Expression = e
			r.stmt.Clauses[name] = c
		}
	}
}

func (r *rewriter) all(exprs []clause.Expression, n negation) ([]clause.Expression, bool) {
	out, changed := exprs, false
	for i, e := range exprs {
		next, one := r.one(e, n)
		if one && !changed {
			out, changed = slices.Clone(exprs), true
		}
		if one {
			out[i] = next
		}
	}
	return out, changed
}

// one rewrites an expression. What it does not know is left alone.
func (r *rewriter) one(e clause.Expression, n negation) (clause.Expression, bool) {
	switch x := e.(type) {
	case clause.Expr:
		vars, changed := r.raw(x.SQL, x.Vars)
		if changed {
			return clause.Expr{SQL: x.SQL, Vars: vars, WithoutParentheses: x.WithoutParentheses}, true
		}
	case clause.NamedExpr:
		if vars, changed := r.named(x.SQL, x.Vars); changed {
			return clause.NamedExpr{SQL: x.SQL, Vars: vars}, true
		}
	case clause.AndConditions, clause.OrConditions, clause.NotConditions, clause.Where, clause.CommaExpression:
		return r.compound(x, n)
	case clause.Select, clause.From, clause.Join, clause.GroupBy, clause.OrderBy:
		return r.part(x)
	default:
		return r.condition(e, n)
	}
	return e, false
}

// compound rewrites what is made of several expressions.
func (r *rewriter) compound(e clause.Expression, n negation) (clause.Expression, bool) {
	inner := n
	if inner == negated {
		inner = buried // GORM writes NOT before what it cannot negate
	}
	switch x := e.(type) {
	case clause.AndConditions:
		if exprs, changed := r.all(x.Exprs, inner); changed {
			return clause.AndConditions{Exprs: exprs}, true
		}
	case clause.OrConditions:
		if exprs, changed := r.all(x.Exprs, inner); changed {
			return clause.OrConditions{Exprs: exprs}, true
		}
	case clause.Where:
		if exprs, changed := r.all(x.Exprs, inner); changed {
			return clause.Where{Exprs: exprs}, true
		}
	case clause.CommaExpression:
		if exprs, changed := r.all(x.Exprs, inner); changed {
			return clause.CommaExpression{Exprs: exprs}, true
		}
	case clause.NotConditions:
		inner = negated
		if n != affirmed {
			inner = buried
		}
		if exprs, changed := r.all(x.Exprs, inner); changed {
			return clause.NotConditions{Exprs: exprs}, true
		}
	}
	return e, false
}

// part rewrites a clause that has expressions in it.
func (r *rewriter) part(e clause.Expression) (clause.Expression, bool) {
	changed := false
	switch x := e.(type) {
	case clause.Select:
		if x.Expression != nil {
			x.Expression, changed = r.one(x.Expression, buried)
		}
		if changed {
			return x, true
		}
	case clause.GroupBy:
		if x.Having, changed = r.all(x.Having, affirmed); changed {
			return x, true
		}
	case clause.OrderBy:
		if x.Expression != nil {
			x.Expression, changed = r.one(x.Expression, buried)
		}
		if changed {
			return x, true
		}
	case clause.Join:
		return r.oneJoin(x)
	case clause.From:
		if joins, changed := r.fromJoins(x.Joins); changed {
			return clause.From{Tables: x.Tables, Joins: joins}, true
		}
	}
	return e, false
}
