package authplugin

import (
	"maps"
	"reflect"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// pending stands in the dynamic-field map for the time of one write: what goes
// into the column has been through the input transform, what the map holds
// afterwards has not, so that a struct which is written again is not transformed
// twice.
type pending struct {
	column any
	after  any
}

// remembered is a field as it was read: its value, and what the column held. A
// value that is saved unchanged goes back as it was, without the transform.
type remembered struct {
	value  any
	column any
}

// remembers reports whether it matters that a value is the one that was read.
func (f *field) remembers() bool { return f.transformIn != nil || f.onUpdate != nil }

// remember notes a field of a struct as it was read.
func (b *binding) remember(rv reflect.Value, name string, value, column any) {
	state := stateOf(rv)
	if state == nil {
		return
	}
	state.model = b.model
	read := make(map[string]remembered, len(state.read)+1)
	maps.Copy(read, state.read) // copies of the struct share the map
	read[name] = remembered{value: value, column: column}
	state.read = read
}

// unchanged is a field of a struct as it was read, if the struct still holds
// that value.
func unchanged(rv reflect.Value, name string, value any) (remembered, bool) {
	state := stateOf(rv)
	if state == nil {
		return remembered{}, false
	}
	read, ok := state.read[name]
	return read, ok && reflect.DeepEqual(read.value, value)
}

// stateOf is what ties a struct to its schema, nil for a struct that has no
// place for it.
func stateOf(rv reflect.Value) *boundModel {
	rv = reflect.Indirect(rv)
	if !rv.CanAddr() {
		return nil
	}
	target, ok := reflect.TypeAssert[bindable](rv.Addr())
	if !ok {
		return nil
	}
	return target.state()
}

// outgoing is what a write of a struct puts into the map for a field.
func (b *binding) outgoing(bf *boundField, rv reflect.Value, v any) (any, error) {
	if bf.transformIn == nil {
		return bf.write(v)
	}
	if read, ok := unchanged(rv, bf.name, v); ok {
		return pending{column: read.column, after: v}, nil
	}
	kept, err := bf.encodable(v)
	if err != nil || kept == nil {
		return nil, err
	}
	column, err := bf.write(v)
	if err != nil {
		return nil, err
	}
	return pending{column: column, after: kept}, nil
}

// settle puts back what the map of a struct holds after a write.
func (b *binding) settle(rv reflect.Value) {
	values := b.values(rv)
	for name, v := range values {
		if p, ok := v.(pending); ok {
			values[name] = p.after
		}
	}
}

// rowState is what a create keeps of a row until it is done.
type rowState struct {
	// made are the fields that got their default from the library.
	made []string
	// given are the dynamic fields that the caller brought.
	given map[string]bool
	// hadID says that the caller supplied the id.
	hadID bool
}

const createState = "authplugin:create_state"

// keepRows keeps the state of the rows of a create.
func keepRows(db *gorm.DB, rows []rowState) { db.InstanceSet(createState, rows) }

// settleRows puts structs right after a create, failed or not. Where the row may
// have been there already, the struct does not know the fields that only the
// library filled in.
func (b *binding) settleRows(db *gorm.DB) {
	var rows []rowState
	if _, conflict := db.Statement.Clauses["ON CONFLICT"]; conflict {
		kept, _ := db.InstanceGet(createState)
		rows, _ = kept.([]rowState)
	}
	if !b.transforms && rows == nil {
		return
	}
	i := 0
	eachRow(db.Statement, func(rv reflect.Value) {
		b.settle(rv)
		if i < len(rows) && rows[i].hadID {
			for _, name := range rows[i].made {
				b.values(rv).Unset(name)
			}
		}
		i++
	})
}

// eachRow calls f with every row of a write by struct.
func eachRow(stmt *gorm.Statement, f func(rv reflect.Value)) {
	rv := stmt.ReflectValue
	switch rv.Kind() {
	case reflect.Slice, reflect.Array:
		for i := range rv.Len() {
			if row := reflect.Indirect(rv.Index(i)); row.Kind() == reflect.Struct {
				f(row)
			}
		}
	case reflect.Struct:
		f(rv)
	}
}

// keepUngiven takes out of an upsert the additional fields that no row brings,
// and with maps all such fields: they would overwrite what the existing row
// holds, with a default or NULL.
func (b *binding) keepUngiven(stmt *gorm.Statement, rows []rowState, maps bool) error {
	c, ok := stmt.Clauses["ON CONFLICT"]
	if !ok {
		return nil
	}
	conflict, ok := c.Expression.(clause.OnConflict)
	if !ok || len(conflict.DoUpdates) == 0 {
		return nil
	}
	if len(conflict.Columns) == 1 && conflict.Columns[0].Name == b.model.primary().column {
		// A row that gets a new id meets no other.
		rows = slices.DeleteFunc(slices.Clone(rows), func(r rowState) bool { return !r.hadID })
	}
	if len(rows) == 0 {
		return nil
	}
	var mixed error
	updates := slices.DeleteFunc(slices.Clone(conflict.DoUpdates), func(a clause.Assignment) bool {
		bf := b.columns[a.Column.Name]
		source, excluded := a.Value.(clause.Column)
		if bf == nil || !excluded || source.Table != "excluded" || bf.updatedAt {
			return false
		}
		if !bf.dynamic && !maps {
			return false // a struct has every Go field
		}
		n := 0
		for _, row := range rows {
			if row.given[bf.name] {
				n++
			}
		}
		if n > 0 && n < len(rows) && mixed == nil {
			mixed = bf.errorf("is given in some rows of the upsert only, and would be overwritten in the others; give it in all of them, or write them apart")
		}
		return n == 0
	})
	conflict.DoUpdates = updates
	conflict.DoNothing = len(updates) == 0
	stmt.AddClause(conflict)
	return mixed
}

// encodeAssignments encodes assignments that are part of a statement already:
// those of an upsert and of gorm.G's Set.
func (b *binding) encodeAssignments(assignments []clause.Assignment) ([]clause.Assignment, error) {
	encoded := slices.Clone(assignments)
	for i, a := range encoded {
		f := b.model.lookUp(a.Column.Name)
		if f == nil {
			continue
		}
		encoded[i].Column.Name = f.column
		if source, ok := a.Value.(clause.Column); ok {
			if of := b.model.lookUp(source.Name); of != nil {
				source.Name = of.column
			}
			encoded[i].Value = source
			continue
		}
		m := map[string]any{f.column: a.Value}
		if err := b.encodeMap(m, false); err != nil {
			return nil, err
		}
		encoded[i].Value = m[f.column]
	}
	return encoded, nil
}

// encodeConflict encodes the assignments of an upsert, and its conditions.
func (b *binding) encodeConflict(db *gorm.DB) error {
	stmt := db.Statement
	c, ok := stmt.Clauses["ON CONFLICT"]
	if !ok {
		return nil
	}
	conflict, ok := c.Expression.(clause.OnConflict)
	if !ok {
		return nil
	}
	r := rewriter{core: b.core, words: b.core.vocabulary(), db: db, stmt: stmt}
	r.survey()
	conflict.Where.Exprs, _ = r.all(conflict.Where.Exprs, affirmed)
	conflict.TargetWhere.Exprs, _ = r.all(conflict.TargetWhere.Exprs, affirmed)
	updates, err := b.encodeAssignments(conflict.DoUpdates)
	if err != nil {
		return err
	}
	conflict.DoUpdates = updates
	stmt.AddClause(conflict)
	return nil
}

// encodeSet encodes the assignments of an update that brings them as a clause,
// and adds what every update sets.
func (b *binding) encodeSet(stmt *gorm.Statement, now any) error {
	c, ok := stmt.Clauses["SET"]
	if !ok {
		return nil
	}
	set, ok := c.Expression.(clause.Set)
	if !ok {
		return nil
	}
	if !stmt.SkipHooks {
		set = b.touchSet(set, now)
	}
	encoded, err := b.encodeAssignments(set)
	if err != nil {
		return err
	}
	c.Expression = clause.Set(encoded)
	stmt.Clauses["SET"] = c
	return nil
}

// touchSet adds what every update sets, unless it is given.
func (b *binding) touchSet(set clause.Set, now any) clause.Set {
	assignments := slices.Clone(set)
	given := map[string]bool{}
	for _, a := range assignments {
		if f := b.model.lookUp(a.Column.Name); f != nil {
			given[f.column] = true
		}
	}
	for _, bf := range b.fields {
		switch {
		case given[bf.column]:
		case bf.updatedAt:
			assignments = append(assignments, clause.Assignment{Column: clause.Column{Name: bf.column}, Value: now})
		case bf.onUpdate != nil:
			assignments = append(assignments, clause.Assignment{Column: clause.Column{Name: bf.column}, Value: bf.onUpdate()})
		}
	}
	return assignments
}
