package authplugin

import (
	"reflect"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// prepareCreate gives new rows their ids, defaults and times.
func (c *core) prepareCreate(db *gorm.DB) {
	stmt, b := db.Statement, c.written(db)
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
	var rows []rowState
	_, conflict := stmt.Clauses["ON CONFLICT"]
	eachStruct(stmt, func(rv reflect.Value) error {
		if !conflict {
			return b.prepareStruct(stmt, rv, now, updating, nil)
		}
		rows = append(rows, rowState{given: map[string]bool{}})
		return b.prepareStruct(stmt, rv, now, updating, &rows[len(rows)-1])
	})
	if conflict {
		keepRows(db, rows)
	}
	b.selectGenerated(stmt)
	all := b.expandUpsert(stmt)
	if db.Error == nil && (all || db.FullSaveAssociations) {
		_ = db.AddError(b.keepUngiven(stmt, rows, false))
	}
}

// finishCreate checks what is about to be written.
func (c *core) finishCreate(db *gorm.DB) {
	stmt, b := db.Statement, c.written(db)
	if b == nil {
		return
	}
	_ = db.AddError(b.encodeConflict(db))
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
	b := c.bindings[db.Statement.Schema]
	if b == nil {
		return
	}
	b.settleRows(db)
	if _, byMap := mapsOf(db.Statement.Dest); !byMap {
		return
	}
	if original, ok := db.InstanceGet(createdFrom); ok {
		b.handBack(db, original)
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

// prepareStruct notes in row, unless it is nil, what an upsert needs to know.
func (b *binding) prepareStruct(stmt *gorm.Statement, rv reflect.Value, now any, updating bool, row *rowState) error {
	values := b.values(rv)
	if row != nil {
		for name := range values {
			row.given[name] = true
		}
	}
	owned := false // the caller may use one map for many rows
	for _, bf := range b.fields {
		if bf.dynamic {
			if b.lacksDefault(bf, values) {
				if !owned {
					values, owned = b.ownValues(rv), true
				}
				b.setDefault(bf, values, row)
			}
			continue
		}
		if !bf.primary && !bf.createdAt && !bf.updatedAt && !bf.hasDefault {
			continue
		}
		zero := bf.schema.ReflectValueOf(stmt.Context, rv).IsZero()
		var err error
		switch {
		case bf.primary && !zero:
			if row != nil {
				row.hadID = true
			}
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

// lacksDefault reports whether a field is to get its default.
func (b *binding) lacksDefault(bf *boundField, values Values) bool {
	v, present := values[bf.name]
	return bf.hasDefault && (!present || (v == nil && !bf.optional))
}

func (b *binding) setDefault(bf *boundField, values Values, row *rowState) {
	values[bf.name] = bf.defaultValue()
	if row != nil {
		row.made = append(row.made, bf.name)
	}
}

func (f *field) defaultValue() any {
	if f.defFunc != nil {
		return f.defFunc()
	}
	return f.def
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
// library's times: the moment of creation stays, that of the update is new. It
// reports whether there was one.
func (b *binding) expandUpsert(stmt *gorm.Statement) bool {
	c, ok := stmt.Clauses["ON CONFLICT"]
	if !ok {
		return false
	}
	conflict, ok := c.Expression.(clause.OnConflict)
	if !ok || !conflict.UpdateAll {
		return false
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
	return true
}
