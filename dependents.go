package authplugin

import (
	"reflect"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// deleteDependents deletes the rows that go with a row of a model, and takes its id
// out of those that outlive it. The database
// would do so itself, but runs no hooks, and does not where its foreign keys are
// off or, on SQL Server, where a table is reached on two paths.
func (c *core) deleteDependents(tx *gorm.DB, m *model, id ID) error {
	return c.deleteReferring(tx, m, []*model{m}, func(column clause.Column) clause.Expression {
		return clause.Eq{Column: column, Value: id}
	})
}

// deleteReferring deletes, deepest first, the rows of other models that refer to
// rows of a model. refers is the condition on a column that references them.
func (c *core) deleteReferring(tx *gorm.DB, m *model, path []*model, refers func(clause.Column) clause.Expression) error {
	for _, child := range c.schema.tables() {
		if slices.Contains(path, child) {
			continue
		}
		for _, f := range child.references() {
			if f.ref.model != m || !f.ref.field.primary {
				continue
			}
			condition := refers(clause.Column{Table: clause.CurrentTable, Name: f.column})
			if f.ref.onDelete == SetNull {
				if err := c.rowsOf(tx, child).Where(condition).Updates(map[string]any{f.column: nil}).Error; err != nil {
					return err
				}
			}
			if f.ref.onDelete != Cascade {
				continue
			}
			err := c.deleteReferring(tx, child, append(slices.Clip(path), child), func(column clause.Column) clause.Expression {
				ids := c.rowsOf(tx, child).Select(child.primary().column).Where(condition)
				return clause.Expr{SQL: "? IN (?)", Vars: []any{column, ids}}
			})
			if err != nil {
				return err
			}
			if err := c.rowsOf(tx, child).Where(condition).Delete(c.zero(child)).Error; err != nil {
				return err
			}
		}
	}
	return nil
}

// zero is a pointer to a zero value of the Go type of a model.
func (c *core) zero(m *model) any { return reflect.New(c.byModel[m].goType).Interface() }

// rowsOf begins a statement on the rows of a model.
func (c *core) rowsOf(db *gorm.DB, m *model) *gorm.DB {
	db = db.Model(c.zero(m))
	if c.byModel[m].special {
		db = db.Table(m.table)
	}
	return db
}
