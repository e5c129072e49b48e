package authplugin

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"
)

// What the tag `auth` of a struct field may say, separated by semicolons.
var fieldTagKeys = []string{ //nolint:gochecknoglobals // a table that nothing writes
	"name",       // name:x, the logical name; by default that of the Go field in lowerCamel
	"type",       // type:t, the logical type, where the Go type does not tell
	"optional",   // the value may be NULL
	"default",    // default:x, set by the application on create
	"serverOnly", // clients may not set it
	"createOnly", // clients may set it on create, and not change it
	"hidden",     // it is not shown
	"secret",     // it is hidden in %v and in logs, but not in JSON
	"unique",     // it has a unique index
	"index",      // it has an index; index:recommended, see Index.Recommended
	"sortable",   // text of limited length
	"size",       // size:n, the length of text
	"references", // references:model or references:model.field
	"onDelete",   // onDelete:cascade, set null, restrict or no action
	"lower",      // text is stored in lower case
	"createdAt",  // the moment of creation
	"updatedAt",  // the moment of the last change
}

// What the tag `auth` of an embedded model may say.
var embeddingTagKeys = []string{ //nolint:gochecknoglobals // a table that nothing writes
	"table",   // table:members
	"columns", // columns:name=full_name,email=mail
}

// structDecl is what a struct says about a model.
type structDecl struct {
	fields []*field
	// redeclared are typed fields that an application's struct declares again.
	redeclared []*field
	table      string
	columns    map[string]string
	problems   []string
}

// declareStruct reads a struct of this package or of a plugin.
func declareStruct(m *model, sample any, n schema.Namer) structDecl {
	var d structDecl
	s, err := schema.Parse(sample, &sync.Map{}, n)
	if err != nil {
		d.problems = append(d.problems, err.Error())
		return d
	}
	for _, sf := range s.Fields {
		if sf.DBName == "" {
			continue
		}
		f, problems := fieldOfStruct(m, sf)
		f.managed = f.kind != opaqueKind
		d.problems = append(d.problems, problems...)
		d.fields = append(d.fields, f)
	}
	return d
}

// declareOwn reads an application's struct that embeds the declared one.
func declareOwn(m *model, sample any, n schema.Namer) structDecl {
	d := structDecl{columns: map[string]string{}}
	t := structType(sample)
	if t == nil {
		d.problems = append(d.problems, fmt.Sprintf("must be a struct such as Member{}, not %T", sample))
		return d
	}
	embedded, ok := embeddedField(t, m.declared)
	if !ok {
		d.problems = append(d.problems, fmt.Sprintf("%s must embed %s by value", t, m.declared))
		return d
	}
	d.readEmbeddingTag(embedded.Tag.Get("auth"))
	s, err := schema.Parse(reflect.New(t).Interface(), &sync.Map{}, n)
	if err != nil {
		d.problems = append(d.problems, err.Error())
		return d
	}
	if s.Table != TableName(n, m.name) {
		d.table = s.Table
	}
	for _, sf := range s.Fields {
		if sf.DBName == "" || (len(sf.BindNames) > 1 && sf.BindNames[0] == embedded.Name) {
			continue
		}
		d.addOwn(m, sf)
	}
	return d
}

func (d *structDecl) addOwn(m *model, sf *schema.Field) {
	f, problems := fieldOfStruct(m, sf)
	d.problems = append(d.problems, problems...)
	if column := sf.TagSettings["COLUMN"]; column != "" {
		d.columns[f.name] = column
	}
	if core := m.byName[f.name]; core != nil && core.typed && core.goName == sf.Name {
		_, f.managed = sf.TagSettings["TYPE"]
		f.managed = !f.managed
		if core.primary && f.kind != idRef {
			d.problems = append(d.problems, m.goName+".ID must be of type authplugin.ID")
		}
		d.redeclared = append(d.redeclared, f)
		return
	}
	// A typed field always holds a value, so none can be missing.
	f.optional = true
	f.notNull = sf.NotNull
	d.fields = append(d.fields, f)
}

func (d *structDecl) readEmbeddingTag(tag string) {
	for key, value := range parseTag(tag) {
		switch key {
		case "table":
			d.table = value
		case "columns":
			for pair := range strings.SplitSeq(value, ",") {
				name, column, ok := strings.Cut(strings.TrimSpace(pair), "=")
				if !ok {
					d.problems = append(d.problems, fmt.Sprintf("tag columns: %q is not of the form name=column", pair))
					continue
				}
				d.columns[name] = column
			}
		default:
			d.problems = append(d.problems, fmt.Sprintf("tag auth: unknown word %q%s", key, suggest(key, embeddingTagKeys)))
		}
	}
}

// fieldOfStruct makes a field of one that GORM has parsed.
func fieldOfStruct(m *model, sf *schema.Field) (*field, []string) {
	f := &field{
		model: m, name: logicalName(sf.Name), goName: sf.Name, typed: true,
		kind: kindOfStructField(sf), optional: sf.FieldType.Kind() == reflect.Pointer,
		size: sizeOfStructField(sf), path: m.goName + "." + sf.Name,
	}
	f.primary = sf.Name == "ID"
	f.softDelete = sf.FieldType == reflect.TypeFor[gorm.DeletedAt]()
	f.notInJSON = sf.Tag.Get("json") == "-"
	problems := f.readTag(sf.Tag.Get("auth"))
	f.notNull = !f.optional
	return f, problems
}

func kindOfStructField(sf *schema.Field) fieldKind {
	if sf.Serializer != nil {
		return JSON
	}
	switch t := sf.IndirectFieldType; {
	case t == reflect.TypeFor[ID]():
		return idRef
	case t == reflect.TypeFor[time.Time]():
		return Date
	case t.Kind() == reflect.Bool:
		return Boolean
	case t.Kind() == reflect.Int64 || t.Kind() == reflect.Uint64:
		return BigInt
	case t.Kind() >= reflect.Int && t.Kind() <= reflect.Uint32:
		return Number
	case t.Kind() == reflect.Float32 || t.Kind() == reflect.Float64:
		return Float
	case t.Kind() == reflect.String:
		return String
	default:
		return opaqueKind
	}
}

func sizeOfStructField(sf *schema.Field) int {
	if sf.IndirectFieldType.Kind() == reflect.String && sf.TagSettings["SIZE"] != "" {
		return sf.Size
	}
	return 0
}

// readTag applies the tag `auth` and returns its problems.
func (f *field) readTag(tag string) (problems []string) {
	var target string
	onDelete := Cascade
	for key, value := range parseTag(tag) {
		switch key {
		case "name":
			f.name = value
		case "type":
			f.kind = fieldKind(value)
			if !slices.Contains(tagKinds, f.kind) {
				problems = append(problems, fmt.Sprintf("%s: unknown type %q", f.goName, value))
			}
		case "optional":
			f.optional = true
		case "default":
			f.hasDefault, f.def = true, value
		case "serverOnly":
			f.serverOnly = true
		case "createOnly":
			f.createOnly = true
		case "hidden":
			f.hidden = true
		case "secret":
			f.secret = true
		case "unique":
			f.unique = true
		case "index":
			f.index, f.recommended = true, value == "recommended"
		case "sortable":
			f.sortable = true
		case "size":
			n, err := strconv.Atoi(value)
			if err != nil || n < 1 {
				problems = append(problems, fmt.Sprintf("%s: size %q is not a positive number", f.goName, value))
			}
			f.size = n
		case "references":
			target = value
		case "onDelete":
			onDelete = OnDelete(strings.ToUpper(value))
		case "lower":
			f.lower = true
		case "createdAt":
			f.createdAt = true
		case "updatedAt":
			f.updatedAt = true
		default:
			problems = append(problems, fmt.Sprintf("%s: tag auth: unknown word %q%s", f.goName, key, suggest(key, fieldTagKeys)))
		}
	}
	if target != "" {
		modelName, fieldName, _ := strings.Cut(target, ".")
		f.ref = &reference{model: &model{name: modelName}, field: &field{name: fieldName}, onDelete: onDelete}
	}
	return problems
}

var tagKinds = []fieldKind{String, Number, Float, BigInt, Boolean, Date, JSON, StringArray, NumberArray} //nolint:gochecknoglobals // a table that nothing writes

// parseTag splits `a;b:c` into its words, keeping their case.
func parseTag(tag string) map[string]string {
	words := map[string]string{}
	for word := range strings.SplitSeq(tag, ";") {
		key, value, _ := strings.Cut(strings.TrimSpace(word), ":")
		if key != "" {
			words[key] = value
		}
	}
	return words
}

// structType is the type of a struct or of a pointer to one, nil for all else.
func structType(sample any) reflect.Type {
	t := reflect.TypeOf(sample)
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == nil || t.Kind() != reflect.Struct {
		return nil
	}
	return t
}

func embeddedField(t, declared reflect.Type) (reflect.StructField, bool) {
	for i := range t.NumField() {
		if f := t.Field(i); f.Anonymous && f.Type == declared {
			return f, true
		}
	}
	return reflect.StructField{}, false
}
