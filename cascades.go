package authplugin

import (
	"cmp"
	"slices"
)

// settleCascades decides what each foreign key does on the database at hand.
// SQL Server refuses a table that a deletion reaches on two paths, and one that
// references itself with an action (error 1785): there, only the first key of
// each such set keeps its action, the others do nothing.
func (c *core) settleCascades() {
	var keys []*field
	for _, m := range c.schema.models {
		for _, f := range m.references() {
			c.onDelete[f] = f.ref.onDelete
			if f.ref.onDelete == Restrict && c.dialect.Name() == "sqlserver" {
				c.onDelete[f] = NoAction // which is the same there, under the only name it has
			}
			if f.ref.onDelete == Cascade || f.ref.onDelete == SetNull {
				keys = append(keys, f)
			}
		}
	}
	if c.dialect.Name() != "sqlserver" {
		return
	}
	// A key that deletes rows goes before one that only empties a column, and
	// one that leads straight to a table which references nothing before others.
	slices.SortStableFunc(keys, func(a, b *field) int {
		return cmp.Or(
			cmp.Compare(string(a.ref.onDelete), string(b.ref.onDelete)),
			cmp.Compare(len(a.ref.model.references()), len(b.ref.model.references())),
		)
	})
	g := cascadeGraph{}
	for _, f := range keys {
		if !g.add(f.model, f.ref.model) {
			c.onDelete[f] = NoAction
		}
	}
}

// cascadeGraph knows, for each table, the tables whose deletions reach it.
type cascadeGraph map[*model]map[*model]bool

// add adds a key from child to parent, unless some table would then be reached
// twice from another.
func (g cascadeGraph) add(child, parent *model) bool {
	if child == parent || g[parent][child] {
		return false
	}
	sources := []*model{parent}
	for m := range g[parent] {
		sources = append(sources, m)
	}
	reached := []*model{child}
	for m, from := range g {
		if from[child] {
			reached = append(reached, m)
		}
	}
	for _, m := range reached {
		if slices.ContainsFunc(sources, func(s *model) bool { return g[m][s] }) {
			return false
		}
	}
	for _, m := range reached {
		if g[m] == nil {
			g[m] = map[*model]bool{}
		}
		for _, s := range sources {
			g[m][s] = true
		}
	}
	return true
}
