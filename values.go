package authplugin

import (
	"encoding/json"
	"time"
)

// Values is the dynamic-field map of a model: its additional fields by logical
// name. A field that is absent was not given or not read; a field that is nil
// is NULL. After a read the values have these types: string (also enum), int64
// (number and bigint), float64, bool, time.Time in UTC, []string, []float64,
// [ID] for a reference, and for json whatever encoding/json decodes into an any.
//
// Like any map it is not safe for concurrent writes.
type Values map[string]any

// Has reports whether the field is present, NULL or not.
func (v Values) Has(name string) bool {
	_, ok := v[name]
	return ok
}

// IsNull reports whether the field is present and NULL.
func (v Values) IsNull(name string) bool {
	value, ok := v[name]
	return ok && value == nil
}

// Set sets a field; nil means NULL. It makes the map when there is none.
func (v *Values) Set(name string, value any) {
	if *v == nil {
		*v = Values{}
	}
	(*v)[name] = value
}

// Unset makes a field absent.
func (v Values) Unset(name string) { delete(v, name) }

// String returns a string or enum field, "" when it is absent, NULL or of another type.
func (v Values) String(name string) string {
	switch s := v[name].(type) {
	case string:
		return s
	case ID:
		return string(s)
	default:
		return ""
	}
}

// ID returns a field that references another model, "" when it is absent, NULL
// or of another type.
func (v Values) ID(name string) ID { return ID(v.String(name)) }

// Bool returns a boolean field, false when it is absent, NULL or of another type.
func (v Values) Bool(name string) bool {
	b, _ := v[name].(bool)
	return b
}

// Int returns a number or bigint field, 0 when it is absent, NULL or not a whole number.
func (v Values) Int(name string) int64 {
	if n, ok := toInt64(v[name]); ok {
		return n
	}
	return 0
}

// Float returns a float or number field, 0 when it is absent, NULL or of another type.
func (v Values) Float(name string) float64 {
	if f, ok := toFloat64(v[name]); ok {
		return f
	}
	return 0
}

// Time returns a date field, the zero time when it is absent, NULL or of another type.
func (v Values) Time(name string) time.Time {
	t, _ := v[name].(time.Time)
	return t
}

// Strings returns a string[] field, nil when it is absent, NULL or of another type.
func (v Values) Strings(name string) []string {
	s, _ := v[name].([]string)
	return s
}

// Numbers returns a number[] field, nil when it is absent, NULL or of another type.
func (v Values) Numbers(name string) []float64 {
	n, _ := v[name].([]float64)
	return n
}

// Decode unmarshals a json field into dest, which is left alone when the field
// is absent or NULL.
func (v Values) Decode(name string, dest any) error {
	value := v[name]
	if value == nil {
		return nil
	}
	b, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return json.Unmarshal(b, dest)
}
