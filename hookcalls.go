package authplugin

import (
	"context"

	"gorm.io/gorm"
)

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
			_ = takeOver()
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
				r.callCommitted(hook, h, &r.done[i]) //nolint:contextcheck // h has the context
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
