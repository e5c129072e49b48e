package authplugin

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"time"
)

// While a step waits for a table, everybody who comes later waits behind it: it
// waits for one second.

// waitSetting is a setting of the connection that limits how long a statement waits.
type waitSetting struct{ ask, set, limit string }

// waitSettings are those of a database. MariaDB, when it changes a table that
// foreign keys refer to, locks the tables that do; a transaction that has written
// to one of these and now wants the first waits for the migration, which waits for
// it: the database does not see that deadlock, and only the second setting ends it,
// by default after 50 seconds in which nobody signs in. MariaDB takes a zero there,
// for not waiting at all; MySQL makes a one of it, with a warning.
func waitSettings(dialect string) []waitSetting {
	switch dialect {
	case "postgres":
		return []waitSetting{{"SHOW lock_timeout", "SET lock_timeout = '%s'", "1s"}}
	case "mysql":
		return []waitSetting{
			{"SELECT @@SESSION.lock_wait_timeout", "SET SESSION lock_wait_timeout = %s", "1"},
			{"SELECT @@SESSION.innodb_lock_wait_timeout", "SET SESSION innodb_lock_wait_timeout = %s", "0"},
			// A step that fails may have left this one off.
			{"SELECT @@SESSION.foreign_key_checks", "SET SESSION foreign_key_checks = %s", "1"},
		}
	case "sqlserver": // which by default waits for ever
		return []waitSetting{{"SELECT @@LOCK_TIMEOUT", "SET LOCK_TIMEOUT %s", "1000"}}
	default:
		return nil
	}
}

// limitWaiting has statements give up waiting for the locks of others, and returns
// what puts the connection back as it was. Where the connection does not say how
// long it waits, it is left alone.
func (a *application) limitWaiting() (restore func()) {
	var undo []string
	for _, s := range waitSettings(a.dialect.Name()) {
		var before string
		if err := a.conn.QueryRowContext(a.ctx, s.ask).Scan(&before); err != nil {
			continue
		}
		if _, err := a.conn.ExecContext(a.ctx, fmt.Sprintf(s.set, s.limit)); err != nil {
			continue
		}
		undo = append(undo, fmt.Sprintf(s.set, before))
	}
	return func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(a.ctx), 10*time.Second)
		defer cancel()
		for _, statement := range undo {
			if _, err := a.conn.ExecContext(ctx, statement); err != nil {
				_ = a.conn.Raw(func(any) error { return driver.ErrBadConn }) // nobody is to get it like this
				return
			}
		}
	}
}

// waitFor has statements wait for the locks of others for longer, on PostgreSQL,
// and returns what has them give up early again.
func (a *application) waitFor(patience time.Duration) (restore func()) {
	limit := waitSettings("postgres")[0]
	if _, err := a.conn.ExecContext(a.ctx, fmt.Sprintf(limit.set, fmt.Sprintf("%dms", max(patience.Milliseconds(), 1)))); err != nil {
		return func() {}
	}
	return func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(a.ctx), 10*time.Second)
		defer cancel()
		_, _ = a.conn.ExecContext(ctx, fmt.Sprintf(limit.set, limit.limit))
	}
}

// noteWaiting says why a step has not ended yet: each time as progress, and the
// first time in the log, for whoever wonders why the application does not start.
func (a *application) noteWaiting(steps []Step, err error, since time.Duration) {
	var failed *MigrationError
	if !errors.As(err, &failed) {
		return // it could not begin or end, of which no step is the cause
	}
	step := failed.Step
	i := slices.IndexFunc(steps, func(s Step) bool { return s.key() == step.key() })
	waiting := fmt.Errorf("%w%s", failed.Cause, failed.blockers)
	if a.waited != step.key() {
		a.waited = step.key()
		a.db.Logger.Warn(a.ctx, "authplugin: the migration waits for transactions of others, and goes on when they end: %s: %v", step, waiting)
	}
	a.progress(MigrationProgress{Step: step, Number: len(a.result.Applied) + i + 1, Total: a.total, Waiting: waiting, Duration: since})
}

// blockers says which transactions are in the way of a step, and where they are found.
func blockers(dialect string) string {
	switch dialect {
	case "postgres":
		return "; a transaction that uses the table is open: pg_stat_activity and pg_blocking_pids() have it"
	case "mysql":
		return "; a transaction that uses the table, or one of those that foreign keys bind to it, is open: " +
			"SHOW FULL PROCESSLIST and information_schema.innodb_trx have it"
	case "sqlserver":
		return "; a transaction that uses the table is open: sys.dm_tran_locks has it"
	default:
		return ""
	}
}
