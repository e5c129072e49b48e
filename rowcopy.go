package authplugin

import (
	"encoding/json"
	"errors"
	"hash/fnv"
	"reflect"
	"strconv"
	"time"
)

// rowCopier writes rows of one Go type as JSON, for the secondary storage, and reads
// them. The form is Better Auth's: fields by logical name, ids as text, dates as
// 2026-01-31T12:00:00.000Z, null for NULL. Hidden fields are left out.
type rowCopier struct {
	b      *binding
	fields []copiedField
	byName map[string]*copiedField
	// shared are the fields whose values two copies of a row would share, embedded those
	// that are pointers to embedded structs.
	shared   []*boundField
	embedded []int
}

type copiedField struct {
	*boundField
	// read sets the field of a row from JSON.
	read func(rv reflect.Value, raw string) error
}

func newRowCopier(b *binding) *rowCopier {
	c := &rowCopier{b: b, byName: map[string]*copiedField{}}
	for _, bf := range b.fields {
		if bf.shown() {
			c.fields = append(c.fields, copiedField{boundField: bf, read: b.copyReader(bf)})
		}
		if bf.dynamic {
			continue
		}
		switch bf.schema.FieldType.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface:
			c.shared = append(c.shared, bf)
		}
	}
	for i := range c.fields {
		c.byName[c.fields[i].name] = &c.fields[i]
	}
	for i := range b.goType.NumField() {
		if f := b.goType.Field(i); f.Anonymous && f.IsExported() && f.Type.Kind() == reflect.Pointer {
			c.embedded = append(c.embedded, i)
		}
	}
	return c
}

// fingerprint changes when other fields are copied, or in another form.
func (c *rowCopier) fingerprint() uint32 {
	h := fnv.New32a()
	for _, f := range c.fields {
		_, _ = h.Write([]byte(f.name + ":" + string(f.kind) + ";"))
	}
	return h.Sum32()
}

var errNotCopied = errors.New("authplugin: only the database knows a value of the row")

// appendRow appends a row as JSON. Values that are given take the place of the row's.
func (c *rowCopier) appendRow(to []byte, rv reflect.Value, instead Values) ([]byte, error) {
	to = append(to, '{')
	for i, f := range c.fields {
		if i > 0 {
			to = append(to, ',')
		}
		to = strconv.AppendQuote(to, f.name)
		to = append(to, ':')
		v, given := instead[f.name]
		if !given {
			v = c.b.get(f.boundField, rv).value
		}
		var err error
		if to, err = appendJSON(to, v); err != nil {
			return nil, err
		}
	}
	return append(to, '}'), nil
}

// appendJSON appends the value of a field.
func appendJSON(to []byte, v any) ([]byte, error) {
	if p, writing := v.(pending); writing {
		v = p.after
	}
	if isExpression(v) {
		return nil, errNotCopied
	}
	switch x := follow(v).(type) {
	case time.Time:
		v = x.UTC().Format(jsonTime)
	default:
		v = x
	}
	text, err := json.Marshal(v)
	return append(to, text...), err
}

// copyReader reads the field of a struct from JSON, without memory of its own for what
// sessions and users are mostly made of.
func (b *binding) copyReader(bf *boundField) func(rv reflect.Value, raw string) error {
	if bf.dynamic {
		return func(rv reflect.Value, raw string) error {
			v, err := bf.field.fromJSON(raw)
			if err == nil {
				b.setValue(rv, bf.name, v)
			}
			return err
		}
	}
	index := bf.schema.StructField.Index
	direct := !throughPointer(index) && bf.schema.Serializer == nil
	t := bf.schema.FieldType
	switch {
	case direct && t.Kind() == reflect.String:
		return func(rv reflect.Value, raw string) error {
			s, err := unquoted(raw)
			if err == nil {
				rv.FieldByIndex(index).SetString(s)
			}
			return err
		}
	case direct && t == reflect.TypeFor[time.Time]():
		return func(rv reflect.Value, raw string) error {
			moment, err := jsonMoment(raw)
			if err == nil {
				dest, _ := reflect.TypeAssert[*time.Time](rv.FieldByIndex(index).Addr())
				*dest = moment
			}
			return err
		}
	case direct && t.Kind() == reflect.Bool:
		return func(rv reflect.Value, raw string) error {
			rv.FieldByIndex(index).SetBool(raw == "true")
			return refuse(raw != "true" && raw != "false" && raw != jsonNull)
		}
	default:
		return func(rv reflect.Value, raw string) error {
			dest := bf.schema.ReflectValueOf(b.core.db.Statement.Context, rv)
			dest.SetZero()
			if raw == jsonNull {
				return nil
			}
			return json.Unmarshal([]byte(raw), dest.Addr().Interface())
		}
	}
}

// throughPointer reports whether GORM finds a field through an embedded pointer.
func throughPointer(index []int) bool {
	for _, i := range index {
		if i < 0 {
			return true
		}
	}
	return false
}

const jsonNull = "null"

var errForeignValue = errors.New("authplugin: the value is no copy of a record")

func refuse(when bool) error {
	if when {
		return errForeignValue
	}
	return nil
}

// unquoted is the text of a JSON string, "" for null.
func unquoted(raw string) (string, error) {
	if raw == jsonNull {
		return "", nil
	}
	if len(raw) < 2 || raw[0] != '"' {
		return "", errForeignValue
	}
	for i := 1; i < len(raw)-1; i++ {
		if raw[i] == '\\' {
			var s string
			err := json.Unmarshal([]byte(raw), &s)
			return s, err
		}
	}
	return raw[1 : len(raw)-1], nil
}

// jsonMoment reads a date, the zero time for null.
func jsonMoment(raw string) (time.Time, error) {
	s, err := unquoted(raw)
	if err != nil || raw == jsonNull {
		return time.Time{}, err
	}
	if t, ok := parseSQLiteTime(s); ok { // which is Better Auth's form everywhere
		return t, nil
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	return normalizeTime(t), err
}

// fromJSON is the value of a dynamic field, in the form that it has after a read.
func (f *field) fromJSON(raw string) (any, error) {
	if raw == jsonNull {
		return nil, nil
	}
	switch f.kind {
	case String, enumKind:
		return unquoted(raw)
	case idRef:
		s, err := unquoted(raw)
		return ID(s), err
	case Date:
		return jsonMoment(raw)
	case Boolean:
		return raw == "true", refuse(raw != "true" && raw != "false")
	case Number, BigInt:
		n, err := strconv.ParseInt(raw, 10, 64)
		return n, err
	case Float:
		n, err := strconv.ParseFloat(raw, 64)
		return n, err
	default:
		return f.loadJSON(raw)
	}
}
