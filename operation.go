package authplugin

import (
	"context"
	"database/sql"
	"errors"
	"reflect"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"
)

// operation is one run of a compiled statement inside GORM's chain of callbacks:
// foreign callbacks, the logger, tracing, dbresolver and the caller's
// transaction see it like any other statement.
type operation struct {
	statement *compiled
	// bind, if any, decides about the statement and its parameters when it is
	// about to run; GORM's own callback runs when it declines.
	bind func(db *gorm.DB, op *operation) bool
	// key are the parameters of a look-up; args and shown those of any other
	// statement, shown being what logs may see of them.
	key         lookUpKey
	args, shown []any
	// read reads the rows; nil for a statement that has none.
	read func(rows *sql.Rows) (int64, error)
	// executed takes the result of a statement without rows.
	executed func(db *gorm.DB, result sql.Result) error
	// alone says that the operation has no transaction of its own.
	alone bool
	ran   bool
}

// lookUpKey are the few parameters of a look-up.
type lookUpKey struct {
	values, shown [4]any
	n             int
}

// hiddenParameter is what logs see of a parameter that is not to be shown.
var hiddenParameter any = secretValue{redacted} //nolint:gochecknoglobals // a constant of a type that has none

func keyOf(secret bool, values ...any) lookUpKey {
	k := lookUpKey{n: len(values)}
	for i, v := range values {
		k.values[i], k.shown[i] = v, v
		if secret {
			k.shown[i] = hiddenParameter
		}
	}
	return k
}

// parameters are what the database is given.
func (op *operation) parameters() []any {
	if op.args != nil {
		return op.args
	}
	return op.key.values[:op.key.n]
}

// logged are the parameters as logs may see them.
func (op *operation) logged() []any {
	if op.shown != nil {
		return op.shown
	}
	return op.key.shown[:op.key.n]
}

var errNotRun = errors.New("authplugin: another plugin has replaced GORM's own callback, so that the operation did not run")

// operationOf is the operation that a statement runs, nil for GORM's own. It
// stands among the parameters of the table's expression, which has none: a
// setting of the statement would cost two allocations.
func operationOf(db *gorm.DB) *operation {
	if e := db.Statement.TableExpr; e != nil && len(e.Vars) == 1 {
		op, _ := e.Vars[0].(*operation)
		return op
	}
	return nil
}

// chain is one of GORM's processors.
type chain interface {
	Execute(db *gorm.DB) *gorm.DB
}

// running is a statement of GORM that runs an operation, in one piece.
type running struct {
	db    gorm.DB
	stmt  gorm.Statement
	op    operation
	table clause.Expr
	vars  [1]any
}

// run sends an operation through a chain. dest is a pointer to the struct that is
// read or written.
func (c *core) run(ctx context.Context, on *gorm.DB, chain chain, b *binding, dest any, op operation) (int64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if on.Error != nil {
		return 0, on.Error // such as that of a Begin, which leaves no transaction
	}
	r := &running{db: gorm.DB{Config: on.Config}, op: op}
	r.db.Statement = &r.stmt
	stmt := &r.stmt
	// What Session and Model would make, without their copies.
	stmt.DB, stmt.ConnPool, stmt.Context, stmt.SkipHooks = &r.db, on.Statement.ConnPool, ctx, on.Statement.SkipHooks
	stmt.Table, stmt.Model, stmt.Dest, stmt.Clauses = b.table, dest, dest, map[string]clause.Clause{}
	r.vars[0] = &r.op
	r.table = clause.Expr{SQL: b.quotedTable, Vars: r.vars[:]}
	stmt.TableExpr = &r.table
	c.guardLogger(&r.db, b)
	if _, ok := on.Plugins[resolverPlugin]; ok {
		stmt.Settings.Store(resolverWrite, struct{}{}) // as session does
	}
	db := chain.Execute(&r.db)
	if db.Error == nil && !r.op.ran && !db.DryRun {
		return 0, errNotRun
	}
	return db.RowsAffected, because(ctx, c.translate(b.model, db.Error))
}

// wrapHandlers puts the library's operations in the place of GORM's own callback
// of each chain, which still runs every other statement. Around an INSERT or
// DELETE that goes alone, GORM's callbacks for transactions and associations have
// nothing to do; they would take a while to find out.
func (c *core) wrapHandlers(db *gorm.DB) error {
	// GORM reports each replaced callback to the log.
	config := db.Config
	log := config.Logger
	config.Logger = logger.Discard
	defer func() { config.Logger = log }()
	chains := db.Callback()
	create, del := chains.Create(), chains.Delete()
	return errors.Join(
		c.wrapHandler(chains.Query(), "gorm:query", c.runOperation),
		c.wrapHandler(create, "gorm:create", c.runOperation),
		c.wrapHandler(del, "gorm:delete", c.runOperation),
		c.wrapHandler(create, "gorm:begin_transaction", goesAlone),
		c.wrapHandler(create, "gorm:save_before_associations", goesAlone),
		c.wrapHandler(create, "gorm:save_after_associations", goesAlone),
		c.wrapHandler(create, "gorm:commit_or_rollback_transaction", goesAlone),
		c.wrapHandler(del, "gorm:begin_transaction", goesAlone),
		c.wrapHandler(del, "gorm:delete_before_associations", goesAlone),
		c.wrapHandler(del, "gorm:commit_or_rollback_transaction", goesAlone),
		c.wrapHandler(chains.Update(), "gorm:update", nil),
		c.wrapHandler(chains.Row(), "gorm:row", nil),
		c.wrapHandler(chains.Raw(), "gorm:raw", nil),
	)
}

// goesAlone reports whether a statement runs an operation that is one statement,
// without a transaction or rows of other models.
func goesAlone(db *gorm.DB) bool {
	op := operationOf(db)
	return op != nil && op.alone
}

// wrapHandler replaces a callback by one that asks first whether the library has
// something else to do. Afterwards the statement and its error show no secrets any
// more.
func (c *core) wrapHandler(processor interface {
	Get(name string) func(*gorm.DB)
	Replace(name string, fn func(*gorm.DB)) error
}, name string, instead func(db *gorm.DB) (done bool),
) error {
	original := processor.Get(name)
	if original == nil {
		return nil // GORM opens no transactions
	}
	return processor.Replace(name, func(db *gorm.DB) {
		if instead == nil || !instead(db) {
			original(db)
			hideSecrets(db)
		}
		c.concealErrorValues(db)
	})
}

// runOperation is called in the place of gorm:query and its siblings.
func (c *core) runOperation(db *gorm.DB) bool {
	op := operationOf(db)
	if op == nil {
		return false
	}
	if db.Error != nil {
		return true
	}
	op.ran = true
	if op.bind != nil && !op.bind(db, op) {
		db.Statement.TableExpr.Vars = nil // GORM would take the operation for a parameter
		return false
	}
	if db.Error != nil {
		return true
	}
	stmt := db.Statement
	stmt.SQL.WriteString(op.statement.sql)
	stmt.Vars = op.logged()
	if db.DryRun {
		return true
	}
	if op.read == nil {
		result, err := op.statement.exec(stmt.Context, stmt.ConnPool, c.pool, op.parameters())
		if err != nil {
			_ = db.AddError(err)
			return true
		}
		db.RowsAffected, _ = result.RowsAffected()
		if op.executed != nil {
			_ = db.AddError(op.executed(db, result))
		}
		return true
	}
	rows, err := op.statement.query(stmt.Context, stmt.ConnPool, c.pool, op.parameters()) //nolint:rowserrcheck // read asks
	if err != nil {
		_ = db.AddError(err)
		return true
	}
	db.RowsAffected, err = op.read(rows)
	_ = db.AddError(errors.Join(err, rows.Close())) //nolint:sqlclosecheck // read does not panic
	return true
}

// poolOf is the pool under a handle, nil when the application brought one of its
// own kind.
func poolOf(db *gorm.DB) *sql.DB {
	pool, _ := unwrapPool(db.ConnPool).(*sql.DB)
	return pool
}

// chainLength is how many callbacks a chain of GORM's has. Where it has more than
// the library left it with, somebody else has a say. It is -1 when GORM does not
// show it any more.
func chainLength(processor any) int {
	fns := reflect.Indirect(reflect.ValueOf(processor)).FieldByName("fns")
	if fns.Kind() != reflect.Slice {
		return -1
	}
	return fns.Len()
}

// hasForeign reports whether a chain of GORM's has callbacks of somebody else, or
// does not show it any more. It is asked before the library registers its own.
func hasForeign(processor any) bool {
	callbacks := reflect.Indirect(reflect.ValueOf(processor)).FieldByName("callbacks")
	if callbacks.Kind() != reflect.Slice {
		return true
	}
	for i := range callbacks.Len() {
		callback := reflect.Indirect(callbacks.Index(i))
		if callback.Kind() != reflect.Struct {
			return true
		}
		name, replaced := callback.FieldByName("name"), callback.FieldByName("replace")
		if name.Kind() != reflect.String || !strings.HasPrefix(name.String(), "gorm:") {
			return true
		}
		if replaced.Kind() != reflect.Bool || replaced.Bool() {
			return true
		}
	}
	return false
}

// createsAlone reports whether one compiled INSERT may go without the transaction
// that GORM puts around each write: nobody runs anything beside it that could
// fail or write. Foreign callbacks and hooks get the transaction that they may
// count on.
func (c *core) createsAlone(b *binding, processor any) bool {
	s := b.schema
	if b.hooks.runs(OperationCreate) {
		return false
	}
	if s.BeforeSave || s.BeforeCreate || s.AfterCreate || s.AfterSave {
		return false
	}
	return c.createChain >= 0 && chainLength(processor) == c.createChain
}

// deletesAlone is createsAlone for a compiled DELETE.
func (c *core) deletesAlone(b *binding, processor any) bool {
	if b.hooks.runs(OperationDelete) || b.schema.BeforeDelete || b.schema.AfterDelete {
		return false
	}
	return c.deleteChain >= 0 && chainLength(processor) == c.deleteChain
}
