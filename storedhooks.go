package authplugin

import (
	"context"
	"errors"

	"gorm.io/gorm"
)

// storedWrite is a write to rows that have no table, with the hooks of their model.
type storedWrite struct {
	b    *binding
	op   Operation
	rows []hookRow
	// within, if any, is done in the transaction, between the hooks before and after.
	within func(tx *gorm.DB) error
	// write, if any, is done once the transaction is committed, or at once where there
	// is none.
	write func(ctx context.Context) error
}

// runStored carries out a write. Without hooks, and outside of a transaction, it needs
// no transaction.
func (c *core) runStored(ctx context.Context, handle *gorm.DB, w storedWrite) error {
	chain := w.b.hooks.of(w.op)
	if handle.Statement.SkipHooks || isHooking(ctx, w.b.model, w.op) {
		chain = nil
	}
	if chain == nil && w.within == nil && !inTransaction(handle) {
		return w.write(ctx)
	}
	var failed error
	err := c.atomically(c.session(ctx, handle), func(tx *gorm.DB) error {
		r := &hookRun{core: c, b: w.b, chain: chain}
		if chain == nil {
			r.chain = &hookChain{operation: w.op}
		}
		r.h = r.context(tx)
		return r.storedRows(tx, w, &failed)
	})
	if err != nil {
		return err
	}
	return failed
}

func (r *hookRun) storedRows(tx *gorm.DB, w storedWrite, failed *error) error {
	for i := range w.rows {
		if err := r.call(beforeWrite, r.h, &w.rows[i]); err != nil {
			return err
		}
	}
	if w.within != nil {
		if err := w.within(tx); err != nil {
			return err
		}
	}
	for i := range w.rows {
		if w.op == OperationUpdate {
			w.rows[i].after = r.b.copyRow(w.rows[i].row)
			r.b.assignRow(w.rows[i].after, w.rows[i].values)
		}
	}
	if err := r.written(w.rows); err != nil {
		return err
	}
	if w.write != nil {
		err := r.core.afterCommit(tx, func(ctx context.Context) {
			if *failed = w.write(ctx); *failed != nil {
				r.done = nil // it has not happened
				if refusal := (*APIError)(nil); errors.As(*failed, &refusal) {
					return // a plugin's, of a user who may have no session by now
				}
				r.core.storage.log.ErrorContext(ctx, "authplugin: a write to the secondary storage failed after the commit of its transaction", "model", r.b.model.name, "error", *failed)
			}
		})
		if err != nil {
			return err
		}
	}
	return r.registerCommitted(tx) // which run after the write
}
