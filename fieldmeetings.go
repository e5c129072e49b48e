package authplugin

import (
	"reflect"
	"slices"
	"strings"
)

// Two may describe one field: a plugin its own struct's, to say what tags cannot;
// two plugins the same one, alike.

// meet settles that a field is described which the model has already.
func (b *schemaBuilder) meet(there, again *field, origin string) {
	m, at := there.model, again.path
	switch difference := there.difference(again); {
	case there.typed && origin == m.origin:
		b.refine(there, again)
	case there.typed:
		b.errorf(at, "the model %s already has this field; to rename its column use Columns", m.name)
	case strings.HasPrefix(origin, "the "):
		b.errorf(at, "the field is already added at %s", there.path)
	case difference != "":
		b.errorf(at, "%s adds this field with another %s than %s: it is already added at %s", origin, difference, there.broughtBy(), there.path)
	}
}

// difference names what two descriptions of a field do not have in common, empty
// for nothing.
func (f *field) difference(g *field) string {
	for _, part := range []struct {
		name string
		same bool
	}{
		{"type", f.kind == g.kind && slices.Equal(f.enum, g.enum)},
		{"Optional", f.optional == g.optional},
		{"DefaultValue", f.hasDefault == g.hasDefault && reflect.DeepEqual(f.def, g.def) && sameFunction(f.defFunc, g.defFunc)},
		{"Unique", f.unique == g.unique},
		{"Index", f.index == g.index},
		{"Sortable", f.sortable == g.sortable},
		{"Size", f.size == g.size},
		{"Hidden", f.hidden == g.hidden},
		{"ServerOnly", f.serverOnly == g.serverOnly},
		{"Column", f.column == g.column},
		{"References", sameReference(f.ref, g.ref)},
		{"OnUpdate", sameFunction(f.onUpdate, g.onUpdate)},
		{"TransformInput", sameFunction(f.transformIn, g.transformIn)},
		{"TransformOutput", sameFunction(f.transformOut, g.transformOut)},
		{"ValidateInput", sameFunction(f.validateIn, g.validateIn)},
		{"ValidateOutput", sameFunction(f.validateOut, g.validateOut)},
	} {
		if !part.same {
			return part.name
		}
	}
	return ""
}

// sameFunction tells functions apart by their code; of one that two plugins share
// both have the same.
func sameFunction(one, other any) bool {
	return reflect.ValueOf(one).Pointer() == reflect.ValueOf(other).Pointer()
}

func sameReference(one, other *reference) bool {
	if one == nil || other == nil {
		return one == other
	}
	return one.model.name == other.model.name && one.field.name == other.field.name && one.onDelete == other.onDelete
}

// refine adds to a field of a plugin's struct what the plugin's Fields say of it.
func (b *schemaBuilder) refine(f, by *field) {
	for _, name := range by.functions() {
		if name != "DefaultValue" {
			b.errorf(by.path+"."+name, "a field of a struct cannot have it; use a hook, or leave the field out of the struct")
		}
	}
	if by.hidden && !f.hidden {
		b.errorf(by.path+".Hidden", "tag the field of %s json:\"-\" auth:\"hidden\" instead", f.model.declared)
	}
	switch {
	case by.kind == enumKind && f.kind == String:
		f.kind, f.enum = enumKind, by.enum
	case by.kind != "" && by.kind != f.kind:
		b.errorf(by.path+".Type", "is %s, but the field of %s is %s; leave it out", by.kind, f.model.declared, f.kind)
	}
	if by.column != "" {
		f.column = by.column
	}
	if by.hasDefault {
		f.hasDefault, f.def, f.defFunc = true, by.def, by.defFunc
	}
	if by.ref != nil {
		f.ref = by.ref
	}
	if by.size > 0 {
		f.size = by.size
	}
	f.optional = f.optional || by.optional
	f.notNull = !f.optional
	f.unique, f.index, f.sortable = f.unique || by.unique, f.index || by.index, f.sortable || by.sortable
	f.serverOnly = f.serverOnly || by.serverOnly
}
