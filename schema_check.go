package authplugin

import (
	"errors"
	"slices"
	"unicode/utf8"
)

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
		strategy, path := b.configs[m.name].GenerateID, b.configs[m.name].pathOf("GenerateID")
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
