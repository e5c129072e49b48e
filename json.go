package authplugin

import (
	"bytes"
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

// MarshalJSON writes the account as [User.MarshalJSON] does a user. Tokens and
// password are left out.
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
// its Go fields by their json tags, embedded ones inline, then its additional
// fields in order of their names, without the hidden ones.
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
	if index := additionalIndex(rv.Type()); index != nil {
		values, _ := reflect.TypeAssert[Values](rv.FieldByIndex(index))
		hidden := boundModelOf(rv)
		for _, name := range slices.Sorted(maps.Keys(values)) {
			if hidden.hides(name) {
				continue
			}
			if err := o.add(name, values[name]); err != nil {
				return nil, err
			}
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

func (o *jsonObject) addStruct(rv reflect.Value) error {
	var embedded []reflect.Value
	for i := range rv.NumField() {
		field := rv.Type().Field(i)
		if field.Anonymous && field.Type.Kind() == reflect.Struct && field.Tag.Get("json") == "" {
			embedded = append(embedded, rv.Field(i))
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
		if err := o.addStruct(e); err != nil {
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

// jsonName is the name of a Go field in JSON; it is not ok when it has none.
func jsonName(f reflect.StructField) (name string, omitEmpty, ok bool) {
	tag := f.Tag.Get("json")
	if !f.IsExported() || tag == "-" {
		return "", false, false
	}
	name, options, _ := strings.Cut(tag, ",")
	if name == "" {
		name = f.Name
	}
	return name, strings.Contains(options, "omitempty") || strings.Contains(options, "omitzero"), true
}

func isEmptyJSON(v reflect.Value) bool {
	if v.Kind() == reflect.Slice || v.Kind() == reflect.Map {
		return v.Len() == 0
	}
	return v.IsZero()
}

// UnmarshalModel reads what [MarshalModel] writes into a pointer to a model, or
// to a struct that embeds one.
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
	if err := takeFields(raw, rv); err != nil {
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
	rv.FieldByIndex(index).Set(reflect.ValueOf(values))
	return nil
}

// takeFields moves from raw what belongs into Go fields.
func takeFields(raw map[string]json.RawMessage, rv reflect.Value) error {
	var embedded []reflect.Value
	for i := range rv.NumField() {
		field := rv.Type().Field(i)
		if field.Anonymous && field.Type.Kind() == reflect.Struct && field.Tag.Get("json") == "" {
			embedded = append(embedded, rv.Field(i))
			continue
		}
		name, _, ok := jsonName(field)
		if !ok {
			if field.IsExported() && field.Name != "Additional" {
				delete(raw, logicalName(field.Name))
			}
			continue
		}
		text, given := raw[name]
		delete(raw, name)
		if !given {
			continue
		}
		if err := json.Unmarshal(text, rv.Field(i).Addr().Interface()); err != nil {
			return fmt.Errorf("authplugin: field %s: %w", name, err)
		}
	}
	for _, e := range embedded {
		if err := takeFields(raw, e); err != nil {
			return err
		}
	}
	return nil
}

// boundModelOf is what ties a struct, or the model that it embeds, to a schema.
func boundModelOf(rv reflect.Value) boundModel {
	f, ok := rv.Type().FieldByName("bound")
	if !ok || f.Type != reflect.TypeFor[boundModel]() {
		return boundModel{}
	}
	field := rv.FieldByIndex(f.Index).Field(0)
	return boundModel{model: (*model)(field.UnsafePointer())}
}

// hides reports whether an additional field is not to be shown.
func (b boundModel) hides(name string) bool {
	if b.model == nil {
		return false
	}
	f := b.model.byName[name]
	return f != nil && f.hidden
}

// warnOfLostJSON warns of an application's struct that has columns of its own
// but takes its JSON from the model that it embeds.
func (c *core) warnOfLostJSON() {
	for _, m := range c.schema.models {
		if m.own == nil || !ownJSONFields(m) {
			continue
		}
		outer, err := json.Marshal(reflect.New(m.own).Interface())
		if err != nil {
			continue
		}
		inner, err := json.Marshal(reflect.New(m.declared).Interface())
		if err == nil && bytes.Equal(outer, inner) {
			c.db.Logger.Warn(c.db.Statement.Context, "authplugin: %s takes its JSON from %s and loses its own fields; give it the method MarshalJSON that returns authplugin.MarshalModel", m.own, m.declared)
		}
	}
}

// ownJSONFields reports whether the zero value of a struct has a field in JSON
// beside those of the model that it embeds.
func ownJSONFields(m *model) bool {
	for i := range m.own.NumField() {
		field := m.own.Field(i)
		_, omitEmpty, ok := jsonName(field)
		if _, declared := m.declared.FieldByName(field.Name); ok && !omitEmpty && !field.Anonymous && !declared {
			return true
		}
	}
	return false
}
