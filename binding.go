package authplugin

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"
)

// binding ties a model to one Go type that GORM knows it by. It is immutable
// once db.Use has returned.
type binding struct {
	core   *core
	model  *model
	schema *schema.Schema
	goType reflect.Type
	// columns are the model's fields by column.
	columns map[string]*boundField
	// fields has the model's fields in order.
	fields []*boundField
	// additional is where the Go type keeps its dynamic-field map, nil if it has none.
	additional []int
	// hasSecrets says that some field is not to be shown.
	hasSecrets bool
	// transforms says that some field has an input transform.
	transforms bool
	// dynamic counts the fields that live in the dynamic-field map.
	dynamic int
	// hooks are those that run for writes of this type, nil for none.
	hooks *boundHooks
	// table is the table's own name, without its schema, and quotedTable the whole
	// name as SQL.
	table, quotedTable string
	// relations are the fields that hold rows of other models.
	relations []*schema.Field
	// special says that the model has no struct of its own.
	special bool
}

// boundField ties a field to GORM's field of one Go type.
type boundField struct {
	*field
	schema *schema.Field
	// dynamic fields live in the dynamic-field map.
	dynamic bool
}

var errBoundTooLate = errors.New("authplugin: db.Use(auth) must come right after gorm.Open, before any use of the models")

// bindModel has GORM parse the Go types of a model, and adjusts what it made of them.
func (c *core) bindModel(m *model) error {
	types := []reflect.Type{m.declared}
	if m.declared == nil {
		types = []reflect.Type{runtimeType(m)}
	}
	if m.own != nil {
		types = append(types, m.own)
	}
	for _, t := range types {
		b, err := c.bindType(m, t)
		if err != nil {
			return err
		}
		c.bindings[b.schema] = b
		c.byType[t] = b
		c.byModel[m] = b // the application's own type comes last and wins
	}
	return c.bindRecords(m)
}

// runtimeType is the Go type of a model that has no struct. The tag makes it a
// type of its own, which GORM's schema cache goes by.
func runtimeType(m *model) reflect.Type {
	return reflect.StructOf([]reflect.StructField{
		{Name: "ID", Type: reflect.TypeFor[ID](), Tag: reflect.StructTag(`model:` + strconv.Quote(m.name))},
		{Name: "Additional", Type: reflect.TypeFor[Values](), Tag: `gorm:"-"`},
	})
}

// runtimeNamer names the table of a type that has no name.
type runtimeNamer struct {
	schema.Namer
	table string
}

// TableName is called by GORM.
func (n runtimeNamer) TableName(string) string { return n.table }

func (c *core) bindType(m *model, t reflect.Type) (*binding, error) {
	b := &binding{
		core: c, model: m, goType: t, columns: map[string]*boundField{},
		additional: additionalIndex(t), special: m.declared == nil,
	}
	stmt := &gorm.Statement{DB: c.db}
	if t.Name() == "" {
		// The type has no name that a table's could be made of.
		config := *c.db.Config
		config.NamingStrategy = runtimeNamer{config.NamingStrategy, m.table}
		stmt.DB = &gorm.DB{Config: &config}
	}
	if err := stmt.Parse(reflect.New(t).Interface()); err != nil {
		return nil, fmt.Errorf("authplugin: GORM cannot parse %s: %w", t, err)
	}
	b.schema = stmt.Schema
	_, b.table = splitTable(m.table)
	b.quotedTable = stmt.Quote(m.table)
	if b.schema.Table != m.table {
		return nil, fmt.Errorf("%w: GORM already knows %s by the table %q", errBoundTooLate, t, b.schema.Table)
	}
	for _, f := range m.fields {
		bf := &boundField{field: f}
		if sf := b.typedField(f); sf != nil {
			bf.schema = sf
			b.adjustTyped(bf)
		} else {
			bf.dynamic = true
			b.dynamic++
			b.addDynamic(bf)
		}
		b.hasSecrets = b.hasSecrets || bf.concealed()
		b.transforms = b.transforms || bf.transformIn != nil
		b.fields = append(b.fields, bf)
		b.columns[f.column] = bf
	}
	for _, rel := range b.schema.Relationships.Relations {
		b.relations = append(b.relations, rel.Field)
	}
	b.refuseUnknown()
	b.setIndexes()
	return b, nil
}

// typedField is GORM's field for a field that the Go type has, else nil.
func (b *binding) typedField(f *field) *schema.Field {
	sf := b.schema.FieldsByDBName[f.column]
	if sf == nil || sf.Name != f.goName {
		return nil
	}
	return sf
}

// adjustTyped gives a Go field its physical type and its conversions.
func (b *binding) adjustTyped(bf *boundField) {
	sf := bf.schema
	// The times are set by this library's callbacks, with its own clock.
	if bf.createdAt || bf.updatedAt {
		sf.AutoCreateTime, sf.AutoUpdateTime = 0, 0
	}
	switch {
	case bf.managed:
		b.setType(bf)
	case bf.idTarget() != nil:
		sf.Size = sizeOfType(b.core.columnType(bf.field))
	}
	switch {
	case bf.kind == idRef:
		b.convertID(bf)
	case bf.kind == Date:
		b.convertDate(bf)
	case bf.lower:
		valueOf := sf.ValueOf
		sf.ValueOf = func(ctx context.Context, rv reflect.Value) (any, bool) {
			v, zero := valueOf(ctx, rv)
			if s, ok := v.(string); ok {
				if lower := lowerCase(s); lower != s {
					v = lower
				}
			}
			return v, zero
		}
	}
	if bf.concealed() {
		concealValueOf(sf)
	}
}

// setType writes the physical type of a managed field into GORM's field.
func (b *binding) setType(bf *boundField) {
	sf, c := bf.schema, b.core
	sf.NotNull = bf.notNull
	sf.Unique, sf.HasDefaultValue, sf.DefaultValue, sf.DefaultValueInterface = false, false, "", nil
	sf.AutoIncrement, sf.Precision, sf.Scale = false, 0, 0
	sqlType := c.columnType(bf.field)
	sf.DataType = schema.DataType(sqlType)
	sf.Size = sizeOfType(sqlType)
	delete(sf.TagSettings, "TYPE")
	if bf.kind == Number {
		// GORM's drivers choose the type that is called "int" by its size; this
		// one is an int to both MySQL's and SQL Server's.
		sf.Size = 30
	}
	if !bf.primary {
		return
	}
	id := bf.model.id
	sf.NotNull = true
	sf.AutoIncrement = id.autoIncrement
	if id.kind == intID {
		sf.GORMDataType = schema.Int
		sf.Size = 64
	}
	sf.HasDefaultValue = id.generated
	sf.DefaultValue = id.spec.dbDefault
	hasDefault := slices.Contains(b.schema.FieldsWithDefaultDBValue, sf)
	if id.generated && !hasDefault {
		b.schema.FieldsWithDefaultDBValue = append(b.schema.FieldsWithDefaultDBValue, sf)
	}
	if n := c.server.autoIncrementIncrement; id.autoIncrement && n > 0 {
		sf.AutoIncrementIncrement = n
	}
}

// convertID makes ids cross the boundary: text in Go, whatever the column is.
func (b *binding) convertID(bf *boundField) {
	sf, valueOf := bf.schema, bf.schema.ValueOf
	sf.ValueOf = func(ctx context.Context, rv reflect.Value) (any, bool) {
		v, zero := valueOf(ctx, rv)
		id, ok := toID(follow(v))
		if !ok || id == "" {
			return nil, zero || id == ""
		}
		return bf.comparable(id), zero
	}
}

// follow is the value that a pointer points to, nil for a nil pointer.
func follow(v any) any {
	rv := reflect.ValueOf(v)
	for rv.Kind() == reflect.Pointer {
		if rv.IsNil() {
			return nil
		}
		rv = rv.Elem()
	}
	if !rv.IsValid() {
		return nil
	}
	return rv.Interface()
}

// convertDate keeps dates in UTC, to the millisecond, in the form of the database.
func (b *binding) convertDate(bf *boundField) {
	sf, valueOf, times := bf.schema, bf.schema.ValueOf, b.core.times
	sf.ValueOf = func(ctx context.Context, rv reflect.Value) (any, bool) {
		v, zero := valueOf(ctx, rv)
		if t, ok := follow(v).(time.Time); ok {
			return times.store(t), zero
		}
		return nil, true
	}
	sf.NewValuePool = newScanPool()
	pointer, plain := sf.FieldType.Kind() == reflect.Pointer, sf.FieldType == reflect.TypeFor[time.Time]()
	sf.Set = func(ctx context.Context, rv reflect.Value, v any) error {
		raw, err := scanned(v)
		if err != nil {
			return err
		}
		dest := sf.ReflectValueOf(ctx, rv)
		if raw == nil {
			dest.SetZero()
			return nil
		}
		if t, ok := raw.(time.Time); ok && plain {
			*dest.Addr().Interface().(*time.Time) = normalizeTime(t) //nolint:forcetypeassert // plain says so
			return nil
		}
		value, err := bf.load(raw)
		if err != nil {
			return err
		}
		t, ok := value.(time.Time)
		if !ok {
			return bf.errorf("must be a date, not %s", describe(raw))
		}
		t = normalizeTime(t)
		if pointer {
			dest.Set(reflect.ValueOf(&t))
		} else {
			dest.Set(reflect.ValueOf(t))
		}
		return nil
	}
}

// schemaField is GORM's field of a logical name, which must be one of the model's.
func (b *binding) schemaField(name string) *schema.Field { return b.byName(name).schema }

// equals is the condition that a field has a value.
func (b *binding) equals(name string, value any) clause.Expression {
	return clause.Eq{Column: b.column(name), Value: value}
}

// column is a field in a condition.
func (b *binding) column(name string) clause.Column {
	return clause.Column{Table: clause.CurrentTable, Name: b.model.byName[name].column}
}
