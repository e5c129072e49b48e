package authplugin

import (
	"maps"
	"reflect"

	"gorm.io/gorm"
	"gorm.io/gorm/callbacks"
	"gorm.io/gorm/clause"
)

// plannedChange is what an update sets.
type plannedChange struct {
	// values are the fields by logical name, as the caller gave them.
	values Values
	// unknown are columns that the model does not know.
	unknown map[string]any
	// from is the struct whose fields they are, invalid for an update by map.
	from reflect.Value
}

// beforeUpdateHooks runs the hooks before rows are updated.
func (c *core) beforeUpdateHooks(db *gorm.DB) {
	r := c.hookRunOf(db, OperationUpdate)
	if r == nil || db.Error != nil {
		return
	}
	r.guard(db, func() error {
		p, err := r.planUpdate(db)
		if err != nil {
			return err
		}
		return r.carryOut(db, p)
	})
}

// planUpdate finds what an update sets and its conditions. It is nil for one
// that sets nothing.
func (r *hookRun) planUpdate(db *gorm.DB) (*rowPlan, error) {
	stmt := db.Statement
	p := &rowPlan{change: &plannedChange{values: Values{}, unknown: map[string]any{}}, where: conditionsOf(stmt)}
	if set, ok := stmt.Clauses["SET"].Expression.(clause.Set); ok {
		set = r.b.touchSet(set, normalizeTime(r.core.now()))
		stmt.AddClause(set)
		for _, a := range set {
			column := a.Column.Name
			if f := r.b.model.lookUp(column); f != nil {
				column = f.column
			}
			p.change.add(r.b, column, a.Value)
		}
		return p, nil
	}
	set, where, err := assignmentsOf(db)
	if err != nil || len(set) == 0 {
		return nil, err
	}
	p.keyed = len(where) > len(p.where)
	p.where = where
	given, byMap := stmt.Dest.(map[string]any)
	if dest := destStruct(stmt); dest.IsValid() {
		p.change.from = dest
	}
	for _, a := range set {
		value := a.Value
		bf := r.b.columns[a.Column.Name]
		switch {
		case bf == nil || bf.schema.AutoUpdateTime > 0:
		case byMap:
			if v, ok := given[a.Column.Name]; ok {
				value = v
			}
		default:
			value = r.b.get(bf, p.change.from).value
		}
		p.change.add(r.b, a.Column.Name, value)
	}
	return p, nil
}

// assignmentsOf asks GORM what an update sets and which conditions it adds,
// without its changing the caller's structs.
func assignmentsOf(db *gorm.DB) (clause.Set, []clause.Expression, error) {
	probe := db.Session(&gorm.Session{Initialized: true})
	stmt := probe.Statement
	if stmt.ReflectValue.IsValid() {
		stmt.ReflectValue = reflect.ValueOf(stmt.ReflectValue.Interface())
	}
	set := callbacks.ConvertToAssignments(stmt)
	return set, conditionsOf(stmt), probe.Error
}

func (ch *plannedChange) add(b *binding, column string, value any) {
	if bf := b.columns[column]; bf != nil {
		ch.values[bf.name] = value
		return
	}
	ch.unknown[column] = value
}

// columns is an update by map for what the hooks made of a change.
func (ch *plannedChange) columns(b *binding, stmt *gorm.Statement, values Values) (map[string]any, error) {
	m := make(map[string]any, len(values)+len(ch.unknown))
	maps.Copy(m, ch.unknown)
	for name, v := range values {
		f := b.model.lookUp(name)
		if f == nil {
			return nil, &FieldError{Model: b.model.name, Field: name, Problem: "there is no such field" + suggest(name, b.model.fieldNames())}
		}
		if _, given := ch.values[name]; f.primary && !given {
			return nil, f.errorf("was set by a hook; the id of a row cannot be changed")
		}
		m[f.column] = v
		if own, ok := ch.values[name]; !ok || !ch.from.IsValid() || !reflect.DeepEqual(own, v) {
			continue
		}
		stored, err := b.outgoingOf(stmt, ch.from, b.columns[f.column])
		if err != nil {
			return nil, err
		}
		m[f.column] = stored
	}
	return m, b.encodeMap(m, false)
}

// outgoingOf is what an update by struct writes for a field of the struct.
func (b *binding) outgoingOf(stmt *gorm.Statement, rv reflect.Value, bf *boundField) (any, error) {
	if bf.dynamic {
		v := b.values(rv)[bf.name]
		if v == nil || isExpression(v) {
			return v, nil
		}
		outgoing, err := b.outgoing(bf, rv, v)
		if err != nil {
			return nil, err
		}
		after := outgoing
		if p, ok := outgoing.(pending); ok {
			outgoing, after = p.column, p.after
		}
		return bf.ready(parameter{value: bf.store(outgoing, b.core.times), after: after}), nil
	}
	if err := validateTypedChange(stmt, bf, rv); err != nil {
		return nil, err
	}
	v, _ := bf.schema.ValueOf(stmt.Context, rv)
	switch v.(type) {
	case nil, secretValue, clause.Expression:
		return v, nil
	}
	return bf.ready(parameter{value: v, after: v}), nil
}

// ready is a parameter that needs nothing more than to be kept out of logs.
func (f *field) ready(p parameter) any {
	if p.value == nil {
		return nil
	}
	p.secret = f.concealed()
	return p
}

// assign gives the caller's structs what was written to their rows, as GORM does.
func (b *binding) assign(stmt *gorm.Statement, g *rowGroup) {
	rv := stmt.ReflectValue
	if !rv.CanAddr() {
		return
	}
	switch rv.Kind() {
	case reflect.Struct:
		if rv.Type() == b.goType {
			if id := b.idOf(rv); id == "" || g.has(id) {
				b.assignRow(rv, g.values)
			}
		}
	case reflect.Slice, reflect.Array:
		for i := range rv.Len() {
			row := reflect.Indirect(rv.Index(i))
			if row.IsValid() && row.Type() == b.goType && g.has(b.idOf(row)) {
				b.assignRow(row, g.values)
			}
		}
	}
}

// assignRow sets fields of a row. It reports whether all of them could be set.
func (b *binding) assignRow(rv reflect.Value, values Values) bool {
	all := true
	for name, v := range values {
		f := b.model.lookUp(name)
		if f == nil || isExpression(v) {
			all = false
			continue
		}
		bf := b.columns[f.column]
		if err := b.put(bf, rv, rowValue{cloneValue(bf.plainForm(v)), true}); err != nil {
			all = false
		}
	}
	return all
}

// applyChanges makes the rows after an update of those before it. What cannot be
// told from the update is read.
func (r *hookRun) applyChanges(db *gorm.DB, rows []hookRow) error {
	told := r.plan.affected >= int64(len(rows))
	for i := range rows {
		rows[i].after = r.b.copyRow(rows[i].row)
		told = r.b.assignRow(rows[i].after, rows[i].values) && told
	}
	if told || len(rows) == 0 {
		return nil
	}
	ids := make([]any, len(rows))
	for i := range rows {
		ids[i] = r.b.idOf(rows[i].after)
	}
	read, err := r.readByID(db, ids)
	if err != nil {
		return err
	}
	for i := range rows {
		if after, ok := read[ids[i]]; ok {
			rows[i].after = after
		}
	}
	return nil
}

// noteMissed notes in a struct that GORM's Save has found no row to update, and
// is about to insert one.
func (c *core) noteMissed(db *gorm.DB) {
	stmt := db.Statement
	if stmt.Schema == nil {
		return
	}
	b := c.bindings[stmt.Schema]
	if b == nil || b.hooks.of(OperationCreate) == nil || stmt.SkipHooks ||
		reflect.ValueOf(stmt.Dest).Kind() != reflect.Pointer || stmt.Dest != stmt.Model {
		return
	}
	if state := stateOf(destStruct(stmt)); state != nil {
		state.missed = db.Error == nil && db.RowsAffected == 0 && len(stmt.Selects) > 0 && stmt.Selects[0] == "*"
	}
}
