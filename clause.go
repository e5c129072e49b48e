package authplugin

import (
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Clause makes conditions on a model usable in plain GORM, in Where, Not, Or and
// wherever else GORM takes an expression, in statements on that model:
//
//	db.Where(auth.Clause("user", authplugin.StartsWith("email", "ada"))).Find(&users)
//
// A mistake in them is an error of the statement. Without conditions it matches
// every row; an update or delete with such a clause is an error unless
// AllowGlobalUpdate is set. The result is safe for concurrent use.
func (a *Auth) Clause(model string, conditions ...Condition) clause.Expression {
	c, err := a.ready()
	if err != nil {
		return recordClause{err: err}
	}
	m, err := c.modelNamed(model)
	if err != nil {
		return recordClause{err: err}
	}
	return c.clause(m, conditions)
}

// modelNamed finds a model by its logical name.
func (c *core) modelNamed(name string) (*model, error) {
	if m := c.schema.byName[name]; m != nil {
		return m, nil
	}
	var known []string
	for _, m := range c.schema.models {
		known = append(known, m.name)
	}
	return nil, fmt.Errorf("%w: there is no model %q%s", ErrInvalid, name, suggest(name, known))
}

// fieldNamed finds a field by its logical name, and by no other.
func (m *model) fieldNamed(name string) (*field, error) {
	if f := m.byName[name]; f != nil {
		return f, nil
	}
	return nil, &FieldError{Model: m.name, Field: name, Problem: "there is no such field" + suggest(name, m.fieldNames())}
}

// recordClause is the SQL of conditions on a model. Its values are what the
// columns hold already: the rewriter, which does not know it, leaves it alone.
type recordClause struct {
	core  *core
	model *model
	// all must hold, and one of any.
	all, any []clause.Expr
	err      error
}

var _ clause.Expression = recordClause{}

// clause makes SQL of conditions. What is wrong with them is its err.
func (c *core) clause(m *model, conditions []Condition) recordClause {
	r := recordClause{core: c, model: m}
	for _, condition := range conditions {
		expr, err := c.compare(m, condition)
		if err != nil {
			return recordClause{err: err}
		}
		if condition.Connector == ConnectorOr {
			r.any = append(r.any, expr)
		} else {
			r.all = append(r.all, expr)
		}
	}
	return r
}

func (r recordClause) empty() bool { return len(r.all) == 0 && len(r.any) == 0 }

// Build is called by GORM.
func (r recordClause) Build(builder clause.Builder) {
	if err := r.check(builder); err != nil {
		poison{err}.Build(builder)
		return
	}
	if r.empty() {
		_, _ = builder.WriteString("1 = 1")
		return
	}
	_ = builder.WriteByte('(')
	joinExprs(builder, r.all, clause.AndWithSpace)
	switch {
	case len(r.any) == 0:
	case len(r.all) == 0:
		joinExprs(builder, r.any, clause.OrWithSpace)
	default:
		_, _ = builder.WriteString(clause.AndWithSpace + "(")
		joinExprs(builder, r.any, clause.OrWithSpace)
		_ = builder.WriteByte(')')
	}
	_ = builder.WriteByte(')')
}

func joinExprs(builder clause.Builder, exprs []clause.Expr, connector string) {
	for i, e := range exprs {
		if i > 0 {
			_, _ = builder.WriteString(connector)
		}
		e.Build(builder)
	}
}

// check refuses a clause that is part of a statement on another model, whose
// columns only chance would make the same, and one that would write every row.
func (r recordClause) check(builder clause.Builder) error {
	if r.err != nil {
		return r.err
	}
	stmt, ok := builder.(*gorm.Statement)
	if !ok || stmt.Schema == nil {
		return nil
	}
	if b := r.core.bindings[stmt.Schema]; b != nil && b.model != r.model {
		return fmt.Errorf("%w: conditions on the model %s in a statement on %s", ErrInvalid, r.model.name, b.model.name)
	}
	writes := slices.Contains(stmt.BuildClauses, "UPDATE") || slices.Contains(stmt.BuildClauses, "DELETE")
	if r.empty() && writes && !stmt.AllowGlobalUpdate {
		return gorm.ErrMissingWhereClause
	}
	return nil
}

// never is a condition that no row fulfils.
func never() clause.Expr { return clause.Expr{SQL: "1 = 0"} }

// wrapped is a wrapper of SQL around a parameter.
func wrapped(wrapper string) string { return strings.Replace(wrapper, "%s", "?", 1) }
