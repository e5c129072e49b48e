package authplugin

import (
	"context"
	"fmt"

	"gorm.io/gorm"
)

var errLockOutside = fmt.Errorf("%w: a lock ends with its transaction, and there is none: use Auth.Atomically", ErrInvalid)

func onSuccess[T any](row *T, err error) (*T, error) {
	if err != nil {
		return nil, err
	}
	return row, nil
}

// writing runs an operation in a transaction that may write from its first
// statement.
func (o bound[T]) writing(ctx context.Context, run func(tx *gorm.DB) error) error {
	db := o.session(ctx)
	nested := inTransaction(db)
	err := o.core.atomically(db, func(tx *gorm.DB) error {
		if nested {
			if err := o.core.lockWriters(tx); err != nil {
				return err
			}
		}
		return run(tx)
	})
	return o.core.outcome(o.model, err)
}

// findRows reads the whole rows of a query, and locks them if it is to.
func (o bound[T]) findRows(db *gorm.DB, q Query, lock bool) ([]T, error) {
	if len(q.Select) > 0 || len(q.Join) > 0 {
		return nil, fmt.Errorf("%w: rows are read whole; Select and Join are for Records(%q)", ErrInvalid, o.model.name)
	}
	t := o.recordTable(db)
	conditions, err := t.conditions(q.Where)
	if err != nil {
		return nil, err
	}
	query, err := t.page(t.where(conditions), q)
	if err != nil {
		return nil, err
	}
	if lock {
		query = t.locked(query)
	}
	rows := []T{}
	if err := query.Find(&rows).Error; err != nil {
		return nil, o.core.outcome(o.model, err)
	}
	return rows, nil
}

// lockOne locks one row that matches and returns it as it is now; ErrNotFound if
// there is none.
func (o bound[T]) lockOne(tx *gorm.DB, where []Condition) (*T, error) {
	t := o.recordTable(tx)
	conditions, err := t.conditions(where)
	if err != nil {
		return nil, err
	}
	for range lockAttempts {
		var rows []T
		if err := t.locked(t.where(conditions)).Limit(1).Find(&rows).Error; err != nil {
			return nil, err
		}
		if len(rows) > 0 {
			return &rows[0], nil
		}
		if o.core.dialect.Name() != "postgres" {
			return nil, ErrNotFound
		}
		// PostgreSQL does not look for another one, see recordTable.lockOne.
		others, err := t.find(t.where(conditions).Limit(1), []*field{o.model.primary()})
		if err != nil {
			return nil, err
		}
		if len(others) == 0 {
			return nil, ErrNotFound
		}
	}
	return nil, ErrConflict
}
