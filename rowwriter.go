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
	value func(ctx context.Context, rv reflect.Value) any
	// moment is value for a date; a row often has the same one twice.
	moment  func(rv reflect.Value) time.Time
	primary bool
	hidden  bool
	// byTags says that the tags of GORM decide what a zero value becomes.
	byTags *boundField
}

func newRowWriter(b *binding) *rowWriter {
	w := &rowWriter{binding: b}
	for _, bf := range b.fields {
		column := columnWriter{value: b.getter(bf), moment: momentOf(bf), primary: bf.primary, hidden: bf.concealed()}
		if bf.decidedByTags() {
			column.byTags, column.moment = bf, nil
		}
		w.columns = append(w.columns, column)
	}
	return w
}

// parameters are the values of a row, and what logs may see of them. They are not
// ok when one is an expression, which only GORM can write.
func (w *rowWriter) parameters(ctx context.Context, rv reflect.Value, withID bool) (args, shown []any, ok bool) {
	n := len(w.columns)
	both := make([]any, 2*n)
	args, shown = both[:0:n], both[n:n]
	var (
		moment time.Time
		last   any
	)
	for i := range w.columns {
		column := &w.columns[i]
		if column.primary && !withID {
			continue
		}
		if column.moment != nil {
			if t := column.moment(rv); last == nil || !t.Equal(moment) {
				moment, last = t, w.binding.core.times.store(t)
			}
			args, shown = append(args, last), append(shown, last)
			continue
		}
		v := column.value(ctx, rv)
		if column.byTags != nil {
			if v, ok = w.binding.gormDefault(ctx, column.byTags, rv); !ok {
				return nil, nil, false
			}
		}
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

// decidedByTags reports whether the tags of GORM say what becomes of a field.
func (bf *boundField) decidedByTags() bool {
	sf := bf.schema
	return !bf.dynamic && !bf.primary &&
		(!sf.Creatable || sf.AutoCreateTime > 0 || sf.AutoUpdateTime > 0 || sf.HasDefaultValue)
}

// gormDefault is the value of such a field. It is not ok when GORM is to write the
// row.
func (b *binding) gormDefault(ctx context.Context, bf *boundField, rv reflect.Value) (value any, ok bool) {
	sf := bf.schema
	v, zero := sf.ValueOf(ctx, rv)
	switch {
	case !sf.Creatable:
		return nil, false
	case !zero:
		return v, true
	case sf.AutoCreateTime > 0, sf.AutoUpdateTime > 0:
		return nil, false
	case !sf.HasDefaultValue:
		return v, true
	case sf.DefaultValueInterface == nil:
		return nil, false // the database makes it
	}
	if err := sf.Set(ctx, rv, sf.DefaultValueInterface); err != nil {
		return nil, false
	}
	v, _ = sf.ValueOf(ctx, rv)
	return v, true
}

// getter reads a field as GORM's ValueOf does; where that takes a detour, without it.
func (b *binding) getter(bf *boundField) func(context.Context, reflect.Value) any {
	sf := bf.schema
	index := sf.StructField.Index
	switch {
	case bf.dynamic || sf.Serializer != nil || bf.kind == opaqueKind || throughPointer(index):
	case bf.kind == idRef && sf.FieldType == reflect.TypeFor[ID]():
		return func(_ context.Context, rv reflect.Value) any {
			id := ID(rv.FieldByIndex(index).String())
			if id == "" {
				return nil
			}
			return bf.comparable(id)
		}
	case bf.kind == String && sf.FieldType == reflect.TypeFor[string]() && !bf.hashed:
		return func(_ context.Context, rv reflect.Value) any { return rv.FieldByIndex(index).String() }
	case bf.kind == Boolean && sf.FieldType.Kind() == reflect.Bool:
		return func(_ context.Context, rv reflect.Value) any { return rv.FieldByIndex(index).Bool() }
	}
	return func(ctx context.Context, rv reflect.Value) any {
		v, _ := sf.ValueOf(ctx, rv)
		return v
	}
}

// momentOf reads a date of the Go type time.Time, nil for any other field.
func momentOf(bf *boundField) func(rv reflect.Value) time.Time {
	sf := bf.schema
	if bf.dynamic || bf.kind != Date || bf.concealed() || sf.Serializer != nil || sf.FieldType != reflect.TypeFor[time.Time]() ||
		throughPointer(sf.StructField.Index) {
		return nil
	}
	index := sf.StructField.Index
	return func(rv reflect.Value) time.Time {
		t, _ := reflect.TypeAssert[*time.Time](rv.FieldByIndex(index).Addr())
		return *t
	}
}
