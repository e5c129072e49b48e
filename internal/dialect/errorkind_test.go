package dialect

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgconn"
	mssql "github.com/microsoft/go-mssqldb"
)

// Each kind is provoked on a real database.
func TestErrorKindOfRealErrors(t *testing.T) {
	t.Parallel()
	onEach(t, engines(), func(t *testing.T, d Dialect, db *sql.DB) {
		mustExec(
			t, db,
			"CREATE TABLE parents (id varchar(10) PRIMARY KEY)",
			`CREATE TABLE children (
				id varchar(10) PRIMARY KEY,
				code varchar(10) UNIQUE,
				age integer NOT NULL,
				parent_id varchar(10),
				CONSTRAINT adult CHECK (age >= 18),
				CONSTRAINT of_parent FOREIGN KEY (parent_id) REFERENCES parents (id) ON DELETE RESTRICT
			)`,
			"INSERT INTO parents VALUES ('p')",
			"INSERT INTO children VALUES ('c', 'code', 20, 'p')",
		)
		for statement, want := range map[string]ErrorKind{
			"INSERT INTO parents VALUES ('p')":                        DuplicateKey,
			"INSERT INTO children VALUES ('d', 'code', 20, NULL)":     DuplicateKey,
			"INSERT INTO children VALUES ('d', 'd', 20, 'nobody')":    ForeignKeyViolated,
			"DELETE FROM parents":                                     ForeignKeyViolated,
			"INSERT INTO children VALUES ('d', 'd', NULL, NULL)":      NotNullViolated,
			"UPDATE children SET age = NULL":                          NotNullViolated,
			"INSERT INTO children VALUES ('d', 'd', 17, NULL)":        CheckViolated,
			"INSERT INTO nowhere VALUES (1)":                          OtherError,
			"CREATE TABLE parents (id integer)":                       NameTaken,
			"SELECT FROM WHERE":                                       OtherError,
			"INSERT INTO children (id, code) VALUES ('d', 'missing')": NotNullViolated,
		} {
			_, err := db.Exec(statement)
			if err == nil {
				t.Errorf("%s: want an error", statement)
				continue
			}
			wrapped := errors.Join(errors.New("first"), fmt.Errorf("create: %w", errors.Join(err, errors.New("last"))))
			for _, err := range []error{err, wrapped} {
				if got := d.ErrorKind(err); got != want {
					t.Errorf("%s: kind %d, want %d, of %v", statement, got, want, err)
				}
			}
		}
		if got := d.ErrorKind(nil); got != OtherError {
			t.Errorf("kind of nil: %d", got)
		}
		if got := d.ErrorKind(context.Canceled); got != OtherError {
			t.Errorf("kind of context.Canceled: %d", got)
		}
	})
}

// One transaction of two that lock the same rows in opposite order is given up.
func TestErrorKindOfADeadlock(t *testing.T) {
	t.Parallel()
	onEach(t, []engine{{"postgres", openPostgres}, {"mysql", openMySQL}}, func(t *testing.T, d Dialect, db *sql.DB) {
		mustExec(t, db, "CREATE TABLE t (id integer PRIMARY KEY, n integer)", "INSERT INTO t VALUES (1, 0), (2, 0)")
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		var both sync.WaitGroup
		both.Add(2)
		errs := make(chan error, 2)
		for first := 1; first <= 2; first++ {
			go func() {
				tx, err := db.BeginTx(ctx, nil)
				if err == nil {
					_, err = tx.ExecContext(ctx, fmt.Sprintf("UPDATE t SET n = 1 WHERE id = %d", first))
				}
				both.Done()
				both.Wait()
				if err == nil {
					_, err = tx.ExecContext(ctx, fmt.Sprintf("UPDATE t SET n = 1 WHERE id = %d", 3-first))
				}
				_ = tx.Rollback()
				errs <- err
			}()
		}
		if err := errors.Join(<-errs, <-errs); d.ErrorKind(err) != Retryable {
			t.Errorf("want a retryable error, got %v", err)
		}
	})
}

func TestPostgresErrorKindOfASerializationFailure(t *testing.T) {
	t.Parallel()
	d, db := openPostgres(t)
	mustExec(t, db, "CREATE TABLE t (n integer)", "INSERT INTO t VALUES (0)")
	tx, err := db.BeginTx(t.Context(), &sql.TxOptions{Isolation: sql.LevelRepeatableRead})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	mustExec(t, tx, "SELECT n FROM t")
	mustExec(t, db, "UPDATE t SET n = n + 1")
	if _, err := tx.Exec("UPDATE t SET n = n + 1"); d.ErrorKind(err) != Retryable {
		t.Errorf("want a retryable error, got %v", err)
	}
}

func TestMySQLErrorKindOfALockWait(t *testing.T) {
	t.Parallel()
	d, db := openMySQL(t)
	mustExec(t, db, "CREATE TABLE t (n integer)", "INSERT INTO t VALUES (0)")
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	mustExec(t, tx, "UPDATE t SET n = 1")
	conn := newConn(t, db)
	if _, err := conn.ExecContext(t.Context(), "SET innodb_lock_wait_timeout = 1"); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.ExecContext(t.Context(), "UPDATE t SET n = 2"); d.ErrorKind(err) != Retryable {
		t.Errorf("want a retryable error, got %v", err)
	}
}

func TestSQLiteErrorKindOfABusyDatabase(t *testing.T) {
	t.Parallel()
	onEach(t, sqliteEngines(), func(t *testing.T, d Dialect, db *sql.DB) {
		mustExec(t, db, "PRAGMA journal_mode = WAL", "CREATE TABLE t (n integer)", "INSERT INTO t VALUES (0)")
		first, second := newConn(t, db), newConn(t, db)
		exec := func(conn *sql.Conn, statement string) error {
			_, err := conn.ExecContext(t.Context(), statement)
			return err
		}
		// SQLITE_BUSY_SNAPSHOT: what was read has been overwritten.
		err := errors.Join(exec(first, "PRAGMA busy_timeout = 0"), exec(first, "BEGIN"), exec(first, "SELECT n FROM t"),
			exec(second, "UPDATE t SET n = 1"))
		if err != nil {
			t.Fatal(err)
		}
		if err := exec(first, "UPDATE t SET n = 2"); d.ErrorKind(err) != Retryable {
			t.Errorf("want a retryable error, got %v", err)
		}
		// SQLITE_BUSY: another writes.
		if err := errors.Join(exec(first, "ROLLBACK"), exec(second, "BEGIN IMMEDIATE")); err != nil {
			t.Fatal(err)
		}
		if err := exec(first, "UPDATE t SET n = 2"); d.ErrorKind(err) != Retryable {
			t.Errorf("want a retryable error, got %v", err)
		}
		if err := exec(second, "ROLLBACK"); err != nil {
			t.Fatal(err)
		}
	})
}

// A trigger of the application is no foreign key.
func TestSQLiteErrorKindOfATrigger(t *testing.T) {
	t.Parallel()
	onEach(t, sqliteEngines(), func(t *testing.T, d Dialect, db *sql.DB) {
		mustExec(t, db, "CREATE TABLE t (n integer)",
			"CREATE TRIGGER refuse BEFORE INSERT ON t BEGIN SELECT RAISE(ABORT, 'not today'); END")
		if _, err := db.Exec("INSERT INTO t VALUES (1)"); err == nil || d.ErrorKind(err) != OtherError {
			t.Errorf("want another error, got kind %d of %v", d.ErrorKind(err), err)
		}
	})
}

// codeError is an error that has nothing to do with a database.
type codeError struct{ Number uint16 }

func (codeError) Error() string { return "teapot" }
func (codeError) Code() int     { return 5 }

// extendedCode is what ncruces/go-sqlite3 has for a type of its own.
type extendedCode uint16

type ncrucesError struct{ code extendedCode }

func (*ncrucesError) Error() string                { return "sqlite3: constraint failed" }
func (e *ncrucesError) ExtendedCode() extendedCode { return e.code }

// mattnError is like the error of mattn/go-sqlite3, which needs cgo.
type mattnError struct{ Code, ExtendedCode int }

func (mattnError) Error() string { return "constraint failed" }

func TestErrorKindOfMadeErrors(t *testing.T) {
	t.Parallel()
	postgres := func(code string) error { return &pgconn.PgError{Code: code} }
	mySQL := func(number uint16) error { return &mysql.MySQLError{Number: number} }
	sqlServer := func(number int32, message string) error { return mssql.Error{Number: number, Message: message} }
	for _, test := range []struct {
		dialect Dialect
		want    ErrorKind
		errs    []error
	}{
		{Postgres{}, DuplicateKey, []error{postgres("23505")}},
		{Postgres{}, ForeignKeyViolated, []error{postgres("23503"), postgres("23001")}},
		{Postgres{}, Retryable, []error{postgres("40001"), postgres("40P01"), postgres("55P03")}},
		{Postgres{}, OtherError, []error{postgres("25P02"), postgres("57014"), mySQL(1062), codeError{}}},
		{MySQL{}, DuplicateKey, []error{mySQL(1062), mySQL(1586), mySQL(1859)}},
		{MySQL{}, ForeignKeyViolated, []error{mySQL(1216), mySQL(1217), mySQL(1451), mySQL(1452)}},
		{MySQL{}, NotNullViolated, []error{mySQL(1048), mySQL(1364)}},
		{MySQL{}, CheckViolated, []error{mySQL(3819), mySQL(4025)}},
		{MySQL{}, Retryable, []error{mySQL(1213), mySQL(1205), mySQL(1020), mySQL(3572), mySQL(3101)}},
		{MySQL{}, OtherError, []error{mySQL(1064), codeError{Number: 1062}, postgres("23505")}},
		{SQLite{}, DuplicateKey, []error{
			&ncrucesError{2067}, &ncrucesError{1555}, &ncrucesError{2579},
			mattnError{Code: 19, ExtendedCode: 1555},
		}},
		{SQLite{}, ForeignKeyViolated, []error{&ncrucesError{787}, mattnError{Code: 19, ExtendedCode: 787}}},
		{SQLite{}, NotNullViolated, []error{&ncrucesError{1299}}},
		{SQLite{}, CheckViolated, []error{&ncrucesError{275}}},
		{SQLite{}, Retryable, []error{
			&ncrucesError{5}, &ncrucesError{261}, &ncrucesError{517}, &ncrucesError{6}, &ncrucesError{262},
			mattnError{Code: 5},
		}},
		{SQLite{}, OtherError, []error{codeError{}, &ncrucesError{19}, &ncrucesError{1}, mattnError{}, mySQL(1062)}},
		{SQLServer{}, DuplicateKey, []error{sqlServer(2601, ""), sqlServer(2627, "")}},
		{SQLServer{}, ForeignKeyViolated, []error{
			sqlServer(547, `The INSERT statement conflicted with the FOREIGN KEY constraint "fk".`),
			sqlServer(547, `The DELETE statement conflicted with the REFERENCE constraint "fk".`),
		}},
		{SQLServer{}, CheckViolated, []error{sqlServer(547, `The INSERT statement conflicted with the CHECK constraint "adult".`)}},
		{SQLServer{}, NotNullViolated, []error{sqlServer(515, "")}},
		{SQLServer{}, Retryable, []error{sqlServer(1205, ""), sqlServer(1222, ""), sqlServer(3960, "")}},
		{SQLServer{}, OtherError, []error{sqlServer(208, ""), codeError{Number: 2627}}},
	} {
		for _, err := range test.errs {
			for _, err := range []error{err, fmt.Errorf("create: %w", err)} {
				if got := test.dialect.ErrorKind(err); got != test.want {
					t.Errorf("%s: kind %d, want %d, of %#v", test.dialect.Name(), got, test.want, err)
				}
			}
		}
	}
}

// plainSQLiteError has no extended code, as when the connection has them off.
func TestSQLiteErrorKindByMessage(t *testing.T) {
	t.Parallel()
	got := map[string]ErrorKind{}
	for _, message := range []string{
		"UNIQUE constraint failed: users.email", "FOREIGN KEY constraint failed",
		"NOT NULL constraint failed: users.email", "CHECK constraint failed: adult", "constraint failed",
	} {
		got[message] = SQLite{}.ErrorKind(&plainSQLiteError{message: message})
	}
	want := map[string]ErrorKind{
		"UNIQUE constraint failed: users.email":   DuplicateKey,
		"FOREIGN KEY constraint failed":           ForeignKeyViolated,
		"NOT NULL constraint failed: users.email": NotNullViolated,
		"CHECK constraint failed: adult":          CheckViolated,
		"constraint failed":                       OtherError,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("kinds (-want +got):\n%s", diff)
	}
}

type plainSQLiteError struct{ message string }

func (e *plainSQLiteError) Error() string            { return e.message }
func (*plainSQLiteError) ExtendedCode() extendedCode { return sqliteConstraint }
