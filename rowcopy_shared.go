package authplugin

import (
	"reflect"
	"slices"
	"unsafe"
)

// sharedPlaces are the places in a struct, also in structs that it has as values, of what
// can be changed in place: two copies of the struct would share it. The place of the
// dynamic-field map is left out. What is behind fields that are not exported, as in a
// big.Int, stays shared: reflection cannot set it.
func sharedPlaces(t reflect.Type, within, additional []int) (places [][]int) {
	for i := range t.NumField() {
		f := t.Field(i)
		place := append(slices.Clone(within), i)
		switch {
		case slices.Equal(place, additional) || !isReached(&f):
		case f.Type.Kind() == reflect.Struct:
			places = append(places, sharedPlaces(f.Type, place, additional)...)
		case canBeShared(f.Type):
			places = append(places, place)
		}
	}
	return places
}

// isReached reports whether reflection can set a field, or fields of it.
func isReached(f *reflect.StructField) bool {
	return f.IsExported() || f.Anonymous && f.Type.Kind() == reflect.Struct
}

// canBeShared reports whether values of a type have, or may have, what can be changed in
// place.
func canBeShared(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface:
		return true
	case reflect.Array:
		return canBeShared(t.Elem())
	case reflect.Struct:
		return len(sharedPlaces(t, nil, nil)) > 0
	default:
		return false
	}
}

// rowOwner replaces what values share with others by copies. A pointer that comes up
// again, as that of a child to its parent does, leads to the same copy.
type rowOwner struct {
	pointers map[sharedPointer]reflect.Value
}

type sharedPointer struct {
	to unsafe.Pointer
	as reflect.Type
}

// own has a value that can be set share nothing any more.
func (o *rowOwner) own(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			v.Set(o.ownPointer(v))
		}
	case reflect.Interface:
		if !v.IsNil() && !isExpression(v.Interface()) && canBeShared(v.Elem().Type()) {
			v.Set(o.copyOf(v.Elem()))
		}
	case reflect.Slice:
		if !v.IsNil() {
			copied := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
			reflect.Copy(copied, v)
			o.ownElements(copied)
			v.Set(copied)
		}
	case reflect.Array:
		o.ownElements(v)
	case reflect.Map:
		o.ownMap(v)
	case reflect.Struct:
		t := v.Type()
		for i := range t.NumField() {
			if f := t.Field(i); isReached(&f) {
				o.own(v.Field(i))
			}
		}
	}
}

func (o *rowOwner) ownPointer(v reflect.Value) reflect.Value {
	to := v.Type().Elem()
	if !canBeShared(to) {
		return o.copied(v)
	}
	key := sharedPointer{v.UnsafePointer(), to}
	if known, again := o.pointers[key]; again {
		return known
	}
	if o.pointers == nil {
		o.pointers = map[sharedPointer]reflect.Value{}
	}
	copied := o.copied(v)
	o.pointers[key] = copied
	o.own(copied.Elem())
	return copied
}

// copied points to a copy of what a pointer points to.
func (*rowOwner) copied(v reflect.Value) reflect.Value {
	copied := reflect.New(v.Type().Elem())
	copied.Elem().Set(v.Elem())
	return copied
}

func (o *rowOwner) ownMap(v reflect.Value) {
	if v.IsNil() {
		return
	}
	copied := reflect.MakeMapWithSize(v.Type(), v.Len())
	for iter := v.MapRange(); iter.Next(); {
		copied.SetMapIndex(iter.Key(), o.copyOf(iter.Value()))
	}
	v.Set(copied)
}

// ownElements has what is in a list share nothing.
func (o *rowOwner) ownElements(list reflect.Value) {
	if !canBeShared(list.Type().Elem()) {
		return
	}
	for i := range list.Len() {
		o.own(list.Index(i))
	}
}

// copyOf is a copy of a value that cannot be set.
func (o *rowOwner) copyOf(v reflect.Value) reflect.Value {
	copied := reflect.New(v.Type()).Elem()
	copied.Set(v)
	o.own(copied)
	return copied
}
