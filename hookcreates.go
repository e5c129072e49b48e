package authplugin

import (
	"reflect"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// beforeCreateHooks runs the hooks before new rows are checked and written.
func (c *core) beforeCreateHooks(db *gorm.DB) {
	r := c.hookRunOf(db, OperationCreate)
	if r == nil || db.Error != nil {
		return
	}
	r.guard(db, func() error {
		if err := r.notePresent(db); err != nil {
			return err
		}
		if list, ok := mapsOf(db.Statement.Dest); ok {
			return r.beforeCreateMaps(db, list)
		}
		if r.chain.phases[beforeWrite] != nil {
			eachStruct(db.Statement, func(rv reflect.Value) error { return r.beforeCreateStruct(db.Statement, rv) })
		}
		return nil
	})
}

func (r *hookRun) beforeCreateStruct(stmt *gorm.Statement, rv reflect.Value) error {
	if r.isPresent(rv) {
		return nil
	}
	restricted := len(stmt.Selects) > 0 || len(stmt.Omits) > 0
	var seen []rowValue
	if restricted {
		seen = r.b.rowValues(rv)
	}
	if err := r.call(beforeWrite, r.h, &hookRow{row: rv}); err != nil {
		return err
	}
	if restricted {
		for _, bf := range r.b.changedSince(rv, seen) {
			letThrough(stmt, bf.column)
		}
	}
	return nil
}

// rowValues copies the values of a row, in the order of the fields.
func (b *binding) rowValues(rv reflect.Value) []rowValue {
	seen := make([]rowValue, len(b.fields))
	for i, bf := range b.fields {
		v := b.get(bf, rv)
		seen[i] = rowValue{cloneValue(v.value), v.present}
	}
	return seen
}

// changedSince lists the fields of a row that have other values now.
func (b *binding) changedSince(rv reflect.Value, seen []rowValue) []*boundField {
	var changed []*boundField
	for i, bf := range b.fields {
		if !reflect.DeepEqual(b.get(bf, rv), seen[i]) {
			changed = append(changed, bf)
		}
	}
	return changed
}

// letThrough lets a column through a Select and an Omit of the caller.
func letThrough(stmt *gorm.Statement, column string) {
	selected, restricted := stmt.SelectAndOmitColumns(true, false)
	chosen, listed := selected[column]
	if (listed && chosen) || (!listed && !restricted) {
		return
	}
	if listed {
		stmt.Omits = slices.DeleteFunc(slices.Clone(stmt.Omits), func(name string) bool {
			field := stmt.Schema.LookUpField(name)
			return field != nil && field.DBName == column
		})
	}
	if restricted {
		stmt.Selects = append(slices.Clone(stmt.Selects), column)
	}
}

// beforeCreateMaps runs the hooks for rows that are created by map: each sees a
// struct, and what it changes goes into the map.
func (r *hookRun) beforeCreateMaps(db *gorm.DB, list []map[string]any) error {
	for _, m := range list {
		rv := reflect.New(r.b.goType).Elem()
		if err := r.b.fillFromMap(rv, m); err != nil {
			return err
		}
		r.maps = append(r.maps, rv)
		if r.isPresent(rv) {
			continue
		}
		seen := r.b.rowValues(rv)
		if err := r.call(beforeWrite, r.h, &hookRow{row: rv}); err != nil {
			return err
		}
		if err := r.b.unknownField(r.b.values(rv)); err != nil {
			return err
		}
		for _, bf := range r.b.changedSince(rv, seen) {
			v := r.b.get(bf, rv)
			if !v.present || (bf.primary && isEmptyID(v.value)) {
				delete(m, bf.column)
				continue
			}
			m[bf.column] = v.value
			letThrough(db.Statement, bf.column)
			if err := r.b.put(bf, rv, rowValue{bf.plainForm(v.value), true}); err != nil {
				return err
			}
		}
	}
	r.b.fillMissingIDs(db, list)
	return nil
}

// fillFromMap sets the fields of a struct from a map by column. Expressions have
// no place in a Go field.
func (b *binding) fillFromMap(rv reflect.Value, m map[string]any) error {
	for _, bf := range b.fields {
		v, present := m[bf.column]
		if !present || (isExpression(v) && !bf.dynamic) {
			continue
		}
		if err := b.put(bf, rv, rowValue{bf.plainForm(v), true}); err != nil && bf.kind != opaqueKind {
			return err
		}
	}
	b.bindValue(rv)
	return nil
}

// afterCreateHooks runs the hooks after new rows are written.
func (c *core) afterCreateHooks(db *gorm.DB) {
	r := c.hookRunOf(db, OperationCreate)
	if r == nil || db.Error != nil || (r.chain.phases[afterWrite] == nil && r.chain.phases[afterCommitted] == nil) {
		return
	}
	r.guard(db, func() error {
		rows, err := r.createdRows(db)
		if err != nil {
			return err
		}
		if rows, err = r.reallyCreated(db, rows); err != nil {
			return err
		}
		if err := r.written(rows); err != nil {
			return err
		}
		return r.registerCommitted(db)
	})
}

// createdRows are the rows as they were written. Those with values that only the
// database knows are read.
func (r *hookRun) createdRows(db *gorm.DB) ([]hookRow, error) {
	stmt := db.Statement
	var rows []hookRow
	var computed []int
	if list, ok := mapsOf(stmt.Dest); ok {
		rows, computed = r.createdMaps(list)
	} else {
		eachRow(stmt, func(rv reflect.Value) {
			if hasExpression(r.b.values(rv)) {
				computed = append(computed, len(rows))
			}
			rows = append(rows, hookRow{row: rv})
		})
	}
	if len(computed) == 0 {
		return rows, nil
	}
	ids := make([]any, len(computed))
	for i, at := range computed {
		ids[i] = r.b.idOf(rows[at].row)
	}
	read, err := r.readByID(db, ids)
	if err != nil {
		return nil, err
	}
	for i, at := range computed {
		if row, ok := read[ids[i]]; ok {
			rows[at].row = row
		}
	}
	return rows, nil
}

// createdMaps are the rows of a create by map, with the ids that were handed back.
func (r *hookRun) createdMaps(list []map[string]any) (rows []hookRow, computed []int) {
	primary := r.b.columns[r.b.model.primary().column]
	for i, rv := range r.maps {
		if i < len(list) {
			if id, ok := toID(follow(list[i][primary.column])); ok && id != "" {
				_ = r.b.put(primary, rv, rowValue{id, true})
			}
			for _, v := range list[i] {
				if isExpression(v) {
					computed = append(computed, i)
					break
				}
			}
		}
		rows = append(rows, hookRow{row: rv})
	}
	return rows, computed
}

// idOf is the id of a row.
func (b *binding) idOf(rv reflect.Value) ID {
	id, _ := toID(b.get(b.columns[b.model.primary().column], rv).value)
	return id
}

// savesMissing reports whether a statement is what GORM's Save does after its
// update has found no row: an insert that skips the hooks, which have run for the
// update only.
func (b *binding) savesMissing(stmt *gorm.Statement) bool {
	conflict, ok := stmt.Clauses["ON CONFLICT"].Expression.(clause.OnConflict)
	if !ok || !conflict.UpdateAll || stmt.ReflectValue.Kind() != reflect.Struct {
		return false
	}
	state := stateOf(stmt.ReflectValue)
	if state == nil || !state.missed {
		return false
	}
	state.missed = false
	return true
}
