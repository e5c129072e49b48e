package authplugin

import (
	"context"
	"reflect"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// rowWriter makes the parameters of a compiled INSERT from structs of one binding,
// once GORM's callbacks have completed and checked them.
type rowWriter struct {
	binding *binding
	columns []columnWriter
}

// columnWriter gives what a column is handed.
type columnWriter struct {
	value   func(ctx context.Context, rv reflect.Value) any
	primary bool
	hidden  bool
}

func newRowWriter(b *binding) *rowWriter {
	w := &rowWriter{binding: b}
	for _, bf := range b.fields {
		w.columns = append(w.columns, columnWriter{value: b.getter(bf), primary: bf.primary, hidden: bf.concealed()})
	}
	return w
}

// parameters are the values of a row, and what logs may see of them. They are not
// ok when one is an expression, which only GORM can write.
func (w *rowWriter) parameters(ctx context.Context, rv reflect.Value, withID bool) (args, shown []any, ok bool) {
	n := len(w.columns)
	both := make([]any, 2*n)
	args, shown = both[:0:n], both[n:n]
	for i := range w.columns {
		column := &w.columns[i]
		if column.primary && !withID {
			continue
		}
		v := column.value(ctx, rv)
		switch x := v.(type) {
		case secretValue:
			v = x.value
		case parameter:
			v = x.value
		case clause.Expression, gorm.Valuer:
			return nil, nil, false
		}
		args = append(args, v)
		if column.hidden && v != nil {
			v = hiddenParameter
		}
		shown = append(shown, v)
	}
	return args, shown, true
}

// getter reads a field as GORM's ValueOf does; where that takes a detour, without it.
func (b *binding) getter(bf *boundField) func(context.Context, reflect.Value) any {
	sf, times := bf.schema, b.core.times
	index := sf.StructField.Index
	switch {
	case bf.dynamic || sf.Serializer != nil || bf.kind == opaqueKind:
	case bf.kind == idRef && sf.FieldType == reflect.TypeFor[ID]():
		return func(_ context.Context, rv reflect.Value) any {
			id := ID(rv.FieldByIndex(index).String())
			if id == "" {
				return nil
			}
			return bf.comparable(id)
		}
	case bf.kind == Date && sf.FieldType == reflect.TypeFor[time.Time]():
		return func(_ context.Context, rv reflect.Value) any {
			t, _ := reflect.TypeAssert[*time.Time](rv.FieldByIndex(index).Addr())
			return times.store(*t)
		}
	case bf.kind == String && sf.FieldType == reflect.TypeFor[string]():
		return func(_ context.Context, rv reflect.Value) any { return rv.FieldByIndex(index).String() }
	case bf.kind == Boolean && sf.FieldType.Kind() == reflect.Bool:
		return func(_ context.Context, rv reflect.Value) any { return rv.FieldByIndex(index).Bool() }
	}
	return func(ctx context.Context, rv reflect.Value) any {
		v, _ := sf.ValueOf(ctx, rv)
		return v
	}
}
