package authplugin

import (
	"context"
	"fmt"
	"reflect"
	"strconv"

	"gorm.io/gorm"
)

// hookRun is one write whose hooks run, from its first callback to its last.
type hookRun struct {
	core  *core
	b     *binding
	chain *hookChain
	h     *HookContext

	// outside is the pool to go back to when the run has begun a transaction.
	outside gorm.ConnPool
	began   bool
	// savepoint is its savepoint in a transaction of the caller, if it made one.
	savepoint string

	// maps are the rows of a create by map.
	maps []reflect.Value
	// present are rows that a create leaves alone.
	present map[any]reflect.Value
	// plan is how an update or delete is carried out, nil for a create.
	plan *rowPlan
	// done are copies of what was written, for the hooks after the commit.
	done []hookRow
}

// hookRow is one row of a write.
type hookRow struct {
	// row is the row; in an update, the row as it was.
	row reflect.Value
	// after is the row after an update.
	after reflect.Value
	// values are what an update sets.
	values Values
	// id is the id by which the row was found.
	id ID
}

// hooking says in a context which hooks are running.
type hooking struct {
	model     *model
	operation Operation
	outer     *hooking
}

type hookingKey struct{}

// withHooking returns a context in which hooks of a model do not run again.
func withHooking(ctx context.Context, m *model, op Operation) context.Context {
	outer, _ := ctx.Value(hookingKey{}).(*hooking)
	return context.WithValue(ctx, hookingKey{}, &hooking{model: m, operation: op, outer: outer})
}

func isHooking(ctx context.Context, m *model, op Operation) bool {
	running, _ := ctx.Value(hookingKey{}).(*hooking)
	for ; running != nil; running = running.outer {
		if running.model == m && running.operation == op {
			return true
		}
	}
	return false
}

const hookRunState = "authplugin:hook_run"

// hookRunOf is the run of a statement, nil if no hooks run for it.
func (c *core) hookRunOf(db *gorm.DB, op Operation) *hookRun {
	if db.Statement.Schema == nil {
		return nil
	}
	b := c.bindings[db.Statement.Schema]
	if b == nil || b.hooks.of(op) == nil {
		return nil
	}
	kept, _ := db.InstanceGet(hookRunState)
	run, _ := kept.(*hookRun)
	return run
}

// beginHooks decides whether hooks run for a statement, and makes sure that what
// they write can be undone.
func (c *core) beginHooks(op Operation) func(db *gorm.DB) {
	return func(db *gorm.DB) {
		stmt := db.Statement
		if stmt.Schema == nil {
			return
		}
		b := c.bindings[stmt.Schema]
		if b == nil || b.hooks.of(op) == nil {
			return
		}
		db.InstanceSet(hookRunState, nil) // a statement may be run twice
		if db.Error != nil || db.DryRun || isHooking(stmt.Context, b.model, op) {
			return
		}
		if stmt.SkipHooks && (op != OperationCreate || !b.savesMissing(stmt)) {
			return
		}
		r := &hookRun{core: c, b: b, chain: b.hooks.of(op)}
		if err := r.begin(db); err != nil {
			_ = db.AddError(err)
			return
		}
		r.h = r.context(db)
		db.InstanceSet(hookRunState, r)
	}
}

// begin makes sure that there is a transaction, and a savepoint in one of the caller.
func (r *hookRun) begin(db *gorm.DB) error {
	_, implicit := db.InstanceGet("gorm:started_transaction")
	switch {
	case implicit:
	case !inTransaction(db):
		tx := db.Begin()
		if tx.Error != nil {
			return tx.Error
		}
		r.outside, r.began = db.Statement.ConnPool, true
		db.Statement.ConnPool = tx.Statement.ConnPool
	default:
		return r.save(db)
	}
	if r.chain.operation == OperationCreate && r.chain.phases[beforeWrite] == nil {
		return nil // the first statement writes
	}
	if err := r.core.lockWriters(db); err != nil {
		r.abandon(db)
		return err
	}
	return nil
}

// save makes a savepoint, unless there is nothing that could be left behind.
func (r *hookRun) save(db *gorm.DB) error {
	if r.chain.phases[beforeWrite] == nil && r.chain.phases[afterWrite] == nil && r.chain.operation == OperationCreate {
		return nil
	}
	name := "authplugin_" + strconv.FormatUint(r.core.savepoints.Add(1), 10)
	statement := "SAVEPOINT "
	if r.core.dialect.Name() == "sqlserver" {
		statement = "SAVE TRANSACTION "
	}
	if err := execUnprepared(db.Statement.Context, db, statement+name); err != nil {
		return r.core.translate(r.b.model, err)
	}
	r.savepoint = name
	return nil
}

// execUnprepared runs a statement that is not worth preparing, or cannot be.
func execUnprepared(ctx context.Context, db *gorm.DB, statement string) error {
	pool := db.Statement.ConnPool
	if prepared, ok := pool.(*gorm.PreparedStmtTX); ok {
		pool = prepared.Tx
	}
	_, err := pool.ExecContext(ctx, statement)
	return err
}

// endHooks commits what the run has begun, or takes it back.
func (c *core) endHooks(op Operation) func(db *gorm.DB) {
	return func(db *gorm.DB) {
		if op == OperationUpdate {
			c.noteMissed(db)
		}
		r := c.hookRunOf(db, op)
		if r == nil {
			return
		}
		db.InstanceSet(hookRunState, nil)
		switch {
		case r.savepoint != "" && db.Error != nil:
			r.rollbackToSavepoint(db)
		case r.savepoint != "" && c.dialect.Name() != "sqlserver":
			_ = db.AddError(execUnprepared(db.Statement.Context, db, "RELEASE SAVEPOINT "+r.savepoint))
		case r.began && db.Error != nil:
			r.abandon(db)
		case r.began:
			db.Commit()
			db.Statement.ConnPool = r.outside
		}
	}
}

// rollbackToSavepoint takes back what the statement and its hooks have written.
// The statement has its error already: when this fails, too, the database has
// ended the whole transaction.
func (r *hookRun) rollbackToSavepoint(db *gorm.DB) {
	statement := "ROLLBACK TO SAVEPOINT "
	if r.core.dialect.Name() == "sqlserver" {
		statement = "ROLLBACK TRANSACTION "
	}
	_ = execUnprepared(context.WithoutCancel(db.Statement.Context), db, statement+r.savepoint)
}

// abandon rolls back the transaction of the statement, if it has one of its own.
func (r *hookRun) abandon(db *gorm.DB) {
	_, implicit := db.InstanceGet("gorm:started_transaction")
	if !r.began && !implicit {
		return
	}
	if committer, ok := db.Statement.ConnPool.(gorm.TxCommitter); ok {
		_ = committer.Rollback()
	}
	if r.began {
		db.Statement.ConnPool = r.outside
	}
}

// context is what the hooks of a statement know.
func (r *hookRun) context(db *gorm.DB) *HookContext {
	ctx := withHooking(db.Statement.Context, r.b.model, r.chain.operation)
	tx := db.Session(&gorm.Session{NewDB: true, Context: ctx})
	// What the caller allowed for this statement is not for those of the hooks.
	tx.AllowGlobalUpdate = r.core.db.AllowGlobalUpdate
	tx.FullSaveAssociations = r.core.db.FullSaveAssociations
	tx.Statement.SkipHooks = false
	return r.contextOn(ctx, tx)
}

func (r *hookRun) contextOn(ctx context.Context, db *gorm.DB) *HookContext {
	who := currentSessionOf(ctx)
	return &HookContext{
		Context: ctx, Operation: r.chain.operation, Model: r.b.model.name,
		DB: db, Auth: &Auth{state: r.core.owner, db: db},
		Session: who.session, User: who.user, Request: requestOf(ctx),
	}
}

// guard runs hooks. When one panics, the transaction of the statement is rolled
// back, which GORM would leave open.
func (r *hookRun) guard(db *gorm.DB, run func() error) {
	returned := false
	defer func() {
		if !returned {
			r.abandon(db)
		}
	}()
	err := run()
	returned = true
	_ = db.AddError(err)
}

// call runs the hooks of a phase for one row.
func (r *hookRun) call(phase hookPhase, h *HookContext, row *hookRow) error {
	for _, hook := range r.chain.phases[phase] {
		if err := r.callOne(hook, h, row); err != nil {
			return err
		}
	}
	return nil
}

func (r *hookRun) callOne(hook hook, h *HookContext, row *hookRow) error {
	shown, takeOver, err := hook.view.show(row.row)
	if err != nil {
		return err
	}
	call := hookCall{row: shown, values: row.values}
	leave := func() error { return nil }
	if row.after.IsValid() {
		if call.after, leave, err = hook.view.show(row.after); err != nil {
			return err
		}
	}
	err = hook.call(h, &call)
	row.values = call.values
	taken, left := takeOver(), leave()
	switch {
	case err != nil:
		return err
	case taken != nil:
		return taken
	default:
		return left
	}
}

// written runs the hooks after a write, and keeps copies for those after the commit.
func (r *hookRun) written(rows []hookRow) error {
	for i := range rows {
		if r.chain.phases[afterCommitted] != nil {
			r.done = append(r.done, r.copyOf(rows[i]))
		}
		if err := r.call(afterWrite, r.h, &rows[i]); err != nil {
			return err
		}
	}
	return nil
}

func (r *hookRun) copyOf(row hookRow) hookRow {
	copied := hookRow{row: r.b.copyRow(row.row)}
	if row.after.IsValid() {
		copied.after = r.b.copyRow(row.after)
	}
	if row.values != nil {
		copied.values, _ = cloneValue(row.values).(Values)
	}
	return copied
}

// registerCommitted has the hooks after the commit run when the time has come.
func (r *hookRun) registerCommitted(db *gorm.DB) error {
	if len(r.done) == 0 {
		return nil
	}
	return r.core.afterCommit(db, func(ctx context.Context) {
		ctx = withHooking(ctx, r.b.model, r.chain.operation)
		h := r.contextOn(ctx, r.core.db.Session(&gorm.Session{NewDB: true, Context: ctx}))
		for i := range r.done {
			for _, hook := range r.chain.phases[afterCommitted] {
				r.callCommitted(hook, h, &r.done[i])
			}
		}
	})
}

// callCommitted runs one hook after the commit, with copies of its own. One that
// panics keeps no other from running.
func (r *hookRun) callCommitted(hook hook, h *HookContext, row *hookRow) {
	defer func() {
		if p := recover(); p != nil {
			h.DB.Logger.Error(h.Context, "authplugin: a hook after the commit of %s %s panicked: %v", h.Operation, h.Model, p)
		}
	}()
	copied := r.copyOf(*row)
	if err := r.callOne(hook, h, &copied); err != nil {
		h.DB.Logger.Error(h.Context, "authplugin: a hook after the commit of %s %s: %v", h.Operation, h.Model, err)
	}
}

// registerHookCallbacks puts the hooks into GORM's chains. It is called only when
// there are any.
func (c *core) registerHookCallbacks(db *gorm.DB) error {
	if len(c.hooks) == 0 {
		return nil
	}
	create, update, del := db.Callback().Create(), db.Callback().Update(), db.Callback().Delete()
	const commit = "gorm:commit_or_rollback_transaction"
	for _, err := range []error{
		create.After("gorm:begin_transaction").Before("authplugin:prepare_create").Register("authplugin:begin_create_hooks", c.beginHooks(OperationCreate)),
		create.After("gorm:save_before_associations").Before("authplugin:finish_create").Register("authplugin:before_create_hooks", c.beforeCreateHooks),
		create.After("gorm:after_create").Before(commit).Register("authplugin:after_create_hooks", c.afterCreateHooks),
		create.After(commit).Register("authplugin:end_create_hooks", c.endHooks(OperationCreate)),

		update.After("gorm:begin_transaction").Before("gorm:setup_reflect_value").Register("authplugin:begin_update_hooks", c.beginHooks(OperationUpdate)),
		update.After("gorm:save_before_associations").Before("authplugin:finish_update").Register("authplugin:before_update_hooks", c.beforeUpdateHooks),
		update.After("gorm:after_update").Before(commit).Register("authplugin:after_update_hooks", c.afterPlan(OperationUpdate)),
		update.After(commit).Register("authplugin:end_update_hooks", c.endHooks(OperationUpdate)),

		del.After("gorm:begin_transaction").Before("gorm:before_delete").Register("authplugin:begin_delete_hooks", c.beginHooks(OperationDelete)),
		del.After("gorm:before_delete").Before("gorm:delete_before_associations").Register("authplugin:before_delete_hooks", c.beforeDeleteHooks),
		del.After("gorm:after_delete").Before(commit).Register("authplugin:after_delete_hooks", c.afterPlan(OperationDelete)),
		del.After(commit).Register("authplugin:end_delete_hooks", c.endHooks(OperationDelete)),

		c.wrap(update, "gorm:update", c.runPlan(OperationUpdate)),
		c.wrap(del, "gorm:delete", c.runPlan(OperationDelete)),
	} {
		if err != nil {
			return fmt.Errorf("authplugin: cannot register the GORM callbacks of hooks: %w", err)
		}
	}
	return nil
}

// hookCallbackNames are those that registerHookCallbacks gives, without the prefix.
var hookCallbackNames = []string{ //nolint:gochecknoglobals // a table that nothing writes
	"begin_create_hooks", "before_create_hooks", "after_create_hooks", "end_create_hooks",
	"begin_update_hooks", "before_update_hooks", "after_update_hooks", "end_update_hooks",
	"begin_delete_hooks", "before_delete_hooks", "after_delete_hooks", "end_delete_hooks",
}

// processor is one of GORM's chains of callbacks.
type processor interface {
	Get(name string) func(*gorm.DB)
	Replace(name string, fn func(*gorm.DB)) error
}

// wrap puts a wrapper around one of GORM's own callbacks.
func (c *core) wrap(p processor, name string, wrapper func(db *gorm.DB, next func(*gorm.DB))) error {
	next := p.Get(name)
	if err := p.Replace(name, func(db *gorm.DB) { wrapper(db, next) }); err != nil {
		return err
	}
	c.unwrap = append(c.unwrap, func() error { return p.Replace(name, next) })
	return nil
}
