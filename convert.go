package authplugin

import (
	"database/sql/driver"
	"encoding/json"
	"math"
	"reflect"
	"strconv"
	"time"
)

func (s idScheme) describe() string {
	switch s.kind {
	case intID:
		return "whole numbers"
	case uuidID:
		return "UUIDs"
	default:
		return "text"
	}
}

// plain follows pointers and asks valuers such as sql.NullString.
func plain(v any) (any, error) {
	for {
		if v == nil {
			return nil, nil
		}
		rv := reflect.ValueOf(v)
		if rv.Kind() == reflect.Pointer {
			if rv.IsNil() {
				return nil, nil
			}
			v = rv.Elem().Interface()
			continue
		}
		valuer, ok := v.(driver.Valuer)
		if !ok {
			return v, nil
		}
		next, err := valuer.Value()
		if err != nil {
			return nil, err
		}
		if _, again := next.(driver.Valuer); again {
			return next, nil
		}
		v = next
	}
}

// describe names the type of a value without showing it.
func describe(v any) string {
	if v == nil {
		return "null"
	}
	return reflect.TypeOf(v).String()
}

func toInt64(v any) (int64, bool) {
	if n, ok := v.(json.Number); ok {
		i, err := n.Int64()
		return i, err == nil
	}
	switch rv := reflect.ValueOf(v); {
	case !rv.IsValid():
		return 0, false
	case rv.CanInt():
		return rv.Int(), true
	case rv.CanUint():
		return int64(rv.Uint()), rv.Uint() <= math.MaxInt64 //nolint:gosec // what overflows is not ok
	case rv.CanFloat():
		n := rv.Float()
		return int64(n), n == math.Trunc(n) && n >= math.MinInt64 && n < math.MaxInt64
	default:
		return 0, false
	}
}

func toFloat64(v any) (float64, bool) {
	if n, ok := v.(json.Number); ok {
		f, err := n.Float64()
		return f, err == nil
	}
	switch rv := reflect.ValueOf(v); {
	case !rv.IsValid():
		return 0, false
	case rv.CanFloat():
		return rv.Float(), true
	case rv.CanInt():
		return float64(rv.Int()), true
	case rv.CanUint():
		return float64(rv.Uint()), true
	default:
		return 0, false
	}
}

// textNumber reads a number that a driver handed out as text.
func textNumber(v any) any {
	s, ok := v.(string)
	if !ok {
		return v
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return n
	}
	if n, err := strconv.ParseFloat(s, 64); err == nil {
		return n
	}
	return v
}

// timeLayouts are the forms in which a date arrives as text: JSON, Better Auth
// on SQLite, the SQLite drivers, and MySQL without parseTime. Those without a
// zone are UTC.
var timeLayouts = []string{ //nolint:gochecknoglobals // a table that nothing writes
	time.RFC3339Nano,
	"2006-01-02 15:04:05.999999999-07:00",
	"2006-01-02T15:04:05.999999999",
	"2006-01-02 15:04:05.999999999",
	"2006-01-02 15:04",
	"2006-01-02",
}

func toTime(v any) (time.Time, bool) {
	switch x := v.(type) {
	case time.Time:
		return x, true
	case string:
		for _, layout := range timeLayouts {
			if t, err := time.Parse(layout, x); err == nil {
				return t, true
			}
		}
	}
	return time.Time{}, false
}

func toStrings(v any) ([]string, bool) {
	rv := reflect.ValueOf(v)
	if rv.Kind() != reflect.Slice && rv.Kind() != reflect.Array {
		return nil, false
	}
	list := make([]string, rv.Len())
	for i := range list {
		item := reflect.ValueOf(rv.Index(i).Interface())
		if item.Kind() != reflect.String {
			return nil, false
		}
		list[i] = item.String()
	}
	return list, true
}

func toNumbers(v any) ([]float64, bool) {
	rv := reflect.ValueOf(v)
	if rv.Kind() != reflect.Slice && rv.Kind() != reflect.Array {
		return nil, false
	}
	list := make([]float64, rv.Len())
	for i := range list {
		n, ok := toFloat64(rv.Index(i).Interface())
		if !ok || math.IsNaN(n) || math.IsInf(n, 0) {
			return nil, false
		}
		list[i] = n
	}
	return list, true
}

// toID accepts text and whole numbers.
func toID(v any) (ID, bool) {
	if rv := reflect.ValueOf(v); rv.Kind() == reflect.String {
		return ID(rv.String()), true
	}
	n, ok := toInt64(v)
	return ID(strconv.FormatInt(n, 10)), ok
}
