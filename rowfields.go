package authplugin

import (
	"context"
	"reflect"
	"time"
)

// RowFields reads the fields of a row by logical name, whatever struct the row is in:
// that of the library, or the application's own. It copies nothing, and must not be
// kept. The zero value has no fields.
type RowFields struct {
	binding *binding
	row     reflect.Value
}

// Value returns a field as [Values] have it. It is nil for NULL, and for a field that
// there is not.
func (r RowFields) Value(name string) any {
	bf := r.field(name)
	if bf == nil {
		return nil
	}
	return bf.plainForm(r.binding.get(bf, r.row).value)
}

// String returns a string, enum or reference, "" when it is NULL, absent or of another
// type.
func (r RowFields) String(name string) string {
	if v := r.declared(name); v.IsValid() && v.Kind() == reflect.String {
		return v.String()
	}
	return r.dynamic().String(name)
}

// ID returns the id of the row, or a reference, "" when it is NULL, absent or of another
// type.
func (r RowFields) ID(name string) ID { return ID(r.String(name)) }

// Bool returns a boolean, false when it is NULL, absent or of another type.
func (r RowFields) Bool(name string) bool {
	if v := r.declared(name); v.IsValid() && v.Kind() == reflect.Bool {
		return v.Bool()
	}
	return r.dynamic().Bool(name)
}

// Time returns a date, the zero time when it is NULL, absent or of another type.
func (r RowFields) Time(name string) time.Time {
	if v := r.declared(name); v.IsValid() {
		t, _ := reflect.TypeAssert[time.Time](v)
		return t
	}
	return r.dynamic().Time(name)
}

func (r RowFields) field(name string) *boundField {
	if r.binding == nil {
		return nil
	}
	return r.binding.byName(name)
}

// declared is the Go field that holds a field, not valid when it is nil or there is
// none.
func (r RowFields) declared(name string) reflect.Value {
	bf := r.field(name)
	if bf == nil || bf.dynamic {
		return reflect.Value{}
	}
	v := bf.schema.ReflectValueOf(context.Background(), r.row)
	for v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	return v
}

// dynamic is the dynamic-field map.
func (r RowFields) dynamic() Values {
	if r.binding == nil {
		return nil
	}
	return r.binding.values(r.row)
}
