package dialect

import (
	"context"
	"crypto/rand"
	"database/sql"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	_ "github.com/mattn/go-sqlite3"
	_ "modernc.org/sqlite"
)

// engine is one database with one driver.
type engine struct {
	name string
	// open makes an empty database (on PostgreSQL a schema) for the test.
	open func(tb testing.TB) (Dialect, *sql.DB)
}

func engines() []engine {
	return append(sqliteEngines(), engine{"postgres", openPostgres}, engine{"mysql", openMySQL})
}

func sqliteEngines() []engine {
	return []engine{
		{"sqlite/mattn", func(tb testing.TB) (Dialect, *sql.DB) {
			tb.Helper()
			return SQLite{}, openSQLite(tb, "sqlite3", "?_foreign_keys=1")
		}},
		{"sqlite/modernc", func(tb testing.TB) (Dialect, *sql.DB) {
			tb.Helper()
			return SQLite{}, openSQLite(tb, "sqlite", "?_pragma=foreign_keys(1)&_pragma=busy_timeout(5000)")
		}},
	}
}

// onEach runs a test on every engine, in parallel.
func onEach(t *testing.T, engines []engine, test func(t *testing.T, d Dialect, db *sql.DB)) {
	t.Helper()
	for _, e := range engines {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			d, db := e.open(t)
			test(t, d, db)
		})
	}
}

func openSQLite(tb testing.TB, driver, options string) *sql.DB {
	tb.Helper()
	db, err := sql.Open(driver, "file:"+filepath.Join(tb.TempDir(), "test.db")+options)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = db.Close() })
	// mattn/go-sqlite3 compiles without cgo, but then does nothing.
	if err := db.Ping(); err != nil && strings.Contains(err.Error(), "CGO_ENABLED=0") {
		tb.Skip(err)
	} else if err != nil {
		tb.Fatal(err)
	}
	return db
}

func openPostgres(tb testing.TB) (Dialect, *sql.DB) {
	tb.Helper()
	config, err := pgx.ParseConfig(dsn("AUTHPLUGIN_TEST_POSTGRES", "postgres://postgres@127.0.0.1:5432/postgres?sslmode=disable"))
	if err != nil {
		tb.Fatal(err)
	}
	schema := "dialect_" + strings.ToLower(rand.Text())
	config.RuntimeParams["search_path"] = schema
	db := stdlib.OpenDB(*config)
	tb.Cleanup(func() { _ = db.Close() })
	reach(tb, db, "postgres", "apt-get install postgresql && service postgresql start, with trust authentication "+
		"for 127.0.0.1, or set AUTHPLUGIN_TEST_POSTGRES")
	mustExec(tb, db, "CREATE SCHEMA "+schema)
	tb.Cleanup(func() { mustExec(tb, db, "DROP SCHEMA "+schema+" CASCADE") })
	return Postgres{}, db
}

func openMySQL(tb testing.TB) (Dialect, *sql.DB) {
	tb.Helper()
	config, err := mysql.ParseDSN(dsn("AUTHPLUGIN_TEST_MYSQL", "root@tcp(127.0.0.1:3306)/"))
	if err != nil {
		tb.Fatal(err)
	}
	config.ParseTime = true
	database := "dialect_" + strings.ToLower(rand.Text())
	config.DBName = ""
	server := openMySQLDatabase(tb, config)
	reach(tb, server, "mysql", "apt-get install mariadb-server && service mariadb start, with root without password "+
		"from 127.0.0.1, or set AUTHPLUGIN_TEST_MYSQL")
	mustExec(tb, server, "CREATE DATABASE "+database+" CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci")
	tb.Cleanup(func() { mustExec(tb, server, "DROP DATABASE "+database) })
	config.DBName = database

	var version string
	if err := server.QueryRow("SELECT VERSION()").Scan(&version); err != nil {
		tb.Fatal(err)
	}
	return MySQL{MariaDB: strings.Contains(version, "MariaDB")}, openMySQLDatabase(tb, config)
}

func openMySQLDatabase(tb testing.TB, config *mysql.Config) *sql.DB {
	tb.Helper()
	connector, err := mysql.NewConnector(config.Clone())
	if err != nil {
		tb.Fatal(err)
	}
	db := sql.OpenDB(connector)
	tb.Cleanup(func() { _ = db.Close() })
	return db
}

func dsn(variable, fallback string) string {
	if value := os.Getenv(variable); value != "" {
		return value
	}
	return fallback
}

// reach skips the test when the server does not answer, unless
// AUTHPLUGIN_TEST_REQUIRE says that it must.
func reach(tb testing.TB, db *sql.DB, server, howToStart string) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), 10*time.Second)
	defer cancel()
	err := db.PingContext(ctx)
	if err == nil {
		return
	}
	required := strings.Split(os.Getenv("AUTHPLUGIN_TEST_REQUIRE"), ",")
	if slices.Contains(required, server) || slices.Contains(required, "all") {
		tb.Fatalf("%s is required but does not answer: %v", server, err)
	}
	tb.Skipf("%s does not answer (%v); to run this test: %s", server, err, howToStart)
}

func mustExec(tb testing.TB, db interface {
	Exec(query string, args ...any) (sql.Result, error)
}, statements ...string,
) {
	tb.Helper()
	for _, statement := range statements {
		if _, err := db.Exec(statement); err != nil {
			tb.Fatalf("%s: %v", statement, err)
		}
	}
}

// newConn takes a connection out of the pool for the length of the test.
func newConn(t *testing.T, db *sql.DB) *sql.Conn {
	t.Helper()
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// countingQuerier counts the statements that pass through it.
type countingQuerier struct {
	Querier
	count int
}

func (q *countingQuerier) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	q.count++
	return q.Querier.QueryContext(ctx, query, args...)
}

// inspect calls Inspect and checks how many statements it took.
func inspect(t *testing.T, d Dialect, q Querier, tables ...string) map[string]*Table {
	t.Helper()
	counting := &countingQuerier{Querier: q}
	catalog, err := d.Inspect(t.Context(), counting, tables)
	if err != nil {
		t.Fatal(err)
	}
	limit := 2
	if len(tables) == 0 {
		limit = 0
	}
	if counting.count > limit {
		t.Errorf("Inspect of %d tables ran %d statements, at most %d are allowed", len(tables), counting.count, limit)
	}
	return catalog.Tables
}
