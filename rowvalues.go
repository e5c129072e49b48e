package authplugin

import (
	"context"
	"encoding/json"
	"reflect"
	"time"
)

// rowValue is the value of a field in a row. An absent one is not in the
// dynamic-field map.
type rowValue struct {
	value   any
	present bool
}

// get reads a field of a struct, as the struct holds it. NULL is nil.
func (b *binding) get(bf *boundField, rv reflect.Value) rowValue {
	if bf.dynamic {
		v, present := b.values(rv)[bf.name]
		return rowValue{v, present}
	}
	value := bf.schema.ReflectValueOf(context.Background(), rv)
	if value.Kind() == reflect.Pointer {
		if value.IsNil() {
			return rowValue{nil, true}
		}
		value = value.Elem()
	}
	return rowValue{value.Interface(), true}
}

// put sets a field of a struct to the value that a field of the same name has in
// another form. An absent value is the zero value of a Go field.
func (b *binding) put(bf *boundField, rv reflect.Value, v rowValue) error {
	if bf.dynamic {
		if !v.present {
			b.values(rv).Unset(bf.name)
			return nil
		}
		b.setValue(rv, bf.name, v.value)
		return nil
	}
	dest := bf.schema.ReflectValueOf(context.Background(), rv)
	value := reflect.ValueOf(v.value)
	switch {
	case !v.present || !value.IsValid():
		dest.SetZero()
		return nil
	case value.Type() == dest.Type():
		dest.Set(value)
		return nil
	case dest.Kind() == reflect.Pointer && value.Type() == dest.Type().Elem():
		pointer := reflect.New(value.Type())
		pointer.Elem().Set(value)
		dest.Set(pointer)
		return nil
	case bf.kind == JSON:
		text, err := json.Marshal(v.value)
		if err == nil {
			err = json.Unmarshal(text, dest.Addr().Interface())
		}
		if err != nil {
			return bf.errorf("cannot hold %s", describe(v.value))
		}
		return nil
	}
	if isExpression(v.value) {
		return bf.errorf("is a Go field, which cannot hold an expression")
	}
	given := v.value
	if bf.kind != opaqueKind {
		var err error
		if given, err = bf.encodable(given); err != nil {
			return err
		}
		if id, ok := given.(ID); ok {
			given = string(id)
		}
	}
	if err := bf.schema.Set(context.Background(), rv, given); err != nil {
		return bf.errorf("cannot hold %s", describe(v.value))
	}
	return nil
}

// plainForm is a value in the form that the dynamic-field map has after a read.
// What the field does not accept is left as it is; the write will refuse it.
func (f *field) plainForm(v any) any {
	if isExpression(v) {
		return v
	}
	if f.kind == opaqueKind {
		if p, err := plain(v); err == nil {
			return p
		}
		return v
	}
	if encoded, err := f.encodable(v); err == nil {
		return encoded
	}
	return v
}

// copyRow copies a row so that neither sees what happens to the other. Rows of
// other models that it holds are left out.
func (b *binding) copyRow(rv reflect.Value) reflect.Value {
	row := reflect.New(b.goType).Elem()
	row.Set(rv)
	for _, relation := range b.relations {
		relation.ReflectValueOf(context.Background(), row).SetZero()
	}
	for _, bf := range b.fields {
		if bf.dynamic {
			continue
		}
		dest := bf.schema.ReflectValueOf(context.Background(), row)
		switch dest.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface:
			if copied := reflect.ValueOf(cloneValue(dest.Interface())); copied.IsValid() {
				dest.Set(copied)
			}
		}
	}
	if values := b.values(rv); values != nil {
		copied, _ := cloneValue(values).(Values)
		row.FieldByIndex(b.additional).Set(reflect.ValueOf(copied))
	}
	return row
}

// cloneValue copies what a value of a field is made of. Expressions and structs
// are taken for values.
func cloneValue(v any) any {
	if isExpression(v) {
		return v
	}
	rv := reflect.ValueOf(v)
	switch rv.Kind() {
	case reflect.Pointer:
		if rv.IsNil() || (rv.Elem().Kind() == reflect.Struct && rv.Elem().Type() != reflect.TypeFor[time.Time]()) {
			return v
		}
		copied := reflect.New(rv.Type().Elem())
		setClone(copied.Elem(), rv.Elem())
		return copied.Interface()
	case reflect.Slice:
		if rv.IsNil() {
			return v
		}
		copied := reflect.MakeSlice(rv.Type(), rv.Len(), rv.Len())
		for i := range rv.Len() {
			setClone(copied.Index(i), rv.Index(i))
		}
		return copied.Interface()
	case reflect.Map:
		if rv.IsNil() {
			return v
		}
		copied := reflect.MakeMapWithSize(rv.Type(), rv.Len())
		for iter := rv.MapRange(); iter.Next(); {
			element := reflect.New(rv.Type().Elem()).Elem()
			setClone(element, iter.Value())
			copied.SetMapIndex(iter.Key(), element)
		}
		return copied.Interface()
	default:
		return v
	}
}

func setClone(dest, from reflect.Value) {
	if copied := reflect.ValueOf(cloneValue(from.Interface())); copied.IsValid() {
		dest.Set(copied)
	}
}
