package authplugin

import (
	"context"
	"fmt"
	"reflect"

	"gorm.io/gorm"
)

// Rows reads and writes the rows of one model as structs. It is what the
// operations of a plugin stand on, next to plain GORM; [Records] does the same for
// a model that has no struct. T is the struct that the plugin gave the model, or
// the application's own one.
//
// Like all operations, they join the transaction that their Auth is bound to, run
// the hooks, defaults and checks of the model, and are safe for concurrent use.
type Rows[T any] struct{ auth *Auth }

// RowsOf are the operations on the model whose struct T is. A T that is no model's
// is an error of every operation.
func RowsOf[T any](a *Auth) Rows[T] { return Rows[T]{a} }

// open finds the model of T.
func (r Rows[T]) open() (bound[T], error) {
	c, err := r.auth.ready()
	if err != nil {
		return bound[T]{}, err
	}
	b := c.byType[reflect.TypeFor[T]()]
	if b == nil {
		return bound[T]{}, fmt.Errorf("authplugin: %s is not the struct of a model", reflect.TypeFor[T]())
	}
	return bound[T]{binding: b, core: c, handle: r.auth.db}, nil
}

// table is the model as records see it, with hooks in the type T.
func (o bound[T]) recordTable(db *gorm.DB) recordTable {
	t := o.core.tableOf(db, o.model)
	t.goType = o.goType
	return t
}

// Create creates a row and returns it as it is then, with its id.
func (r Rows[T]) Create(ctx context.Context, row T) (*T, error) {
	o, err := r.open()
	if err != nil {
		return nil, err
	}
	if err := o.create(ctx, &row); err != nil {
		return nil, err
	}
	return &row, nil
}

// FindByID finds a row by id. It is [ErrNotFound] when there is none.
func (r Rows[T]) FindByID(ctx context.Context, id ID) (*T, error) {
	return r.FindOne(ctx, Query{Where: []Condition{Eq("id", id)}})
}

// FindOne returns the first row of the query, whose limit does not count. It is
// [ErrNotFound] when there is none.
func (r Rows[T]) FindOne(ctx context.Context, q Query) (*T, error) {
	q.Limit = 1
	rows, err := r.FindMany(ctx, q)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, ErrNotFound
	}
	return &rows[0], nil
}

// FindMany returns the rows of the query, at most 100 unless it has a limit. Rows
// come whole and without other models, so a Select or Join is an error: for those
// there are [Records] and GORM's Joins and Preload.
func (r Rows[T]) FindMany(ctx context.Context, q Query) ([]T, error) {
	o, err := r.open()
	if err != nil {
		return nil, err
	}
	return o.findRows(o.session(ctx), q, false)
}

// Count counts the rows that meet all conditions.
func (r Rows[T]) Count(ctx context.Context, where ...Condition) (int64, error) {
	o, err := r.open()
	if err != nil {
		return 0, err
	}
	return r.auth.Records(o.model.name).Count(ctx, where...)
}

// Lock finds a row by id, as it is now, and keeps others from changing, deleting
// and locking it until the end of the transaction that the Auth is bound to; they
// wait. It is [ErrNotFound] when there is none.
//
// It makes rules that span rows hold: whoever is to add a row to a parent, or to
// take away one of several of which one must stay, locks the parent first. On SQLite
// the transaction becomes the only one that writes. Who adds a row without that lock is
// kept out by its foreign key to the locked row, but on SQL Server, where the key takes a
// shared lock, which goes with the update lock of Lock.
func (r Rows[T]) Lock(ctx context.Context, id ID) (*T, error) {
	rows, err := r.LockMany(ctx, Query{Where: []Condition{Eq("id", id)}, Limit: 1})
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, ErrNotFound
	}
	return &rows[0], nil
}

// LockMany is Lock for the rows of a query. Rows that are added meanwhile are not
// kept out: for that, lock the row that they belong to. To avoid deadlocks, give a
// Sort.
func (r Rows[T]) LockMany(ctx context.Context, q Query) ([]T, error) {
	o, err := r.open()
	if err != nil {
		return nil, err
	}
	tx := o.session(ctx)
	if !inTransaction(tx) {
		return nil, errLockOutside
	}
	if err := o.core.lockWriters(tx); err != nil {
		return nil, err
	}
	return o.findRows(tx, q, true)
}

// Update sets fields of a row by logical name, and returns the row as it is then.
// The conditions hold at the moment of the change, whatever happens at the same
// time. It is [ErrNotFound] when there is no such row, or it does not meet them.
func (r Rows[T]) Update(ctx context.Context, id ID, values Values, where ...Condition) (*T, error) {
	o, err := r.open()
	if err != nil {
		return nil, err
	}
	if len(where) == 0 {
		return o.update(ctx, id, values)
	}
	if err := o.refuseValues(values); err != nil {
		return nil, err
	}
	var row *T
	err = o.writing(ctx, func(tx *gorm.DB) error {
		if row, err = o.lockOne(tx, append([]Condition{Eq("id", id)}, where...)); err != nil {
			return err
		}
		t := o.recordTable(tx)
		if len(values) == 0 && !t.touches() {
			return nil
		}
		if err := t.where(t.byID(id)).Updates(map[string]any(values)).Error; err != nil {
			return err
		}
		row = new(T)
		return o.latest(tx).Where(o.equals("id", id)).Take(row).Error
	})
	return onSuccess(row, err)
}

// UpdateMany changes all rows that match, all there are without conditions, and
// returns how many matched.
func (r Rows[T]) UpdateMany(ctx context.Context, where []Condition, values Values) (n int64, err error) {
	o, err := r.open()
	if err != nil {
		return 0, err
	}
	err = o.writing(ctx, func(tx *gorm.DB) error {
		n, err = o.recordTable(tx).updateMany(where, values)
		return err
	})
	return n, err
}

// Delete deletes a row with everything that belongs to it, as [Users.Delete] does:
// hooks of rows that reference it run too. It is [ErrNotFound] when there is none.
func (r Rows[T]) Delete(ctx context.Context, id ID) error {
	o, err := r.open()
	if err != nil {
		return err
	}
	return o.writing(ctx, func(tx *gorm.DB) error {
		tx, err := o.core.askDelete(tx, o.model, id)
		if err != nil {
			return err
		}
		if _, err := o.lockOne(tx, []Condition{Eq("id", id)}); err != nil {
			return err
		}
		if err := o.core.deleteDependents(tx, o.model, id); err != nil {
			return err
		}
		db := tx.Where(o.equals("id", id)).Delete(new(T))
		if db.Error == nil && db.RowsAffected == 0 {
			return ErrNotFound
		}
		return db.Error
	})
}

// DeleteMany deletes all rows that match, all there are without conditions, and
// returns how many. Rows of other models go with them as their foreign keys say,
// without hooks.
func (r Rows[T]) DeleteMany(ctx context.Context, where ...Condition) (n int64, err error) {
	o, err := r.open()
	if err != nil {
		return 0, err
	}
	err = o.writing(ctx, func(tx *gorm.DB) error {
		n, err = o.recordTable(tx).deleteMany(where)
		return err
	})
	return n, err
}

// Consume deletes at most one of the rows that match, and returns it. Of many
// callers at the same time exactly one gets a row; the others get another one that
// matches, or [ErrNotFound].
func (r Rows[T]) Consume(ctx context.Context, where ...Condition) (row *T, err error) {
	o, err := r.open()
	if err != nil {
		return nil, err
	}
	if len(where) == 0 {
		return nil, ErrNotFound
	}
	err = o.writing(ctx, func(tx *gorm.DB) error {
		if row, err = o.lockOne(tx, where); err != nil {
			return err
		}
		db := tx.Where(o.equals("id", ID(o.text(row, "id")))).Delete(new(T))
		if db.Error == nil && db.RowsAffected == 0 {
			return ErrConflict // its lock did not keep it, as on SQL Server with row versions
		}
		return db.Error
	})
	return onSuccess(row, err)
}

// DeleteExpired deletes the rows whose date field has passed, in batches, each in a
// transaction of its own unless the Auth is bound to one, and returns how many. The
// field is to have an index. It is what a [CleanupPlugin] does.
func (r Rows[T]) DeleteExpired(ctx context.Context, field string) (int64, error) {
	o, err := r.open()
	if err != nil {
		return 0, err
	}
	f, err := o.model.fieldNamed(field)
	if err != nil {
		return 0, err
	}
	if f.kind != Date {
		return 0, f.errorf("is of type %s, not a date", f.kind)
	}
	return o.deletePassed(ctx, field, 0)
}
