package authplugin

import (
	"maps"
	"reflect"
	"slices"
	"strings"
)

// configuredModel is what the configuration and the options of plugins say of a
// model.
type configuredModel struct {
	ModelConfig

	path string
	// at says where settings were given that do not stand under path.
	at map[string]string
	// fields are the additional fields of the options of plugins.
	fields []configuredFields
}

type configuredFields struct {
	Fields

	path string
}

// pathOf is where a setting was given.
func (c configuredModel) pathOf(setting string) string {
	if path, ok := c.at[setting]; ok {
		return path
	}
	return c.path + "." + setting
}

// mergeConfigs merges what the options of plugins say of models into the
// configuration.
func (b *schemaBuilder) mergeConfigs() {
	for _, p := range b.plugins {
		for _, name := range slices.Sorted(maps.Keys(p.schema.Config)) {
			path := p.path + ".Schema[" + quote(name) + "]"
			b.configs[name] = b.mergeConfig(name, p.schema.Config[name], path)
		}
	}
}

func (b *schemaBuilder) mergeConfig(name string, by ModelConfig, path string) configuredModel {
	c, ok := b.configs[name]
	if !ok {
		c.path = path
	}
	c.at = maps.Clone(c.at)
	if c.at == nil {
		c.at = map[string]string{}
	}
	contradicts := func(setting string) {
		b.errorf(path+"."+setting, "contradicts %s", c.pathOf(setting))
	}
	if by.Table != "" {
		if c.Table != "" && c.Table != by.Table {
			contradicts("Table")
		}
		c.Table, c.at["Table"] = by.Table, path+".Table"
	}
	if by.GenerateID != nil {
		if c.GenerateID != nil && !sameStrategy(c.GenerateID, by.GenerateID) {
			contradicts("GenerateID")
		}
		c.GenerateID, c.at["GenerateID"] = by.GenerateID, path+".GenerateID"
	}
	if by.Model != nil {
		if c.Model != nil && structType(c.Model) != structType(by.Model) {
			contradicts("Model")
		}
		c.Model, c.at["Model"] = by.Model, path+".Model"
	}
	c.Columns = maps.Clone(c.Columns)
	for _, field := range slices.Sorted(maps.Keys(by.Columns)) {
		setting := "Columns[" + quote(field) + "]"
		if column, ok := c.Columns[field]; ok && column != by.Columns[field] {
			contradicts(setting)
		}
		if c.Columns == nil {
			c.Columns = map[string]string{}
		}
		c.Columns[field], c.at[setting] = by.Columns[field], path+"."+setting
	}
	c.EnumValues = maps.Clone(c.EnumValues)
	for _, field := range slices.Sorted(maps.Keys(by.EnumValues)) {
		if c.EnumValues == nil {
			c.EnumValues = map[string][]string{}
		}
		c.EnumValues[field] = slices.Concat(c.EnumValues[field], by.EnumValues[field])
		setting := "EnumValues[" + quote(field) + "]"
		c.at[setting] = path + "." + setting
	}
	if len(by.AdditionalFields) > 0 {
		c.fields = append(slices.Clone(c.fields), configuredFields{by.AdditionalFields, path + ".AdditionalFields"})
	}
	c.NoMigration = c.NoMigration || by.NoMigration
	return c
}

func sameStrategy(one, other IDStrategy) bool {
	a, b := one.idStrategy(), other.idStrategy()
	return a.fn == nil && b.fn == nil && reflect.DeepEqual(a, b)
}

// refuseUnknownModels reports configured models that do not exist.
func (b *schemaBuilder) refuseUnknownModels() {
	for _, name := range slices.Sorted(maps.Keys(b.configs)) {
		path := b.configs[name].path
		named := strings.HasPrefix(path, "Models[") || strings.HasPrefix(path, "Plugins[")
		if named && b.schema.byName[name] == nil {
			b.errorf(path, "there is no such model%s", suggest(name, b.modelNames()))
		}
	}
}

// extendEnums adds the values that the configuration has for enums.
func (b *schemaBuilder) extendEnums() {
	for _, m := range b.schema.models {
		c := b.configs[m.name]
		for _, name := range slices.Sorted(maps.Keys(c.EnumValues)) {
			path := c.pathOf("EnumValues[" + quote(name) + "]")
			f := m.byName[name]
			switch {
			case f == nil:
				b.errorf(path, "the model %s has no such field%s", m.name, suggest(name, m.fieldNames()))
			case f.kind != enumKind:
				b.errorf(path, "%s.%s is of type %s, not an Enum", m.name, name, f.kind)
			default:
				f.extend(c.EnumValues[name])
			}
		}
	}
}

// extend adds values to an enum, in a list of its own: others may have it too.
func (f *field) extend(values []string) {
	f.enum = slices.Clone(f.enum)
	for _, v := range values {
		if !slices.Contains(f.enum, v) {
			f.enum = append(f.enum, v)
		}
	}
}
