package authplugin

import (
	"fmt"
	"strings"

	"github.com/gorm-auth/authplugin/internal/dialect"
)

// A column that was given another name in the configuration looks like one that
// is missing beside one that nobody knows. To add the missing one would leave
// the data in the other.

// renamedFrom finds the column that a missing one was probably called before. It
// is certain enough to refuse the addition when the old name is the field's own
// name, in whatever spelling; and a guess when it is the only unknown column
// beside the only missing one, both of one type.
func (p *planner) renamedFrom(b *binding, table *dialect.Table, column string) (from *dialect.Column, certain bool) {
	bf := b.columns[column]
	if bf == nil || bf.primary || !bf.managed {
		return nil, false
	}
	var alike []*dialect.Column
	for i := range table.Columns {
		c := &table.Columns[i]
		if c.PrimaryKey || p.knows(b, c.Name) {
			continue
		}
		if !p.sameFamily(c.Type, p.columnType(bf.field)) {
			continue
		}
		if sameWord(c.Name, bf.name) || sameWord(c.Name, column) {
			return c, true
		}
		alike = append(alike, c)
	}
	if len(alike) != 1 || p.missing(b, table) != 1 {
		return nil, false
	}
	return alike[0], false
}

// missing counts the columns that a table lacks.
func (p *planner) missing(b *binding, table *dialect.Table) int {
	n := 0
	for _, column := range b.schema.DBNames {
		if p.column(table, column) == nil && !b.schema.FieldsByDBName[column].IgnoreMigration {
			n++
		}
	}
	return n
}

// sameWord compares names without regard to how they are spelled: emailVerified
// and email_verified are one.
func sameWord(a, b string) bool {
	fold := func(s string) string { return strings.ToLower(strings.ReplaceAll(s, "_", "")) }
	return fold(a) == fold(b)
}

// reportRename reports a rename, and refuses the addition of a column whose data
// is certain to be in another one.
func (p *planner) reportRename(b *binding, table *dialect.Table, column string) (refused bool) {
	from, certain := p.renamedFrom(b, table, column)
	if from == nil {
		return false
	}
	rename := p.alter(b, from).rename(column, p.quote(column))
	logical := b.columns[column].name
	if p.renamed[b.model] == nil {
		p.renamed[b.model] = map[string]bool{}
	}
	p.renamed[b.model][from.Name] = true
	if !certain {
		p.drift(b, DriftRename, from.Name, fmt.Sprintf("is not known to the schema, whose column %s is missing; if it was renamed, rename it in the database too", column), rename...)
		return false
	}
	p.drift(b, DriftRename, from.Name, fmt.Sprintf("is called %s in the schema", column), rename...)
	sqlType := p.db.Migrator().FullDataTypeOf(b.schema.FieldsByDBName[column]).SQL
	p.unsafe(b.model.table, column, fmt.Sprintf("the column %s seems to hold the data of the field %s already", from.Name, logical),
		fmt.Sprintf("rename it: %s; or map the field to it with Columns: {%q: %q}; or, if it is another one, add the column by hand: ALTER TABLE %s ADD %s %s",
			rename[0].sql, logical, from.Name, p.quote(b.model.table), p.quote(column), sqlType))
	return true
}
