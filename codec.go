package authplugin

import (
	"database/sql/driver"
	"encoding/json"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// sqliteTime is how Better Auth writes a date to SQLite, which has no type for
// it and compares text. Every date of a model is written in this one form, in
// UTC, so that comparing text compares moments.
const sqliteTime = "2006-01-02T15:04:05.000Z"

// normalizeTime is the only way a moment gets into a column: UTC, truncated to
// milliseconds, which every database keeps.
func normalizeTime(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }

// encodable checks a value against the field's type and gives it the Go type
// that a read would. nil stays nil. The value is never part of the error.
func (f *field) encodable(v any) (any, error) {
	v, err := plain(v)
	if err != nil {
		return nil, f.errorf("%v", err)
	}
	if v == nil {
		return nil, nil
	}
	switch f.kind {
	case String, enumKind:
		return f.encodableString(v)
	case Number:
		n, ok := toInt64(v)
		if !ok || n < math.MinInt32 || n > math.MaxInt32 {
			return nil, f.errorf("must be a whole number of 32 bits, not %s", describe(v))
		}
		return n, nil
	case BigInt:
		n, ok := toInt64(v)
		if !ok {
			return nil, f.errorf("must be a whole number of 64 bits, not %s", describe(v))
		}
		return n, nil
	case Float:
		n, ok := toFloat64(v)
		if !ok || math.IsNaN(n) || math.IsInf(n, 0) {
			return nil, f.errorf("must be a finite number, not %s", describe(v))
		}
		return n, nil
	case Boolean:
		if rv := reflect.ValueOf(v); rv.Kind() == reflect.Bool {
			return rv.Bool(), nil
		}
		return nil, f.errorf("must be true or false, not %s", describe(v))
	case Date:
		t, ok := toTime(v)
		if !ok {
			return nil, f.errorf("must be a time.Time or text such as 2026-01-31T12:00:00Z, not %s", describe(v))
		}
		return normalizeTime(t), nil
	case JSON:
		if _, err := json.Marshal(v); err != nil {
			return nil, f.errorf("cannot be encoded as JSON")
		}
		return v, nil
	case StringArray:
		list, ok := toStrings(v)
		if !ok {
			return nil, f.errorf("must be a list of strings, not %s", describe(v))
		}
		return list, nil
	case NumberArray:
		list, ok := toNumbers(v)
		if !ok {
			return nil, f.errorf("must be a list of finite numbers, not %s", describe(v))
		}
		return list, nil
	case idRef:
		return f.encodableID(v)
	default:
		return v, nil
	}
}

func (f *field) encodableString(v any) (any, error) {
	rv := reflect.ValueOf(v)
	if rv.Kind() != reflect.String {
		return nil, f.errorf("must be a string, not %s", describe(v))
	}
	s := rv.String()
	if f.lower {
		s = lowerCase(s)
	}
	return s, f.checkString(s)
}

// storable reports whether a column of text can hold a text at all. One that it
// cannot hold is found in none; asking PostgreSQL would be an error.
func storable(text string) bool {
	return strings.IndexByte(text, 0) < 0 && utf8.ValidString(text)
}

// refuseUnstorable refuses text that is not storable.
func (f *field) refuseUnstorable(s string) error {
	switch {
	case !utf8.ValidString(s):
		return f.errorf("is not valid UTF-8")
	case strings.IndexByte(s, 0) >= 0:
		return f.errorf("has a NUL character, which not every database can store")
	default:
		return nil
	}
}

// checkString checks what a column of text can hold.
func (f *field) checkString(s string) error {
	switch {
	case !storable(s):
		return f.refuseUnstorable(s)
	case f.kind == enumKind && !slices.Contains(f.enum, s):
		return f.errorf("must be one of %s", strings.Join(f.enum, ", "))
	case f.size > 0 && utf8.RuneCountInString(s) > f.size:
		return f.errorf("is longer than %d characters", f.size)
	default:
		return nil
	}
}

func (f *field) encodableID(v any) (any, error) {
	id, ok := toID(v)
	if !ok {
		return nil, f.errorf("must be an id, not %s", describe(v))
	}
	if id == "" {
		return nil, nil
	}
	if err := f.checkID(id); err != nil {
		return nil, err
	}
	return id, nil
}

// checkID checks an id that is not empty.
func (f *field) checkID(id ID) error {
	if target := f.idTarget(); target != nil && !target.id.kind.accepts(id) {
		return f.errorf("is not an id of the model %s, whose ids are %s", target.name, target.id.describe())
	}
	return nil
}

// store maps an encodable value to what is handed to the driver.
func (f *field) store(v any, times timeFormat) any {
	switch x := v.(type) {
	case nil:
		return nil
	case time.Time:
		if f.kind == Date {
			return times.store(x)
		}
	case ID:
		if target := f.idTarget(); target != nil {
			if parsed := target.id.comparable(x); !isExpression(parsed) {
				return parsed
			}
		}
		return string(x)
	}
	switch f.kind {
	case String:
		if s, ok := v.(string); ok && f.hashed {
			return f.storedText(s)
		}
		return v
	case JSON, StringArray, NumberArray:
		b, err := json.Marshal(v)
		if err != nil {
			return v // encodable has made sure that it can be encoded
		}
		return string(b)
	default:
		return v
	}
}

// storedText is the form in which the column holds text.
func (f *field) storedText(s string) string {
	switch {
	case f.lower:
		return lowerCase(s)
	case f.hashed && s != "" && !isHashed(s):
		return hashSecret(s)
	default:
		return s
	}
}

// timeFormat is how a database is handed a moment.
type timeFormat int

const (
	nativeTime timeFormat = iota
	textTime              // SQLite
)

func (t timeFormat) store(moment time.Time) any {
	moment = normalizeTime(moment)
	if t == textTime {
		return moment.Format(sqliteTime)
	}
	return moment
}

// load maps what a driver read to the Go value of the field.
func (f *field) load(raw any) (any, error) {
	if raw == nil {
		return nil, nil
	}
	if b, ok := raw.([]byte); ok && f.kind != idRef {
		raw = string(b)
	}
	switch f.kind {
	case String, enumKind:
		if _, ok := raw.(string); ok {
			return raw, nil
		}
	case Number, BigInt:
		if _, ok := raw.(int64); ok {
			return raw, nil
		}
		if n, ok := toInt64(textNumber(raw)); ok {
			return n, nil
		}
	case Float:
		if n, ok := toFloat64(textNumber(raw)); ok {
			return n, nil
		}
	case Boolean:
		if b, err := driver.Bool.ConvertValue(raw); err == nil {
			return b, nil
		}
		if n, ok := toFloat64(raw); ok {
			return n != 0, nil
		}
	case Date:
		if t, ok := toTime(raw); ok {
			return t.UTC(), nil
		}
	case idRef:
		var id ID
		if err := id.Scan(raw); err == nil {
			return id, nil
		}
	case opaqueKind:
		return raw, nil
	default:
		return f.loadJSON(raw)
	}
	return nil, f.errorf("the database holds a %s, which is not a %s", describe(raw), f.kind)
}

func (f *field) loadJSON(raw any) (any, error) {
	text, ok := raw.(string)
	if !ok {
		return raw, nil
	}
	var (
		err  error
		dest any
	)
	switch f.kind {
	case StringArray:
		var list []string
		err, dest = json.Unmarshal([]byte(text), &list), nil
		if list != nil {
			dest = list
		}
	case NumberArray:
		var list []float64
		err, dest = json.Unmarshal([]byte(text), &list), nil
		if list != nil {
			dest = list
		}
	default:
		err = json.Unmarshal([]byte(text), &dest)
	}
	if err != nil {
		return nil, f.errorf("the database holds text that is not JSON of the type %s", f.kind)
	}
	return dest, nil
}

// parseText reads a value from the text of a struct tag.
func (f *field) parseText(s string) any {
	switch f.kind {
	case Number, BigInt, Float:
		return textNumber(s)
	case Boolean:
		if b, err := strconv.ParseBool(s); err == nil {
			return b
		}
	case JSON, StringArray, NumberArray:
		var v any
		if json.Unmarshal([]byte(s), &v) == nil {
			return v
		}
	}
	return s
}
