package authplugin

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"reflect"
	"sync"
	"time"

	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"
)

// additionalIndex is where a Go type keeps its dynamic-field map, nil if it has none.
func additionalIndex(t reflect.Type) []int {
	f, ok := t.FieldByName("Additional")
	if !ok || f.Type != reflect.TypeFor[Values]() {
		return nil
	}
	return f.Index
}

// values is the dynamic-field map of a struct.
func (b *binding) values(rv reflect.Value) Values {
	if b.additional == nil {
		return nil
	}
	v, _ := reflect.TypeAssert[Values](reflect.Indirect(rv).FieldByIndex(b.additional))
	return v
}

// valuesOf is where a struct has its dynamic-field map.
func (b *binding) valuesOf(rv reflect.Value) *Values {
	values, _ := reflect.TypeAssert[*Values](reflect.Indirect(rv).FieldByIndex(b.additional).Addr())
	return values
}

// setValue puts a value into the dynamic-field map of a struct.
func (b *binding) setValue(rv reflect.Value, name string, value any) {
	values := b.valuesOf(rv)
	if *values == nil {
		*values = make(Values, b.dynamic)
	}
	(*values)[name] = value
}

// ownValues gives a struct a copy of its dynamic-field map that nobody else
// holds: the caller may use one map for many rows.
func (b *binding) ownValues(rv reflect.Value) Values {
	values := make(Values, b.dynamic)
	maps.Copy(values, b.values(rv))
	rv.FieldByIndex(b.additional).Set(reflect.ValueOf(values))
	return values
}

// bindValue tells a struct which of its fields are hidden.
func (b *binding) bindValue(rv reflect.Value) {
	if state := stateOf(rv); state != nil {
		state.model = b.model
	}
}

// goTypeOf is the Go type by which GORM knows a dynamic field, and into which it
// scans rows for a caller's map.
func goTypeOf(f *field) reflect.Type {
	switch f.kind {
	case Number, BigInt:
		return reflect.TypeFor[int64]()
	case Float:
		return reflect.TypeFor[float64]()
	case Boolean:
		return reflect.TypeFor[bool]()
	case Date:
		return reflect.TypeFor[time.Time]()
	case idRef:
		return reflect.TypeFor[ID]()
	default:
		return reflect.TypeFor[string]()
	}
}

// addDynamic adds a field of the dynamic-field map to GORM's schema, where it
// is a column like any other.
func (b *binding) addDynamic(bf *boundField) {
	s := b.schema
	sf := s.ParseField(reflect.StructField{
		Name: bf.goName, Type: goTypeOf(bf.field), Tag: reflect.StructTag(`gorm:"column:` + bf.column + `"`),
	})
	bf.schema = sf
	sf.NewValuePool = newScanPool()
	sf.ValueOf = b.dynamicValueOf(bf)
	sf.Set = b.dynamicSet(bf)
	sf.ReflectValueOf = func(_ context.Context, rv reflect.Value) reflect.Value {
		// A map entry has no address: GORM reads through this, and writes by Set.
		dest := reflect.New(sf.FieldType).Elem()
		if v := reflect.ValueOf(b.values(rv)[bf.name]); v.IsValid() && v.CanConvert(sf.FieldType) {
			dest.Set(v.Convert(sf.FieldType))
		}
		return dest
	}
	s.Fields = append(s.Fields, sf)
	s.DBNames = append(s.DBNames, sf.DBName)
	s.FieldsByDBName[sf.DBName] = sf
	s.FieldsByName[sf.Name] = sf
	s.FieldsByBindName[sf.BindName()] = sf
	b.setType(bf)
	if bf.concealed() {
		concealValueOf(sf)
	}
}

// dynamicValueOf reads a field for a statement. A field that is present counts,
// whatever its value: NULL and false are conditions and assignments too.
func (b *binding) dynamicValueOf(bf *boundField) func(context.Context, reflect.Value) (any, bool) {
	return func(_ context.Context, rv reflect.Value) (any, bool) {
		v, present := b.values(rv)[bf.name]
		if !present {
			return nil, true
		}
		switch x := v.(type) {
		case clause.Expression:
			return x, false
		case pending:
			return parameter{value: bf.store(x.column, b.core.times), after: x.after}, false
		}
		encoded, err := bf.encodable(v)
		if err != nil {
			return poison{err}, false
		}
		return bf.store(encoded, b.core.times), false
	}
}

// dynamicSet takes a value that was scanned from a row, or that a caller wrote.
func (b *binding) dynamicSet(bf *boundField) func(context.Context, reflect.Value, any) error {
	return func(_ context.Context, rv reflect.Value, v any) error {
		cell, read := v.(**scanCell)
		if !read {
			switch x := v.(type) {
			case clause.Expression:
				return nil // only the database knows the value
			case parameter:
				b.setValue(rv, bf.name, x.after)
				return nil
			}
			encoded, err := bf.encodable(v)
			if err != nil {
				// It may be the stored form, such as the text of a JSON value.
				raw, plainErr := scanned(v)
				if plainErr != nil {
					return plainErr
				}
				if encoded, err = bf.load(raw); err != nil {
					return err
				}
			}
			b.setValue(rv, bf.name, encoded)
			return nil
		}
		if *cell == nil {
			b.setValue(rv, bf.name, nil)
			return nil
		}
		return b.setRead(rv, bf, *cell)
	}
}

// setRead takes the value of a row.
func (b *binding) setRead(rv reflect.Value, bf *boundField, cell *scanCell) error {
	value, err := bf.read(cell.value)
	if err != nil {
		return err
	}
	b.setValue(rv, bf.name, value)
	if bf.remembers() && cell.value != nil {
		column, err := bf.load(cell.value)
		if err != nil {
			return err
		}
		b.remember(rv, bf.name, value, column)
	}
	if bf.concealed() {
		b.bindValue(rv)
	}
	return nil
}

// read makes the Go value of what a row holds, through the field's output
// transform and validator.
func (f *field) read(raw any) (any, error) {
	value, err := f.load(raw)
	if err != nil || value == nil {
		return nil, err
	}
	if f.transformOut != nil {
		if value, err = f.transformOut(value); err != nil {
			return nil, &FieldError{Model: f.model.name, Field: f.name, Problem: "the output transform failed: " + err.Error(), Err: err}
		}
	}
	if f.validateOut != nil {
		if err := f.validateOut(value); err != nil {
			return nil, &FieldError{Model: f.model.name, Field: f.name, Problem: "the output validator refused the value: " + err.Error(), Err: err}
		}
	}
	return value, nil
}

// refuseUnknown makes every condition, insert and update by struct fail when
// the dynamic-field map has a name that is no additional field. It rides on the
// first field that is not the id, since GORM asks each field of a struct.
func (b *binding) refuseUnknown() {
	if b.additional == nil {
		return
	}
	for _, bf := range b.fields {
		if bf.primary {
			continue
		}
		valueOf := bf.schema.ValueOf
		bf.schema.ValueOf = func(ctx context.Context, rv reflect.Value) (any, bool) {
			if err := b.unknownField(b.values(rv)); err != nil {
				return poison{err}, false
			}
			return valueOf(ctx, rv)
		}
		return
	}
}

// unknownField reports the first name in a dynamic-field map that is not a
// dynamic field of the Go type.
func (b *binding) unknownField(values Values) error {
	for name := range values {
		bf := b.byName(name)
		if bf == nil {
			return &FieldError{Model: b.model.name, Field: name, Problem: "there is no such field" + suggest(name, b.model.fieldNames())}
		}
		if !bf.dynamic {
			return bf.errorf("belongs into the Go field %s of %s, not into Additional", bf.goName, b.goType)
		}
	}
	return nil
}

func (b *binding) byName(name string) *boundField {
	f := b.model.byName[name]
	if f == nil {
		return nil
	}
	return b.columns[f.column]
}

// poison is a value that makes the statement fail when it is built.
type poison struct{ err error }

// Build is called by GORM.
func (p poison) Build(builder clause.Builder) {
	_ = builder.AddError(p.err)
	_, _ = builder.WriteString("NULL")
}

// scanCell is what a column of a row is scanned into.
type scanCell struct{ value any }

// Scan implements sql.Scanner. Bytes belong to the driver, so they are copied:
// as text, unless they may be a UUID of SQL Server.
func (c *scanCell) Scan(src any) error {
	if b, ok := src.([]byte); ok {
		if src = string(b); len(b) == 16 {
			src = bytes.Clone(b)
		}
	}
	c.value = src
	return nil
}

// scanPool hands GORM an empty cell for every row. It is a pointer to a pointer,
// because GORM tells by its being nil that a joined row is missing.
type scanPool struct{ *sync.Pool }

var _ schema.FieldNewValuePool = newScanPool()

func newScanPool() scanPool {
	return scanPool{&sync.Pool{New: func() any { return new(*scanCell) }}}
}

// Put implements schema.FieldNewValuePool.
func (p scanPool) Put(v any) {
	if cell, ok := v.(**scanCell); ok {
		*cell = nil
		p.Pool.Put(cell)
	}
}

// scanned is what a cell, a pointer or a plain value holds.
func scanned(v any) (any, error) {
	if cell, ok := v.(**scanCell); ok {
		if *cell == nil {
			return nil, nil
		}
		return (*cell).value, nil
	}
	raw, err := plain(v)
	if err != nil {
		return nil, fmt.Errorf("authplugin: %w", err)
	}
	return raw, nil
}
