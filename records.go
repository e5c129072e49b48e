package authplugin

import (
	"context"
	"fmt"

	"gorm.io/gorm"
)

// Records reads and writes the records of one model, whichever it is: a core
// model, one of a plugin, one that is known at run time only. It is safe for
// concurrent use.
//
// A record has every field of the model under its logical name, hidden ones
// included: what a client may see of it, and which conditions it may set, is up to the
// caller. Tokens and identifiers that are stored as hashes are compared as they are
// stored, so that what a dump of the table shows would be found: present them to
// [Sessions] and [Verifications] instead. An id is a string, NULL is
// nil. Writes run the hooks, defaults, transforms and checks that plain GORM
// writes run; reads run the callbacks of GORM, but not a struct's AfterFind.
//
// An unknown model or field and a value that does not fit are errors of the class
// [ErrInvalid].
type Records struct {
	auth *Auth
	name string
}

// Records returns the operations on the model of that logical name. A model that
// does not exist is an error of every operation.
func (a *Auth) Records(model string) *Records { return &Records{auth: a, name: model} }

// table is the model on the handle of the Auth.
func (r *Records) table(ctx context.Context) (recordTable, error) {
	c, db, err := r.auth.handle(ctx)
	if err != nil {
		return recordTable{}, err
	}
	return c.recordTable(db, r.name)
}

// write runs an operation in a transaction.
func (r *Records) write(ctx context.Context, run func(t recordTable) error) error {
	t, err := r.table(ctx)
	if err != nil {
		return err
	}
	nested := inTransaction(t.db)
	err = t.core.atomically(t.db, func(tx *gorm.DB) error { //nolint:contextcheck // the handle carries it
		if nested {
			if err := t.core.lockWriters(tx); err != nil {
				return err
			}
		}
		return run(t.on(tx))
	})
	return t.core.translate(t.model, err)
}

// FindOne returns the first record of the query. Its limit does not count. Without
// one it returns [ErrNotFound], where Better Auth returns null.
func (r *Records) FindOne(ctx context.Context, q Query) (Record, error) {
	q.Limit = 1
	records, err := r.FindMany(ctx, q)
	if err != nil {
		return nil, err
	}
	if len(records) == 0 {
		return nil, ErrNotFound
	}
	return records[0], nil
}

// FindMany returns the records of the query, at most 100 unless it has a limit.
func (r *Records) FindMany(ctx context.Context, q Query) ([]Record, error) {
	t, err := r.table(ctx)
	if err != nil {
		return nil, err
	}
	return t.findMany(q)
}

// Count returns how many records match; without conditions, how many there are.
func (r *Records) Count(ctx context.Context, where ...Condition) (int64, error) {
	t, err := r.table(ctx)
	if err != nil {
		return 0, err
	}
	conditions, err := t.conditions(where)
	if err != nil {
		return 0, err
	}
	var n int64
	err = t.where(conditions).Count(&n).Error
	return n, t.core.translate(t.model, err)
}

// CreateOption changes how [Records.Create] works.
type CreateOption func(*createOptions)

type createOptions struct{ allowID bool }

// AllowID has Create use an id among the values (Better Auth: forceAllowId). An id
// that the model's strategy could not have made, such as text where ids are numbers,
// is ignored.
func AllowID() CreateOption { return func(o *createOptions) { o.allowID = true } }

// Create makes a record and returns it as it is stored. Fields that are absent get
// their defaults. An id among the values is ignored unless [AllowID] is given, and
// values for fields that the model does not have are dropped, as Better Auth does.
func (r *Records) Create(ctx context.Context, values Values, opts ...CreateOption) (record Record, err error) {
	var o createOptions
	for _, opt := range opts {
		opt(&o)
	}
	err = r.write(ctx, func(t recordTable) error {
		record, err = t.create(values, o.allowID)
		return err
	})
	return record, err
}

// Update changes at most one of the records that match, and returns it as it is
// then, also when it does not match any more. It returns [ErrNotFound] when none
// matches, where Better Auth returns null, and without conditions. The conditions hold
// at the moment of the change, whatever happens at the same time. Fields that
// are not among the values stay as they are; the id never changes.
func (r *Records) Update(ctx context.Context, where []Condition, values Values) (record Record, err error) {
	err = r.write(ctx, func(t recordTable) error {
		record, err = t.updateOne(where, values)
		return err
	})
	return record, err
}

// UpdateMany changes all records that match, all there are without conditions,
// and returns how many matched.
func (r *Records) UpdateMany(ctx context.Context, where []Condition, values Values) (n int64, err error) {
	err = r.write(ctx, func(t recordTable) error {
		n, err = t.updateMany(where, values)
		return err
	})
	return n, err
}

// Delete deletes all records that match, if any. Without conditions it is an
// error: that is [Records.DeleteMany].
func (r *Records) Delete(ctx context.Context, where ...Condition) error {
	if len(where) == 0 {
		return errDeleteAll
	}
	_, err := r.DeleteMany(ctx, where...)
	return err
}

// DeleteMany deletes all records that match, all there are without conditions,
// and returns how many. Records of other models go with them as their foreign keys
// say.
func (r *Records) DeleteMany(ctx context.Context, where ...Condition) (n int64, err error) {
	err = r.write(ctx, func(t recordTable) error {
		n, err = t.deleteMany(where)
		return err
	})
	return n, err
}

// ConsumeOne deletes at most one of the records that match, and returns it. Of
// many callers at the same time exactly one gets a record; the others get
// another one that matches, or [ErrNotFound], where Better Auth returns null.
// Without conditions it is ErrNotFound.
func (r *Records) ConsumeOne(ctx context.Context, where ...Condition) (record Record, err error) {
	err = r.write(ctx, func(t recordTable) error {
		record, err = t.consumeOne(where)
		return err
	})
	return record, err
}

// Increment is what [Records.IncrementOne] does to a record.
type Increment struct {
	// By are numbers to add to fields, by logical name; negative ones subtract. A
	// field that is NULL stays NULL.
	By Values
	// Set are values to set at the same time. Fields with OnUpdate, and the time of the
	// last update, are set only when there are any.
	Set Values
}

// IncrementOne changes at most one of the records that match, in one step, and
// returns it as it is then. The conditions are a guard as well: they hold at
// the moment of the change. It returns [ErrNotFound] when none matches, where
// Better Auth returns null, and without conditions. An increment that sets nothing and
// adds nothing is an error, as is a sum that the field cannot hold.
func (r *Records) IncrementOne(ctx context.Context, where []Condition, change Increment) (record Record, err error) {
	err = r.write(ctx, func(t recordTable) error {
		record, err = t.incrementOne(where, change)
		return err
	})
	return record, err
}

// Mistakes that no field is to blame for.
var (
	errDeleteAll      = fmt.Errorf("%w: Delete needs a condition; DeleteMany deletes all", ErrInvalid)
	errEmptyIncrement = fmt.Errorf("%w: an increment needs something to add or to set", ErrInvalid)
	errNegative       = fmt.Errorf("%w: a limit or offset must not be negative", ErrInvalid)
)
