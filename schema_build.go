package authplugin

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"
)

// schemaBuilder merges core models, plugins and configuration, and collects
// every mistake on the way.
type schemaBuilder struct {
	cfg     Config
	naming  naming
	schema  *Schema
	configs map[string]configuredModel
	// structColumns are columns named by the tags of application structs.
	structColumns map[*model]map[string]string
	structTables  map[*model]string
	compound      map[*model][]Index
	errs          []error
}

// buildSchema makes the logical schema. With mistakes it is nil.
func buildSchema(cfg Config, n naming) (*Schema, []error) {
	n.rules, n.schema = cfg.Naming, cfg.DatabaseSchema
	b := &schemaBuilder{
		cfg: cfg, naming: n, configs: cfg.modelConfigs(),
		schema:        &Schema{byName: map[string]*model{}},
		structColumns: map[*model]map[string]string{},
		structTables:  map[*model]string{},
		compound:      map[*model][]Index{},
	}
	b.checkSettings()
	b.declareModels()
	b.addFields()
	b.addOwnStructs()
	b.resolveReferences()
	b.resolveIDs()
	b.checkFields()
	b.nameTables()
	b.nameColumns()
	b.makeIndexes()
	b.checkCollisions()
	if len(b.errs) > 0 {
		return nil, b.errs
	}
	b.order()
	return b.schema, nil
}

func (b *schemaBuilder) errorf(path, format string, args ...any) {
	b.errs = append(b.errs, &ConfigError{Path: path, Problem: fmt.Sprintf(format, args...)})
}

func (b *schemaBuilder) checkSettings() {
	if b.cfg.Naming&BetterAuthNaming == 0 && b.cfg.Naming != 0 {
		b.errorf("Naming", "PluralTables and SnakeCase refine BetterAuthNaming: write BetterAuthNaming | PluralTables")
	}
	if b.cfg.Naming > BetterAuthNaming|PluralTables|SnakeCase {
		b.errorf("Naming", "%d is not a combination of BetterAuthNaming, PluralTables and SnakeCase", b.cfg.Naming)
	}
	if b.cfg.MigrationLockTimeout < 0 {
		b.errorf("MigrationLockTimeout", "must not be negative")
	}
	switch b.cfg.RateLimit.Storage {
	case StorageNone, StorageDatabase:
	default:
		b.errorf("RateLimit.Storage", "%q is not known; it is StorageNone or StorageDatabase", b.cfg.RateLimit.Storage)
	}
	for _, name := range slices.Sorted(maps.Keys(b.cfg.Models)) {
		if path := b.configs[name].path; !strings.HasPrefix(path, "Models[") {
			b.errorf("Models["+quote(name)+"]", "the model %s is configured by Config.%s", name, path)
		}
	}
}

func (b *schemaBuilder) declareModels() {
	for _, pm := range coreModels(b.cfg.RateLimit.Storage == StorageDatabase) {
		b.declareModel(pm, "the core", goName(pm.Name))
	}
	ids := map[string]bool{}
	for i, p := range b.cfg.Plugins {
		path := fmt.Sprintf("Plugins[%d]", i)
		if p == nil {
			b.errorf(path, "is nil")
			continue
		}
		if ids[p.ID()] {
			b.errorf(path, "the plugin %q is there twice", p.ID())
			continue
		}
		ids[p.ID()] = true
		for _, pm := range p.Schema().Models {
			b.declareModel(pm, "plugin "+quote(p.ID()), path+"."+pm.Name)
		}
	}
	if b.schema.byName[ModelRateLimit] == nil && !isZeroModelConfig(b.cfg.RateLimit.ModelConfig) {
		b.errorf("RateLimit", "is configured but not stored: set RateLimit.Storage to StorageDatabase")
	}
	for _, name := range slices.Sorted(maps.Keys(b.cfg.Models)) {
		if b.schema.byName[name] == nil && strings.HasPrefix(b.configs[name].path, "Models[") {
			b.errorf(b.configs[name].path, "there is no such model%s", suggest(name, b.modelNames()))
		}
	}
}

func isZeroModelConfig(c ModelConfig) bool {
	return c.Table == "" && c.Columns == nil && c.AdditionalFields == nil && c.GenerateID == nil && c.Model == nil
}

func (b *schemaBuilder) modelNames() []string {
	names := make([]string, len(b.schema.models))
	for i, m := range b.schema.models {
		names[i] = m.name
	}
	return names
}

func (b *schemaBuilder) declareModel(pm PluginModel, origin, path string) {
	if other := b.schema.byName[pm.Name]; other != nil {
		b.errorf(path, "the model %q is already declared by %s", pm.Name, other.origin)
		return
	}
	m := &model{name: pm.Name, goName: goName(pm.Name), byName: map[string]*field{}, origin: origin, path: path}
	if c, ok := b.configs[pm.Name]; ok {
		m.path = c.path
	}
	if !isLogicalName(pm.Name) {
		b.errorf(path, "the logical name %q must be letters and digits, beginning with a lower-case letter", pm.Name)
	}
	if pm.Struct != nil {
		m.declared = structType(pm.Struct)
		if m.declared == nil {
			b.errorf(path+".Struct", "must be a struct, not %T", pm.Struct)
			return
		}
		d := declareStruct(m, reflect.New(m.declared).Interface(), b.naming.gorm)
		for _, problem := range d.problems {
			b.errorf(path, "%s", problem)
		}
		for _, f := range d.fields {
			b.addField(m, f)
		}
		if id := m.primary(); id == nil || id.kind != idRef {
			b.errorf(path, "%s needs a field ID of type authplugin.ID", m.declared)
			return
		}
	} else {
		b.addField(m, &field{model: m, name: "id", goName: "ID", kind: idRef, primary: true, managed: true, typed: true, notNull: true})
	}
	b.schema.models = append(b.schema.models, m)
	b.schema.byName[m.name] = m
	b.compound[m] = pm.Indexes
	b.addAdditional(m, pm.Fields, origin, path+".Fields")
}

func (b *schemaBuilder) addField(m *model, f *field) {
	m.fields = append(m.fields, f)
	m.byName[f.name] = f
}

// addFields adds what plugins and the application give to existing models.
func (b *schemaBuilder) addFields() {
	for i, p := range b.cfg.Plugins {
		if p == nil {
			continue
		}
		fields := p.Schema().Fields
		for _, name := range slices.Sorted(maps.Keys(fields)) {
			path := fmt.Sprintf("Plugins[%d].Schema().Fields[%q]", i, name)
			m := b.schema.byName[name]
			if m == nil {
				if name == ModelRateLimit {
					continue // it is not stored in the database
				}
				b.errorf(path, "there is no such model%s", suggest(name, b.modelNames()))
				continue
			}
			b.addAdditional(m, fields[name], "plugin "+quote(p.ID()), path)
		}
	}
	for _, m := range b.schema.models {
		b.addAdditional(m, b.configs[m.name].AdditionalFields, "the configuration", m.path+".AdditionalFields")
	}
}

func (b *schemaBuilder) addAdditional(m *model, fields Fields, origin, path string) {
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		at := path + "[" + quote(name) + "]"
		spec := fields[name]
		if other := m.byName[name]; other != nil {
			if other.typed {
				b.errorf(at, "the model %s already has this field; to rename its column use Columns", m.name)
			} else if other.kind != kindOf(spec) || strings.HasPrefix(origin, "the ") {
				b.errorf(at, "the field is already added at %s", other.path)
			}
			continue
		}
		if !isLogicalName(name) {
			b.errorf(at, "the logical name must be letters and digits, beginning with a lower-case letter")
		}
		if m.declared != nil && additionalIndex(m.declared) == nil {
			b.errorf(at, "%s has no field Additional of type authplugin.Values to hold it", m.declared)
		}
		b.addField(m, b.fieldOf(m, name, spec, at))
	}
}

func kindOf(spec Field) fieldKind {
	if spec.Type == nil {
		return ""
	}
	return spec.Type.fieldKind()
}

func (b *schemaBuilder) fieldOf(m *model, name string, spec Field, path string) *field {
	f := &field{
		model: m, name: name, goName: goName(name), column: spec.Column, kind: kindOf(spec), managed: true,
		optional: spec.Optional, unique: spec.Unique, index: spec.Index, sortable: spec.Sortable, size: spec.Size,
		hidden: spec.Hidden, serverOnly: spec.ServerOnly, onUpdate: spec.OnUpdate, path: path,
		transformIn: spec.TransformInput, transformOut: spec.TransformOutput,
		validateIn: spec.ValidateInput, validateOut: spec.ValidateOutput,
	}
	if e, ok := spec.Type.(enumType); ok {
		f.enum = e.values
	}
	switch def := spec.DefaultValue.(type) {
	case nil:
	case func() any:
		f.hasDefault, f.defFunc = true, def
	default:
		f.hasDefault, f.def = true, def
	}
	if r := spec.References; r != nil {
		f.ref = &reference{model: &model{name: r.Model}, field: &field{name: r.Field}, onDelete: r.OnDelete}
	}
	f.notNull = f.required()
	return f
}

// addOwnStructs merges the application's structs.
func (b *schemaBuilder) addOwnStructs() {
	for _, m := range b.schema.models {
		sample := b.configs[m.name].Model
		if sample == nil {
			continue
		}
		path := m.path + ".Model"
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

// redeclare changes a core field as the application's struct declares it again.
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
}

func (b *schemaBuilder) resolveReferences() {
	for _, m := range b.schema.models {
		for _, f := range m.references() {
			b.resolveReference(f)
		}
	}
	// A reference has the type of what it references, through chains of them.
	for _, m := range b.schema.models {
		for _, f := range m.references() {
			target := f.ref.field
			for seen := 0; target.ref != nil && seen < len(b.schema.models); seen++ {
				target = target.ref.field
			}
			f.kind, f.enum = target.kind, nil
			if f.size == 0 {
				f.size = target.size
			}
		}
	}
}

func (b *schemaBuilder) resolveReference(f *field) {
	path := f.path + ".References"
	target := b.schema.byName[f.ref.model.name]
	if target == nil {
		b.errorf(path, "there is no model %q%s", f.ref.model.name, suggest(f.ref.model.name, b.modelNames()))
		f.ref = nil
		return
	}
	name := f.ref.field.name
	if name == "" {
		name = "id"
	}
	to := target.byName[name]
	if to == nil {
		b.errorf(path, "the model %s has no field %q%s", target.name, name, suggest(name, target.fieldNames()))
		f.ref = nil
		return
	}
	if !to.primary && !to.unique {
		b.errorf(path, "%s.%s is not unique, so it cannot be referenced", target.name, name)
	}
	if to.unique && to.optional && b.naming.dialect != nil && b.naming.dialect.Name() == "sqlserver" {
		b.errorf(path, "%s.%s is optional, and SQL Server cannot reference a unique index that leaves NULL out", target.name, name)
	}
	onDelete := f.ref.onDelete
	switch onDelete {
	case "":
		onDelete = Cascade
	case Cascade, SetNull, Restrict, NoAction:
	default:
		b.errorf(path+".OnDelete", "%q is not one of Cascade, SetNull, Restrict, NoAction", onDelete)
	}
	if onDelete == SetNull && f.notNull {
		b.errorf(path+".OnDelete", "SetNull needs a field that is Optional")
	}
	f.ref = &reference{model: target, field: to, onDelete: onDelete}
}

func (b *schemaBuilder) resolveIDs() {
	for _, m := range b.schema.models {
		strategy, path := b.configs[m.name].GenerateID, m.path+".GenerateID"
		if strategy == nil {
			strategy, path = b.cfg.GenerateID, "GenerateID"
		}
		if strategy == nil {
			strategy = Random
		}
		spec := strategy.idStrategy()
		m.id.spec = spec
		switch {
		case spec.name == "function" && spec.fn == nil:
			b.errorf(path, "IDFunc needs a function")
		case !slices.Contains([]idStrategyName{Random, UUID, Serial, Database, "function"}, spec.name):
			b.errorf(path, "%q is not an id strategy", spec.name)
		}
	}
}

func (b *schemaBuilder) checkFields() {
	for _, m := range b.schema.models {
		for _, f := range m.fields {
			b.checkField(f)
		}
	}
}

func (b *schemaBuilder) checkField(f *field) {
	switch {
	case f.kind == "":
		b.errorf(f.path+".Type", "is missing; it is one of String, Number, Float, BigInt, Boolean, Date, JSON, StringArray, NumberArray, Enum(...)")
		return
	case f.kind == enumKind && len(f.enum) == 0:
		b.errorf(f.path+".Type", "Enum needs at least one value")
	case f.size < 0:
		b.errorf(f.path+".Size", "must not be negative")
	case f.size > 0 && f.kind != String && f.kind != enumKind:
		b.errorf(f.path+".Size", "only a string has a size")
	case f.keyed() && slices.Contains([]fieldKind{JSON, StringArray, NumberArray}, f.kind):
		b.errorf(f.path, "a field of type %s cannot be unique, indexed or sortable", f.kind)
	}
	for _, v := range f.enum {
		if f.size > 0 && utf8.RuneCountInString(v) > f.size {
			b.errorf(f.path+".Size", "is less than the length of the enum value %q", v)
		}
	}
	if f.hasDefault && f.defFunc == nil {
		if text, ok := f.def.(string); ok && f.typed {
			f.def = f.parseText(text)
		}
		def, err := f.encodable(f.def)
		if err != nil {
			var fe *FieldError
			if errors.As(err, &fe) {
				b.errorf(f.path+".DefaultValue", "%s", fe.Problem)
			} else {
				b.errorf(f.path+".DefaultValue", "%s", err)
			}
			return
		}
		f.def = def
	}
}

func (b *schemaBuilder) nameTables() {
	for _, m := range b.schema.models {
		m.table = b.naming.table(m)
		path := m.path
		if t := b.structTables[m]; t != "" {
			m.table, path = b.naming.qualify(t), m.path+".Model"
		}
		if t := b.configs[m.name].Table; t != "" {
			if own := b.structTables[m]; own != "" && own != t {
				b.errorf(m.path+".Table", "%q contradicts the table %q that %s names", t, own, m.own)
			}
			m.table, path = b.naming.qualify(t), m.path+".Table"
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
		maps.Copy(configured, b.configs[m.name].Columns)
		for _, f := range m.fields {
			path := f.path
			if f.column == "" {
				f.column = b.naming.column(m, f)
			}
			if c, ok := configured[f.name]; ok {
				f.column, path = c, m.path+".Columns["+quote(f.name)+"]"
			}
			b.checkIdentifier(path, "column name", f.column)
		}
		for _, name := range slices.Sorted(maps.Keys(configured)) {
			if m.byName[name] == nil {
				b.errorf(m.path+".Columns["+quote(name)+"]", "the model %s has no such field%s", m.name, suggest(name, m.fieldNames()))
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
			b.errorf(m.path, "the models %s and %s are both on table %q", other.name, m.name, m.table)
			continue
		}
		tables[key] = m
		b.checkFieldCollisions(m)
	}
}

func (b *schemaBuilder) checkFieldCollisions(m *model) {
	columns, goNames := map[string]*field{}, map[string]*field{}
	for _, f := range m.fields {
		if other := columns[b.fold(f.column)]; other != nil {
			b.errorf(f.path, "the fields %s and %s of %s are both on column %q", other.name, f.name, m.name, f.column)
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

// order sorts the models so that each comes after those that it references, as
// far as references do not run in circles.
func (b *schemaBuilder) order() {
	var sorted []*model
	state := map[*model]bool{}
	var visit func(m *model)
	visit = func(m *model) {
		if state[m] {
			return
		}
		state[m] = true
		for _, f := range m.references() {
			visit(f.ref.model)
		}
		sorted = append(sorted, m)
	}
	for _, m := range b.schema.models {
		visit(m)
	}
	b.schema.models = sorted
}
