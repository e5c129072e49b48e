package authplugin

import (
	"reflect"
	"strings"
)

// Schema is the logical schema: core models, plugins and configuration, merged
// and validated once. It is immutable and safe for concurrent use.
type Schema struct {
	models []*model // in the order in which they can be created
	byName map[string]*model
}

// ModelInfo describes a model of the schema.
type ModelInfo struct {
	// Name is the logical name, Table the physical one.
	Name, Table string
	Fields      []FieldInfo
	Indexes     []IndexInfo
}

// FieldInfo describes a field of the schema.
type FieldInfo struct {
	// Name is the logical name, Column the physical one.
	Name, Column string
	// Type is the logical type: "string", "number", "id", "enum" and so on.
	Type string
	// Optional fields may be NULL; NotNull says that the column may not.
	Optional, NotNull bool
	Unique, Indexed   bool
	// ServerOnly fields are not for clients to set, Hidden ones not to be shown.
	ServerOnly, Hidden bool
	// References is nil when the field references nothing.
	References *Reference
}

// IndexInfo describes an index of the schema.
type IndexInfo struct {
	Name string
	// Fields are logical names, in order.
	Fields      []string
	Unique      bool
	Recommended bool
}

// Models describes all models, in the order in which they can be created.
func (s *Schema) Models() []ModelInfo {
	infos := make([]ModelInfo, len(s.models))
	for i, m := range s.models {
		infos[i] = m.info()
	}
	return infos
}

// Model describes the model of that logical name.
func (s *Schema) Model(name string) (ModelInfo, bool) {
	m := s.byName[name]
	if m == nil {
		return ModelInfo{}, false
	}
	return m.info(), true
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

// model is a model of the logical schema: immutable once the schema is built.
type model struct {
	name   string // logical
	goName string
	table  string // physical, perhaps qualified by a schema
	fields []*field
	byName map[string]*field
	// byAny finds a field by logical, Go or column name.
	byAny   map[string]*field
	indexes []index
	id      idScheme

	// declared is the struct of this package or of a plugin; nil when the model
	// is known at run time only. own is the application's struct, or nil.
	declared, own reflect.Type
	// path is where the model is configured, origin who brought it.
	path, origin string
}

// index is an index of the logical schema.
type index struct {
	name        string
	fields      []*field
	unique      bool
	recommended bool
}

func (m *model) primary() *field { return m.byName["id"] }

// lookUp finds a field by its logical, Go or column name.
func (m *model) lookUp(name string) *field { return m.byAny[name] }

func (m *model) fieldNames() []string {
	names := make([]string, len(m.fields))
	for i, f := range m.fields {
		names[i] = f.name
	}
	return names
}

// references lists the fields that are foreign keys.
func (m *model) references() []*field {
	var refs []*field
	for _, f := range m.fields {
		if f.ref != nil {
			refs = append(refs, f)
		}
	}
	return refs
}

func (m *model) info() ModelInfo {
	info := ModelInfo{Name: m.name, Table: m.table}
	for _, f := range m.fields {
		fi := FieldInfo{
			Name: f.name, Column: f.column, Type: string(f.kind),
			Optional: f.optional, NotNull: f.notNull, Unique: f.unique,
			Indexed: f.index || f.unique, ServerOnly: f.serverOnly, Hidden: !f.shown(),
		}
		if f.ref != nil {
			fi.References = &Reference{Model: f.ref.model.name, Field: f.ref.field.name, OnDelete: f.ref.onDelete}
		}
		info.Fields = append(info.Fields, fi)
	}
	for _, x := range m.indexes {
		xi := IndexInfo{Name: x.name, Unique: x.unique, Recommended: x.recommended}
		for _, f := range x.fields {
			xi.Fields = append(xi.Fields, f.name)
		}
		info.Indexes = append(info.Indexes, xi)
	}
	return info
}

// columns lists the physical names of an index.
func (x index) columns() []string {
	columns := make([]string, len(x.fields))
	for i, f := range x.fields {
		columns[i] = f.column
	}
	return columns
}

// defaultName is Better Auth's: <table>_<columns>_idx, or _uidx when unique.
func (x index) defaultName(table string) string {
	_, table = splitTable(table)
	suffix := "idx"
	if x.unique {
		suffix = "uidx"
	}
	return limitIdentifier(table + "_" + strings.Join(x.columns(), "_") + "_" + suffix)
}
