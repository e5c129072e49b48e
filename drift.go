package authplugin

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gorm-auth/authplugin/internal/dialect"
)

// drift notes a difference, with the statements that would end it.
func (p *planner) drift(b *binding, kind DriftKind, column, problem string, sql ...reversible) {
	d := Drift{Kind: kind, Model: b.model.name, Table: b.model.table, Column: column, Problem: problem}
	for _, s := range sql {
		d.SQL = append(d.SQL, s.sql)
		d.Reverse = append([]string{s.reverse}, d.Reverse...)
	}
	p.plan.Drift = append(p.plan.Drift, d)
}

// reversible is a statement with the one that takes it back.
type reversible struct{ sql, reverse string }

// reportDrift names what would make the library's writes or reads fail.
func (p *planner) reportDrift(b *binding, table *dialect.Table) {
	for i := range table.Columns {
		c := &table.Columns[i]
		if p.knows(b, c.Name) || c.Nullable || c.Default != nil || c.AutoIncrement || p.renamed[b.model][c.Name] {
			continue
		}
		p.drift(b, DriftUnknownColumn, c.Name, "is required, has no default and is not known to the schema, so no row can be inserted; add it as a field or give it a default",
			p.alter(b, c).nullable(true)...)
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
			p.drift(b, DriftNullability, c.Name, "is NOT NULL, but the field is optional", p.alter(b, c).nullable(true)...)
		}
		if bf.notNull && c.Nullable && bf.managed {
			p.drift(b, DriftNullability, c.Name, "may be NULL, but the field is required", p.alter(b, c).nullable(false)...)
		}
		if want := p.typeDrift(bf, c.Type); want != "" {
			p.drift(b, DriftType, c.Name, fmt.Sprintf("is %s where the schema has %s", c.Type, want), p.alter(b, c).to(want)...)
		}
	}
}

// knows reports whether a column is one of a model's.
func (p *planner) knows(b *binding, column string) bool {
	return slices.ContainsFunc(b.schema.DBNames, func(known string) bool {
		return p.dialect.FoldIdentifier(known) == p.dialect.FoldIdentifier(column)
	})
}

// typeDrift is the type that the schema has where the column's is of another
// family: text that is longer or shorter holds the same values, text where ids
// are integers does not.
func (p *planner) typeDrift(bf *boundField, have string) string {
	if !bf.managed {
		return ""
	}
	want := p.columnType(bf.field)
	if p.sameFamily(have, want) {
		return ""
	}
	return want
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
	p.drift(b, DriftType, c.Name, fmt.Sprintf("is %s where the schema has %s", c.Type, want))
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
