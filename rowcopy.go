package authplugin

import (
	"encoding/json"
	"errors"
	"fmt"
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
	// shared are the places of what two copies of a row may share, see [sharedPlaces].
	shared [][]int
}

type copiedField struct {
	*boundField
	// label is what stands before its value in what the library writes.
	label string
	// direct finds it, see [boundField.direct].
	direct func(rv reflect.Value) reflect.Value
	// read sets the field of a row from JSON.
	read func(rv reflect.Value, raw string) error
}

func newRowCopier(b *binding) *rowCopier {
	c := &rowCopier{b: b, byName: map[string]*copiedField{}, shared: sharedPlaces(b.goType, nil, b.additional)}
	for _, bf := range b.fields {
		if bf.shown() {
			c.fields = append(c.fields, copiedField{boundField: bf, read: b.copyReader(bf), direct: bf.direct()})
		}
	}
	for i := range c.fields {
		f := &c.fields[i]
		f.label = string(appendLabel(nil, i, f.name))
		c.byName[f.name] = f
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

var (
	errNotCopied = errors.New("authplugin: only the database knows a value of the row")
	errTooLarge  = fmt.Errorf("authplugin: the record takes more than the %d bytes that a secondary storage has to hold", maxCopySize)
)

// appendRow appends a row as JSON. Values that are given take the place of the row's.
func (c *rowCopier) appendRow(to []byte, rv reflect.Value, instead Values) ([]byte, error) {
	for _, f := range c.fields {
		to = append(to, f.label...)
		v, given := instead[f.name]
		if !given {
			v = c.b.get(f.boundField, rv).value
		}
		var err error
		from := len(to)
		if to, err = appendJSON(to, v); err != nil {
			return nil, err
		}
		if isTooDeep(to[from:]) {
			return nil, fmt.Errorf("authplugin: the field %q is nested more than %d deep", f.name, maxNesting-1)
		}
	}
	return append(to, '}'), nil
}

// appendLabel appends the name of a member, by its position in the object.
func appendLabel(to []byte, at int, name string) []byte {
	if at == 0 {
		to = append(to, '{')
	} else {
		to = append(to, ',')
	}
	return append(strconv.AppendQuote(to, name), ':')
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
