package authplugin

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
