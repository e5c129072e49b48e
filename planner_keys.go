package authplugin

import (
	"fmt"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin/internal/dialect"
)

// planForeignKeys adds the foreign keys that are missing. SQLite can only add
// one together with its column.
func (p *planner) planForeignKeys(b *binding, table *dialect.Table, added map[string]bool) error {
	if p.db.DisableForeignKeyConstraintWhenMigrating {
		return nil
	}
	for _, f := range b.model.references() {
		if p.hasForeignKey(table, f) || p.unsafeColumn(b, f.column) || p.unsafeColumn(p.byModel[f.ref.model], f.ref.field.column) {
			continue
		}
		if p.dialect.Name() == "sqlite" {
			if !added[f.column] {
				p.drift(b, f.column, "has no foreign key to %s; SQLite can only add one by rebuilding the table", f.ref.model.table)
			}
			continue
		}
		if !added[f.column] {
			orphans, err := p.exists(p.orphansQuery(f) + " " + p.limitOne())
			if err != nil {
				return err
			}
			if orphans {
				p.unsafe(b.model.table, foreignKeyName(f), "rows already there reference nothing",
					"remove or mend them: "+p.orphansQuery(f))
				continue
			}
		}
		step, err := p.foreignKeyStep(b, f)
		if err != nil {
			return err
		}
		p.later = append(p.later, step)
	}
	return nil
}

func (p *planner) orphansQuery(f *field) string {
	child, parent := p.quote(f.model.table), p.quote(f.ref.model.table)
	column, target := p.quote(f.column), p.quote(f.ref.field.column)
	return fmt.Sprintf("SELECT c.%s FROM %s c WHERE c.%s IS NOT NULL AND NOT EXISTS (SELECT 1 FROM %s p WHERE p.%s = c.%s)",
		column, child, column, parent, target, column)
}

func (p *planner) hasForeignKey(table *dialect.Table, f *field) bool {
	_, target := splitTable(f.ref.model.table)
	for _, fk := range table.ForeignKeys {
		if p.sameSet(fk.Columns, []string{f.column}) && p.dialect.FoldIdentifier(fk.RefTable) == p.dialect.FoldIdentifier(target) {
			return true
		}
	}
	return false
}

func (p *planner) foreignKeyStep(b *binding, f *field) (Step, error) {
	name := foreignKeyName(f)
	sql, err := p.record(b, func(tx *gorm.DB, value any) error { return tx.Migrator().CreateConstraint(value, name) })
	return Step{Kind: CreateForeignKey, Model: b.model.name, Table: b.model.table, Name: name, SQL: sql}, err
}
