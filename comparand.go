package authplugin

import (
	"reflect"
	"slices"
	"time"
)

// comparand is what the column is compared with. It is not possible when no row
// can have the value.
func (x comparison) comparand(v any) (stored any, possible bool, err error) {
	f := x.field
	switch f.kind {
	case idRef:
		return x.idComparand(v)
	case String, enumKind:
		text, err := x.textOf(v)
		return x.conceal(text), true, err
	case JSON, StringArray, NumberArray:
		return nil, false, f.errorf("is of type %s and can be compared with nil only", f.kind)
	case opaqueKind:
		return x.conceal(v), true, nil
	}
	encoded, err := f.encodable(v)
	if err != nil {
		return nil, false, err
	}
	// The other years have no place in the order of SQLite's text, or in SQL Server.
	if at, ok := encoded.(time.Time); ok && (at.Year() < 1 || at.Year() > 9999) {
		return nil, false, f.errorf("is compared with a date of the year %d", at.Year())
	}
	return x.conceal(f.store(encoded, x.core.times)), true, nil
}

// idComparand is an id as its column has it.
func (x comparison) idComparand(v any) (stored any, possible bool, err error) {
	id, ok := toID(v)
	if !ok {
		return nil, false, x.field.errorf("must be an id, not %s", describe(v))
	}
	if !storable(string(id)) {
		return nil, false, nil
	}
	target := x.field.idTarget()
	if target == nil || (x.fold && id != "") {
		return x.conceal(string(id)), true, nil
	}
	stored = target.id.comparable(id)
	if isNothing(stored) {
		return nil, false, nil
	}
	return x.conceal(stored), true, nil
}

// orderComparand is what the column is greater or less than. Any text has a place
// in the order of text, also one that is no id.
func (x comparison) orderComparand(v any) (stored any, possible bool, err error) {
	if x.field.kind == idRef && x.text {
		id, ok := toID(v)
		if !ok {
			return nil, false, x.field.errorf("must be an id, not %s", describe(v))
		}
		return x.conceal(string(id)), storable(string(id)), nil
	}
	return x.comparand(v)
}

// textOf checks a value that is compared with text.
func (x comparison) textOf(v any) (string, error) {
	rv := reflect.ValueOf(v)
	if rv.Kind() != reflect.String {
		return "", x.field.errorf("must be a string, not %s", describe(v))
	}
	text := rv.String()
	if x.field.lower {
		text = lowerCase(text)
	}
	if !storable(text) {
		return "", x.field.errorf("is compared with text that is not UTF-8, or has a NUL character")
	}
	return text, nil
}

// conceal keeps the values of secret fields out of logs.
func (x comparison) conceal(v any) any {
	if !x.field.concealed() {
		return v
	}
	hidden, _ := hide(v)
	return hidden
}

// patternKinds are the types whose values have text in them to look for.
var patternKinds = []fieldKind{String, enumKind, idRef} //nolint:gochecknoglobals // a table that nothing writes

// patternText is the text that is looked for.
func (x comparison) patternText() (string, error) {
	switch {
	case !slices.Contains(patternKinds, x.field.kind):
		return "", x.field.errorf("is of type %s; the operator %s is for text", x.field.kind, x.Operator)
	case x.Value == nil:
		return "", x.field.errorf("the operator %s needs text, not null", x.Operator)
	default:
		return x.textOf(x.Value)
	}
}
