package authplugin

import (
	"encoding/json"
	"errors"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// text is a field of a row that is text, or an id.
func (c *rowCopier) text(rv reflect.Value, name string) string {
	v := c.byName[name].in(c.b, rv)
	if v.Kind() != reflect.String {
		return ""
	}
	return v.String()
}

// in is the field of a row.
func (f *copiedField) in(b *binding, rv reflect.Value) reflect.Value {
	if f.direct != nil {
		return f.direct(rv)
	}
	return f.schema.ReflectValueOf(b.core.db.Statement.Context, rv)
}

// read reads a row. Fields that are not there stay as they are. plain may say that the
// text has no escapes.
func (c *rowCopier) read(text string, plain bool, rv reflect.Value) error {
	c.mark(rv)
	if c.readFast(text, plain, rv) {
		return nil
	}
	rv.SetZero()
	c.mark(rv)
	var members map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &members); err != nil || members == nil {
		return errForeignValue
	}
	for name, raw := range members {
		if f := c.byName[name]; f != nil {
			if err := f.read(rv, string(raw)); err != nil {
				return err
			}
		}
	}
	return nil
}

// mark notes in a row what a look-up would.
func (c *rowCopier) mark(rv reflect.Value) {
	c.b.bindValue(rv)
	if len(c.fields) < len(c.b.fields) {
		markShownOnly(rv)
	}
}

// readPlaced reads the next value, a row, if it looks as the library writes it.
func (c *rowCopier) readPlaced(o *jsonMembers, rv reflect.Value) bool {
	c.mark(rv)
	for i := range c.fields {
		f := &c.fields[i]
		if !o.literal(f.label) {
			return false
		}
		from := o.at
		if !o.skip() || f.read(rv, o.text[from:o.at]) != nil {
			return false
		}
	}
	return o.literal("}")
}

// readFast reads a row without encoding/json. It is false when that has to decide.
func (c *rowCopier) readFast(text string, plain bool, rv reflect.Value) bool {
	members, at := membersOf(text, plain), 0
	for name, raw, ok := members.next(); ok; name, raw, ok = members.next() {
		var f *copiedField
		if at < len(c.fields) && c.fields[at].name == name { // as the library writes them
			f = &c.fields[at]
			at++
		} else {
			f = c.byName[name]
		}
		if f != nil && f.read(rv, raw) != nil {
			return false
		}
	}
	return !members.failed
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
	if direct := bf.direct(); direct != nil {
		switch t := bf.schema.FieldType; {
		case t.Kind() == reflect.String:
			return func(rv reflect.Value, raw string) error {
				s, err := unquoted(raw)
				if err == nil {
					direct(rv).SetString(s)
				}
				return err
			}
		case t == reflect.TypeFor[time.Time]():
			return func(rv reflect.Value, raw string) error {
				moment, err := jsonMoment(raw)
				if err == nil {
					dest, _ := reflect.TypeAssert[*time.Time](direct(rv).Addr())
					*dest = moment
				}
				return err
			}
		case t.Kind() == reflect.Bool:
			return func(rv reflect.Value, raw string) error {
				direct(rv).SetBool(raw == "true")
				return refuse(raw != "true" && raw != "false" && raw != jsonNull)
			}
		}
	}
	return func(rv reflect.Value, raw string) error {
		dest := bf.schema.ReflectValueOf(b.core.db.Statement.Context, rv)
		dest.SetZero()
		if raw == jsonNull {
			return nil
		}
		return json.Unmarshal([]byte(raw), dest.Addr().Interface())
	}
}

// direct finds a field in its struct without GORM; nil is that only GORM knows how: it
// is in an embedded struct that is a pointer, or a serializer reads it.
func (bf *boundField) direct() func(rv reflect.Value) reflect.Value {
	if bf.dynamic || bf.schema.Serializer != nil || throughPointer(bf.schema.StructField.Index) {
		return nil
	}
	index := bf.schema.StructField.Index
	if len(index) > 1 {
		return func(rv reflect.Value) reflect.Value { return rv.FieldByIndex(index) }
	}
	place := index[0]
	return func(rv reflect.Value) reflect.Value { return rv.Field(place) }
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
	if strings.IndexByte(raw, '\\') >= 0 {
		var s string
		err := json.Unmarshal([]byte(raw), &s)
		return s, err
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
