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
	p.rows, p.more = make([]hookRow, 0, len(read)), !p.limited && len(read) == hookBatch
	seen := make(map[ID]bool, len(read))
	for _, rv := range read {
		row := hookRow{row: rv, id: r.b.idOf(rv)}
		p.last = row.id
		if seen[row.id] {
			continue // the statement's FROM has found it again
		}
		seen[row.id] = true
		if p.change != nil {
			row.values, _ = cloneValue(p.change.values).(Values)
		}
		p.rows = append(p.rows, row)
	}
	for i := range p.rows {
		if err := r.call(beforeWrite, r.h, &p.rows[i]); err != nil {
			return err
		}
	}
	if err := r.askBatch(); err != nil {
		return err
	}
	return r.noteCopies(db)
}

// readBatch reads rows by the statement's own conditions, in the order of their ids.
func (r *hookRun) readBatch(db *gorm.DB) ([]reflect.Value, error) {
	stmt, p := db.Statement, r.plan
	tx := r.lock(r.reader(db), fromOf(stmt))
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
	if operationOf(db) == nil { // which stands in the table's expression
		tx.Statement.Table, tx.Statement.TableExpr = db.Statement.Table, db.Statement.TableExpr
	}
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

// fromOf is what an update names in FROM besides its own table.
func fromOf(stmt *gorm.Statement) clause.From {
	from, ok := stmt.Clauses["FROM"].Expression.(clause.From)
	if !ok || !slices.Contains(stmt.BuildClauses, "FROM") || !slices.Contains(stmt.BuildClauses, "UPDATE") {
		return clause.From{}
	}
	return from
}

// lock reads from the table, and what else the statement names, so that other
// transactions cannot change the rows. SQLite's has locked out all writers.
func (r *hookRun) lock(tx *gorm.DB, from clause.From) *gorm.DB {
	own := clause.Table{Name: clause.CurrentTable}
	locking := clause.Locking{Strength: clause.LockingStrengthUpdate}
	hinted := false
	if _, table := splitTable(r.b.model.table); r.core.dialect.Name() == "sqlserver" && (tx.Statement.Table == "" || tx.Statement.Table == table) {
		hinted = true
		own = clause.Table{Name: tx.Statement.Quote(r.b.model.table) + " WITH (UPDLOCK, ROWLOCK)", Raw: true}
	}
	others := len(from.Tables) > 0 || len(from.Joins) > 0
	if others {
		columns := make([]clause.Column, len(r.b.fields))
		for i, bf := range r.b.fields {
			columns[i] = clause.Column{Table: clause.CurrentTable, Name: bf.column}
		}
		tx = tx.Clauses(clause.Select{Columns: columns})
		locking.Table = clause.Table{Name: clause.CurrentTable}
	}
	if others || hinted {
		tx = tx.Clauses(clause.From{Tables: append([]clause.Table{own}, from.Tables...), Joins: from.Joins})
	}
	if name := r.core.dialect.Name(); name == "postgres" || name == "mysql" {
		tx = tx.Clauses(locking)
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
