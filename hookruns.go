package authplugin

import (
	"context"
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
		if db.Error != nil || db.DryRun {
			return
		}
		chain := b.hooks.of(op)
		if isHooking(stmt.Context, b.model, op) || stmt.SkipHooks && (op != OperationCreate || !b.savesMissing(stmt)) {
			chain = chain.bare
		}
		if chain == nil {
			return
		}
		r := &hookRun{core: c, b: b, chain: chain}
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
		if r.core.observesCommits() && observedTx(tx.Statement.ConnPool) == nil {
			db.Statement.ConnPool = observe(tx.Statement.ConnPool, r.core.dialect.Name())
		}
	default:
		if err := r.save(db); err != nil {
			return err
		}
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
