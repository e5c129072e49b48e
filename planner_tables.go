package authplugin

import (
	"fmt"
	"maps"
	"slices"

	"github.com/gorm-auth/authplugin/internal/dialect"
)

// A table that was given another name in the configuration, or that Better Auth
// has made under its own, looks like one that is missing: an empty one is made
// beside it. That may be meant, so that it is reported and not refused.

// reportRenamedTables looks for missing tables under the names that other settings
// would have given them.
func (p *planner) reportRenamedTables() error {
	if p.server.offline {
		return nil
	}
	candidates := map[string]*model{}
	for _, m := range p.schema.tables() {
		if p.catalog.Tables[m.table] != nil {
			continue
		}
		for _, name := range p.otherNames(m) {
			candidates[name] = m
		}
	}
	if len(candidates) == 0 {
		return nil
	}
	names := slices.Sorted(maps.Keys(candidates))
	catalog, err := p.dialect.Inspect(p.ctx, p.db.Statement.ConnPool, names)
	if err != nil {
		return fmt.Errorf("authplugin: cannot look for tables under other names: %w", err)
	}
	for _, name := range names {
		m := candidates[name]
		if table := catalog.Tables[name]; table != nil && p.holds(m, table) {
			p.plan.Drift = append(p.plan.Drift, Drift{
				Kind: DriftRename, Model: m.name, Table: name,
				Problem: fmt.Sprintf("seems to be the table of the model %s, which is called %s in the schema; rename it, or name it in the configuration (Table, Naming)", m.name, m.table),
				SQL:     []string{p.renameTable(name, m.table)}, Reverse: []string{p.renameTable(m.table, name)},
			})
		}
	}
	return nil
}

// otherNames are the names that a model's table would have under other settings,
// those of tables of the schema left out.
func (p *planner) otherNames(m *model) []string {
	base, _ := p.core.db.NamingStrategy.(*namer)
	if base == nil {
		return nil
	}
	var names []string
	for _, rules := range []Naming{0, BetterAuthNaming, BetterAuthNaming | PluralTables, BetterAuthNaming | SnakeCase, BetterAuthNaming | PluralTables | SnakeCase} {
		name := naming{rules: rules, gorm: base.Namer, schema: p.cfg.DatabaseSchema}.table(m)
		if !p.taken(name) && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

func (p *planner) taken(table string) bool {
	return slices.ContainsFunc(p.schema.models, func(m *model) bool {
		return p.dialect.FoldIdentifier(m.table) == p.dialect.FoldIdentifier(table)
	})
}

// holds reports whether a table has all required fields of a model, in whatever
// spelling.
func (p *planner) holds(m *model, table *dialect.Table) bool {
	for _, f := range m.fields {
		if !f.notNull {
			continue
		}
		found := slices.ContainsFunc(table.Columns, func(c dialect.Column) bool {
			return sameWord(c.Name, f.name) || sameWord(c.Name, f.column)
		})
		if !found {
			return false
		}
	}
	return true
}

func (p *planner) renameTable(from, to string) string {
	_, name := splitTable(to)
	switch p.dialect.Name() {
	case "mysql":
		return "RENAME TABLE " + p.quote(from) + " TO " + p.quote(to)
	case "sqlserver":
		return "EXEC sp_rename " + nationalText(p.quote(from)) + ", " + nationalText(name)
	default:
		return "ALTER TABLE " + p.quote(from) + " RENAME TO " + p.quote(name)
	}
}
