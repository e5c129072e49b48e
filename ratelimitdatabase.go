package authplugin

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
)

// databaseLimits are counters in the table rateLimit. A request that is allowed is one
// guarded UPDATE; the first one of a client is an INSERT besides, and one that is refused
// a look at when to come again.
type databaseLimits struct {
	b          *binding
	statements *limitStatements
}

// limitTries is how often a counter is tried that others create or delete meanwhile.
const limitTries = 16

func newDatabaseLimits(c *core) *databaseLimits {
	m := c.schema.byName[ModelRateLimit]
	return &databaseLimits{b: c.byType[m.declared], statements: newLimitStatements(c, m)}
}

// handle is where to count: outside of the caller's transaction, but on SQLite.
func (d *databaseLimits) handle(auth *Auth) *gorm.DB {
	c := d.b.core
	if inTransaction(auth.db) && c.dialect.Name() == "sqlite" {
		return auth.db
	}
	return c.db
}

func (d *databaseLimits) take(ctx context.Context, auth *Auth, key string, rule RateLimitRule, now time.Time) (Decision, error) {
	taking := d.fixed(key, rule, now)
	if rule.Algorithm == SlidingWindow {
		if d.statements.sliding == nil {
			return Decision{}, errNotSliding
		}
		taking = d.sliding(slidingKey(key, rule), rule, now)
	}
	decision, err := d.run(ctx, d.handle(auth), taking)
	if err != nil && rule.Algorithm == SlidingWindow {
		err = d.explained(ctx, d.handle(auth), err)
	}
	return decision, err
}

// taking is a request that is to be counted, by either algorithm.
type taking struct {
	count operation
	// counted is the decision once it was counted, look what it is by the counter that
	// is there.
	counted func() Decision
	look    operation
	refused func() Decision
	// first is the counter of a client's first request, and the decision about that.
	first func() (*RateLimit, Decision)
}

// run counts a request, in a counter that is there or with a new one.
func (d *databaseLimits) run(ctx context.Context, handle *gorm.DB, t taking) (Decision, error) {
	for range limitTries {
		n, err := d.send(ctx, handle, t.count)
		if err != nil {
			return Decision{}, err
		}
		if n == 1 {
			return t.counted(), nil
		}
		if n, err = d.send(ctx, handle, t.look); err != nil {
			return Decision{}, err
		}
		if n == 1 {
			if decision := t.refused(); !decision.Allowed {
				return decision, nil
			}
			continue // somebody else has made room
		}
		row, decision := t.first()
		if err = d.insert(ctx, handle, row); !errors.Is(err, ErrDuplicate) {
			return decision, err
		}
	}
	return Decision{}, errTooManyTries
}

func (d *databaseLimits) fixed(key string, rule RateLimitRule, now time.Time) taking {
	at := now.UnixMilli()
	over := at - rule.Window.Milliseconds()
	state := new(limitState)
	read := func(rows *sql.Rows) (int64, error) { return readLimit(rows, &state.count, &state.last) }
	return taking{
		count:   d.counting(d.statements.fixed, []any{over, at, at, key, over, rule.Max}, read, &state.count),
		counted: func() Decision { return allowed(rule, state.count) },
		look:    operation{statement: d.statements.look, args: []any{key}, read: read},
		refused: func() Decision { _, decision := state.take(rule, now); return decision },
		first: func() (*RateLimit, Decision) {
			first, decision := limitState{}.take(rule, now)
			return &RateLimit{Key: key, Count: int(first.count), LastRequest: first.last}, decision
		},
	}
}

func (d *databaseLimits) sliding(key string, rule RateLimitRule, now time.Time) taking {
	w := rule.windowOf(now)
	at := max(now.UnixMilli(), 0)
	state, within := new(windowState), new(int64)
	read := func(rows *sql.Rows) (int64, error) {
		n, err := d.readWindow(rows, w, state)
		*within = state.within()
		return n, err
	}
	args := slidingArgs(d.b.core.dialect.Name(), w, key, at)
	return taking{
		count:   d.counting(d.statements.sliding, args, read, within),
		counted: func() Decision { return allowed(rule, *within) },
		look:    operation{statement: d.statements.lookSliding, args: []any{key}, read: read},
		refused: func() Decision {
			next, taken := state.take(w)
			return next.decision(rule, w, taken)
		},
		first: func() (*RateLimit, Decision) {
			first, taken := windowState{}.take(w)
			row := &RateLimit{Key: key, Count: int(first.count), LastRequest: at, Additional: Values{slotsField: first.slots()}}
			return row, first.decision(rule, w, taken)
		},
	}
}

// counting is an UPDATE that counts. Where it hands no row back, how much is counted comes
// as the id that was inserted last.
func (d *databaseLimits) counting(statement *compiled, args []any, read func(*sql.Rows) (int64, error), counted *int64) operation {
	op := operation{statement: statement, args: args, read: read}
	if d.b.core.dialect.Name() == "mysql" {
		op.read = nil
		op.executed = func(_ *gorm.DB, result sql.Result) (err error) {
			*counted, err = result.LastInsertId()
			return err
		}
	}
	return op
}

func (d *databaseLimits) send(ctx context.Context, handle *gorm.DB, op operation) (n int64, err error) {
	op.shown = op.args
	err = d.b.core.runOwn(ctx, handle, func() error {
		n, err = d.b.core.run(ctx, handle, handle.Callback().Query(), d.b, &RateLimit{}, op)
		return err
	})
	return n, err
}

func readLimit(rows *sql.Rows, into ...any) (int64, error) {
	if !rows.Next() {
		return 0, rows.Err()
	}
	return 1, rows.Scan(into...)
}

// readWindow reads the counter of a sliding window. What is none counts nothing.
func (d *databaseLimits) readWindow(rows *sql.Rows, w WindowTake, state *windowState) (int64, error) {
	var last int64
	var slots sql.NullString
	n, err := readLimit(rows, &state.count, &last, &slots)
	if n == 1 && !state.parseSlots(slots.String) {
		*state = windowState{}
	}
	w.Now = time.UnixMilli(last)
	state.newest, _ = w.Slot()
	return n, err
}

// insert makes the counter of a client with its first request. It is ErrDuplicate when
// somebody else was faster.
func (d *databaseLimits) insert(ctx context.Context, handle *gorm.DB, row *RateLimit) error {
	if inTransaction(handle) { // which a duplicate must not end
		return handle.Transaction(func(tx *gorm.DB) error { return d.b.core.create(ctx, tx, d.b, row) })
	}
	return d.b.core.create(ctx, handle, d.b, row)
}

// slotsField is the field of the model rateLimit that has the slots of sliding windows,
// where there may be some. Better Auth has no such field.
const slotsField = "slots"

func slotsFields() Fields {
	return Fields{slotsField: {Type: String, Size: keptSlots * countDigits, Optional: true, ServerOnly: true}}
}

var (
	errNotSliding = fmt.Errorf("%w: a rate limit with a sliding window, for which the table of counters has no column: set RateLimit.SlidingWindows", ErrInvalid)
	errNoSlots    = errors.New("authplugin: the table of counters has no column for sliding windows")
)

// explained says what to do about an error that the lack of the column has caused.
func (d *databaseLimits) explained(ctx context.Context, handle *gorm.DB, err error) error {
	nothing := func(rows *sql.Rows) (int64, error) { return 0, rows.Err() }
	for _, look := range []struct {
		at    *compiled
		fails bool
	}{{d.statements.hasCounters, false}, {d.statements.hasSlots, true}} {
		_, failure := d.send(ctx, handle, operation{statement: look.at, args: []any{}, read: nothing})
		if (failure != nil) != look.fails {
			return err
		}
	}
	m := d.b.model
	return fmt.Errorf("%w: run Auth.Migrate, or give the table %s the column %s, text of %d characters that may be NULL, or count with FixedWindow: %w",
		errNoSlots, m.table, m.byName[slotsField].column, keptSlots*countDigits, err)
}
