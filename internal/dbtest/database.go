package dbtest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

const (
	// A PostgreSQL server takes 100 connections by default, which the tests of
	// several packages share.
	maxOpenConns = 8
	maxIdleConns = 2
	// Connections that a test is done with are soon wanted by another one.
	maxIdleTime = 2 * time.Second

	setupTimeout = time.Minute
)

// Database is a database that belongs to one test. Every Open is a pool of its
// own, as another process would have.
type Database struct {
	Engine Engine
	// DSN is the data source name for the engine's driver.
	DSN string
	// Name is the schema (PostgreSQL) or the database (the other servers) that
	// holds the test's tables; empty on SQLite.
	Name string
	// SQLitePath is the file; empty on the servers.
	SQLitePath string
}

// Open makes a database for the test and returns a *gorm.DB on it. The rules
// are those of New and Database.Open.
func (e Engine) Open(t testing.TB, config *gorm.Config) *gorm.DB {
	t.Helper()

	return e.New(t).Open(t, config)
}

// New makes an empty database for the test: a file in t.TempDir (SQLite), a
// schema (PostgreSQL) or a database (other servers). It is removed when the
// test ends. A failure ends the test.
func (e Engine) New(t testing.TB) Database {
	t.Helper()

	return e.create(t, false)
}

// NewWithOwnDatabase is New, except that PostgreSQL gives a whole database
// with an empty schema "public", which the test may fill with schemas of its
// own. It takes about ten times as long.
func (e Engine) NewWithOwnDatabase(t testing.TB) Database {
	t.Helper()

	return e.create(t, true)
}

func (e Engine) create(t testing.TB, ownDatabase bool) Database {
	t.Helper()

	ctx, cancel := context.WithTimeout(t.Context(), setupTimeout)
	defer cancel()

	d, drop, err := e.backend.create(ctx, t, ownDatabase)
	if err != nil {
		t.Fatalf("dbtest: make a database on %s: %v", e.Name, err)
	}

	d.Engine = e

	t.Cleanup(func() {
		// The test's own context is done by now.
		ctx, cancel := context.WithTimeout(context.Background(), setupTimeout)
		defer cancel()

		if err := drop(ctx); err != nil {
			t.Errorf("dbtest: remove database %s on %s: %v", d.Name, e.Name, err)
		}
	})

	return d
}

// Open returns a *gorm.DB with a new pool of at most 8 connections, closed when
// the test ends. The config is copied, so that it may be shared; without a
// Logger (or without a config) nothing is logged.
func (d Database) Open(t testing.TB, config *gorm.Config) *gorm.DB {
	t.Helper()

	var c gorm.Config
	if config != nil {
		c = *config
	}

	if c.Logger == nil {
		c.Logger = logger.Discard
	}

	db, err := gorm.Open(d.Engine.backend.dialector(d, d.Pool(t)), &c)
	if err != nil {
		t.Fatalf("dbtest: open %s: %v", d.Engine.Name, err)
	}

	return db
}

// Pool is Open without GORM.
func (d Database) Pool(t testing.TB) *sql.DB {
	t.Helper()

	pool, err := d.pool()
	if err != nil {
		t.Fatalf("dbtest: open %s: %v", d.Engine.Name, err)
	}

	t.Cleanup(func() {
		if err := pool.Close(); err != nil {
			t.Errorf("dbtest: close %s: %v", d.Engine.Name, err)
		}
	})

	return pool
}

// Dialector returns a dialector on a new pool, for a test that calls gorm.Open
// itself. The test closes the pool: on SQL servers an open one can hinder the
// removal of the database. It panics if d was not made by an Engine.
func (d Database) Dialector() gorm.Dialector {
	pool, err := d.pool()
	if err != nil {
		panic(fmt.Errorf("dbtest: open %s: %w", d.Engine.Name, err))
	}

	return d.Engine.backend.dialector(d, pool)
}

func (d Database) pool() (*sql.DB, error) {
	pool, err := d.Engine.backend.open(d)
	if err != nil {
		return nil, err
	}

	pool.SetMaxOpenConns(maxOpenConns)
	pool.SetMaxIdleConns(maxIdleConns)
	pool.SetConnMaxIdleTime(maxIdleTime)

	return pool, nil
}

// Load executes the script of a dump: sqlite3 .dump, pg_dump (COPY blocks and
// psql's \restrict lines included), mariadb-dump or mysqldump, or for SQL
// Server batches between GO lines. It uses a connection of its own, since dumps
// leave settings behind. A PostgreSQL dump names its schema, usually public:
// load it into NewWithOwnDatabase. A failure ends the test.
func (d Database) Load(t testing.TB, script string) {
	t.Helper()

	ctx, cancel := context.WithTimeout(t.Context(), setupTimeout)
	defer cancel()

	if err := d.Engine.backend.load(ctx, d, script); err != nil {
		t.Fatalf("dbtest: load a script into %s: %v", d.Engine.Name, err)
	}
}

// uniqueName is a name that no other test and no other process uses. Every
// server takes it without quotes.
func uniqueName() string {
	return "authplugin_" + strings.ToLower(rand.Text()[:16])
}
