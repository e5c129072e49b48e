package authplugin

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"

	"gorm.io/gorm/schema"
)

// Output makes of a row what a client may see: its fields by logical name,
// additional ones beside the others, without those that are Hidden. Encoded, it
// is what json.Marshal makes of the model's struct: ids are strings, dates are
// text such as 2026-01-31T12:00:00.000Z, NULL is nil. A field that the record does
// not have is not in the result.
//
// The record is a [Record], a map, or a struct of the model or a pointer to one: a
// struct of this package or of a plugin, the application's own, or one that embeds
// such a struct. Joined models are filtered in the same way, under the key that
// they have: in a map the logical name of the model, in a struct the name that the
// relation has in JSON. Every other key is left out, and nothing is read from a
// database or transformed anew. For nil, or a pointer that is nil, the result is nil.
//
// A session's token is no hidden field, as in JSON: the client needs it.
func (a *Auth) Output(model string, record any) (map[string]any, error) {
	c, err := a.ready()
	if err != nil {
		return nil, err
	}
	m, err := c.schema.mustModel(model)
	if err != nil {
		return nil, err
	}
	o := output{core: c}
	return o.one(m, reflect.ValueOf(record))
}

var errCircle = errors.New("authplugin: the record contains itself")

// output is one call of Output.
type output struct {
	core *core
	// inside are the pointers and maps that lead to the current row.
	inside []place
}

type place struct {
	address uintptr
	of      reflect.Type
}

// one shows a row, nil if there is none.
func (o *output) one(m *model, rv reflect.Value) (map[string]any, error) {
	depth := len(o.inside)
	defer func() { o.inside = o.inside[:depth] }()
	for rv.Kind() == reflect.Pointer || rv.Kind() == reflect.Interface {
		if rv.IsNil() {
			return nil, nil
		}
		if err := o.enter(rv); err != nil {
			return nil, err
		}
		rv = rv.Elem()
	}
	switch {
	case !rv.IsValid():
		return nil, nil
	case rv.Kind() == reflect.Struct:
		return o.fromStruct(m, rv)
	case rv.Type().ConvertibleTo(reflect.TypeFor[Record]()):
		if rv.IsNil() {
			return nil, nil
		}
		if err := o.enter(rv); err != nil {
			return nil, err
		}
		record, _ := reflect.TypeAssert[Record](rv.Convert(reflect.TypeFor[Record]()))
		return o.fromRecord(m, record)
	default:
		return nil, fmt.Errorf("authplugin: a record of the model %s is a Record or a struct, not %s", m.name, rv.Type())
	}
}

func (o *output) enter(rv reflect.Value) error {
	if rv.Kind() == reflect.Interface {
		return nil
	}
	at := place{rv.Pointer(), rv.Type()}
	if slices.Contains(o.inside, at) {
		return errCircle
	}
	o.inside = append(o.inside, at)
	return nil
}

// many shows what is joined to a row: a row, a list of rows, or nil.
func (o *output) many(m *model, rv reflect.Value) (any, error) {
	for rv.Kind() == reflect.Interface {
		rv = rv.Elem()
	}
	if rv.Kind() != reflect.Slice {
		one, err := o.one(m, rv)
		if one == nil {
			return nil, err // not a nil map, which is another nil
		}
		return one, err
	}
	list := make([]map[string]any, rv.Len())
	for i := range list {
		var err error
		if list[i], err = o.one(m, rv.Index(i)); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func (o *output) fromRecord(m *model, record Record) (map[string]any, error) {
	shown := make(map[string]any, len(record))
	for name, v := range record {
		if f := m.byName[name]; f != nil {
			show(shown, f, v)
			continue
		}
		joined := o.core.schema.byName[name]
		if joined == nil {
			continue
		}
		rows, err := o.many(joined, reflect.ValueOf(v))
		if err != nil {
			return nil, err
		}
		shown[name] = rows
	}
	return shown, nil
}

// show adds a field to what is shown, unless it is hidden, or an expression whose
// value only the database knows.
func show(shown map[string]any, f *field, v any) {
	if p, writing := v.(pending); writing {
		v = p.after
	}
	if !f.shown() || isExpression(v) {
		return
	}
	switch x := follow(v).(type) {
	case time.Time:
		shown[f.name] = x.UTC().Format(jsonTime)
	case ID:
		shown[f.name] = string(x)
	default:
		shown[f.name] = x
	}
}

func (o *output) fromStruct(m *model, rv reflect.Value) (map[string]any, error) {
	t := rv.Type()
	rv, b := o.core.structOf(m, rv, nil)
	if b == nil {
		return nil, fmt.Errorf("authplugin: %s is no struct of the model %s", t, m.name)
	}
	if !rv.IsValid() {
		return nil, nil // it embeds the model by a pointer that is nil
	}
	values := additionalOf(rv)
	shown := make(map[string]any, len(b.fields))
	for _, bf := range b.fields {
		if bf.dynamic {
			if v, ok := values[bf.name]; ok {
				show(shown, bf.field, v)
			}
			continue
		}
		if v := goField(rv, bf.schema); v.IsValid() {
			show(shown, bf.field, v.Interface())
		}
	}
	return shown, o.relations(shown, rv)
}

// structOf finds the struct that is bound to a model: the given one, or one that
// it embeds. It is invalid where a pointer in between is nil. outer are the
// structs around it.
func (c *core) structOf(m *model, rv reflect.Value, outer []reflect.Type) (reflect.Value, *binding) {
	t := rv.Type()
	for _, b := range c.bindings {
		if b.model == m && b.goType == t {
			return rv, b
		}
	}
	if slices.Contains(outer, t) {
		return rv, nil
	}
	for i := range t.NumField() {
		if !isEmbedded(t.Field(i)) {
			continue
		}
		inner := rv.Field(i)
		absent := inner.Kind() == reflect.Pointer && inner.IsNil()
		if absent {
			inner = reflect.New(t.Field(i).Type.Elem()) // for its type
		}
		if found, b := c.structOf(m, reflect.Indirect(inner), append(outer, t)); b != nil {
			if absent {
				found = reflect.Value{}
			}
			return found, b
		}
	}
	return rv, nil
}

// goField is GORM's field of a struct, invalid where the pointer to an embedded
// struct is nil. GORM itself would set that pointer.
func goField(rv reflect.Value, sf *schema.Field) reflect.Value {
	for _, i := range sf.StructField.Index {
		if i < 0 { // GORM's way to say that it is a pointer
			i = -i - 1
		}
		if rv = reflect.Indirect(rv); !rv.IsValid() {
			return rv
		}
		rv = rv.Field(i)
	}
	return rv
}

// relations adds what GORM has preloaded into a struct.
func (o *output) relations(shown map[string]any, rv reflect.Value) error {
	for i := range rv.NumField() {
		sf := rv.Type().Field(i)
		if sf.Anonymous {
			if e := reflect.Indirect(rv.Field(i)); e.Kind() == reflect.Struct && sf.Type.Kind() == reflect.Struct {
				if err := o.relations(shown, e); err != nil {
					return err
				}
			}
			continue
		}
		name, omitEmpty, ok := jsonName(sf)
		_, taken := shown[name]
		if !ok || taken || (omitEmpty && isEmptyJSON(rv.Field(i))) {
			continue
		}
		m := o.core.modelOfRelation(sf.Type)
		if m == nil {
			continue
		}
		rows, err := o.many(m, rv.Field(i))
		if err != nil {
			return err
		}
		shown[name] = rows
	}
	return nil
}

// modelOfRelation is the model whose struct a relation holds, nil for other fields.
func (c *core) modelOfRelation(t reflect.Type) *model {
	for t.Kind() == reflect.Slice || t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	for _, b := range c.bindings {
		if b.goType == t {
			return b.model
		}
	}
	return nil
}
