package authplugin

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

func (b *schemaBuilder) nameTables() {
	for _, m := range b.schema.models {
		m.table = b.naming.table(m)
		path := m.path
		if t := b.structTables[m]; t != "" {
			m.table, path = b.naming.qualify(t), m.path+".Model"
		}
		if t := b.configs[m.name].Table; t != "" {
			path = b.configs[m.name].pathOf("Table")
			if own := b.structTables[m]; own != "" && own != t {
				b.errorf(path, "%q contradicts the table %q that %s names", t, own, m.own)
			}
			m.table = b.naming.qualify(t)
		}
		schemaName, name := splitTable(m.table)
		if strings.Contains(schemaName, ".") {
			b.errorf(path, "the table name %q has more than one dot", m.table)
			continue
		}
		b.checkIdentifier(path, "table name", name)
		if schemaName != "" {
			b.checkIdentifier(path, "schema name", schemaName)
		}
	}
}

func (b *schemaBuilder) nameColumns() {
	for _, m := range b.schema.models {
		configured := maps.Clone(b.structColumns[m])
		if configured == nil {
			configured = map[string]string{}
		}
		settings := b.configs[m.name]
		maps.Copy(configured, settings.Columns)
		if settings.path == "" {
			settings.path = m.path
		}
		pathOf := func(field string) string { return settings.pathOf("Columns[" + quote(field) + "]") }
		for _, f := range m.fields {
			path := f.path
			if f.column == "" {
				f.column = b.naming.column(m, f)
			}
			if c, ok := configured[f.name]; ok {
				f.column, path = c, pathOf(f.name)
			}
			b.checkIdentifier(path, "column name", f.column)
		}
		for _, name := range slices.Sorted(maps.Keys(configured)) {
			if m.byName[name] == nil {
				b.errorf(pathOf(name), "the model %s has no such field%s", m.name, suggest(name, m.fieldNames()))
			}
		}
	}
}

// checkIdentifier lets through only names that every quoting keeps whole.
func (b *schemaBuilder) checkIdentifier(path, what, name string) {
	problem := checkIdentifier(name)
	if problem == "" && b.naming.dialect != nil {
		problem = b.naming.dialect.CheckIdentifier(name)
	}
	if problem != "" {
		b.errorf(path, "the %s %q %s", what, name, problem)
	}
}

func (b *schemaBuilder) makeIndexes() {
	for _, m := range b.schema.models {
		unique := map[string]bool{}
		for _, spec := range b.compound[m] {
			x := index{unique: spec.Unique, recommended: spec.Recommended}
			for _, name := range spec.Fields {
				f := m.byName[name]
				if f == nil {
					b.errorf(m.path, "an index names the field %q, which does not exist%s", name, suggest(name, m.fieldNames()))
					continue
				}
				f.sortable = true
				x.fields = append(x.fields, f)
			}
			if len(x.fields) > 0 {
				unique[x.fields[0].name] = x.unique && !x.recommended
				m.indexes = append(m.indexes, x)
			}
		}
		for _, f := range m.fields {
			switch {
			case f.primary || !f.managed:
			case f.unique:
				m.indexes = append(m.indexes, index{fields: []*field{f}, unique: true})
			case f.index:
				m.indexes = append(m.indexes, index{fields: []*field{f}, recommended: f.recommended})
			case f.ref != nil && !unique[f.name]:
				m.indexes = append(m.indexes, index{fields: []*field{f}})
			}
		}
		for i := range m.indexes {
			m.indexes[i].name = m.indexes[i].defaultName(m.table)
			b.checkIndexLength(m, m.indexes[i])
		}
	}
}

// checkIndexLength refuses an index whose text the database cannot index whole.
func (b *schemaBuilder) checkIndexLength(m *model, x index) {
	if b.naming.dialect == nil {
		return
	}
	limit := map[string]int{"mysql": 3072 / 4, "sqlserver": 1700 / 2}[b.naming.dialect.Name()]
	length, path := 0, m.path
	for _, f := range x.fields {
		if f.kind != String && f.kind != enumKind && f.kind != idRef {
			continue
		}
		path = f.path
		switch target := f.idTarget(); {
		case target != nil && target.id.spec.name == Serial:
			length += 4
		case target != nil && (target.id.spec.name == Random || target.id.spec.name == UUID):
			length += 36
		case f.size > 0:
			length += f.size
		default:
			length += 255
		}
	}
	if limit > 0 && length > limit {
		b.errorf(path, "the index %s is over %d characters, and the database indexes at most %d; lower Size", x.name, length, limit)
	}
}

// maxIdentifier is PostgreSQL's limit, the smallest of the four databases.
const maxIdentifier = 63

// limitIdentifier shortens a name that the library makes, keeping it unique.
func limitIdentifier(name string) string {
	if len(name) <= maxIdentifier {
		return name
	}
	sum := sha256.Sum256([]byte(name))
	cut := maxIdentifier - 9
	for cut > 0 && !utf8.RuneStart(name[cut]) {
		cut--
	}
	return name[:cut] + "_" + hex.EncodeToString(sum[:4])
}

func (b *schemaBuilder) fold(name string) string {
	if b.naming.dialect == nil {
		return strings.ToLower(name)
	}
	return b.naming.dialect.FoldIdentifier(name)
}

func (b *schemaBuilder) checkCollisions() {
	tables := map[string]*model{}
	for _, m := range b.schema.models {
		key := b.fold(m.table)
		if other := tables[key]; other != nil {
			b.errorf(m.path, "the models %s%s and %s%s are both on table %q", other.name, ofPlugin(other.origin), m.name, ofPlugin(m.origin), m.table)
			continue
		}
		tables[key] = m
		b.checkFieldCollisions(m)
	}
}

// ofPlugin says of which plugin something is, if it is of one.
func ofPlugin(origin string) string {
	if strings.HasPrefix(origin, OriginPlugin) {
		return " of " + origin
	}
	return ""
}

func (b *schemaBuilder) checkFieldCollisions(m *model) {
	columns, goNames := map[string]*field{}, map[string]*field{}
	for _, f := range m.fields {
		if other := columns[b.fold(f.column)]; other != nil {
			b.errorf(f.path, "the fields %s%s and %s%s of %s are both on column %q",
				other.name, ofPlugin(other.broughtBy()), f.name, ofPlugin(f.broughtBy()), m.name, f.column)
		}
		columns[b.fold(f.column)] = f
		if other := goNames[f.goName]; other != nil {
			b.errorf(f.path, "the names of the fields %s and %s differ only in the first letter", other.name, f.name)
		}
		goNames[f.goName] = f
		if !f.typed && m.declared != nil {
			if _, taken := m.declared.FieldByName(f.goName); taken {
				b.errorf(f.path, "%s already has a Go field %s", m.declared, f.goName)
			}
		}
	}
	// GORM asks for the column of a Go field by the same name as for a column.
	for _, f := range m.fields {
		if other := goNames[f.column]; other != nil && other != f {
			b.errorf(f.path, "the column %q of the field %s is the Go name of the field %s, which GORM would take for it; choose another column", f.column, f.name, other.name)
		}
	}
	m.byAny = map[string]*field{}
	for _, f := range m.fields {
		m.byAny[f.goName] = f
	}
	for _, f := range m.fields {
		m.byAny[f.name] = f
	}
	for _, f := range m.fields {
		m.byAny[f.column] = f
	}
}
