package authplugin

import (
	"fmt"

	"github.com/gorm-auth/authplugin/internal/dialect"
)

// planForeignKeys adds the foreign keys that are missing. SQLite can only add
// one together with its column.
func (p *planner) planForeignKeys(b *binding, table *dialect.Table, added map[string]bool) error {
	if p.db.DisableForeignKeyConstraintWhenMigrating {
		return nil
	}
	for _, f := range b.model.references() {
		if have := p.foreignKey(table, f); have != nil {
			if err := p.planValidation(b, f, have); err != nil {
				return err
			}
			continue
		}
		if p.unsafeColumn(b, f.column) || p.unsafeColumn(p.byModel[f.ref.model], f.ref.field.column) {
			continue
		}
		if p.dialect.Name() == "sqlite" {
			if !added[f.column] {
				p.drift(b, DriftForeignKey, f.column, fmt.Sprintf("has no foreign key to %s; SQLite can only add one by rebuilding the table", f.ref.model.table))
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
		step, err := p.foreignKeyStep(b, f, added[f.column])
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

// foreignKey finds the foreign key of a field, nil if there is none.
func (p *planner) foreignKey(table *dialect.Table, f *field) *dialect.ForeignKey {
	_, target := splitTable(f.ref.model.table)
	for i := range table.ForeignKeys {
		fk := &table.ForeignKeys[i]
		if p.sameSet(fk.Columns, []string{f.column}) && p.dialect.FoldIdentifier(fk.RefTable) == p.dialect.FoldIdentifier(target) {
			return fk
		}
	}
	return nil
}

// planValidation goes on with a foreign key of ours that is there and was never
// validated. One that rows contradict stays as it is: new rows are checked, and
// whoever made it so may have meant it.
func (p *planner) planValidation(b *binding, f *field, have *dialect.ForeignKey) error {
	if !have.Invalid || have.Name != foreignKeyName(f) {
		return nil
	}
	orphans, err := p.exists(p.orphansQuery(f) + " " + p.limitOne())
	if err != nil {
		return err
	}
	if orphans {
		p.drift(b, DriftForeignKey, f.column, "has a foreign key that is not validated, and rows that reference nothing; find them with "+p.orphansQuery(f))
		return nil
	}
	p.later = append(p.later, p.validateStep(b, have.Name))
	return nil
}
