package authplugin

import (
	"reflect"
	"slices"
	"strconv"
	"strings"

	"gorm.io/gorm/schema"
)

// setIndexes replaces what the struct's tags say about indexes of managed
// fields by what the logical schema says.
func (b *binding) setIndexes() {
	settings := map[*schema.Field][]string{}
	for _, x := range b.model.indexes {
		for i, f := range x.fields {
			sf := b.columns[f.column].schema
			word := "index:"
			if x.unique {
				word = "uniqueIndex:"
			}
			setting := word + x.name + ",priority:" + strconv.Itoa(i+1)
			if b.core.leavesNullOut(x) {
				setting += `,where:` + notNullCondition(x)
			}
			settings[sf] = append(settings[sf], setting)
		}
	}
	for _, sf := range b.schema.Fields {
		bf := b.columns[sf.DBName]
		if bf == nil || !bf.managed {
			continue
		}
		delete(sf.TagSettings, "INDEX")
		delete(sf.TagSettings, "UNIQUEINDEX")
		sf.Tag = ""
		if s := settings[sf]; len(s) > 0 {
			sf.Tag = reflect.StructTag("gorm:" + strconv.Quote(strings.Join(s, ";")))
			sf.TagSettings["INDEX"] = "INDEX"
		}
	}
	b.schema.ParseIndexes() // GORM notes in each field whether it has a unique index
}

// leavesNullOut reports whether an index needs the condition that it does: SQL
// Server takes two NULLs for equal; the others do not.
func (c *core) leavesNullOut(x index) bool {
	return x.unique && c.dialect.Name() == "sqlserver" && slices.ContainsFunc(x.fields, func(f *field) bool { return !f.notNull })
}

func notNullCondition(x index) string {
	var conditions []string
	for _, f := range x.fields {
		if !f.notNull {
			conditions = append(conditions, `"`+f.column+`" IS NOT NULL`)
		}
	}
	return strings.Join(conditions, " AND ")
}

// addForeignKeys gives GORM's migrator the foreign keys of a model, under names
// of their own. They have the shape in which GORM itself keeps the other side
// of a has-many relation, so Preload, Joins and associations do not see them.
func (c *core) addForeignKeys(m *model) {
	for _, b := range c.bindings {
		if b.model != m {
			continue
		}
		for _, f := range m.references() {
			target := c.byModel[f.ref.model]
			name := foreignKeyName(f)
			b.schema.Relationships.Relations["_"+name] = &schema.Relationship{
				Name: "_" + name, Type: schema.HasMany,
				Schema: target.schema, FieldSchema: b.schema,
				Field: &schema.Field{
					Name: "_" + name, Schema: target.schema, IgnoreMigration: b.waits(f),
					TagSettings: map[string]string{"CONSTRAINT": name + ",OnDelete:" + string(c.onDelete[f])},
				},
				References: []*schema.Reference{{
					PrimaryKey:    target.columns[f.ref.field.column].schema,
					ForeignKey:    b.columns[f.column].schema,
					OwnPrimaryKey: true,
				}},
			}
		}
	}
}

// foreignKeyName is the name that addForeignKeys gives.
func foreignKeyName(f *field) string {
	return limitIdentifier("fk_" + strings.ReplaceAll(f.model.table, ".", "_") + "_" + f.column)
}

// waits reports whether a foreign key cannot be part of its CREATE TABLE: where
// a table references a unique column of its own, the key has to wait for the
// index, which GORM makes after the table. SQLite looks for it later.
func (b *binding) waits(f *field) bool {
	return f.ref.model == f.model && !f.ref.field.primary && b.core.dialect.Name() != "sqlite"
}
