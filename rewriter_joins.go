package authplugin

import (
	"slices"

	"gorm.io/gorm/clause"
)

// joins rewrites the joins of the statement: SQL text with parameters, and the
// conditions that a joined relation was given, which are about its own columns.
func (r *rewriter) joins() {
	cloned := false
	for i := range r.stmt.Joins {
		j := r.stmt.Joins[i]
		changed := false
		if path := r.relations(j.Name); path == nil {
			j.Conds, changed = r.named(j.Name, j.Conds)
		} else if j.On != nil {
			alias := j.Alias
			if alias == "" {
				alias = relationAlias(path)
			}
			inner := *r
			inner.table, inner.own = alias, r.core.sourceOf(alias, path[len(path)-1].FieldSchema)
			var exprs []clause.Expression
			if exprs, changed = inner.all(j.On.Exprs, affirmed); changed {
				j.On = &clause.Where{Exprs: exprs}
			}
		}
		if j.Expression != nil {
			next, one := r.one(j.Expression, affirmed)
			j.Expression, changed = next, changed || one
		}
		if !changed {
			continue
		}
		if !cloned {
			r.stmt.Joins, cloned = slices.Clone(r.stmt.Joins), true
		}
		r.stmt.Joins[i] = j
	}
}

// fromJoins rewrites the joins of a FROM clause that the application built.
func (r *rewriter) fromJoins(joins []clause.Join) ([]clause.Join, bool) {
	out, changed := joins, false
	for i := range joins {
		next, one := r.oneJoin(joins[i])
		if !one {
			continue
		}
		if !changed {
			out, changed = slices.Clone(joins), true
		}
		out[i], _ = next.(clause.Join)
	}
	return out, changed
}

func (r *rewriter) oneJoin(j clause.Join) (clause.Expression, bool) {
	exprs, changed := r.all(j.ON.Exprs, affirmed)
	if changed {
		j.ON = clause.Where{Exprs: exprs}
	}
	if j.Expression != nil {
		next, one := r.one(j.Expression, affirmed)
		j.Expression, changed = next, changed || one
	}
	return j, changed
}
