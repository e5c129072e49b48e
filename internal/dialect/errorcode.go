package dialect

import (
	"errors"
	"reflect"
)

// firstKind walks err and everything it wraps, joined errors included, and
// returns the first kind that classify recognises. classify sees one error at a
// time and must not unwrap it.
func firstKind(err error, classify func(error) ErrorKind) ErrorKind {
	if err == nil {
		return OtherError
	}
	if kind := classify(err); kind != OtherError {
		return kind
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range joined.Unwrap() {
			if kind := firstKind(e, classify); kind != OtherError {
				return kind
			}
		}
		return OtherError
	}
	return firstKind(errors.Unwrap(err), classify)
}

// structField returns the value of an exported integer field of an error that
// is a struct or points to one. Drivers are not imported, so that using one
// database does not compile the drivers of all.
func structField(err error, name string) (int64, bool) {
	v := reflect.ValueOf(err)
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if v.Kind() != reflect.Struct {
		return 0, false
	}
	return integer(v.FieldByName(name))
}

// structText is structField for a string, "" when there is none.
func structText(err error, name string) string {
	v := reflect.Indirect(reflect.ValueOf(err))
	if v.Kind() != reflect.Struct {
		return ""
	}
	if field := v.FieldByName(name); field.Kind() == reflect.String {
		return field.String()
	}
	return ""
}

// integer returns the value of v if it is of an integer kind.
func integer(v reflect.Value) (int64, bool) {
	switch {
	case !v.IsValid():
		return 0, false
	case v.CanInt():
		return v.Int(), true
	case v.CanUint():
		return int64(v.Uint()), true //nolint:gosec // error codes are small
	default:
		return 0, false
	}
}
