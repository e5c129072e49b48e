package authplugin

import (
	"maps"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// createdFrom is the setting under which a statement keeps the caller's maps,
// while it works on normalized copies of them.
const createdFrom = "authplugin:created_from"

// handBack copies ids into the caller's maps under the id's column, as GORM does.
func (b *binding) handBack(db *gorm.DB, original any) {
	copies, _ := mapsOf(db.Statement.Dest)
	originals, _ := mapsOf(original)
	if len(copies) == 0 {
		return
	}
	column := b.model.primary().column
	// GORM appends what RETURNING brings to a slice of maps. Without that it knows
	// the first id that was counted, and numbers all rows from there.
	first, counted := copies[0][column].(int64)
	counted = counted && b.model.id.autoIncrement && len(copies) == len(originals)
	for i, m := range originals {
		from := i
		if len(copies) > len(originals) {
			from = len(originals) + i
		}
		if from >= len(copies) || m == nil {
			continue
		}
		v := copies[from][column]
		if counted {
			if !isEmptyID(m[column]) {
				continue
			}
			v = first
			first += b.columns[column].schema.AutoIncrementIncrement
		}
		if id, ok := toID(follow(v)); ok && id != "" {
			m[column] = id
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
	case Values:
		return []map[string]any{d}, true
	case *Values:
		return []map[string]any{*d}, true
	case []map[string]any:
		return d, true
	case *[]map[string]any:
		return *d, true
	default:
		return nil, false
	}
}

// prepareMaps works on normalized copies: keys become columns, values complete.
func (b *binding) prepareMaps(db *gorm.DB, originals []map[string]any, now any) {
	stmt := db.Statement
	copies := make([]map[string]any, len(originals))
	rows := make([]rowState, len(originals))
	for i, original := range originals {
		normalized, err := b.normalizeKeys(original)
		if err != nil {
			_ = db.AddError(err)
			return
		}
		copies[i] = normalized
		rows[i] = b.rowOfMap(normalized)
		if err := b.completeMap(stmt, normalized, now); err != nil {
			_ = db.AddError(err)
			return
		}
	}
	b.fillMissingIDs(db, copies)
	db.InstanceSet(createdFrom, stmt.Dest)
	switch stmt.Dest.(type) {
	case map[string]any, *map[string]any, Values, *Values:
		stmt.Dest = copies[0]
	default:
		stmt.Dest = &copies
	}
	b.selectGenerated(stmt)
	if b.expandUpsert(stmt) {
		_ = db.AddError(b.keepUngiven(stmt, rows, true))
	}
}

// rowOfMap notes what a map brings before it is completed.
func (b *binding) rowOfMap(m map[string]any) rowState {
	row := rowState{given: make(map[string]bool, len(m))}
	for column := range m {
		if bf := b.columns[column]; bf != nil {
			row.given[bf.name] = true
		}
	}
	row.hadID = !isEmptyID(m[b.model.primary().column])
	return row
}

// normalizeKeys copies a map with its keys as columns. A key that is neither a
// field nor a column is an error.
func (b *binding) normalizeKeys(original map[string]any) (map[string]any, error) {
	normalized := make(map[string]any, len(original)+4)
	for _, key := range slices.Sorted(maps.Keys(original)) {
		if f := b.lookUp(key); f != nil {
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

// lookUp finds a field by any name that GORM takes for it: EMAIL, too, is email.
func (b *binding) lookUp(name string) *field {
	if f := b.model.lookUp(name); f != nil {
		return f
	}
	if sf := b.schema.LookUpField(name); sf != nil && b.columns[sf.DBName] != nil {
		return b.columns[sf.DBName].field
	}
	return nil
}

// fillMissingIDs lets the database make the ids of those rows of a batch that
// bring none, where others do.
func (b *binding) fillMissingIDs(db *gorm.DB, rows []map[string]any) {
	column := b.model.primary().column
	given := slices.ContainsFunc(rows, func(m map[string]any) bool { _, ok := m[column]; return ok })
	if !given || !b.model.id.generated {
		return
	}
	for _, m := range rows {
		if _, ok := m[column]; !ok {
			m[column] = db.Statement.DefaultValueOf(b.columns[column].schema)
		}
	}
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
		switch x := v.(type) {
		case secretValue, parameter:
			continue
		case clause.Expr:
			if bf.concealed() {
				m[bf.column] = concealVars(x)
			}
			continue
		}
		if isExpression(v) {
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
		if (encoded == nil && bf.notNull) || (encoded == "" && bf.neverEmpty()) {
			return bf.errorf("is required")
		}
		stored := bf.store(encoded, b.core.times)
		if bf.transformIn != nil || bf.hashed {
			after, err := bf.encodable(v)
			if err != nil {
				return err
			}
			stored = parameter{value: stored, after: after}
		}
		if bf.concealed() {
			stored = conceal(stored)
		}
		m[bf.column] = stored
	}
	return nil
}

// concealVars conceals the parameters of an expression that a secret column is
// set to.
func concealVars(e clause.Expr) clause.Expr {
	vars := make([]any, len(e.Vars))
	for i, v := range e.Vars {
		if vars[i] = v; !isExpression(v) {
			vars[i] = conceal(v)
		}
	}
	e.Vars = vars
	return e
}
