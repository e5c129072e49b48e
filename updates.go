package authplugin

import (
	"reflect"
	"slices"

	"gorm.io/gorm"
)

// prepareUpdate sets what every update sets: the time of the change and the
// values of OnUpdate. UpdateColumn and UpdateColumns set neither, as in GORM.
func (c *core) prepareUpdate(db *gorm.DB) {
	stmt, b := db.Statement, c.written(db)
	if b == nil {
		return
	}
	c.guardLogger(db, b)
	switch m := stmt.Dest.(type) {
	case *map[string]any:
		stmt.Dest = *m
	case Values:
		stmt.Dest = map[string]any(m)
	case *Values:
		stmt.Dest = map[string]any(*m)
	}
	b.foreignStructToMap(c, stmt)
	if m, ok := stmt.Dest.(map[string]any); ok {
		normalized, err := b.normalizeKeys(m)
		if err != nil {
			_ = db.AddError(err)
			return
		}
		if _, alone := stmt.Get(untouched); !stmt.SkipHooks && !alone {
			b.touchMap(stmt, normalized, normalizeTime(c.now()))
		}
		stmt.Dest = normalized
		return
	}
	if !stmt.SkipHooks {
		b.touchStruct(stmt, normalizeTime(c.now()))
	}
	b.omitAbsent(stmt)
}

// finishUpdate checks and encodes what is about to be written.
func (c *core) finishUpdate(db *gorm.DB) {
	if r := c.hookRunOf(db, OperationUpdate); r != nil && r.plan.replaces() && len(r.plan.rows) > 0 {
		return // what its hooks made of it is checked instead
	}
	c.rewriteConditions(db)
	stmt, b := db.Statement, c.written(db)
	if b == nil {
		return
	}
	if err := b.encodeSet(stmt, normalizeTime(c.now())); err != nil {
		_ = db.AddError(err)
		return
	}
	if m, ok := stmt.Dest.(map[string]any); ok {
		// A hook of the application may have set Go names in between.
		normalized, err := b.normalizeKeys(m)
		if err == nil {
			err = b.encodeMap(normalized, false)
		}
		_ = db.AddError(err)
		stmt.Dest = normalized
		return
	}
	if dest := destStruct(stmt); dest.IsValid() && dest.Type() == b.goType {
		_ = db.AddError(b.validateChange(stmt, dest))
	}
}

// updated puts structs right after an update, failed or not, and translates errors.
func (c *core) updated(db *gorm.DB) {
	c.translateErrors(db)
	stmt := db.Statement
	if stmt.Schema == nil {
		return
	}
	b := c.bindings[stmt.Schema]
	if b == nil || !b.transforms {
		return
	}
	if dest := destStruct(stmt); dest.IsValid() && dest.Type() == b.goType {
		b.settle(dest)
	}
	eachRow(stmt, func(rv reflect.Value) {
		if rv.Type() == b.goType {
			b.settle(rv)
		}
	})
}

// destStruct is the struct whose fields are the update, invalid if there is none.
func destStruct(stmt *gorm.Statement) reflect.Value {
	rv := reflect.ValueOf(stmt.Dest)
	for rv.Kind() == reflect.Pointer {
		rv = rv.Elem()
	}
	if rv.Kind() != reflect.Struct {
		return reflect.Value{}
	}
	return rv
}

// foreignStructToMap turns an update by a struct of another type into one by
// map, with the fields that GORM would take.
func (b *binding) foreignStructToMap(c *core, stmt *gorm.Statement) {
	rv := destStruct(stmt)
	if !rv.IsValid() || rv.Type() == b.goType {
		return
	}
	other := &gorm.Statement{DB: stmt.DB}
	if err := other.Parse(stmt.Dest); err != nil {
		_ = stmt.AddError(err)
		return
	}
	selected, restricted := stmt.SelectAndOmitColumns(false, true)
	from := c.bindings[other.Schema]
	m := map[string]any{}
	for _, column := range b.schema.DBNames {
		sf := other.Schema.LookUpField(column)
		if sf == nil {
			continue
		}
		v, zero := sf.ValueOf(stmt.Context, rv)
		// What ValueOf gives may be the stored form; the caller's value is wanted.
		if from != nil && from.columns[column] != nil && from.columns[column].dynamic {
			v = from.values(rv)[from.columns[column].name]
		} else if bf := b.columns[column]; bf != nil && bf.kind != opaqueKind {
			v = sf.ReflectValueOf(stmt.Context, rv).Interface()
		}
		chosen, listed := selected[column]
		if (listed && chosen) || (!listed && !restricted && !zero) {
			m[column] = v
		}
	}
	stmt.Dest = m
}

func (b *binding) touchMap(stmt *gorm.Statement, m map[string]any, now any) {
	for _, bf := range b.fields {
		if _, given := m[bf.column]; given {
			continue
		}
		switch {
		case bf.updatedAt:
			m[bf.column] = now
		case bf.onUpdate != nil:
			m[bf.column] = bf.onUpdate()
		default:
			continue
		}
		alsoSelect(stmt, bf.column)
	}
}

func (b *binding) touchStruct(stmt *gorm.Statement, now any) {
	rv := destStruct(stmt)
	if !rv.IsValid() {
		return
	}
	if !rv.CanAddr() {
		// Only the source of the change is touched: the caller's value is a copy already.
		addressable := reflect.New(rv.Type())
		addressable.Elem().Set(rv)
		stmt.Dest, rv = addressable.Interface(), addressable.Elem()
	}
	if b.dynamic > 0 {
		b.ownValues(rv) // the caller may use one map for many updates
	}
	saving := slices.Contains(stmt.Selects, "*")
	for _, bf := range b.fields {
		var value any
		switch {
		case bf.updatedAt:
			value = now
		case bf.onUpdate != nil && !b.brings(bf, rv, saving):
			value = bf.onUpdate()
		default:
			continue
		}
		_ = stmt.AddError(bf.schema.Set(stmt.Context, rv, value))
		alsoSelect(stmt, bf.column)
	}
}

// brings reports whether an update by struct sets a field. A Save has every field
// that was read; it sets those that have changed since.
func (b *binding) brings(bf *boundField, rv reflect.Value, saving bool) bool {
	v, present := b.values(rv)[bf.name]
	if !present || !saving {
		return present
	}
	if stateOf(rv) == nil {
		return false
	}
	_, same := unchanged(rv, bf.name, v)
	return !same
}

// alsoSelect lets a column through a Select of the caller.
func alsoSelect(stmt *gorm.Statement, column string) {
	if len(stmt.Selects) > 0 && !slices.Contains(stmt.Selects, "*") {
		stmt.Selects = append(slices.Clone(stmt.Selects), column)
	}
}

// omitAbsent keeps Save from writing NULL to additional fields that the struct
// does not hold, and from emptying hidden fields that were not read.
func (b *binding) omitAbsent(stmt *gorm.Statement) {
	rv := destStruct(stmt)
	if !rv.IsValid() || !slices.Contains(stmt.Selects, "*") {
		return
	}
	values, state := b.values(rv), stateOf(rv)
	omits := slices.Clone(stmt.Omits)
	for _, bf := range b.fields {
		absent := bf.dynamic && !values.Has(bf.name)
		unread := !bf.dynamic && !bf.shown() && state != nil && state.shownOnly
		if absent || unread {
			omits = append(omits, bf.column)
		}
	}
	stmt.Omits = omits
}

// validateChange checks the additional fields that an update by struct brings.
func (b *binding) validateChange(stmt *gorm.Statement, rv reflect.Value) error {
	values := b.values(rv)
	if err := b.unknownField(values); err != nil {
		return err
	}
	changed := make(Values, len(values))
	for name, v := range values {
		bf := b.byName(name)
		if isExpression(v) {
			changed[name] = v
			continue
		}
		if v == nil && bf.notNull {
			return bf.errorf("is required")
		}
		outgoing, err := b.outgoing(bf, rv, v)
		if err != nil {
			return err
		}
		changed[name] = outgoing
	}
	for _, bf := range b.fields {
		if bf.dynamic {
			continue
		}
		if err := validateTypedChange(stmt, bf, rv); err != nil {
			return err
		}
	}
	if len(changed) == 0 {
		return nil
	}
	return b.replaceValues(stmt, rv, changed)
}

func validateTypedChange(stmt *gorm.Statement, bf *boundField, rv reflect.Value) error {
	if !bf.managed && bf.kind != idRef {
		return nil
	}
	value := bf.schema.ReflectValueOf(stmt.Context, rv)
	if bf.neverEmpty() && isEmpty(value) && writesZero(stmt, bf.column) {
		return bf.errorf("is required")
	}
	return bf.checkTyped(value)
}

// isEmpty reports whether a Go field holds empty text, or none.
func isEmpty(value reflect.Value) bool {
	return value.IsZero() || reflect.Indirect(value).IsZero()
}

// writesZero reports whether an update by struct writes a field that is zero: Save
// does, and one that selects it.
func writesZero(stmt *gorm.Statement, column string) bool {
	selected, _ := stmt.SelectAndOmitColumns(false, true)
	return selected[column]
}

// replaceValues puts transformed values into the update. The caller's struct
// keeps its own when it is only the source of the change.
func (b *binding) replaceValues(stmt *gorm.Statement, rv reflect.Value, changed Values) error {
	if rv.CanAddr() && stmt.Dest == stmt.Model {
		rv.FieldByIndex(b.additional).Set(reflect.ValueOf(changed))
		return nil
	}
	fresh := reflect.New(rv.Type())
	fresh.Elem().Set(rv)
	fresh.Elem().FieldByIndex(b.additional).Set(reflect.ValueOf(changed))
	stmt.Dest = fresh.Interface()
	return nil
}
