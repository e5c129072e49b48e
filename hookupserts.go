package authplugin

import (
	"maps"
	"reflect"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// ignoresPresent reports whether a create leaves rows alone that are there
// already, as GORM does with the rows of other models that it saves along.
func ignoresPresent(stmt *gorm.Statement) bool {
	conflict, ok := stmt.Clauses["ON CONFLICT"].Expression.(clause.OnConflict)
	return ok && conflict.DoNothing
}

// notePresent finds the rows of such a create that are there already. They are
// not created, and run no hooks.
func (r *hookRun) notePresent(db *gorm.DB) error {
	if !ignoresPresent(db.Statement) {
		return nil
	}
	var ids []any
	note := func(v any) {
		if id, ok := toID(follow(v)); ok && id != "" {
			ids = append(ids, id)
		}
	}
	primary := r.b.columns[r.b.model.primary().column]
	if list, ok := mapsOf(db.Statement.Dest); ok {
		for _, m := range list {
			if !isExpression(m[primary.column]) {
				note(m[primary.column])
			}
		}
	} else {
		eachRow(db.Statement, func(rv reflect.Value) { note(r.b.get(primary, rv).value) })
	}
	present, err := r.readAll(db, ids)
	r.present = present
	return err
}

// readAll is readByID for any number of ids.
func (r *hookRun) readAll(db *gorm.DB, ids []any) (map[any]reflect.Value, error) {
	all := map[any]reflect.Value{}
	for chunk := range slices.Chunk(ids, hookBatch) {
		read, err := r.readByID(db, chunk)
		if err != nil {
			return nil, err
		}
		maps.Copy(all, read)
	}
	return all, nil
}

// isPresent reports whether a row was there before the create.
func (r *hookRun) isPresent(rv reflect.Value) bool {
	_, present := r.present[r.b.idOf(rv)]
	return present
}

// reallyCreated leaves out the rows that a create has left alone.
func (r *hookRun) reallyCreated(db *gorm.DB, rows []hookRow) ([]hookRow, error) {
	if r.present == nil { // GORM's driver for MySQL has replaced the clause by now
		return rows, nil
	}
	rows = slices.DeleteFunc(rows, func(row hookRow) bool { return r.isPresent(row.row) || r.b.idOf(row.row) == "" })
	ids := make([]any, len(rows))
	for i, row := range rows {
		ids[i] = r.b.idOf(row.row)
	}
	written, err := r.readAll(db, ids)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(rows, func(row hookRow) bool {
		_, ok := written[r.b.idOf(row.row)]
		return !ok
	}), nil
}
