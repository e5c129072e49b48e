package authplugin

import (
	"context"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// eachRow goes through a table in the order of its ids, so many rows at a time. No
// transaction spans it, so that the table stays in use.
func (o bound[T]) eachRow(ctx context.Context, batch int, visit func(row *T) error) error {
	last := ID("")
	for {
		rows, err := o.rowsAfter(ctx, last, batch)
		if err != nil {
			return err
		}
		for i := range rows {
			last = ID(o.text(&rows[i], "id"))
			if err := visit(&rows[i]); err != nil {
				return err
			}
		}
		if len(rows) < batch {
			return nil
		}
	}
}

// rowsAfter reads the rows behind one with an id; "" stands for the beginning.
func (o bound[T]) rowsAfter(ctx context.Context, last ID, batch int) ([]T, error) {
	var rows []T
	err := o.read(ctx, func(db *gorm.DB) error {
		rows = nil
		db = db.Clauses(clause.OrderBy{Columns: []clause.OrderByColumn{{Column: o.column("id")}}}).Limit(batch)
		if last != "" {
			db = db.Where(clause.Gt{Column: o.column("id"), Value: last})
		}
		return db.Find(&rows).Error
	})
	return rows, o.core.outcome(o.model, err)
}
