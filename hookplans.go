package authplugin

import (
	"reflect"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"
)

// hookBatch is how many rows an update or delete with hooks has in memory at once.
const hookBatch = 500

// rowPlan is how an update or delete whose hooks run is carried out: row by row
// for the hooks, and in as few statements as what they made of it allows.
type rowPlan struct {
	// change is what an update sets, nil for a delete.
	change *plannedChange
	// where are the statement's conditions, those of its model's ids included.
	where []clause.Expression
	// keyed says that ids are among them.
	keyed bool
	// limited says that the statement itself has a LIMIT.
	limited bool
	// asIs says that the statement may run as it is.
	asIs bool

	// rows are the batch at hand; the last one stays until the hooks after the
	// statement have run.
	rows []hookRow
	// more says that there may be another batch, of ids greater than last.
	more bool
	last ID
	// affected is what the database said about the batch.
	affected int64
}

// replaces reports whether other statements run instead of the planned one.
func (p *rowPlan) replaces() bool { return p != nil && !p.asIs }

// carryOut reads the first batch of a plan and has its hooks run.
func (r *hookRun) carryOut(db *gorm.DB, p *rowPlan) error {
	if p == nil {
		return nil
	}
	stmt := db.Statement
	if len(p.where) == 0 && !db.AllowGlobalUpdate {
		return nil // GORM refuses the statement
	}
	_, limit := stmt.Clauses["LIMIT"]
	p.limited = limit && slices.Contains(stmt.BuildClauses, "LIMIT")
	r.plan = p
	if err := r.nextBatch(db); err != nil {
		return err
	}
	p.asIs = len(p.rows) > 0 && !p.more && !p.limited && !p.changed()
	if p.asIs && !p.keyed {
		// A row that another transaction adds now would be written without hooks.
		restrict(stmt, p.where, r.b.inIDs(p.ids()))
	}
	return nil
}

// changed reports whether a hook made something else of some row's update.
func (p *rowPlan) changed() bool {
	if p.change == nil {
		return false
	}
	return slices.ContainsFunc(p.rows, func(row hookRow) bool { return !reflect.DeepEqual(row.values, p.change.values) })
}

func (p *rowPlan) ids() []any {
	ids := make([]any, len(p.rows))
	for i, row := range p.rows {
		ids[i] = row.id
	}
	return ids
}

// inIDs is the condition that a row has one of the ids. The last one is repeated,
// so that the texts of statements are few and can be kept prepared.
func (b *binding) inIDs(ids []any) clause.Expression {
	values := slices.Clone(ids)
	for n := len(values); n > 2 && n&(n-1) != 0; n++ {
		values = append(values, ids[len(ids)-1])
	}
	return clause.IN{Column: b.idColumn(), Values: values}
}

func (b *binding) idColumn() clause.Column {
	return clause.Column{Table: clause.CurrentTable, Name: b.model.primary().column}
}

// restrict gives a statement its conditions and one more.
func restrict(stmt *gorm.Statement, where []clause.Expression, more clause.Expression) {
	exprs := make([]clause.Expression, 0, 2)
	if len(where) > 0 {
		exprs = append(exprs, clause.And(where...))
	}
	delete(stmt.Clauses, "WHERE")
	stmt.AddClause(clause.Where{Exprs: append(exprs, more)})
}

// conditionsOf are the conditions of a statement.
func conditionsOf(stmt *gorm.Statement) []clause.Expression {
	where, _ := stmt.Clauses["WHERE"].Expression.(clause.Where)
	return slices.Clone(where.Exprs)
}

// runPlan is called in the place of GORM's own update and delete.
func (c *core) runPlan(op Operation) func(db *gorm.DB, next func(*gorm.DB)) {
	return func(db *gorm.DB, next func(*gorm.DB)) {
		r := c.hookRunOf(db, op)
		if r == nil || db.Error != nil || !r.plan.replaces() {
			next(db)
			return
		}
		r.guard(db, func() error { return r.runBatches(db, next) })
	}
}

func (r *hookRun) runBatches(db *gorm.DB, next func(*gorm.DB)) error {
	p := r.plan
	out := &returnedRows{}
	for {
		affected, err := r.runBatch(db, next, out)
		if err != nil {
			return err
		}
		p.affected = affected
		db.RowsAffected += affected
		if !p.more {
			break
		}
		if err := r.settleBatch(db); err != nil {
			return err
		}
		if err := r.nextBatch(db); err != nil {
			return err
		}
	}
	out.handOver(db.Statement)
	if db.Statement.Result != nil {
		db.Statement.Result.RowsAffected = db.RowsAffected
	}
	return nil
}

// runBatch writes the rows of a batch, those that get the same by one statement.
func (r *hookRun) runBatch(db *gorm.DB, next func(*gorm.DB), out *returnedRows) (int64, error) {
	var affected int64
	for _, g := range r.plan.groups() {
		sub, err := r.subStatement(db, g)
		if err != nil {
			return 0, err
		}
		start := time.Now()
		next(sub)
		r.trace(sub, start)
		if sub.Error != nil {
			return 0, r.core.translate(r.b.model, sub.Error)
		}
		affected += sub.RowsAffected
		if r.plan.change != nil {
			r.b.assign(db.Statement, g)
		}
		out.add(sub.Statement)
	}
	return affected, nil
}

// subStatement is the statement for some of the rows.
func (r *hookRun) subStatement(db *gorm.DB, g *rowGroup) (*gorm.DB, error) {
	sub := db.Session(&gorm.Session{Initialized: true})
	stmt := sub.Statement
	stmt.BuildClauses = db.Statement.BuildClauses
	stmt.Selects, stmt.Omits = nil, nil
	for _, name := range []string{"SET", "ORDER BY", "LIMIT"} {
		delete(stmt.Clauses, name)
	}
	restrict(stmt, r.plan.where, r.b.inIDs(g.ids))
	// What GORM takes ids from and hands values to is the caller's no longer.
	scratch := reflect.New(db.Statement.ReflectValue.Type())
	stmt.Model, stmt.Dest, stmt.ReflectValue = scratch.Interface(), scratch.Interface(), scratch.Elem()
	r.core.rewriteConditions(sub)
	if r.plan.change != nil {
		columns, err := r.plan.change.columns(r.b, db.Statement, g.values)
		if err != nil {
			return nil, err
		}
		stmt.Dest = columns
	}
	return sub, sub.Error
}

// trace logs a statement as GORM does at the end of a chain.
func (r *hookRun) trace(sub *gorm.DB, start time.Time) {
	stmt := sub.Statement
	if stmt.SQL.Len() == 0 {
		return
	}
	sub.Logger.Trace(stmt.Context, start, func() (string, int64) {
		sql, vars := stmt.SQL.String(), stmt.Vars
		if filter, ok := sub.Logger.(gorm.ParamsFilter); ok {
			sql, vars = filter.ParamsFilter(stmt.Context, sql, vars...)
		}
		return sub.Dialector.Explain(sql, vars...), sub.RowsAffected
	}, sub.Error)
}

// returnedRows collects what RETURNING brings.
type returnedRows struct{ rows reflect.Value }

func (o *returnedRows) add(stmt *gorm.Statement) {
	if _, ok := stmt.Clauses["RETURNING"]; !ok {
		return
	}
	rv := stmt.ReflectValue
	if rv.Kind() == reflect.Slice && o.rows.IsValid() {
		rv = reflect.AppendSlice(o.rows, rv)
	}
	o.rows = rv
}

// handOver gives the rows to the caller, who named the columns.
func (o *returnedRows) handOver(stmt *gorm.Statement) {
	if !o.rows.IsValid() || !stmt.ReflectValue.CanSet() {
		return
	}
	returning, _ := stmt.Clauses["RETURNING"].Expression.(clause.Returning)
	if stmt.ReflectValue.Kind() != reflect.Struct || len(returning.Columns) == 0 {
		stmt.ReflectValue.Set(o.rows)
		return
	}
	for _, column := range returning.Columns {
		if sf := stmt.Schema.LookUpField(column.Name); sf != nil {
			v, _ := sf.ValueOf(stmt.Context, o.rows)
			_ = stmt.AddError(sf.Set(stmt.Context, stmt.ReflectValue, v))
		}
	}
}

// afterPlan runs the hooks after an update or delete.
func (c *core) afterPlan(op Operation) func(db *gorm.DB) {
	return func(db *gorm.DB) {
		r := c.hookRunOf(db, op)
		if r == nil || db.Error != nil || r.plan == nil {
			return
		}
		if r.plan.asIs {
			r.plan.affected = db.RowsAffected
		}
		r.guard(db, func() error {
			if err := r.settleBatch(db); err != nil {
				return err
			}
			return r.registerCommitted(db)
		})
	}
}

// settleBatch runs the hooks after the rows of a batch are written.
func (r *hookRun) settleBatch(db *gorm.DB) error {
	if r.chain.phases[afterWrite] == nil && r.chain.phases[afterCommitted] == nil {
		return nil
	}
	rows := r.plan.rows
	if r.plan.change != nil {
		rows = slices.DeleteFunc(slices.Clone(rows), func(row hookRow) bool { return len(row.values) == 0 })
		if err := r.applyChanges(db, rows); err != nil {
			return err
		}
	}
	return r.written(rows)
}

// beforeDeleteHooks runs the hooks before rows are deleted.
func (c *core) beforeDeleteHooks(db *gorm.DB) {
	r := c.hookRunOf(db, OperationDelete)
	if r == nil || db.Error != nil {
		return
	}
	r.guard(db, func() error { return r.carryOut(db, r.b.planDelete(db.Statement)) })
}

// planDelete finds the conditions of a delete, as GORM will.
func (b *binding) planDelete(stmt *gorm.Statement) *rowPlan {
	p := &rowPlan{where: conditionsOf(stmt)}
	add := func(rv reflect.Value) {
		_, ids := schema.GetIdentityFieldValuesMap(stmt.Context, rv, stmt.Schema.PrimaryFields)
		column, values := schema.ToQueryValues(stmt.Table, stmt.Schema.PrimaryFieldDBNames, ids)
		if len(values) > 0 {
			p.where, p.keyed = append(p.where, clause.IN{Column: column, Values: values}), true
		}
	}
	add(stmt.ReflectValue)
	if stmt.ReflectValue.CanAddr() && stmt.Dest != stmt.Model && stmt.Model != nil {
		add(reflect.ValueOf(stmt.Model))
	}
	return p
}
