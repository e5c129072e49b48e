package authplugin

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"time"
)

// Format prints the model without its secrets, under every verb.
func (u User) Format(f fmt.State, _ rune) { formatModel(f, u) }

// Format prints the session without its token, under every verb.
func (s Session) Format(f fmt.State, _ rune) { formatModel(f, s) }

// Format prints the account without its tokens and password, under every verb.
func (a Account) Format(f fmt.State, _ rune) { formatModel(f, a) }

// Format prints the verification without its identifier and value, under every verb.
func (v Verification) Format(f fmt.State, _ rune) { formatModel(f, v) }

// Format prints the counter, under every verb.
func (r RateLimit) Format(f fmt.State, _ rune) { formatModel(f, r) }

var (
	_ fmt.Formatter = User{}
	_ fmt.Formatter = Session{}
	_ fmt.Formatter = Account{}
	_ fmt.Formatter = Verification{}
	_ fmt.Formatter = RateLimit{}
)

// formatModel prints Go fields, then additional ones. Relations and what is
// empty are left out.
func formatModel(f fmt.State, v any) {
	rv := reflect.ValueOf(v)
	_, _ = fmt.Fprintf(f, "%s{", rv.Type().Name())
	first := true
	write := func(name string, value any, secret bool) {
		if !first {
			_, _ = fmt.Fprint(f, " ")
		}
		first = false
		if secret {
			value = redacted
		}
		_, _ = fmt.Fprintf(f, "%s:%v", name, value)
	}
	for i := range rv.NumField() {
		field := rv.Type().Field(i)
		if !field.IsExported() || field.Name == "Additional" || rv.Field(i).IsZero() || isRelation(field.Type) {
			continue
		}
		_, secret := parseTag(field.Tag.Get("auth"))["secret"]
		value := follow(rv.Field(i).Interface())
		if t, ok := value.(time.Time); ok {
			value = t.UTC().Format(jsonTime)
		}
		write(field.Name, value, secret)
	}
	index := additionalIndex(rv.Type())
	values, _ := reflect.TypeAssert[Values](rv.FieldByIndex(index))
	bound := boundModelOf(rv)
	for _, name := range slices.Sorted(maps.Keys(values)) {
		write(name, values[name], bound.hides(name))
	}
	_, _ = fmt.Fprint(f, "}")
}

func isRelation(t reflect.Type) bool {
	if t.Kind() == reflect.Slice || t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Kind() == reflect.Struct && t != reflect.TypeFor[time.Time]()
}
