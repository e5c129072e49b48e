package authplugin

import (
	"context"

	"gorm.io/gorm"
)

// Hooks are the application's or a plugin's hooks, by model.
type Hooks struct {
	User         ModelHooks[User]
	Session      ModelHooks[Session]
	Account      ModelHooks[Account]
	Verification ModelHooks[Verification]
	// Models are hooks of any model by its logical name: [ModelHooks] of the
	// model's struct, of the application's own struct, or of [Record], which is
	// for every model, also one that is known at run time only. Those of a core
	// model run after the ones above.
	Models map[string]AnyModelHooks
}

// ModelHooks are functions that run when rows of a model are written, by an
// operation of this package or by plain GORM, one row or many. The application's
// run first, then those of the plugins in their order, that of a plugin which others
// require before theirs.
//
// Before-hooks run inside the transaction, before the statement; each sees what
// the one before made of the row, ids, defaults and times included, but for an
// id that the database makes. They may change it, or refuse it with an error:
// [ErrAborted], an [*APIError] or one of their own. One refused row refuses its
// whole statement. After-hooks run inside the transaction, after the statement;
// an error rolls the statement back. AfterCommit-hooks run once the outermost
// transaction is committed, and never for one that is rolled back, savepoints
// included; a panic there is recovered and logged.
//
// A write that fails leaves nothing behind that it or its hooks wrote: without a
// transaction of the caller the statement has one of its own, even with GORM's
// SkipDefaultTransaction, and within one it has a savepoint.
//
// For an update or delete that has hooks the rows are read first and locked, 500
// at a time, and then written by their ids, in one statement where all get the
// same. What an AfterCommit-hook is given is a copy, without the rows of other
// models that it may have held.
//
// A hook of the model's declared struct, such as [User], also runs for a write of
// the application's own struct and the other way round: it gets the row in its
// own type, and what it changes goes through. In a [User] that is part of a
// Member, the fields that only Member has are in Additional as long as the hook
// runs.
//
// A hook that writes does so through its [HookContext]. A write there of the
// same model by the same operation does not run that model's hooks again.
//
// An upsert runs the create hooks for its rows, those that it updates included;
// which columns it updates is settled before they run. With ON CONFLICT DO
// NOTHING a row whose id is there already runs none, and one that was not written
// runs none after it. A Save that finds no row to update runs the create hooks.
//
// No hooks run for rows that the database itself deletes or changes with another
// one, by a foreign key, nor, as in GORM, for UpdateColumn, UpdateColumns and
// db.Session(&gorm.Session{SkipHooks: true}), nor for a dry run and for SQL that
// the application wrote.
type ModelHooks[T any] struct {
	BeforeCreate func(h *HookContext, row *T) error
	AfterCreate  func(h *HookContext, row *T) error
	// AfterCommitCreate is the place for what cannot be undone: a mail, a message.
	AfterCommitCreate func(h *HookContext, row *T)

	BeforeUpdate      func(h *HookContext, change *Change[T]) error
	AfterUpdate       func(h *HookContext, change *Change[T]) error
	AfterCommitUpdate func(h *HookContext, change *Change[T])

	BeforeDelete      func(h *HookContext, row *T) error
	AfterDelete       func(h *HookContext, row *T) error
	AfterCommitDelete func(h *HookContext, row *T)
}

// AnyModelHooks is a [ModelHooks] of any struct.
type AnyModelHooks interface{ functions() hookFunctions }

// Change is the update of one row.
type Change[T any] struct {
	// Before is the row as it was. It is not to be changed.
	Before *T
	// Values are what the update sets, by logical name. A BeforeUpdate hook may
	// change them; what it takes out is not set. A value may be an expression of
	// GORM.
	Values Values
	// After is the row as it is now, nil in BeforeUpdate.
	After *T
}

// HookContext is what a hook knows about the write that it is run for.
type HookContext struct {
	// Context is that of the write. In AfterCommit-hooks it has the same values,
	// and a time limit of its own instead of the request's.
	Context context.Context //nolint:containedctx // it lives as long as the call of the hook
	// Operation is what is done to the row.
	Operation Operation
	// Model is the logical name of the model.
	Model string
	// DB is the handle of the transaction, with Context; what a hook writes
	// through it is part of the transaction. In AfterCommit-hooks it is the
	// handle outside of it.
	DB *gorm.DB
	// Auth is bound to DB.
	Auth *Auth
	// Session and User are who does it, nil if the context does not say: see
	// [WithSession].
	Session *Session
	User    *User
	// Request is what the context says about the request: see [WithRequest].
	Request Request
}

// Operation is what is done to a row.
type Operation string

// The operations that hooks run for.
const (
	OperationCreate Operation = "create"
	OperationUpdate Operation = "update"
	OperationDelete Operation = "delete"
)

// HookPlugin is a [Plugin] that has hooks.
type HookPlugin interface {
	Plugin
	// Hooks returns the plugin's hooks. It is called once by db.Use, and by
	// [Config.Validate].
	Hooks() Hooks
}
