package authplugin

import (
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	// maxJSONDepth is how deeply JSON may nest in a column of MariaDB's type json;
	// MySQL takes 100 levels, SQL Server 128, the others more.
	maxJSONDepth = 31
	// maxExactFloat is where whole numbers stop being exact in a float64.
	maxExactFloat = 1 << 53
)

// parse makes the value of a field of what a client sent, which is not NULL. It
// is checked as the write will check it, and further where only the writer of a
// program can otherwise go wrong.
func (p *inputParser) parse(f *field, v any) (any, error) {
	v, err := p.decoded(f, follow(v))
	if err != nil {
		return nil, err
	}
	if f.kind == opaqueKind {
		return v, nil
	}
	value, err := f.encodable(v)
	if err != nil || value == nil {
		return nil, err
	}
	if err := p.checkParsed(f, value); err != nil {
		return nil, err
	}
	written, err := f.write(value)
	if err != nil {
		return nil, err
	}
	if written == nil && !f.optional {
		return nil, f.errorf("is required")
	}
	return value, p.checkWritten(f, written)
}

// ownDefault is the default value as a read would give it, shared with nobody: the
// caller may change it.
func (f *field) ownDefault() (any, error) {
	def, err := f.encodable(f.defaultValue())
	if err != nil || f.kind != JSON || def == nil {
		return def, err
	}
	text, err := json.Marshal(def)
	if err != nil {
		return nil, f.errorf("cannot be encoded as JSON")
	}
	return f.load(string(text))
}

// mistake is an error as a mistake in the field.
func (f *field) mistake(err error) *FieldError {
	var fe *FieldError
	if errors.As(err, &fe) {
		return fe
	}
	return f.errorf("%v", err)
}

// decoded turns json.Number, which is a string in Go, into a number, and checks
// what has parts.
func (p *inputParser) decoded(f *field, v any) (any, error) {
	switch f.kind {
	case opaqueKind:
		return p.intoGoType(f, v)
	case JSON:
		return f.jsonValue(v, 0)
	case StringArray, NumberArray:
		return f.listValue(v)
	case BigInt:
		if n, ok := v.(float64); ok && math.Abs(n) > maxExactFloat {
			return nil, f.errorf("is too large a number to be exact")
		}
	}
	if n, ok := v.(json.Number); ok {
		return f.numberValue(n)
	}
	return v, nil
}

// numberValue is int64 where a number is whole and small enough, else float64.
func (f *field) numberValue(n json.Number) (any, error) {
	if i, err := n.Int64(); err == nil {
		return i, nil
	}
	x, err := n.Float64()
	if err != nil || math.IsInf(x, 0) || math.IsNaN(x) {
		return nil, f.errorf("has a number that is out of range")
	}
	if f.kind == BigInt && math.Abs(x) > maxExactFloat {
		return nil, f.errorf("is too large a number to be exact")
	}
	return x, nil
}

// listValue checks the items of a list of strings or numbers, so far as the type
// of the list does not.
func (f *field) listValue(v any) (any, error) {
	list, ok := v.([]any)
	if !ok {
		return v, nil
	}
	for _, item := range list {
		n, isNumber := item.(json.Number)
		if isNumber && f.kind == StringArray {
			return nil, f.errorf("must be a list of strings")
		}
		if isNumber {
			if _, err := f.numberValue(n); err != nil {
				return nil, err
			}
		}
	}
	return list, nil
}

// jsonValue copies a decoded JSON value, with the types that encoding/json would
// decode it into by default.
func (f *field) jsonValue(v any, depth int) (any, error) {
	switch x := v.(type) {
	case nil, bool:
		return v, nil
	case string:
		return x, f.checkJSONText(x)
	case float64:
		if math.IsInf(x, 0) || math.IsNaN(x) {
			return nil, f.errorf("has a number that is out of range")
		}
		return x, nil
	case json.Number:
		n, err := x.Float64()
		if err != nil {
			return nil, f.errorf("has a number that is out of range")
		}
		return f.jsonValue(n, depth)
	case []any, map[string]any:
		if depth == maxJSONDepth {
			return nil, f.errorf("is nested deeper than %d levels", maxJSONDepth)
		}
		return f.jsonParts(x, depth+1)
	default:
		return nil, f.errorf("must be decoded JSON, and has a %s", describe(v))
	}
}

func (f *field) jsonParts(v any, depth int) (any, error) {
	if list, ok := v.([]any); ok {
		parts := make([]any, len(list))
		for i, item := range list {
			var err error
			if parts[i], err = f.jsonValue(item, depth); err != nil {
				return nil, err
			}
		}
		return parts, nil
	}
	object, _ := v.(map[string]any)
	parts := make(map[string]any, len(object))
	for name, item := range object {
		if err := f.checkJSONText(name); err != nil {
			return nil, err
		}
		part, err := f.jsonValue(item, depth)
		if err != nil {
			return nil, err
		}
		parts[name] = part
	}
	return parts, nil
}

// checkJSONText checks what JSON can hold, and PostgreSQL's jsonb cannot.
func (f *field) checkJSONText(s string) error {
	switch {
	case !utf8.ValidString(s):
		return f.errorf("is not valid UTF-8")
	case strings.IndexByte(s, 0) >= 0:
		return f.errorf("has a NUL character, which not every database can store")
	default:
		return nil
	}
}

// intoGoType decodes into the Go type of a field of the application's struct,
// whose values only that type knows.
func (p *inputParser) intoGoType(f *field, v any) (any, error) {
	if _, err := f.jsonValue(v, 0); err != nil {
		return nil, err
	}
	dest := reflect.New(p.binding.columns[f.column].schema.FieldType)
	if !decodes(v, dest) {
		return nil, f.errorf("does not fit the type %s", dest.Elem().Type())
	}
	return dest.Elem().Interface(), nil
}

// decodes reports whether the JSON of a value fits a Go type.
func decodes(v any, dest reflect.Value) bool {
	text, err := json.Marshal(v)
	return err == nil && json.Unmarshal(text, dest.Interface()) == nil
}

// checkParsed checks what the write leaves to the database, or to the reads.
func (p *inputParser) checkParsed(f *field, value any) error {
	switch x := value.(type) {
	case ID:
		if err := f.checkString(string(x)); err != nil {
			return err
		}
	case []string:
		for _, s := range x {
			if err := f.checkJSONText(s); err != nil {
				return err
			}
		}
	case time.Time:
		if x.Year() < 1 || x.Year() > 9999 {
			return f.errorf("must be a date in the years 1 to 9999")
		}
	}
	return p.checkGoType(f, value)
}

// checkGoType refuses what a field of a Go struct could not be read back into.
func (p *inputParser) checkGoType(f *field, value any) error {
	bf := p.binding.columns[f.column]
	if bf.dynamic {
		return nil
	}
	fits := true
	dest := reflect.New(bf.schema.IndirectFieldType)
	switch x := value.(type) {
	case int64:
		switch to := dest.Elem(); {
		case to.CanInt():
			fits = !to.OverflowInt(x)
		case to.CanUint():
			fits = x >= 0 && !to.OverflowUint(uint64(x))
		}
	case float64:
		fits = !dest.Elem().CanFloat() || !dest.Elem().OverflowFloat(x)
	default:
		fits = f.kind != JSON || decodes(value, dest)
	}
	if !fits {
		return f.errorf("does not fit the type %s", bf.schema.IndirectFieldType)
	}
	return nil
}

// checkWritten checks the length of text against a column that is limited
// because the database can only index text of limited length.
func (p *inputParser) checkWritten(f *field, written any) error {
	text, ok := written.(string)
	if !ok || f.size > 0 || !f.managed {
		return nil
	}
	if limit := sizeOfType(p.core.columnType(f)); limit > 0 && utf8.RuneCountInString(text) > limit {
		return f.errorf("is longer than %d characters", limit)
	}
	return nil
}
