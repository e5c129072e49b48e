package authplugin

import (
	"bytes"
	"encoding/json"
	"reflect"
)

// addOwnStructs merges the application's structs.
func (b *schemaBuilder) addOwnStructs() {
	for _, m := range b.schema.models {
		sample := b.configs[m.name].Model
		if sample == nil {
			continue
		}
		path := b.configs[m.name].pathOf("Model")
		if m.declared == nil {
			b.errorf(path, "the model %s has no struct that could be embedded", m.name)
			continue
		}
		d := declareOwn(m, sample, b.naming.gorm)
		for _, problem := range d.problems {
			b.errorf(path, "%s", problem)
		}
		m.own = structType(sample)
		b.structColumns[m], b.structTables[m] = d.columns, d.table
		for _, f := range d.redeclared {
			m.byName[f.name].redeclare(f)
		}
		for _, f := range d.fields {
			if other := m.byName[f.name]; other != nil {
				b.errorf(path, "%s.%s: the field %q is already declared at %s", m.own, f.goName, f.name, other.path)
				continue
			}
			b.addField(m, f)
		}
	}
}

// redeclare changes a typed field as the application's struct declares it again.
func (f *field) redeclare(by *field) {
	f.managed, f.kind = by.managed, by.kind
	f.optional, f.notNull = by.optional, by.notNull
	if by.size > 0 {
		f.size = by.size
	}
	if by.hasDefault {
		f.hasDefault, f.def = true, by.def
	}
	f.unique = f.unique || by.unique
	f.index = f.index || by.index
	f.hidden = f.hidden || by.hidden
	f.secret = f.secret || by.secret
	f.serverOnly = f.serverOnly || by.serverOnly
	f.createOnly = f.createOnly || by.createOnly
	f.notInJSON = f.notInJSON || by.notInJSON
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
