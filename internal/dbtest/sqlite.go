package dbtest

import (
	"context"
	"database/sql"
	"net/url"
	"path/filepath"
	"testing"

	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	_ "modernc.org/sqlite" // the driver of sqlite-pure, registered as "sqlite"
)

// sqliteBackend is SQLite through one of two drivers, which share the dialector
// and differ in the options of the data source name.
//
// The options are those that the documentation asks applications for: foreign
// keys on, writers that wait, transactions that take the write lock when they
// begin (a reader that becomes a writer cannot wait).
type sqliteBackend struct {
	driver  string
	options string
}

var _ backend = (*sqliteBackend)(nil)

// sqlitePure is the driver without cgo. By default it stores a time as Go
// prints it; with _time_format=sqlite it stores the text that the other driver
// stores.
func sqlitePure() Engine {
	return Engine{Name: "sqlite-pure", backend: &sqliteBackend{
		driver: "sqlite",
		options: "_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)" +
			"&_pragma=foreign_keys(1)&_txlock=immediate&_time_format=sqlite",
	}}
}

func (b *sqliteBackend) dialect() string { return "sqlite" }

func (b *sqliteBackend) help() string { return "SQLite is part of the test binary." }

func (b *sqliteBackend) ping(context.Context) error { return nil }

// create makes the file, too: of two processes that are the first to open it,
// one may be told that the database is locked, since the change to WAL does not
// wait for a lock (https://sqlite.org/wal.html).
func (b *sqliteBackend) create(ctx context.Context, t testing.TB, _ bool) (Database, func(context.Context) error, error) {
	t.Helper()

	path := filepath.Join(t.TempDir(), "test.db")
	dsn := "file:" + (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath() + "?" + b.options
	d := Database{DSN: dsn, SQLitePath: path}
	// The file goes with the folder.
	drop := func(context.Context) error { return nil }

	return d, drop, b.load(ctx, d, "PRAGMA user_version = 0")
}

func (b *sqliteBackend) open(d Database) (*sql.DB, error) {
	return sql.Open(b.driver, d.DSN)
}

func (b *sqliteBackend) dialector(d Database, pool *sql.DB) gorm.Dialector {
	return sqlite.New(sqlite.Config{DriverName: b.driver, DSN: d.DSN, Conn: pool})
}

// load relies on both drivers executing all statements of a string.
func (b *sqliteBackend) load(ctx context.Context, d Database, script string) (err error) {
	pool, err := b.open(d)
	if err != nil {
		return err
	}

	pool.SetMaxOpenConns(1)

	defer func() {
		if closeErr := pool.Close(); err == nil {
			err = closeErr
		}
	}()

	_, err = pool.ExecContext(ctx, script)

	return err
}
