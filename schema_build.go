package authplugin

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
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
	if token := b.schema.byName[ModelSession].byName["token"]; b.cfg.Session.HashTokens && token != nil {
		token.hashed = true
	}
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
	b.checkSession()
	b.checkVerification()
	b.checkPasswordHasher()
	b.checkTokenKeys()
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
