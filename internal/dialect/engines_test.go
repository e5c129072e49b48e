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
	open func(t *testing.T) (Dialect, *sql.DB)
}

func engines() []engine {
	return append(sqliteEngines(), engine{"postgres", openPostgres}, engine{"mysql", openMySQL})
}

func sqliteEngines() []engine {
	return []engine{
		{"sqlite/mattn", func(t *testing.T) (Dialect, *sql.DB) { return SQLite{}, openSQLite(t, "sqlite3", "?_foreign_keys=1") }},
		{"sqlite/modernc", func(t *testing.T) (Dialect, *sql.DB) {
			return SQLite{}, openSQLite(t, "sqlite", "?_pragma=foreign_keys(1)&_pragma=busy_timeout(5000)")
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

func openSQLite(t *testing.T, driver, options string) *sql.DB {
	t.Helper()
	db, err := sql.Open(driver, "file:"+filepath.Join(t.TempDir(), "test.db")+options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	// mattn/go-sqlite3 compiles without cgo, but then does nothing.
	if err := db.Ping(); err != nil && strings.Contains(err.Error(), "CGO_ENABLED=0") {
		t.Skip(err)
	} else if err != nil {
		t.Fatal(err)
	}
	return db
}

func openPostgres(t *testing.T) (Dialect, *sql.DB) {
	t.Helper()
	config, err := pgx.ParseConfig(dsn("AUTHPLUGIN_TEST_POSTGRES", "postgres://postgres@127.0.0.1:5432/postgres?sslmode=disable"))
	if err != nil {
		t.Fatal(err)
	}
	schema := "dialect_" + strings.ToLower(rand.Text())
	config.RuntimeParams["search_path"] = schema
	db := stdlib.OpenDB(*config)
	t.Cleanup(func() { _ = db.Close() })
	reach(t, db, "postgres", "apt-get install postgresql && service postgresql start, with trust authentication "+
		"for 127.0.0.1, or set AUTHPLUGIN_TEST_POSTGRES")
	mustExec(t, db, "CREATE SCHEMA "+schema)
	t.Cleanup(func() { mustExec(t, db, "DROP SCHEMA "+schema+" CASCADE") })
	return Postgres{}, db
}

func openMySQL(t *testing.T) (Dialect, *sql.DB) {
	t.Helper()
	config, err := mysql.ParseDSN(dsn("AUTHPLUGIN_TEST_MYSQL", "root@tcp(127.0.0.1:3306)/"))
	if err != nil {
		t.Fatal(err)
	}
	config.ParseTime = true
	database := "dialect_" + strings.ToLower(rand.Text())
	config.DBName = ""
	server := openMySQLDatabase(t, config)
	reach(t, server, "mysql", "apt-get install mariadb-server && service mariadb start, with root without password "+
		"from 127.0.0.1, or set AUTHPLUGIN_TEST_MYSQL")
	mustExec(t, server, "CREATE DATABASE "+database+" CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci")
	t.Cleanup(func() { mustExec(t, server, "DROP DATABASE "+database) })
	config.DBName = database

	var version string
	if err := server.QueryRow("SELECT VERSION()").Scan(&version); err != nil {
		t.Fatal(err)
	}
	return MySQL{MariaDB: strings.Contains(version, "MariaDB")}, openMySQLDatabase(t, config)
}

func openMySQLDatabase(t *testing.T, config *mysql.Config) *sql.DB {
	t.Helper()
	connector, err := mysql.NewConnector(config.Clone())
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(connector)
	t.Cleanup(func() { _ = db.Close() })
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
func reach(t *testing.T, db *sql.DB, server, howToStart string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	err := db.PingContext(ctx)
	if err == nil {
		return
	}
	required := strings.Split(os.Getenv("AUTHPLUGIN_TEST_REQUIRE"), ",")
	if slices.Contains(required, server) || slices.Contains(required, "all") {
		t.Fatalf("%s is required but does not answer: %v", server, err)
	}
	t.Skipf("%s does not answer (%v); to run this test: %s", server, err, howToStart)
}

func mustExec(t *testing.T, db interface {
	Exec(query string, args ...any) (sql.Result, error)
}, statements ...string,
) {
	t.Helper()
	for _, statement := range statements {
		if _, err := db.Exec(statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
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
