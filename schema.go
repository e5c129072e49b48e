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
	// core knows the database that the schema is carried out on.
	core *core
}

// Dialect is the name of the database that physical names and types are for:
// "sqlite", "postgres", "mysql" (MariaDB too) or "sqlserver". It is empty before
// db.Use.
func (s *Schema) Dialect() string {
	if s.core == nil {
		return ""
	}
	return s.core.dialect.Name()
}

// Models describes all models that have a table, in the order in which these can be
// created.
func (s *Schema) Models() []ModelInfo {
	tables := s.tables()
	infos := make([]ModelInfo, len(tables))
	for i, m := range tables {
		infos[i] = s.core.describe(m)
	}
	return infos
}

// Model describes the model of that logical name, if it has a table.
func (s *Schema) Model(name string) (ModelInfo, bool) {
	m := s.byName[name]
	if m == nil || m.tableless {
		return ModelInfo{}, false
	}
	return s.core.describe(m), true
}

// InStorage describes the models that have no table, since their rows are in the
// secondary storage only ([StorageOnly]).
func (s *Schema) InStorage() []ModelInfo {
	var infos []ModelInfo
	for _, m := range s.models {
		if m.tableless {
			infos = append(infos, s.core.describe(m))
		}
	}
	return infos
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
	// tableless says that its rows are in the secondary storage only.
	tableless bool
	// noMigration leaves its table to others.
	noMigration bool
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

// tables are the models that have a table.
func (s *Schema) tables() []*model {
	tables := make([]*model, 0, len(s.models))
	for _, m := range s.models {
		if !m.tableless {
			tables = append(tables, m)
		}
	}
	return tables
}

// references lists the fields that are foreign keys, from one table to another.
func (m *model) references() []*field {
	var refs []*field
	for _, f := range m.fields {
		if f.ref != nil && !m.tableless && !f.ref.model.tableless {
			refs = append(refs, f)
		}
	}
	return refs
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
