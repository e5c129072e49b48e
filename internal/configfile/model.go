package configfile

import (
	"maps"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"github.com/gorm-auth/authplugin"
)

// readModel reads what all models have in common.
func readModel(s *Settings) authplugin.ModelConfig {
	s.hints = map[string]string{
		"modelName": "it is called table here", "fields": "it is called columns here",
		"disableMigration": "it is called noMigration here", "disableMigrations": "it is called noMigration here",
	}
	cfg := authplugin.ModelConfig{Table: s.String("table"), GenerateID: readStrategy(s)}
	columns := s.Map("columns")
	for _, p := range columns.named() {
		if cfg.Columns == nil {
			cfg.Columns = map[string]string{}
		}
		if text, ok := textOf(p.value); ok {
			cfg.Columns[p.key] = text
			continue
		}
		columns.d.mistakef(p.at, "must be the name of a column, not %s", describe(p.value))
	}
	fields := s.Map("additionalFields")
	for _, p := range fields.named() {
		if cfg.AdditionalFields == nil {
			cfg.AdditionalFields = authplugin.Fields{}
		}
		f := fields.d.settings(p.value, p.at, fields.element(p.key))
		cfg.AdditionalFields[p.key] = readField(f)
		f.done()
	}
	cfg.EnumValues = readEnumValues(s.Map("enumValues"))
	cfg.NoMigration = s.Bool("noMigration", false)
	return cfg
}

// readEnumValues reads further values of enums, by the name of the field.
func readEnumValues(s *Settings) map[string][]string {
	var values map[string][]string
	for _, p := range s.named() {
		list := s.Strings(p.key)
		s.d.at[s.element(p.key)] = p.at
		if values == nil {
			values = map[string][]string{}
		}
		values[p.key] = list
	}
	return values
}

func readModels(s *Settings) map[string]authplugin.ModelConfig {
	var models map[string]authplugin.ModelConfig
	for _, p := range s.named() {
		if models == nil {
			models = map[string]authplugin.ModelConfig{}
		}
		m := s.d.settings(p.value, p.at, s.element(p.key))
		models[p.key] = readModel(m)
		m.done()
	}
	return models
}

func unknownPlugin(name string, factories map[string]PluginFactory) string {
	known := slices.Sorted(maps.Keys(factories))
	if len(known) == 0 {
		return "there is no such plugin; this program knows none"
	}
	if near := suggest(name, known); near != "" {
		return "there is no such plugin" + near
	}
	return "there is no such plugin; known are " + strings.Join(known, ", ")
}

// fieldTypes are the words for types, in the order in which they are listed.
var fieldTypes = []struct { //nolint:gochecknoglobals // a table that nothing writes
	word string
	typ  authplugin.FieldType
}{
	{"string", authplugin.String},
	{"number", authplugin.Number},
	{"float", authplugin.Float},
	{"bigint", authplugin.BigInt},
	{"boolean", authplugin.Boolean},
	{"date", authplugin.Date},
	{"json", authplugin.JSON},
	{"string[]", authplugin.StringArray},
	{"number[]", authplugin.NumberArray},
}

// readField reads a field in Better Auth's words: a field is required, may be set by
// clients and is shown to them unless it says otherwise.
func readField(s *Settings) authplugin.Field {
	s.hints = map[string]string{
		"fieldName": "it is called column here", "default": "it is called defaultValue", "optional": "write required: false",
		"nullable": "write required: false", "serverOnly": "write input: false", "hidden": "write returned: false",
		"enum": "write type: [one, other]", "onDelete": "it belongs into references",
		"validator": goOnly, "transform": goOnly, "onUpdate": goOnly,
	}
	f := authplugin.Field{
		Type: readType(s), Column: s.String("column"),
		Optional: !s.Bool("required", true), ServerOnly: !s.Bool("input", true), Hidden: !s.Bool("returned", true),
		Unique: s.Bool("unique", false), Index: s.Bool("index", false), Sortable: s.Bool("sortable", false), Size: s.Int("size"),
	}
	if p := s.ask("defaultValue"); p != nil {
		if v, ok := s.d.value(p.value, p.at.path); ok {
			f.DefaultValue = defaultOf(f.Type, v)
		} else {
			s.d.broken = append(s.d.broken, s.goName("defaultValue"))
		}
	}
	if s.Has("references") {
		section(s, "references", func(m *Settings) { f.References = readReference(m) })
	}
	return f
}

// readType reads the type: a word, or a list of the values that are allowed.
func readType(s *Settings) authplugin.FieldType {
	const key = "type"
	words := make([]string, 0, len(fieldTypes)+1)
	for _, t := range fieldTypes {
		words = append(words, t.word)
	}
	all := strings.Join(words, ", ") + ", or a list of values such as [user, admin]"
	p := s.ask(key)
	if p == nil {
		s.Has("values")
		at := s.place
		if found := s.find(key); found != nil {
			at = found.at
		}
		if !s.d.reported(s.goPath) {
			s.d.mistakef(at, "needs a type: %s", all)
		}
		s.d.broken = append(s.d.broken, s.goPath)
		return authplugin.String
	}
	if _, list := p.value.(*ast.SequenceNode); list {
		return enumOf(s, key)
	}
	text, ok := textOf(p.value)
	switch {
	case !ok:
		s.Failf(key, "must be %s, not %s", all, describe(p.value))
	case strings.EqualFold(text, "enum"):
		if !s.Has("values") {
			s.Failf(key, "needs the key values, with a list of texts")
			break
		}
		return enumOf(s, "values")
	default:
		for _, t := range fieldTypes {
			if strings.EqualFold(text, t.word) {
				return t.typ
			}
		}
		s.Failf(key, "%q is not a type: it is %s%s", text, all, suggest(text, append(words, "enum")))
	}
	// What follows from a type that is wrong is not reported.
	s.d.broken = append(s.d.broken, s.goPath)
	return authplugin.String
}

func enumOf(s *Settings, key string) authplugin.FieldType {
	values := s.Strings(key)
	if len(values) == 0 {
		if !s.d.reported(s.goName(key)) {
			s.Failf(key, "needs at least one value")
		}
		s.d.broken = append(s.d.broken, s.goPath)
	}
	for i, v := range values {
		if slices.Contains(values[:i], v) {
			s.Failf(key, "has the value %q twice", v)
		}
	}
	return authplugin.Enum(values...)
}

// defaultOf turns lists into what the types of lists are made of.
func defaultOf(t authplugin.FieldType, v any) any {
	list, ok := v.([]any)
	if !ok || t == authplugin.JSON {
		return v
	}
	var texts []string
	for _, item := range list {
		if text, ok := item.(string); ok {
			texts = append(texts, text)
		}
	}
	if t == authplugin.StringArray && len(texts) == len(list) {
		return texts
	}
	return v
}

func readReference(s *Settings) *authplugin.Reference {
	r := &authplugin.Reference{Model: s.String("model"), Field: s.String("field")}
	if r.Model == "" && !s.Has("model") && !s.d.reported(s.goPath) {
		s.failf("needs the key model, with the name of a model such as user")
	}
	switch s.Word("onDelete", "cascade", "set null", "restrict", "no action") {
	case "cascade":
		r.OnDelete = authplugin.Cascade
	case "set null":
		r.OnDelete = authplugin.SetNull
	case "restrict":
		r.OnDelete = authplugin.Restrict
	case "no action":
		r.OnDelete = authplugin.NoAction
	}
	return r
}
