package authplugin

import (
	"fmt"
	"log/slog"
	"maps"
	"reflect"
	"slices"
	"time"
)

// Format prints the model without its secrets, under every verb. fmt calls it for
// a model that stands in an exported field of another struct, in a slice or a
// map; not for one in an unexported field, whose methods fmt may not call: it
// prints that one as a plain struct, secrets included.
func (u User) Format(f fmt.State, _ rune) { FormatModel(f, u) }

// Format prints the session without its token, under every verb.
func (s Session) Format(f fmt.State, _ rune) { FormatModel(f, s) }

// Format prints the account without its tokens and password, under every verb.
func (a Account) Format(f fmt.State, _ rune) { FormatModel(f, a) }

// Format prints the verification without its identifier and value, under every verb.
func (v Verification) Format(f fmt.State, _ rune) { FormatModel(f, v) }

// Format prints the counter, under every verb.
func (r RateLimit) Format(f fmt.State, _ rune) { FormatModel(f, r) }

// LogValue is what slog writes, with every handler: the text of Format. slog asks
// the values that it is given, not those inside of them: a slice, a map or a
// struct with models in it is written by the handler, as JSON by that of JSON.
func (u User) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(u)) }

// LogValue is what slog writes, see [User.LogValue].
func (s Session) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(s)) }

// LogValue is what slog writes, see [User.LogValue].
func (a Account) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(a)) }

// LogValue is what slog writes, see [User.LogValue].
func (v Verification) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(v)) }

// LogValue is what slog writes, see [User.LogValue].
func (r RateLimit) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(r)) }

var (
	_ fmt.Formatter = User{}
	_ fmt.Formatter = Session{}
	_ fmt.Formatter = Account{}
	_ fmt.Formatter = Verification{}
	_ fmt.Formatter = RateLimit{}

	_ slog.LogValuer = User{}
	_ slog.LogValuer = Session{}
	_ slog.LogValuer = Account{}
	_ slog.LogValuer = Verification{}
	_ slog.LogValuer = RateLimit{}
)

// FormatModel prints a model: its Go fields, then additional ones. Relations and what
// is empty are left out; what is tagged secret or hidden is not shown. The struct of
// a plugin that holds such fields calls it from its method Format(fmt.State, rune).
func FormatModel(f fmt.State, v any) {
	rv := reflect.Indirect(reflect.ValueOf(v))
	if rv.Kind() != reflect.Struct {
		_, _ = fmt.Fprint(f, "<nil>")
		return
	}
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
		tag := parseTag(field.Tag.Get("auth"))
		_, secret := tag["secret"]
		_, hidden := tag["hidden"]
		value := follow(rv.Field(i).Interface())
		if t, ok := value.(time.Time); ok {
			value = t.UTC().Format(jsonTime)
		}
		write(field.Name, value, secret || hidden)
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

// boundModelOf is what ties a struct, or the model that it embeds, to a schema.
func boundModelOf(rv reflect.Value) boundModel {
	f, ok := rv.Type().FieldByName("bound")
	if !ok || f.Type != reflect.TypeFor[boundModel]() {
		return boundModel{}
	}
	field, err := rv.FieldByIndexErr(f.Index)
	if err != nil {
		return boundModel{}
	}
	return boundModel{model: (*model)(field.Field(0).UnsafePointer())}
}

// hides reports whether an additional field is not to be shown.
func (b boundModel) hides(name string) bool {
	if b.model == nil {
		return false
	}
	f := b.model.byName[name]
	return f != nil && f.hidden
}
