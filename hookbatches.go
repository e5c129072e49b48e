package authplugin

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// nextBatch reads the next rows of a plan, locks them, and runs the hooks before
// they are written.
func (r *hookRun) nextBatch(db *gorm.DB) error {
	p := r.plan
	read, err := r.readBatch(db)
	if err != nil {
		return err
	}
	p.rows, p.more = make([]hookRow, len(read)), !p.limited && len(read) == hookBatch
	for i, rv := range read {
		p.last = r.b.idOf(rv)
		p.rows[i] = hookRow{row: rv, id: p.last}
		if p.change != nil {
			p.rows[i].values, _ = cloneValue(p.change.values).(Values)
		}
	}
	for i := range p.rows {
		if err := r.call(beforeWrite, r.h, &p.rows[i]); err != nil {
			return err
		}
	}
	return nil
}

// readBatch reads rows by the statement's own conditions, in the order of their ids.
func (r *hookRun) readBatch(db *gorm.DB) ([]reflect.Value, error) {
	stmt, p := db.Statement, r.plan
	tx := r.lock(r.reader(db))
	tx.Statement.Unscoped = stmt.Unscoped
	if len(p.where) > 0 {
		tx.Statement.AddClause(clause.Where{Exprs: p.where})
	}
	if p.limited {
		for _, name := range []string{"ORDER BY", "LIMIT"} {
			if c, ok := stmt.Clauses[name]; ok {
				tx.Statement.Clauses[name] = c
			}
		}
		return r.find(tx)
	}
	if p.last != "" {
		restrict(tx.Statement, p.where, clause.Gt{Column: r.b.idColumn(), Value: p.last})
	}
	return r.find(tx.Order(clause.OrderByColumn{Column: r.b.idColumn()}).Limit(hookBatch))
}

// readByID reads the rows that a statement has written.
func (r *hookRun) readByID(db *gorm.DB, ids []any) (map[any]reflect.Value, error) {
	tx := r.reader(db)
	tx.Statement.Unscoped = true
	rows, err := r.find(tx.Where(r.b.inIDs(ids)))
	if err != nil {
		return nil, err
	}
	byID := make(map[any]reflect.Value, len(rows))
	for _, rv := range rows {
		byID[r.b.idOf(rv)] = rv
	}
	return byID, nil
}

// reader is a new statement on the model, in the table and on the connection of another.
func (r *hookRun) reader(db *gorm.DB) *gorm.DB {
	tx := db.Session(&gorm.Session{NewDB: true}).Model(reflect.New(r.b.goType).Interface())
	tx.Statement.Table, tx.Statement.TableExpr = db.Statement.Table, db.Statement.TableExpr
	return tx
}

func (r *hookRun) find(tx *gorm.DB) ([]reflect.Value, error) {
	list := reflect.New(reflect.SliceOf(r.b.goType))
	if err := tx.Find(list.Interface()).Error; err != nil {
		return nil, r.core.translate(r.b.model, err)
	}
	rows := make([]reflect.Value, list.Elem().Len())
	for i := range rows {
		rows[i] = list.Elem().Index(i)
	}
	return rows, nil
}

// lock keeps other transactions from changing the rows that are read. SQLite's
// has locked out all writers.
func (r *hookRun) lock(tx *gorm.DB) *gorm.DB {
	switch r.core.dialect.Name() {
	case "postgres", "mysql":
		return tx.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate})
	case "sqlserver":
		if _, own := splitTable(r.b.model.table); tx.Statement.Table == "" || tx.Statement.Table == own {
			hinted := tx.Statement.Quote(r.b.model.table) + " WITH (UPDLOCK, ROWLOCK)"
			return tx.Clauses(clause.From{Tables: []clause.Table{{Name: hinted, Raw: true}}})
		}
	}
	return tx
}

// rowGroup are rows of a batch that are written by one statement.
type rowGroup struct {
	values Values
	ids    []any
}

// groups puts together the rows that get the same.
func (p *rowPlan) groups() []*rowGroup {
	if len(p.rows) == 0 {
		return nil
	}
	if p.change == nil {
		return []*rowGroup{{ids: p.ids()}}
	}
	var groups []*rowGroup
	alike := map[string][]*rowGroup{}
	for _, row := range p.rows {
		if len(row.values) == 0 {
			continue // the hooks took everything out
		}
		mark := fingerprint(row.values)
		at := slices.IndexFunc(alike[mark], func(g *rowGroup) bool { return reflect.DeepEqual(g.values, row.values) })
		if at >= 0 {
			alike[mark][at].ids = append(alike[mark][at].ids, row.id)
			continue
		}
		g := &rowGroup{values: row.values, ids: []any{row.id}}
		groups, alike[mark] = append(groups, g), append(alike[mark], g)
	}
	return groups
}

// fingerprint is the same for equal values, and mostly another for others.
func fingerprint(values Values) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(values)) {
		b.WriteString(name)
		switch v := values[name].(type) {
		case string, bool, int, int64, float64, ID, nil:
			fmt.Fprintf(&b, "=%v;", v)
		default:
			fmt.Fprintf(&b, "=%T;", v)
		}
	}
	return b.String()
}

func (g *rowGroup) has(id ID) bool { return slices.Contains(g.ids, any(id)) }
