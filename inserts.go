package authplugin

import (
	"context"
	"database/sql"
	"errors"
	"reflect"

	"gorm.io/gorm"
)

// insert is the compiled INSERT of one row of a model.
type insert struct {
	model *model
	// given has the id among its columns, generated leaves it to the database.
	given, generated *compiled
	// returns says that generated hands the id back as a row.
	returns bool
}

// compileInsert makes the INSERT of a model; nil on SQL Server, whose OUTPUT is
// left to GORM's driver.
func (c *core) compileInsert(m *model) *insert {
	if c.dialect.Name() == "sqlserver" {
		return nil
	}
	i := &insert{model: m, given: c.insertText(m, true).compile()}
	if !m.id.generated {
		return i
	}
	text := c.insertText(m, false)
	if i.returns = c.returns(); i.returns {
		text.add(" RETURNING ").quoted(m.primary().column)
	}
	i.generated = text.compile()
	return i
}

// prepare makes the statement ready for a transaction.
func (i *insert) prepare(ctx context.Context, pool gorm.ConnPool) {
	if i == nil {
		return
	}
	if i.generated != nil {
		i.generated.prepare(ctx, pool)
		return
	}
	i.given.prepare(ctx, pool)
}

// returns reports whether INSERT and DELETE can hand rows back.
func (c *core) returns() bool {
	switch c.dialect.Name() {
	case "sqlite", "postgres":
		return true
	case "mysql":
		return c.server.mariaDB
	default:
		return false
	}
}

func (c *core) insertText(m *model, withID bool) *sqlText {
	t := c.newText()
	t.add("INSERT INTO ").quoted(m.table).add(" (")
	t.insertColumns(m, withID)
	t.add(") VALUES (")
	for i := range m.inserted(withID) {
		if i > 0 {
			t.add(", ")
		}
		t.bind()
	}
	t.add(")")
	return t
}

func (t *sqlText) insertColumns(m *model, withID bool) {
	for i, f := range m.inserted(withID) {
		if i > 0 {
			t.add(", ")
		}
		t.quoted(f.column)
	}
}

// inserted are the fields of an INSERT, in order.
func (m *model) inserted(withID bool) []*field {
	if withID {
		return m.fields
	}
	fields := make([]*field, 0, len(m.fields))
	for _, f := range m.fields {
		if !f.primary {
			fields = append(fields, f)
		}
	}
	return fields
}

// create inserts one row, which a pointer points to, by the compiled statement.
// Ids, defaults, validation, hooks and the callbacks of others are those of
// db.Create.
func (c *core) create(ctx context.Context, db *gorm.DB, b *binding, row any) error {
	rv := reflect.ValueOf(row).Elem()
	alone := c.createsAlone(b, db.Callback().Create()) && !b.hasRelations(ctx, rv)
	if inTransaction(db) || alone {
		return c.runOwn(ctx, db, func() error { return c.createOnce(ctx, db, b, row) })
	}
	if db.SkipDefaultTransaction && !b.hooks.runs(OperationCreate) {
		// The row stays when somebody's callback fails after it.
		return because(ctx, c.createOnce(ctx, db, b, row))
	}
	begin := b.beginAnew(rv)
	return c.runOwn(ctx, db, func() error {
		begin()
		return c.createOnce(ctx, db, b, row)
	})
}

// beginAnew returns what makes a row that is to be created what it is now, from
// the second call on: hooks change it, and would change what they have changed
// when the database gives up on the transaction and it is run again.
func (b *binding) beginAnew(rv reflect.Value) func() {
	given := b.copyRow(rv)
	relations := make([]reflect.Value, len(b.relations))
	var restore []func()
	for i, relation := range b.relations {
		value := relation.ReflectValueOf(context.Background(), rv)
		relations[i] = reflect.New(value.Type()).Elem()
		relations[i].Set(value)
		restore = b.core.restorers(restore, value)
	}
	again := false
	return func() {
		if !again {
			again = true
			return
		}
		rv.Set(b.copyRow(given))
		for i, relation := range b.relations {
			relation.ReflectValueOf(context.Background(), rv).Set(relations[i])
		}
		for _, f := range restore {
			f()
		}
	}
}

// restorers adds what makes the rows of a relation what they are now, each where it
// stands: they are the caller's. The rows that they bring along stay as they are.
func (c *core) restorers(list []func(), value reflect.Value) []func() {
	switch value.Kind() {
	case reflect.Pointer:
		if !value.IsNil() {
			list = c.restorers(list, value.Elem())
		}
	case reflect.Slice:
		for i := range value.Len() {
			list = c.restorers(list, value.Index(i))
		}
	case reflect.Struct:
		b := c.byType[value.Type()]
		if b == nil {
			return list
		}
		given := b.copyWithRelations(value)
		list = append(list, func() { value.Set(b.copyWithRelations(given)) })
	}
	return list
}

// copyWithRelations is copyRow, but for the rows of other models, which both hold.
func (b *binding) copyWithRelations(rv reflect.Value) reflect.Value {
	row, ctx := b.copyRow(rv), context.Background()
	for _, relation := range b.relations {
		relation.ReflectValueOf(ctx, row).Set(relation.ReflectValueOf(ctx, rv))
	}
	return row
}

func (c *core) createOnce(ctx context.Context, db *gorm.DB, b *binding, row any) error {
	rv := reflect.ValueOf(row).Elem()
	in := c.inserts[b.model]
	if in == nil {
		return c.translate(b.model, c.session(ctx, db).Create(row).Error)
	}
	chain := db.Callback().Create()
	alone := c.createsAlone(b, chain) && !b.hasRelations(ctx, rv)
	op := operation{statement: in.given, alone: alone, bind: func(db *gorm.DB, op *operation) bool {
		return b.bindInsert(db, op, in, rv)
	}}
	_, err := c.run(ctx, db, chain, b, row, op)
	return err
}

// bindInsert chooses the statement and its parameters, once the callbacks before
// it have completed the row.
func (b *binding) bindInsert(db *gorm.DB, op *operation, in *insert, rv reflect.Value) bool {
	ctx := db.Statement.Context
	id := b.columns[b.model.primary().column].schema
	missing := id.ReflectValueOf(ctx, rv).IsZero()
	var ok bool
	if op.args, op.shown, ok = b.core.writers[b].parameters(ctx, rv, !missing); !ok {
		return false
	}
	if !missing {
		return true
	}
	op.statement = in.generated
	if in.returns {
		op.read = func(rows *sql.Rows) (int64, error) { return b.readID(ctx, rows, rv) }
		return true
	}
	op.executed = func(_ *gorm.DB, result sql.Result) error {
		n, err := result.LastInsertId()
		if err != nil {
			return err
		}
		return id.Set(ctx, rv, n)
	}
	return true
}

// errNoRow says that a trigger of the database has put nothing into the table.
var errNoRow = errors.New("authplugin: the INSERT handed no id back, so that there is no row")

func (b *binding) readID(ctx context.Context, rows *sql.Rows, rv reflect.Value) (int64, error) {
	if !rows.Next() {
		return 0, errors.Join(rows.Err(), errNoRow)
	}
	var id ID
	if err := rows.Scan(&id); err != nil {
		return 0, err
	}
	if err := b.columns[b.model.primary().column].schema.Set(ctx, rv, string(id)); err != nil {
		return 0, err
	}
	rows.Next() // SQLite commits an INSERT when it is read to its end
	return 1, rows.Err()
}

// hasRelations reports whether a struct brings rows of other models along.
func (b *binding) hasRelations(ctx context.Context, rv reflect.Value) bool {
	for _, rel := range b.relations {
		if _, zero := rel.ValueOf(ctx, rv); !zero {
			return true
		}
	}
	return false
}
