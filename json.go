package authplugin

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"
)

// jsonTime is how a date stands in JSON: Better Auth's form, with milliseconds.
const jsonTime = sqliteTime

// MarshalJSON writes the user with its additional fields beside the core ones;
// hidden fields are left out. A struct that embeds User inherits this method,
// and with it loses its own fields: give it a MarshalJSON of its own that
// returns [MarshalModel].
func (u User) MarshalJSON() ([]byte, error) { return MarshalModel(u) }

// MarshalJSON writes the session as [User.MarshalJSON] does a user.
func (s Session) MarshalJSON() ([]byte, error) { return MarshalModel(s) }

// MarshalJSON writes the account as [User.MarshalJSON] does a user, without its secrets.
func (a Account) MarshalJSON() ([]byte, error) { return MarshalModel(a) }

// MarshalJSON writes the verification as [User.MarshalJSON] does a user.
func (v Verification) MarshalJSON() ([]byte, error) { return MarshalModel(v) }

// MarshalJSON writes the counter as [User.MarshalJSON] does a user.
func (r RateLimit) MarshalJSON() ([]byte, error) { return MarshalModel(r) }

// UnmarshalJSON reads what MarshalJSON writes: names that are no core fields
// become additional fields, which are checked when they are written to the
// database. Fields that JSON never shows are not read either.
func (u *User) UnmarshalJSON(b []byte) error { return UnmarshalModel(b, u) }

// UnmarshalJSON reads the session as [User.UnmarshalJSON] does a user.
func (s *Session) UnmarshalJSON(b []byte) error { return UnmarshalModel(b, s) }

// UnmarshalJSON reads the account as [User.UnmarshalJSON] does a user.
func (a *Account) UnmarshalJSON(b []byte) error { return UnmarshalModel(b, a) }

// UnmarshalJSON reads the verification as [User.UnmarshalJSON] does a user.
func (v *Verification) UnmarshalJSON(b []byte) error { return UnmarshalModel(b, v) }

// UnmarshalJSON reads the counter as [User.UnmarshalJSON] does a user.
func (r *RateLimit) UnmarshalJSON(b []byte) error { return UnmarshalModel(b, r) }

// MarshalModel writes a model, or a struct that embeds one, as one JSON object:
// its Go fields by their json tags, those of embedded structs and of embedded
// pointers to structs inline, then its additional fields in order of their
// names, without the hidden ones. A nil pointer has no fields.
func MarshalModel(v any) ([]byte, error) {
	rv := reflect.Indirect(reflect.ValueOf(v))
	if rv.Kind() != reflect.Struct {
		return nil, fmt.Errorf("authplugin: MarshalModel needs a struct, not %T", v)
	}
	o := jsonObject{seen: map[string]bool{}}
	o.buf.WriteByte('{')
	if err := o.addStruct(rv); err != nil {
		return nil, err
	}
	values, hidden := additionalOf(rv), boundModelOf(rv)
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if hidden.hides(name) {
			continue
		}
		if err := o.add(name, values[name]); err != nil {
			return nil, err
		}
	}
	o.buf.WriteByte('}')
	return o.buf.Bytes(), nil
}

// jsonObject is a JSON object in the making; the first of two equal names wins.
type jsonObject struct {
	buf  bytes.Buffer
	seen map[string]bool
}

// addStruct adds the Go fields of a struct. outer are the structs around it.
func (o *jsonObject) addStruct(rv reflect.Value, outer ...reflect.Type) error {
	if slices.Contains(outer, rv.Type()) {
		return nil // it embeds itself: its names are taken
	}
	outer = append(outer, rv.Type())
	var embedded []reflect.Value
	for i := range rv.NumField() {
		field := rv.Type().Field(i)
		if isEmbedded(field) {
			if e := reflect.Indirect(rv.Field(i)); e.IsValid() {
				embedded = append(embedded, e)
			}
			continue
		}
		name, omitEmpty, ok := jsonName(field)
		if !ok || (omitEmpty && isEmptyJSON(rv.Field(i))) {
			continue
		}
		if err := o.add(name, rv.Field(i).Interface()); err != nil {
			return err
		}
	}
	for _, e := range embedded { // an outer field wins over an embedded one
		if err := o.addStruct(e, outer...); err != nil {
			return err
		}
	}
	return nil
}

func (o *jsonObject) add(name string, value any) error {
	if o.seen[name] {
		return nil
	}
	o.seen[name] = true
	if t, ok := follow(value).(time.Time); ok {
		value = t.UTC().Format(jsonTime)
	}
	encoded, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("authplugin: cannot encode the field %s: %w", name, err)
	}
	key, err := json.Marshal(name)
	if err != nil {
		return err
	}
	if o.buf.Len() > 1 {
		o.buf.WriteByte(',')
	}
	o.buf.Write(key)
	o.buf.WriteByte(':')
	o.buf.Write(encoded)
	return nil
}

// isEmbedded reports whether the fields of a field stand in its place, as
// encoding/json has it.
func isEmbedded(f reflect.StructField) bool {
	t := f.Type
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return f.Anonymous && t.Kind() == reflect.Struct && f.Tag.Get("json") == ""
}

// additionalOf is the dynamic-field map of a struct, nil if it has none.
func additionalOf(rv reflect.Value) Values {
	index := additionalIndex(rv.Type())
	if index == nil {
		return nil
	}
	field, err := rv.FieldByIndexErr(index)
	if err != nil {
		return nil // the model is embedded by a pointer that is nil
	}
	values, _ := reflect.TypeAssert[Values](field)
	return values
}

// jsonName is the name of a Go field in JSON; it is not ok when it has none.
func jsonName(f reflect.StructField) (name string, omitEmpty, ok bool) {
	tag := f.Tag.Get("json")
	if !f.IsExported() || tag == "-" || isHiddenTag(f.Tag.Get("auth")) {
		return "", false, false
	}
	name, options, _ := strings.Cut(tag, ",")
	if name == "" {
		name = f.Name
	}
	return name, strings.Contains(options, "omitempty") || strings.Contains(options, "omitzero"), true
}

// isHiddenTag reports whether the tag `auth` hides its field.
func isHiddenTag(tag string) bool {
	if !strings.Contains(tag, "hidden") {
		return false
	}
	_, hidden := parseTag(tag)["hidden"]
	return hidden
}

func isEmptyJSON(v reflect.Value) bool {
	if v.Kind() == reflect.Slice || v.Kind() == reflect.Map {
		return v.Len() == 0
	}
	return v.IsZero()
}

// UnmarshalModel reads what [MarshalModel] writes into a pointer to a model, or
// to a struct that embeds one. An embedded pointer that is nil is set when one of
// its fields is there.
func UnmarshalModel(b []byte, dest any) error {
	rv := reflect.ValueOf(dest)
	if rv.Kind() != reflect.Pointer || rv.IsNil() || rv.Elem().Kind() != reflect.Struct {
		return fmt.Errorf("authplugin: UnmarshalModel needs a pointer to a struct, not %T", dest)
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(b, &raw); err != nil {
		return err
	}
	if raw == nil {
		return nil // null leaves the value alone
	}
	rv = rv.Elem()
	if _, err := takeFields(raw, rv); err != nil {
		return err
	}
	index := additionalIndex(rv.Type())
	if index == nil || len(raw) == 0 {
		return nil
	}
	values := make(Values, len(raw))
	for name, text := range raw {
		var value any
		if err := json.Unmarshal(text, &value); err != nil {
			return err
		}
		values[name] = value
	}
	for _, i := range index[:len(index)-1] {
		var err error
		if rv, err = allocated(rv.Field(i)); err != nil {
			return err
		}
	}
	rv.Field(index[len(index)-1]).Set(reflect.ValueOf(values))
	return nil
}

// takeFields moves from raw what belongs into Go fields, and reports whether
// there was any. outer are the structs around rv.
func takeFields(raw map[string]json.RawMessage, rv reflect.Value, outer ...reflect.Type) (taken bool, err error) {
	if slices.Contains(outer, rv.Type()) {
		return false, nil // it embeds itself
	}
	outer = append(outer, rv.Type())
	var embedded []reflect.Value
	for i := range rv.NumField() {
		field := rv.Type().Field(i)
		if isEmbedded(field) {
			embedded = append(embedded, rv.Field(i))
			continue
		}
		name, _, ok := jsonName(field)
		if !ok {
			if field.IsExported() && field.Name != "Additional" {
				tagged, _, _ := strings.Cut(field.Tag.Get("json"), ",")
				delete(raw, cmp.Or(tagged, field.Name))
				delete(raw, logicalName(field.Name))
			}
			continue
		}
		text, given := raw[name]
		delete(raw, name)
		if !given {
			continue
		}
		taken = true
		if err := json.Unmarshal(text, rv.Field(i).Addr().Interface()); err != nil {
			return taken, fmt.Errorf("authplugin: field %s: %w", name, err)
		}
	}
	for _, e := range embedded {
		inner, err := takeEmbedded(raw, e, outer)
		if err != nil {
			return taken, err
		}
		taken = taken || inner
	}
	return taken, nil
}

// takeEmbedded is takeFields for an embedded struct or pointer to one. A pointer
// that is nil is set only when one of its fields is there.
func takeEmbedded(raw map[string]json.RawMessage, e reflect.Value, outer []reflect.Type) (taken bool, err error) {
	if e.Kind() != reflect.Pointer {
		return takeFields(raw, e, outer...)
	}
	if !e.IsNil() {
		return takeFields(raw, e.Elem(), outer...)
	}
	scratch := reflect.New(e.Type().Elem())
	if taken, err = takeFields(raw, scratch.Elem(), outer...); err != nil || !taken {
		return false, err
	}
	target, err := allocated(e)
	if err != nil {
		return false, err
	}
	target.Set(scratch.Elem())
	return true, nil
}

// allocated is an embedded struct, made where the pointer to it is nil.
func allocated(e reflect.Value) (reflect.Value, error) {
	if e.Kind() != reflect.Pointer {
		return e, nil
	}
	if e.IsNil() {
		if !e.CanSet() {
			return e, fmt.Errorf("authplugin: cannot set the embedded pointer to the unexported %s", e.Type().Elem())
		}
		e.Set(reflect.New(e.Type().Elem()))
	}
	return e.Elem(), nil
}
