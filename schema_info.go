package authplugin

import (
	"slices"
	"strings"
)

// ModelInfo describes a model of the schema.
type ModelInfo struct {
	// Name is the logical name, Table the physical one.
	Name, Table string
	// GoName is the logical name in the form of a Go type: "RateLimit".
	GoName string
	// IDStrategy says who makes the ids: "random", "uuid", "serial", "database"
	// or "function".
	IDStrategy string
	// Origin is who brought the model: [OriginCore], or [OriginPlugin] followed by
	// the ID of the plugin.
	Origin  string
	Fields  []FieldInfo
	Indexes []IndexInfo
	// NoMigration says that the table is left to others, see [ModelConfig].
	NoMigration bool
}

// Who brings a model or a field.
const (
	// OriginCore is what this package has.
	OriginCore = "core"
	// OriginConfig is what the application's configuration adds.
	OriginConfig = "configuration"
	// OriginPlugin begins the origin of what a plugin adds: "plugin two-factor".
	OriginPlugin = "plugin "
)

// FieldInfo describes a field of the schema.
type FieldInfo struct {
	// Name is the logical name, Column the physical one.
	Name, Column string
	// GoName is the name of the Go field: "UserID".
	GoName string
	// Type is the logical type: "string", "number", "id", "enum" and so on. It is
	// "opaque" for a column of the application's struct that only GORM understands.
	Type string
	// SQLType is the type of the column as the library creates it on this
	// database: "varchar(255)". How ids count is not part of it.
	SQLType string
	// Enum are the values of an enum, in their order.
	Enum []string
	// Size is the length of text in characters as it was configured, 0 for none.
	Size int
	// Primary is the id of the model; AutoIncrement says that the database counts it.
	Primary, AutoIncrement bool
	// Optional fields may be NULL; NotNull says that the column may not.
	Optional, NotNull bool
	// HasDefault fields are set on create when they are absent, by the library and
	// not by the database: to Default, which is not to be changed, or to what a
	// function makes when that is nil.
	HasDefault bool
	Default    any
	// SQLDefault is the SQL of the default that the id column has in a table that
	// the library creates, empty for none.
	SQLDefault                string
	Unique, Indexed, Sortable bool
	// ServerOnly fields are not for clients to set, Hidden ones not to be shown.
	ServerOnly, Hidden bool
	// SoftDelete marks the gorm.DeletedAt of an application's struct.
	SoftDelete bool
	// Functions names those settings of an additional field that are Go
	// functions: "DefaultValue", "OnUpdate", "TransformInput" and so on.
	Functions []string
	// Origin is who brought the field: [OriginCore], [OriginConfig], or
	// [OriginPlugin] followed by the ID of the plugin.
	Origin string
	// References is nil when the field references nothing, and when one of the two
	// models has no table.
	References *Reference
	// Constraint is the name of the foreign key, OnDelete what it does on this
	// database: SQL Server refuses some actions, see References for the one meant.
	Constraint string
	OnDelete   OnDelete
}

// IndexInfo describes an index of the schema.
type IndexInfo struct {
	Name string
	// Fields are logical names, in order.
	Fields      []string
	Unique      bool
	Recommended bool
	// Where is the SQL condition of a partial index, empty for none.
	Where string
}

// Field looks up a field by its logical name.
func (m ModelInfo) Field(name string) (FieldInfo, bool) {
	for _, f := range m.Fields {
		if f.Name == name {
			return f, true
		}
	}
	return FieldInfo{}, false
}

// describe is what is shown of a model.
func (c *core) describe(m *model) ModelInfo {
	info := ModelInfo{Name: m.name, Table: m.table, GoName: m.goName, IDStrategy: string(m.id.spec.name), Origin: originName(m.origin), NoMigration: m.noMigration}
	for _, f := range m.fields {
		info.Fields = append(info.Fields, c.describeField(f))
	}
	for _, x := range m.indexes {
		xi := IndexInfo{Name: x.name, Unique: x.unique, Recommended: x.recommended}
		for _, f := range x.fields {
			xi.Fields = append(xi.Fields, f.name)
		}
		if c.leavesNullOut(x) {
			xi.Where = notNullCondition(x)
		}
		info.Indexes = append(info.Indexes, xi)
	}
	return info
}

func (c *core) describeField(f *field) FieldInfo {
	info := FieldInfo{
		Name: f.name, Column: f.column, GoName: f.goName, Type: string(f.kind), SQLType: c.describeType(f),
		Enum: slices.Clone(f.enum), Size: f.size, Primary: f.primary, Optional: f.optional, NotNull: f.notNull || f.primary,
		HasDefault: f.hasDefault, Default: f.def, Unique: f.unique, Indexed: f.index || f.unique, Sortable: f.sortable,
		ServerOnly: f.serverOnly, Hidden: !f.shown(), SoftDelete: f.softDelete,
		Functions: f.functions(), Origin: f.originName(),
	}
	if f.primary {
		info.AutoIncrement, info.SQLDefault = f.model.id.autoIncrement, f.model.id.spec.dbDefault
	}
	if f.ref != nil && !f.model.tableless && !f.ref.model.tableless {
		info.References = &Reference{Model: f.ref.model.name, Field: f.ref.field.name, OnDelete: f.ref.onDelete}
		info.Constraint, info.OnDelete = foreignKeyName(f), c.onDelete[f]
	}
	return info
}

// describeType is the type of a column in a table that the library creates.
func (c *core) describeType(f *field) string {
	if target := f.idTarget(); target != nil {
		return c.ownTypeOfID(target, false)
	}
	if f.managed {
		return c.columnType(f)
	}
	return c.db.DataTypeOf(c.byModel[f.model].columns[f.column].schema)
}

// functions names the settings of a field that are Go functions.
func (f *field) functions() []string {
	var names []string
	for _, function := range []struct {
		name string
		set  bool
	}{
		{"DefaultValue", f.defFunc != nil},
		{"OnUpdate", f.onUpdate != nil},
		{"TransformInput", f.transformIn != nil},
		{"TransformOutput", f.transformOut != nil},
		{"ValidateInput", f.validateIn != nil},
		{"ValidateOutput", f.validateOut != nil},
	} {
		if function.set {
			names = append(names, function.name)
		}
	}
	return names
}

// broughtBy is who brought the field, in the words of messages.
func (f *field) broughtBy() string {
	switch name := f.originName(); name {
	case OriginCore:
		return "the core"
	case OriginConfig:
		return "the configuration"
	default:
		return OriginPlugin + quote(strings.TrimPrefix(name, OriginPlugin))
	}
}

// originName is who brought the field. What the model's own struct has comes with
// the model; a typed field beside those is of the application's struct.
func (f *field) originName() string {
	switch {
	case f.origin != "":
		return originName(f.origin)
	case f.model.declared == nil || f.declared():
		return originName(f.model.origin)
	default:
		return OriginConfig
	}
}

// originName makes an origin of what messages call it.
func originName(words string) string {
	switch words {
	case "the core":
		return OriginCore
	case "the configuration":
		return OriginConfig
	default:
		id := strings.TrimPrefix(words, "plugin ")
		return OriginPlugin + strings.TrimSuffix(strings.TrimPrefix(id, `"`), `"`)
	}
}
