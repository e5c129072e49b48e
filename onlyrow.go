package authplugin

import (
	"context"
	"errors"
	"reflect"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// onlyRow is a row that is inserted unless another one has its key.
type onlyRow[T any] struct {
	bound[T]

	key uniqueKey
	row *T
	// others are the conditions on the rows that keep it out.
	others func() []clause.Expression
	// has reports whether a row has the key.
	has func(row *T) bool
	// begin makes the row what it was before it was inserted.
	begin func()
}

// only makes an onlyRow.
func (o bound[T]) only(row *T, key uniqueKey, has func(row *T) bool, others func() []clause.Expression) onlyRow[T] {
	key.model, key.idGiven = o.model, o.text(row, "id") != ""
	return onlyRow[T]{bound: o, key: key, row: row, others: others, has: has, begin: o.beginAnew(reflect.ValueOf(row).Elem())}
}

// insert inserts the row, or is ErrDuplicate.
//
// With a derived id or a lock no two transactions do so at once. On MySQL, where
// there may be neither, it looks again after the insert, with a locking read that
// waits for the inserts of others: of two that wait for each other the database
// ends one, which then finds the other's row.
func (r onlyRow[T]) insert(ctx context.Context, db *gorm.DB) error {
	id, derived := r.key.derivedID()
	if !derived {
		return r.core.atomically(db, func(tx *gorm.DB) error { return r.insertLocked(ctx, tx) })
	}
	for attempt := 0; ; attempt++ {
		err := r.core.atomically(db, func(tx *gorm.DB) error {
			if err := r.refuseOthers(tx, ""); err != nil {
				return err
			}
			return r.create(ctx, tx, id)
		})
		if !refusedByDatabase(err) {
			return err
		}
		err = r.insertBeside(ctx, db, id, err)
		if !errors.Is(err, errFree) || attempt >= freeAttempts {
			return err
		}
	}
}

// freeAttempts is how often a derived id is tried that was taken and then was not.
const freeAttempts = 10

// errFree says that the row with a derived id has been deleted meanwhile.
var errFree = sentinel("authplugin: the row with the id of the key is gone", ErrDuplicate)

// insertBeside inserts the row where its derived id was refused because a row has
// it whose key the application has changed since. That row is held, for who comes
// when it is gone would derive the id again, without the lock. In all other cases
// the refusal stands.
func (r onlyRow[T]) insertBeside(ctx context.Context, db *gorm.DB, id ID, refusal error) error {
	return r.core.atomically(db, func(tx *gorm.DB) error {
		if err := r.key.lock(ctx, r.core, tx); err != nil {
			return err
		}
		var holders []T
		if err := r.locking(tx).Where(r.equals("id", id)).Limit(1).Find(&holders).Error; err != nil {
			return err
		}
		switch {
		case len(holders) == 0:
			return errFree
		case r.has(&holders[0]):
			return refusal
		default:
			return r.insertUnlessTaken(ctx, tx)
		}
	})
}

// insertLocked inserts the row with an id that says nothing of its key.
func (r onlyRow[T]) insertLocked(ctx context.Context, tx *gorm.DB) error {
	if err := r.key.lock(ctx, r.core, tx); err != nil {
		return err
	}
	return r.insertUnlessTaken(ctx, tx)
}

func (r onlyRow[T]) insertUnlessTaken(ctx context.Context, tx *gorm.DB) error {
	if err := r.refuseOthers(tx, ""); err != nil {
		return err
	}
	if err := r.create(ctx, tx, ""); err != nil || r.core.dialect.Name() != "mysql" {
		return err
	}
	return r.refuseOthers(r.locking(tx), ID(r.text(r.row, "id")))
}

// create inserts the row, with an id if there is one for it.
func (r onlyRow[T]) create(ctx context.Context, tx *gorm.DB, id ID) error {
	r.begin()
	if id != "" {
		if err := r.set(r.row, "id", id); err != nil {
			return err
		}
	}
	return r.core.createOnce(ctx, tx, r.binding, r.row)
}

// refuseOthers is ErrDuplicate when another row keeps this one out. own is the id
// of this one, once it has been inserted.
func (r onlyRow[T]) refuseOthers(tx *gorm.DB, own ID) error {
	where := r.others()
	if own != "" {
		where = append(where, clause.Neq{Column: r.column("id"), Value: own})
	}
	var others []T
	if err := tx.Clauses(clause.Where{Exprs: where}).Limit(1).Find(&others).Error; err != nil {
		return err
	}
	if len(others) > 0 {
		return ErrDuplicate
	}
	return nil
}

// locking has a read keep its rows from being changed until the transaction ends.
// On SQLite the only writer does.
func (o bound[T]) locking(tx *gorm.DB) *gorm.DB {
	switch o.core.dialect.Name() {
	case "sqlite":
		return tx
	case "sqlserver":
		return tx.Clauses(updateLock{}).Session(&gorm.Session{})
	default:
		return tx.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}).Session(&gorm.Session{})
	}
}

// refusedByDatabase reports whether an index has refused a row, not a look-up.
func refusedByDatabase(err error) bool {
	var refused *databaseError
	return errors.Is(err, ErrDuplicate) && errors.As(err, &refused)
}
