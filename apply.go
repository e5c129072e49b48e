package authplugin

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-auth/authplugin/internal/dialect"
)

// remaining are the steps of a reviewed plan that a plan of now still has, which
// gives their order, and those that it has not, since they are applied: a step that
// the configuration does not know is not.
func (p *Plan) remaining(now []Step, known map[string]bool, o migrateOptions) (steps, skipped []Step, err error) {
	skipped = []Step{}
	reviewed := map[string]Step{}
	for _, s := range p.asked(o) {
		reviewed[s.key()] = s
	}
	for _, s := range now {
		r, ok := reviewed[s.key()]
		if !ok {
			continue
		}
		if !s.continues(r) {
			return nil, nil, fmt.Errorf("%w: %s is another statement now: %q", ErrPlanOutdated, s, s.SQL)
		}
		steps = append(steps, s)
		delete(reviewed, s.key())
	}
	missing := map[string]bool{}
	for _, s := range now {
		missing[s.Table] = missing[s.Table] || s.Kind == CreateTable
	}
	for _, s := range p.asked(o) {
		if _, ok := reviewed[s.key()]; !ok {
			continue
		}
		switch {
		case !known[s.key()]:
			return nil, nil, fmt.Errorf("%w: %s is not part of the configuration; apply it with the one that it was made with, or plan again", ErrPlanOutdated, s)
		case missing[s.Table]:
			return nil, nil, fmt.Errorf("%w: %s is for a table that is missing now; plan again", ErrPlanOutdated, s)
		}
		skipped = append(skipped, s)
	}
	return steps, skipped, nil
}

// continues reports whether the step does what the reviewed one does, or what is
// left of it after an interruption: its last statements, or all of them after what
// drops the broken index that it has left.
func (s Step) continues(reviewed Step) bool {
	if n := len(reviewed.SQL) - len(s.SQL); n >= 0 {
		return len(s.SQL) > 0 && slices.Equal(s.SQL, reviewed.SQL[n:])
	}
	return s.Kind == CreateIndex && slices.Equal(s.SQL, slices.Concat(ifThere(reviewed.Reverse), reviewed.SQL))
}

// stepsKnown are the keys of all steps that this configuration may ever need.
func (c *core) stepsKnown() map[string]bool {
	known := map[string]bool{}
	note := func(kind StepKind, table, name string) {
		known[Step{Kind: kind, Table: table, Name: name}.key()] = true
	}
	for _, m := range c.schema.tables() {
		b := c.byModel[m]
		schemaName, _ := splitTable(m.table)
		note(CreateSchema, schemaName, "")
		note(CreateTable, m.table, "")
		for _, column := range b.schema.DBNames {
			note(AddColumn, m.table, column)
		}
		for _, x := range b.schema.ParseIndexes() {
			note(CreateIndex, m.table, x.Name)
		}
		for _, f := range m.references() {
			note(CreateForeignKey, m.table, foreignKeyName(f))
		}
	}
	return known
}

// application is one run of steps on the connection that holds the lock.
type application struct {
	*core

	ctx      context.Context //nolint:containedctx // it lives for one call
	db       *gorm.DB
	conn     *sql.Conn
	total    int
	progress func(MigrationProgress)
	result   *MigrationResult
	// waited is the key of the step whose waiting was logged last.
	waited string
}

// apply runs the steps, those in one transaction that can be rolled back. On
// SQLite the lock is that transaction already.
func (c *core) apply(ctx context.Context, db *gorm.DB, conn *sql.Conn, steps []Step, o migrateOptions, result *MigrationResult) error {
	a := application{
		core: c, ctx: ctx, db: db, conn: conn, total: len(steps), progress: o.progress, result: result,
	}
	if a.progress == nil {
		a.progress = func(MigrationProgress) {}
	}
	defer a.limitWaiting()()
	for len(steps) > 0 {
		n := together(steps)
		if err := a.applyTogether(steps[:n]); err != nil {
			result.Pending = steps // also when the transaction could not begin or end
			var failed *MigrationError
			if errors.As(err, &failed) {
				i := slices.IndexFunc(steps, func(s Step) bool { return s.key() == failed.Step.key() })
				result.fail(failed.Step, slices.Concat(steps[:i], steps[i+1:]))
				if !failed.Step.Transactional {
					result.Pending = steps[i+1:]
				}
			}
			return err
		}
		steps = steps[n:]
	}
	if prepared, ok := c.db.ConnPool.(*gorm.PreparedStmtDB); ok {
		prepared.Reset() // statements prepared before may expect the old columns
	}
	return nil
}

// together is how many of the steps go in one transaction.
func together(steps []Step) int {
	n := slices.IndexFunc(steps, func(s Step) bool { return !s.Transactional })
	switch n {
	case -1:
		return len(steps)
	case 0:
		return 1
	default:
		return n
	}
}

// applyTogether applies steps, again while they meet transactions of others.
func (a *application) applyTogether(steps []Step) error {
	begin := time.Now()
	until := begin.Add(a.migrationPatience())
	for attempt := 0; ; attempt++ {
		applied, err := a.attempt(steps, attempt > 0)
		if err == nil {
			a.result.Applied = append(a.result.Applied, applied...)
			return nil
		}
		if a.dialect.ErrorKind(err) != dialect.Retryable || a.dialect.Name() == "sqlite" || time.Now().After(until) {
			return err
		}
		a.noteWaiting(steps, err, time.Since(begin))
		select {
		case <-a.ctx.Done():
			return err
		case <-time.After(backoff(attempt + 4)):
		}
	}
}

// attempt applies steps, in a transaction where they can go in one. What an attempt
// before it has left of a step is in the way of the next.
func (a *application) attempt(steps []Step, again bool) ([]AppliedStep, error) {
	if !steps[0].Transactional || a.dialect.Name() == "sqlite" {
		if again {
			if err := a.clearBroken(steps[0]); err != nil {
				return nil, err
			}
		}
		return a.run(a.conn, steps)
	}
	tx, err := a.conn.BeginTx(a.ctx, nil)
	if err != nil {
		return nil, fmt.Errorf("authplugin: cannot begin the migration: %w", err)
	}
	applied, err := a.run(tx, steps)
	if err != nil {
		_ = tx.Rollback()
		return nil, err
	}
	if err := tx.Commit(); err != nil {
		return nil, fmt.Errorf("authplugin: cannot commit the migration: %w", err)
	}
	return applied, nil
}

func (a *application) run(pool gorm.ConnPool, steps []Step) ([]AppliedStep, error) {
	db := a.db.Session(&gorm.Session{Context: a.ctx})
	db.Statement.ConnPool = pool
	var applied []AppliedStep
	for _, step := range steps {
		p := MigrationProgress{Step: step, Number: len(a.result.Applied) + len(applied) + 1, Total: a.total}
		a.progress(p)
		begin := time.Now()
		if err := a.execPatiently(db, step); err != nil {
			var failed *MigrationError
			if errors.As(err, &failed) {
				failed.Result = a.result
				_ = a.clearBroken(step) // what stays, the next attempt or migration clears
			}
			return nil, err
		}
		p.Done, p.Duration = true, time.Since(begin)
		applied = append(applied, AppliedStep{Step: step, Duration: p.Duration})
		a.progress(p)
	}
	return applied, nil
}

func (c *core) stepFailed(result *MigrationResult, step Step, statement string, err error) *MigrationError {
	return &MigrationError{
		Result: result, Step: step, Statement: statement, Cause: err,
		kind: c.errorKind(err), reason: c.dialect.ErrorKind(err), blockers: blockers(c.dialect.Name()),
	}
}

func (c *core) execStep(db *gorm.DB, step Step) error {
	db = db.Set(ownDDL, true).Session(&gorm.Session{})
	for _, statement := range step.SQL {
		// As a value of its own the text is taken as it is, ? and @ included.
		if err := db.Exec("?", clause.Expr{SQL: statement}).Error; err != nil {
			return c.stepFailed(&MigrationResult{}, step, statement, err)
		}
	}
	return nil
}

// execPatiently executes a step. Of what PostgreSQL does outside of a transaction,
// all but the beginning of a foreign key holds up nobody while it waits, and has
// to wait for every transaction that is older: it has all the time of a migration.
func (a *application) execPatiently(db *gorm.DB, step Step) error {
	if a.dialect.Name() != "postgres" || step.Transactional || step.Kind != CreateIndex {
		return a.execStep(db, step)
	}
	defer a.waitFor(a.migrationPatience())()
	return a.execStep(db, step)
}

// clearBroken drops what PostgreSQL leaves of a step outside of a transaction: an
// index that could not be built, which writers would have to keep up, or a foreign
// key that was not validated.
func (a *application) clearBroken(step Step) error {
	if step.Transactional || a.dialect.Name() != "postgres" {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(a.ctx), 10*time.Second)
	defer cancel()
	left := false
	switch schemaName, table := splitTable(step.Table); step.Kind {
	case CreateIndex:
		left = a.found(ctx, leftIndex, schemaName, step.Name)
	case CreateForeignKey:
		left = a.found(ctx, leftForeignKey, schemaName, table, step.Name)
	}
	if !left {
		return nil
	}
	for _, statement := range step.Reverse {
		if _, err := a.conn.ExecContext(ctx, statement); err != nil {
			return a.stepFailed(a.result, step, statement, err)
		}
	}
	return nil
}

// The name of a table or index that the first two parameters make: a schema, which
// may be empty, and a name.
const postgresName = "pg_catalog.to_regclass(" +
	"CASE WHEN $1::text = '' THEN '' ELSE pg_catalog.quote_ident($1::text) || '.' END || pg_catalog.quote_ident($2::text))"

// What PostgreSQL may leave. An index of another table that has the name is not to
// be dropped, nor anything that is in use.
const (
	leftIndex      = "SELECT NOT indisvalid FROM pg_catalog.pg_index WHERE indexrelid = " + postgresName
	leftForeignKey = "SELECT NOT convalidated FROM pg_catalog.pg_constraint WHERE contype = 'f' AND conrelid = " + postgresName + " AND conname = $3::text"
)

// found is the answer of a query, false when it has none.
func (a *application) found(ctx context.Context, query string, args ...any) (yes bool) {
	err := a.conn.QueryRowContext(ctx, query, args...).Scan(&yes)
	return err == nil && yes
}
