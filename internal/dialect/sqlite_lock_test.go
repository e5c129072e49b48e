package dialect

import (
	"context"
	"database/sql"
	"errors"
	"testing"
	"time"
)

// The lock of SQLite is the transaction of the migration.
func TestSQLiteLockIsATransaction(t *testing.T) {
	t.Parallel()
	onEach(t, sqliteEngines(), func(t *testing.T, d Dialect, db *sql.DB) {
		mustExec(t, db, "CREATE TABLE done (name text)")
		conn := newConn(t, db)
		for _, ok := range []bool{true, false} {
			release := mustLock(t, d, conn, "")
			if _, err := conn.ExecContext(t.Context(), "INSERT INTO done VALUES (?)", ok); err != nil {
				t.Fatal(err)
			}
			if err := release(t.Context(), ok); err != nil {
				t.Fatal(err)
			}
		}
		var n int
		if err := db.QueryRow("SELECT count(*) FROM done").Scan(&n); err != nil || n != 1 {
			t.Errorf("want the first row only, found %d, error %v", n, err)
		}
	})
}

func TestSQLiteLockKeepsBusyTimeout(t *testing.T) {
	t.Parallel()
	onEach(t, sqliteEngines(), func(t *testing.T, d Dialect, db *sql.DB) {
		first, second := newConn(t, db), newConn(t, db)
		for _, conn := range []*sql.Conn{first, second} {
			if _, err := conn.ExecContext(t.Context(), "PRAGMA busy_timeout = 1234"); err != nil {
				t.Fatal(err)
			}
		}
		release := mustLock(t, d, first, "")
		if _, err := d.Lock(t.Context(), second, "", 0); !errors.Is(err, ErrLockTimeout) {
			t.Fatal(err)
		}
		for _, conn := range []*sql.Conn{first, second} {
			var timeout int
			if err := queryOne(t.Context(), conn, &timeout, "PRAGMA busy_timeout"); err != nil || timeout != 1234 {
				t.Errorf("busy_timeout is %d, error %v", timeout, err)
			}
		}
		if err := release(t.Context(), false); err != nil {
			t.Fatal(err)
		}
	})
}

// Without WAL a COMMIT waits until nobody reads.
func TestSQLiteLockCommitsAfterReaders(t *testing.T) {
	t.Parallel()
	onEach(t, sqliteEngines(), func(t *testing.T, d Dialect, db *sql.DB) {
		mustExec(t, db, "CREATE TABLE done (name text)", "INSERT INTO done VALUES ('before')")
		writer, reader := newConn(t, db), newConn(t, db)
		release := mustLock(t, d, writer, "")
		if _, err := writer.ExecContext(t.Context(), "INSERT INTO done VALUES ('after')"); err != nil {
			t.Fatal(err)
		}
		// So that it is the library that waits, not the driver.
		if _, err := writer.ExecContext(t.Context(), "PRAGMA busy_timeout = 0"); err != nil {
			t.Fatal(err)
		}
		rows := startReading(t, reader) //nolint:rowserrcheck // it holds a lock and is never read to its end
		time.AfterFunc(100*time.Millisecond, func() { _ = rows.Close() })
		if err := release(t.Context(), true); err != nil {
			t.Fatal(err)
		}

		rows = startReading(t, reader) //nolint:rowserrcheck // it holds a lock and is never read to its end
		release = mustLock(t, d, writer, "")
		if _, err := writer.ExecContext(t.Context(), "INSERT INTO done VALUES ('never')"); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := release(ctx, true); d.ErrorKind(err) != Retryable {
			t.Errorf("want the busy database as the error, got %v", err)
		}
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
		var n int
		if err := writer.QueryRowContext(t.Context(), "SELECT count(*) FROM done").Scan(&n); err != nil || n != 2 {
			t.Errorf("want two rows, found %d, error %v", n, err)
		}
		// The transaction is over and the connection can be used again.
		if err := mustLock(t, d, writer, "")(t.Context(), true); err != nil {
			t.Fatal(err)
		}
	})
}

// startReading holds a read lock until the rows are closed.
func startReading(t *testing.T, conn *sql.Conn) *sql.Rows {
	t.Helper()
	rows, err := conn.QueryContext(t.Context(), "SELECT name FROM done UNION ALL SELECT name FROM done")
	if err != nil {
		t.Fatal(err)
	}
	if !rows.Next() {
		t.Fatal("no row", rows.Err())
	}
	return rows
}

func TestSQLiteLockReportsOtherErrors(t *testing.T) {
	t.Parallel()
	onEach(t, sqliteEngines(), func(t *testing.T, d Dialect, db *sql.DB) {
		conn := newConn(t, db)
		release := mustLock(t, d, conn, "")
		start := time.Now()
		if _, err := d.Lock(t.Context(), conn, "", time.Minute); err == nil || errors.Is(err, ErrLockTimeout) {
			t.Errorf("want an error for a transaction within a transaction, got %v", err)
		}
		if waited := time.Since(start); waited > 10*time.Second {
			t.Errorf("waited %s for what waiting does not cure", waited)
		}
		if err := release(t.Context(), true); err != nil {
			t.Fatal(err)
		}
	})
}

// A COMMIT that fails for good must not leave the transaction open.
func TestSQLiteLockRollsBackAFailedCommit(t *testing.T) {
	t.Parallel()
	onEach(t, sqliteEngines(), func(t *testing.T, d Dialect, db *sql.DB) {
		mustExec(t, db, "CREATE TABLE p (id text PRIMARY KEY)",
			"CREATE TABLE c (p text REFERENCES p DEFERRABLE INITIALLY DEFERRED)")
		conn := newConn(t, db)
		release := mustLock(t, d, conn, "")
		if _, err := conn.ExecContext(t.Context(), "INSERT INTO c VALUES ('nobody')"); err != nil {
			t.Fatal(err)
		}
		if err := release(t.Context(), true); d.ErrorKind(err) != ForeignKeyViolated {
			t.Errorf("want a violated foreign key, got %v", err)
		}
		if err := mustLock(t, d, conn, "")(t.Context(), true); err != nil {
			t.Fatal(err)
		}
	})
}
