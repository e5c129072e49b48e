package authplugin

import (
	"context"
	"reflect"
	"time"

	"gorm.io/gorm/clause"
)

// validateStruct applies input transforms and validators, and checks that
// nothing required is missing.
func (b *binding) validateStruct(rv reflect.Value) error {
	values := b.values(rv)
	if err := b.unknownField(values); err != nil {
		return err
	}
	owned := false // the caller, or a hook, may use one map for many rows
	for _, bf := range b.fields {
		if !bf.dynamic {
			if err := b.validateTyped(bf, rv); err != nil {
				return err
			}
			continue
		}
		v, present := values[bf.name]
		if _, expr := v.(clause.Expression); expr {
			continue
		}
		if v == nil {
			if bf.required() || (present && !bf.optional) {
				return bf.errorf("is required")
			}
			continue
		}
		outgoing, err := b.outgoing(bf, rv, v)
		if err != nil {
			return err
		}
		if outgoing == nil && bf.required() {
			return bf.errorf("is required")
		}
		if !identical(v, outgoing) {
			if !owned {
				values, owned = b.ownValues(rv), true
			}
			values[bf.name] = outgoing
		}
		if bf.concealed() {
			b.bindValue(rv)
		}
	}
	return nil
}

// identical reports whether a value is surely the same as another.
func identical(a, b any) bool {
	switch a.(type) {
	case string, int64, float64, bool, time.Time:
		return a == b
	default:
		return false
	}
}

// neverEmpty reports whether empty text is no value of the field, but a mistake:
// an e-mail address, a token.
func (f *field) neverEmpty() bool {
	return f.declared() && f.kind == String && f.unique && f.required()
}

// validateTyped checks a field of the Go struct. Its type is right already;
// what cannot be told from "not given" is refused where it would be a mistake:
// an empty reference, an empty unique text, a date that is zero.
func (b *binding) validateTyped(bf *boundField, rv reflect.Value) error {
	if !bf.managed && bf.kind != idRef {
		return nil
	}
	value := bf.schema.ReflectValueOf(context.Background(), rv)
	if bf.primary || !bf.managed {
		return b.validateID(bf, value)
	}
	missing := value.IsZero() && bf.required() &&
		(bf.ref != nil || bf.kind == Date || (bf.kind == String && bf.unique))
	if missing {
		return bf.errorf("is required")
	}
	if value.IsZero() {
		return nil
	}
	if bf.lower && value.Kind() == reflect.String {
		value.SetString(lowerCase(value.String()))
	}
	return bf.checkTyped(value)
}

// checkTyped checks the value of a Go field, whose type is right already.
func (f *field) checkTyped(value reflect.Value) error {
	for value.Kind() == reflect.Pointer {
		if value.IsNil() {
			return nil
		}
		value = value.Elem()
	}
	switch f.kind {
	case String, enumKind:
		return f.checkString(value.String())
	case idRef:
		if value.Kind() == reflect.String && value.Len() > 0 {
			return f.checkID(ID(value.String()))
		}
		_, err := f.encodableID(value.Interface())
		return err
	case Boolean, Date, BigInt, JSON, opaqueKind:
		return nil
	default:
		_, err := f.encodable(value.Interface())
		return err
	}
}

func (b *binding) validateID(bf *boundField, value reflect.Value) error {
	if bf.kind != idRef || value.IsZero() {
		return nil
	}
	return bf.checkTyped(value)
}

// write applies the input transform and validator of a field.
func (f *field) write(v any) (any, error) {
	encoded, err := f.encodable(v)
	if err != nil || encoded == nil {
		return nil, err
	}
	if f.transformIn != nil {
		transformed, err := f.transformIn(encoded)
		if err != nil {
			return nil, &FieldError{Model: f.model.name, Field: f.name, Problem: "the input transform failed: " + err.Error(), Err: err}
		}
		if encoded, err = f.encodable(transformed); err != nil || encoded == nil {
			return nil, err
		}
	}
	if f.validateIn != nil {
		if err := f.validateIn(encoded); err != nil {
			return nil, &FieldError{Model: f.model.name, Field: f.name, Problem: "the validator refused the value: " + err.Error(), Err: err}
		}
	}
	return encoded, nil
}
