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
	plugins       []setPlugin // by id
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
	b.collectPlugins()
	b.mergeConfigs()
	b.declareModels()
	if token := b.schema.byName[ModelSession].byName["token"]; b.cfg.Session.HashTokens && token != nil {
		token.hashed = true
	}
	b.addFields()
	b.addOwnStructs()
	b.extendEnums()
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
	b.checkRateLimit()
	b.checkSession()
	b.checkVerification()
	b.checkSecondaryStorage()
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
	b.schema.byName[ModelSession].tableless = b.cfg.sessionsIn() == StorageOnly
	b.schema.byName[ModelVerification].tableless = b.cfg.verificationsIn() == StorageOnly
	for _, p := range b.plugins {
		for _, pm := range p.schema.Models {
			b.declareModel(pm, p.origin, p.path+"."+pm.Name)
		}
	}
	if b.schema.byName[ModelRateLimit] == nil && !isZeroModelConfig(b.cfg.RateLimit.ModelConfig) {
		b.errorf("RateLimit", "is configured but not stored: set RateLimit.Storage to StorageDatabase")
	}
	b.refuseUnknownModels()
}

func isZeroModelConfig(c ModelConfig) bool {
	return c.Table == "" && c.Columns == nil && c.AdditionalFields == nil && c.GenerateID == nil && c.Model == nil &&
		c.EnumValues == nil && !c.NoMigration
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
		b.errorf(path, "%s adds the model %q, which is already declared by %s", origin, pm.Name, other.origin)
		return
	}
	m := &model{name: pm.Name, goName: goName(pm.Name), byName: map[string]*field{}, origin: origin, path: path}
	if c, ok := b.configs[pm.Name]; ok {
		m.path, m.noMigration = c.path, c.NoMigration
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
			if f.hidden && !f.notInJSON {
				b.errorf(path, "%s.%s is hidden, but JSON would show it: tag it json:\"-\" as well", m.declared, f.goName)
			}
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
	for _, p := range b.plugins {
		for _, name := range slices.Sorted(maps.Keys(p.schema.Fields)) {
			path := fmt.Sprintf("%s.Schema().Fields[%q]", p.path, name)
			m := b.schema.byName[name]
			if m == nil {
				if name == ModelRateLimit {
					continue // it is not stored in the database
				}
				b.errorf(path, "there is no such model%s", suggest(name, b.modelNames()))
				continue
			}
			b.addAdditional(m, p.schema.Fields[name], p.origin, path)
		}
	}
	for _, m := range b.schema.models {
		c := b.configs[m.name]
		b.addAdditional(m, c.AdditionalFields, "the configuration", m.path+".AdditionalFields")
		for _, more := range c.fields {
			b.addAdditional(m, more.Fields, "the configuration", more.path)
		}
	}
}

func (b *schemaBuilder) addAdditional(m *model, fields Fields, origin, path string) {
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		at := path + "[" + quote(name) + "]"
		spec := fields[name]
		if other := m.byName[name]; other != nil {
			b.meet(other, b.fieldOf(m, name, spec, at), origin)
			continue
		}
		if !isLogicalName(name) {
			b.errorf(at, "the logical name must be letters and digits, beginning with a lower-case letter")
		}
		if m.declared != nil && additionalIndex(m.declared) == nil {
			b.errorf(at, "%s has no field Additional of type authplugin.Values to hold it", m.declared)
		}
		f := b.fieldOf(m, name, spec, at)
		f.origin = origin
		b.addField(m, f)
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
