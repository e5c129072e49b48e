package authplugin

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gorm-auth/authplugin/internal/dialect"
)

func (p *planner) drift(b *binding, column, format string, args ...any) {
	p.plan.Drift = append(p.plan.Drift, Drift{Model: b.model.name, Table: b.model.table, Column: column, Problem: fmt.Sprintf(format, args...)})
}

// reportDrift names what would make the library's writes or reads fail.
func (p *planner) reportDrift(b *binding, table *dialect.Table) {
	known := map[string]bool{}
	for _, column := range b.schema.DBNames {
		known[p.dialect.FoldIdentifier(column)] = true
	}
	for _, c := range table.Columns {
		if !known[p.dialect.FoldIdentifier(c.Name)] && !c.Nullable && c.Default == nil && !c.AutoIncrement {
			p.drift(b, c.Name, "is required, has no default and is not known to the schema, so no row can be inserted; add it as a field or give it a default")
		}
	}
	for _, bf := range b.fields {
		c := p.column(table, bf.column)
		if c == nil {
			continue
		}
		if bf.primary {
			p.checkIDs(b, bf, c)
			continue
		}
		if !bf.notNull && !c.Nullable {
			p.drift(b, c.Name, "is NOT NULL, but the field is optional")
		}
		if bf.notNull && c.Nullable && bf.managed {
			p.drift(b, c.Name, "may be NULL, but the field is required")
		}
		if problem := p.typeDrift(bf, c.Type); problem != "" {
			p.drift(b, c.Name, "%s", problem)
		}
	}
}

// typeDrift compares families of types: text that is longer or shorter holds
// the same values, text where ids are integers does not.
func (p *planner) typeDrift(bf *boundField, have string) string {
	if !bf.managed {
		return ""
	}
	want := p.columnType(bf.field)
	if p.sameFamily(have, want) {
		return ""
	}
	return fmt.Sprintf("is %s where the schema has %s", have, want)
}

func (p *planner) sameFamily(have, want string) bool {
	if p.dialect.Name() == "sqlite" {
		return storageClass(have) == storageClass(want)
	}
	return typeFamily(have) == typeFamily(want)
}

// checkIDs refuses a table whose id column holds ids of another kind than the
// strategy makes: the first Create would fail, and on SQLite, which takes any
// value into any column, references would miss their rows. MariaDB's columns of
// type uuid hold what the UUID strategy makes as text.
func (p *planner) checkIDs(b *binding, bf *boundField, c *dialect.Column) {
	if !bf.managed {
		return
	}
	want := p.ownTypeOfID(b.model, false)
	if p.sameFamily(c.Type, want) || (b.model.id.spec.name == UUID && typeFamily(c.Type) == "uuid") {
		return
	}
	p.drift(b, c.Name, "is %s where the schema has %s", c.Type, want)
	have, strategy := "of type "+c.Type, "Database"
	switch kindOfColumn(c.Type) {
	case intID:
		have, strategy = "integers", "Serial"
	case uuidID:
		have, strategy = "UUIDs", "UUID"
	case textID:
		if typeFamily(c.Type) == "text" {
			have, strategy = "text", "Random"
		}
	}
	makes := map[idKind]string{textID: "text", intID: "integers", uuidID: "UUIDs"}[b.model.id.kind]
	p.unsafe(b.model.table, c.Name, fmt.Sprintf("the ids of the existing table are %s, the strategy makes %s", have, makes),
		fmt.Sprintf("choose GenerateID: %s for the model %s, or another table", strategy, b.model.name))
}

func typeFamily(sqlType string) string {
	t := strings.ToLower(sqlType)
	switch {
	case containsAny(t, "time", "date"):
		return "date"
	case containsAny(t, "uuid", "uniqueidentifier"):
		return "uuid"
	case containsAny(t, "bool", "tinyint(1)") || t == "bit":
		return "boolean"
	case containsAny(t, "int", "serial"):
		return "integer"
	case containsAny(t, "double", "real", "float", "numeric", "decimal"):
		return "float"
	default:
		return "text" // JSON too: it is written and read as text
	}
}

// storageClass is what a declared type means to SQLite, which keeps a date or a
// number in a column of either kind.
func storageClass(sqlType string) string {
	if containsAny(strings.ToLower(sqlType), "int", "num", "bool", "real", "float", "double", "dec") {
		return "number"
	}
	return "text"
}

func containsAny(s string, parts ...string) bool {
	return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(s, part) })
}
