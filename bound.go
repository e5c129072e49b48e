package authplugin

import (
	"context"
	"database/sql"
	"reflect"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// bound is what an operation on the rows of one model works with, in the Go type
// that its caller chose.
type bound[T any] struct {
	*binding

	core *core
	// handle is the handle of the Auth, as it was given.
	handle *gorm.DB
}

// open binds an operation. T must be a struct of the model.
func open[T any](a *Auth, name string) (bound[T], error) {
	c, err := a.ready()
	if err != nil {
		return bound[T]{}, err
	}
	b, err := typed[T](c, name)
	if err != nil {
		return bound[T]{}, err
	}
	return bound[T]{binding: b, core: c, handle: a.db}, nil
}

// session is a session of GORM for an operation.
func (o bound[T]) session(ctx context.Context) *gorm.DB { return o.core.session(ctx, o.handle) }

// read runs a look-up that GORM makes, again when the database gave up on it.
func (o bound[T]) read(ctx context.Context, find func(db *gorm.DB) error) error {
	return o.core.runOwn(ctx, o.handle, func() error { return find(o.session(ctx)) })
}

// lookUp is a compiled look-up with its parameters.
type lookUp struct {
	statement *compiled
	key       lookUpKey
}

// find runs a look-up for one row. It is ErrNotFound when there is none.
func (o bound[T]) find(ctx context.Context, l lookUp) (*T, error) {
	row := new(T)
	r := o.core.reader(o.binding, nil)
	n, err := o.query(ctx, l, row, func(rows *sql.Rows) (int64, error) {
		*row = *new(T)
		return r.one(ctx, rows, row, nil)
	})
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, ErrNotFound
	}
	return row, nil
}

// query runs a look-up whose rows are read by a function, which begins anew each
// time that it is called: the database may give up on the look-up.
func (o bound[T]) query(ctx context.Context, l lookUp, dest any, read func(*sql.Rows) (int64, error)) (int64, error) {
	n, err := o.queryOnce(ctx, l, dest, read)
	if err == nil || inTransaction(o.handle) || !o.core.retryable(err) {
		return n, err
	}
	return o.queryAgain(ctx, l, dest, read)
}

func (o bound[T]) queryOnce(ctx context.Context, l lookUp, dest any, read func(*sql.Rows) (int64, error)) (int64, error) {
	return o.core.run(ctx, o.handle, o.handle.Callback().Query(), o.binding, dest,
		operation{statement: l.statement, key: l.key, read: read})
}

// queryAgain stands apart so that a look-up that succeeds pays nothing for it.
func (o bound[T]) queryAgain(ctx context.Context, l lookUp, dest any, read func(*sql.Rows) (int64, error)) (n int64, err error) {
	err = o.core.runOwn(ctx, o.handle, func() error {
		n, err = o.queryOnce(ctx, l, dest, read)
		return err
	})
	return n, err
}

// create inserts a row.
func (o bound[T]) create(ctx context.Context, row *T) error {
	return o.core.create(ctx, o.handle, o.binding, row)
}

// update sets fields of the row with an id, and returns it as it is then. where
// may add conditions; a row that does not meet them is ErrNotFound.
func (o bound[T]) update(ctx context.Context, id ID, values Values, where ...clause.Expression) (*T, error) {
	if err := o.refuseValues(values); err != nil {
		return nil, err
	}
	row := new(T)
	err := o.core.atomically(o.session(ctx), func(tx *gorm.DB) error {
		if len(values) > 0 {
			db := tx.Model(new(T)).Where(o.equals("id", id)).Clauses(clause.Where{Exprs: where})
			if err := db.Updates(map[string]any(values)).Error; err != nil {
				return err
			}
		}
		return o.latest(tx).Where(o.equals("id", id)).Clauses(clause.Where{Exprs: where}).Take(row).Error
	})
	if err != nil {
		return nil, o.core.outcome(o.model, err)
	}
	return row, nil
}

// latest has a read in a transaction see what is there now. That of MySQL goes on
// seeing what was there when it began, and others may have deleted since, unless
// it asks for the lock.
func (o bound[T]) latest(tx *gorm.DB) *gorm.DB {
	if o.core.dialect.Name() != "mysql" || !inTransaction(tx) {
		return tx
	}
	return tx.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate})
}

// refuseValues refuses what is no column, such as a relation, and the id.
func (o bound[T]) refuseValues(values Values) error {
	for name := range values {
		switch f := o.lookUp(name); {
		case f == nil:
			return o.unknown(name)
		case f.primary:
			return f.errorf("cannot be changed")
		}
	}
	return nil
}

func (o bound[T]) unknown(name string) error {
	return &FieldError{Model: o.model.name, Field: name, Problem: "there is no such field" + suggest(name, o.model.fieldNames())}
}

// equals is the condition that a field has a value. An id is equal character for
// character, also where the collation would take others for the same. One that no
// column can hold is none's.
func (o bound[T]) equals(name string, value any) clause.Expression {
	equal := o.binding.equals(name, value)
	id, ok := value.(ID)
	if ok && !storable(string(id)) {
		return clause.Expr{SQL: "1 = 0"}
	}
	if !ok || o.byName(name).idTarget().id.kind != textID {
		return equal
	}
	exact := o.core.exactText(1)
	if exact == "" {
		return equal
	}
	return clause.And(equal, clause.Expr{SQL: exact, Vars: []any{o.column(name), string(id)}})
}

// text is a field of a row as text, a string or an id; "" when it is NULL.
func (o bound[T]) text(row *T, name string) string {
	v := o.schemaField(name).ReflectValueOf(context.Background(), reflect.ValueOf(row).Elem())
	for v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return ""
		}
		v = v.Elem()
	}
	return v.String()
}

// value is a field of a row; nil when it is NULL.
func (o bound[T]) value(row *T, name string) any {
	return follow(o.schemaField(name).ReflectValueOf(context.Background(), reflect.ValueOf(row).Elem()).Interface())
}

// set sets a field of a row, wherever the Go type keeps it.
func (o bound[T]) set(row *T, name string, value any) error {
	bf := o.byName(name)
	if bf == nil {
		return o.unknown(name)
	}
	return bf.schema.Set(context.Background(), reflect.ValueOf(row).Elem(), value)
}

// fill sets fields of a row.
func (o bound[T]) fill(row *T, values Values) error {
	for name, value := range values {
		if err := o.set(row, name, value); err != nil {
			return err
		}
	}
	return nil
}

// fillAdditional sets additional fields of a row.
func (o bound[T]) fillAdditional(row *T, values Values) error {
	if err := o.refuseDeclared(values); err != nil {
		return err
	}
	return o.fill(row, values)
}

// refuseDeclared refuses the fields of the core among values that may come from
// outside.
func (o bound[T]) refuseDeclared(values Values) error {
	for name := range values {
		if f := o.lookUp(name); f != nil && f.declared() {
			return f.errorf("is not an additional field; the operations set it")
		}
	}
	return nil
}

// moment is a date of a row.
func (o bound[T]) moment(row *T, name string) time.Time {
	v := o.schemaField(name).ReflectValueOf(context.Background(), reflect.ValueOf(row).Elem())
	if t, ok := reflect.TypeAssert[time.Time](v); ok {
		return t
	}
	t, _ := follow(v.Interface()).(time.Time)
	return t
}

// live is the condition that a row has not expired.
func (o bound[T]) live() clause.Expression {
	return clause.Gt{Column: o.column("expiresAt"), Value: o.core.now()}
}

func (o bound[T]) newestFirst(db *gorm.DB) *gorm.DB {
	return db.Clauses(clause.OrderBy{Columns: []clause.OrderByColumn{
		{Column: o.column("createdAt"), Desc: true}, {Column: o.column("id"), Desc: true},
	}})
}

// unasked runs a write that the caller did not ask for: one that fails leaves the
// caller's transaction as it was, which may be one that is not to write.
func (o bound[T]) unasked(ctx context.Context, write func(db *gorm.DB) error) error {
	db := o.session(ctx)
	if inTransaction(db) {
		return db.Transaction(write)
	}
	return write(db)
}
