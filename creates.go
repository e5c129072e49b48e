package authplugin

import (
	"context"
	"maps"
	"reflect"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// createdFrom is the setting under which a statement keeps the caller's maps,
// while it works on normalized copies of them.
const createdFrom = "authplugin:created_from"

// prepareCreate gives new rows their ids, defaults and times.
func (c *core) prepareCreate(db *gorm.DB) {
	stmt := db.Statement
	if db.Error != nil || stmt.Schema == nil {
		return
	}
	b := c.bindings[stmt.Schema]
	if b == nil {
		return
	}
	c.guardLogger(db, b)
	now := normalizeTime(c.now())
	if maps, ok := mapsOf(stmt.Dest); ok {
		b.prepareMaps(db, maps, now)
		return
	}
	_, updating := stmt.Get("gorm:update_track_time")
	if conflict, ok := stmt.Clauses["ON CONFLICT"].Expression.(clause.OnConflict); ok {
		updating = updating || conflict.UpdateAll
	}
	eachStruct(stmt, func(rv reflect.Value) error { return b.prepareStruct(stmt, rv, now, updating) })
	b.selectGenerated(stmt)
	b.expandUpsert(stmt)
}

// finishCreate checks what is about to be written.
func (c *core) finishCreate(db *gorm.DB) {
	stmt := db.Statement
	if db.Error != nil || stmt.Schema == nil {
		return
	}
	b := c.bindings[stmt.Schema]
	if b == nil {
		return
	}
	if list, ok := mapsOf(stmt.Dest); ok {
		for _, m := range list {
			_ = db.AddError(b.encodeMap(m, true))
		}
		return
	}
	eachStruct(stmt, b.validateStruct)
}

// created hands generated ids back to maps, and translates errors.
func (c *core) created(db *gorm.DB) {
	c.translateErrors(db)
	if original, ok := db.Get(createdFrom); ok {
		db.Statement.Settings.Delete(createdFrom)
		handBack(db, original)
	}
}

// handBack copies ids into the caller's maps under the id's column, as GORM does.
func handBack(db *gorm.DB, original any) {
	copies, _ := mapsOf(db.Statement.Dest)
	originals, _ := mapsOf(original)
	column := db.Statement.Schema.PrioritizedPrimaryField.DBName
	for i, m := range originals {
		// GORM appends what RETURNING brings to a slice of maps.
		from := i
		if len(copies) > len(originals) {
			from = len(originals) + i
		}
		if from >= len(copies) || m == nil {
			continue
		}
		if v, ok := copies[from][column]; ok && v != nil {
			if id, ok := toID(follow(v)); ok {
				m[column] = id
			}
		}
	}
	db.Statement.Dest = original
}

// mapsOf lists the maps of a create or update by map.
func mapsOf(dest any) ([]map[string]any, bool) {
	switch d := dest.(type) {
	case map[string]any:
		return []map[string]any{d}, true
	case *map[string]any:
		return []map[string]any{*d}, true
	case []map[string]any:
		return d, true
	case *[]map[string]any:
		return *d, true
	default:
		return nil, false
	}
}

// eachStruct calls f with every row of a write by struct, until an error.
func eachStruct(stmt *gorm.Statement, f func(rv reflect.Value) error) {
	rv := stmt.ReflectValue
	switch rv.Kind() {
	case reflect.Slice, reflect.Array:
		for i := range rv.Len() {
			row := reflect.Indirect(rv.Index(i))
			if !row.IsValid() {
				continue // GORM reports the nil itself
			}
			if err := f(row); err != nil {
				_ = stmt.AddError(err)
				return
			}
		}
	case reflect.Struct:
		if !rv.CanAddr() {
			_ = stmt.AddError(gorm.ErrInvalidValue)
			return
		}
		if err := f(rv); err != nil {
			_ = stmt.AddError(err)
		}
	}
}

func (b *binding) prepareStruct(stmt *gorm.Statement, rv reflect.Value, now any, updating bool) error {
	var values Values
	if b.dynamic > 0 {
		values = b.ownValues(rv)
	}
	for _, bf := range b.fields {
		if bf.dynamic {
			v, present := values[bf.name]
			if bf.hasDefault && (!present || (v == nil && !bf.optional)) {
				values[bf.name] = bf.defaultValue()
			}
			continue
		}
		if !bf.primary && !bf.createdAt && !bf.updatedAt && !bf.hasDefault {
			continue
		}
		zero := bf.schema.ReflectValueOf(stmt.Context, rv).IsZero()
		var err error
		switch {
		case bf.primary && zero:
			if id, ok := b.model.generateID(stmt.Context); ok {
				err = bf.schema.Set(stmt.Context, rv, string(id))
			} else if !b.model.id.generated {
				err = bf.errorf("the id function declined to make an id, and the database has no default for it")
			}
		case bf.createdAt && zero, bf.updatedAt && (zero || updating):
			err = bf.schema.Set(stmt.Context, rv, now)
		case bf.hasDefault && zero && bf.schema.DefaultValueInterface == nil:
			err = bf.schema.Set(stmt.Context, rv, bf.defaultValue())
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (f *field) defaultValue() any {
	if f.defFunc != nil {
		return f.defFunc()
	}
	return f.def
}

// validateStruct applies input transforms and validators, and checks that
// nothing required is missing.
func (b *binding) validateStruct(rv reflect.Value) error {
	values := b.values(rv)
	if err := b.unknownField(values); err != nil {
		return err
	}
	if b.dynamic > 0 {
		values = b.ownValues(rv) // a hook of the application may have set another map
	}
	for _, bf := range b.fields {
		if !bf.dynamic {
			if err := b.validateTyped(bf, rv); err != nil {
				return err
			}
			continue
		}
		v, present := values[bf.name]
		if _, expr := v.(clause.Expression); expr {
			continue
		}
		if v == nil {
			if bf.required() || (present && !bf.optional) {
				return bf.errorf("is required")
			}
			continue
		}
		encoded, err := bf.write(v)
		if err != nil {
			return err
		}
		if encoded == nil && bf.required() {
			return bf.errorf("is required")
		}
		values[bf.name] = encoded
		if bf.concealed() {
			b.bindValue(rv)
		}
	}
	return nil
}

// validateTyped checks a field of the Go struct. Its type is right already;
// what cannot be told from "not given" is refused where it would be a mistake:
// an empty reference, an empty unique text, a date that is zero.
func (b *binding) validateTyped(bf *boundField, rv reflect.Value) error {
	if !bf.managed && bf.kind != idRef {
		return nil
	}
	value := bf.schema.ReflectValueOf(context.Background(), rv)
	if bf.primary || !bf.managed {
		return b.validateID(bf, value)
	}
	missing := value.IsZero() && bf.required() &&
		(bf.ref != nil || bf.kind == Date || (bf.kind == String && bf.unique))
	if missing {
		return bf.errorf("is required")
	}
	if value.IsZero() {
		return nil
	}
	if bf.lower && value.Kind() == reflect.String {
		value.SetString(strings.ToLower(value.String()))
	}
	return bf.checkTyped(value)
}

// checkTyped checks the value of a Go field, whose type is right already.
func (f *field) checkTyped(value reflect.Value) error {
	for value.Kind() == reflect.Pointer {
		if value.IsNil() {
			return nil
		}
		value = value.Elem()
	}
	switch f.kind {
	case String, enumKind:
		return f.checkString(value.String())
	case idRef:
		_, err := f.encodableID(value.Interface())
		return err
	case Boolean, Date, BigInt, JSON, opaqueKind:
		return nil
	default:
		_, err := f.encodable(value.Interface())
		return err
	}
}

func (b *binding) validateID(bf *boundField, value reflect.Value) error {
	if bf.kind != idRef || value.IsZero() {
		return nil
	}
	return bf.checkTyped(value)
}

// write applies the input transform and validator of a field.
func (f *field) write(v any) (any, error) {
	encoded, err := f.encodable(v)
	if err != nil || encoded == nil {
		return nil, err
	}
	if f.transformIn != nil {
		transformed, err := f.transformIn(encoded)
		if err != nil {
			return nil, &FieldError{Model: f.model.name, Field: f.name, Problem: "the input transform failed: " + err.Error(), Err: err}
		}
		if encoded, err = f.encodable(transformed); err != nil || encoded == nil {
			return nil, err
		}
	}
	if f.validateIn != nil {
		if err := f.validateIn(encoded); err != nil {
			return nil, &FieldError{Model: f.model.name, Field: f.name, Problem: "the validator refused the value: " + err.Error(), Err: err}
		}
	}
	return encoded, nil
}

// selectGenerated lets what the library generates through a Select of the caller.
func (b *binding) selectGenerated(stmt *gorm.Statement) {
	if len(stmt.Selects) == 0 {
		return
	}
	selects := slices.Clone(stmt.Selects)
	for _, bf := range b.fields {
		if (bf.primary && !b.model.id.generated) || bf.createdAt || bf.updatedAt || bf.hasDefault {
			selects = append(selects, bf.column)
		}
	}
	stmt.Selects = selects
}

// expandUpsert writes out UpdateAll, which GORM would do without regard to the
// library's times: the moment of creation stays, that of the update is new.
func (b *binding) expandUpsert(stmt *gorm.Statement) {
	c, ok := stmt.Clauses["ON CONFLICT"]
	if !ok {
		return
	}
	conflict, ok := c.Expression.(clause.OnConflict)
	if !ok || !conflict.UpdateAll {
		return
	}
	conflict.UpdateAll = false
	if len(conflict.Columns) == 0 {
		conflict.Columns = []clause.Column{{Name: b.model.primary().column}}
	}
	selected, restricted := stmt.SelectAndOmitColumns(true, true)
	var columns []string
	for _, bf := range b.fields {
		if ok, listed := selected[bf.column]; (listed && !ok) || (!listed && restricted) || bf.primary || bf.createdAt {
			continue
		}
		columns = append(columns, bf.column)
	}
	conflict.DoUpdates = append(slices.Clone(conflict.DoUpdates), clause.AssignmentColumns(columns)...)
	stmt.AddClause(conflict)
}

// prepareMaps works on normalized copies: keys become columns, values complete.
func (b *binding) prepareMaps(db *gorm.DB, originals []map[string]any, now any) {
	stmt := db.Statement
	copies := make([]map[string]any, len(originals))
	for i, original := range originals {
		normalized, err := b.normalizeKeys(original)
		if err != nil {
			_ = db.AddError(err)
			return
		}
		copies[i] = normalized
		if err := b.completeMap(stmt, normalized, now); err != nil {
			_ = db.AddError(err)
			return
		}
	}
	stmt.Settings.Store(createdFrom, stmt.Dest)
	switch stmt.Dest.(type) {
	case map[string]any, *map[string]any:
		stmt.Dest = copies[0]
	default:
		stmt.Dest = &copies
	}
	b.selectGenerated(stmt)
}

// normalizeKeys copies a map with its keys as columns. A key that is neither a
// field nor a column is an error.
func (b *binding) normalizeKeys(original map[string]any) (map[string]any, error) {
	normalized := make(map[string]any, len(original)+4)
	for _, key := range slices.Sorted(maps.Keys(original)) {
		if f := b.model.lookUp(key); f != nil {
			normalized[f.column] = original[key]
			continue
		}
		if sf := b.schema.LookUpField(key); sf != nil {
			normalized[key] = original[key] // a relation or a field that GORM alone knows
			continue
		}
		return nil, &FieldError{Model: b.model.name, Field: key, Problem: "there is no such field" + suggest(key, b.model.fieldNames())}
	}
	return normalized, nil
}

func (b *binding) completeMap(stmt *gorm.Statement, m map[string]any, now any) error {
	for _, bf := range b.fields {
		v, present := m[bf.column]
		switch {
		case bf.primary && (!present || isEmptyID(v)):
			delete(m, bf.column)
			if id, ok := b.model.generateID(stmt.Context); ok {
				m[bf.column] = id
			} else if !b.model.id.generated {
				return bf.errorf("the id function declined to make an id, and the database has no default for it")
			}
		case (bf.createdAt || bf.updatedAt) && v == nil:
			m[bf.column] = now
		case bf.hasDefault && (!present || (v == nil && !bf.optional)):
			m[bf.column] = bf.defaultValue()
		}
	}
	return nil
}

func isEmptyID(v any) bool {
	id, ok := toID(follow(v))
	return v == nil || (ok && id == "")
}

// encodeMap turns the values of a map with columns as keys into what the driver
// is handed. A create must have everything that is required.
func (b *binding) encodeMap(m map[string]any, create bool) error {
	for _, bf := range b.fields {
		v, present := m[bf.column]
		if _, done := v.(secretValue); isExpression(v) || done {
			continue
		}
		if plainValue := follow(v); plainValue == nil {
			if (create && bf.required() && !bf.primary) || (present && bf.notNull && !bf.primary) {
				return bf.errorf("is required")
			}
			continue
		}
		if bf.kind == opaqueKind {
			continue
		}
		encoded, err := bf.write(v)
		if err != nil {
			return err
		}
		if encoded == nil && bf.notNull {
			return bf.errorf("is required")
		}
		stored := bf.store(encoded, b.core.times)
		if bf.concealed() {
			stored = conceal(stored)
		}
		m[bf.column] = stored
	}
	return nil
}
