package dbtest

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"
)

const (
	requireVariable = "AUTHPLUGIN_TEST_REQUIRE"

	// A refused connection is known at once; the wait is for hosts that are
	// silent. A required server may be busy starting.
	probeTimeout         = 2 * time.Second
	requiredProbeTimeout = 30 * time.Second
)

// Engine is one database that tests run on: a database system together with
// its driver.
type Engine struct {
	// Name is sqlite, sqlite-pure, postgres, mysql or sqlserver. sqlite is the
	// driver that needs cgo and sqlite-pure the one that does not; mysql is
	// MySQL or MariaDB, whichever answers.
	Name string

	backend backend
	probe   func() error
}

// backend is what differs by engine.
type backend interface {
	// dialect is the name of the GORM dialector.
	dialect() string
	// help says in one line how to get the server.
	help() string
	// ping reports whether the server answers.
	ping(ctx context.Context) error
	// create makes an empty database and returns how to remove it.
	create(ctx context.Context, t testing.TB, ownDatabase bool) (d Database, drop func(context.Context) error, err error)
	// open returns a pool on the database. It need not connect.
	open(d Database) (*sql.DB, error)
	// dialector is GORM's view of the pool.
	dialector(d Database, pool *sql.DB) gorm.Dialector
	// load executes the script of a dump on a connection of its own.
	load(ctx context.Context, d Database, script string) error
}

// engines are the engines of this build. Only the outcome of the probes is
// state, and it is written once.
var engines = append(sqliteEngines(),
	server("postgres", &postgresBackend{dsn: environment("AUTHPLUGIN_TEST_POSTGRES", "postgres://postgres@127.0.0.1:5432/postgres?sslmode=disable")}),
	server("mysql", &mysqlBackend{dsn: environment("AUTHPLUGIN_TEST_MYSQL", "root@tcp(127.0.0.1:3306)/?charset=utf8mb4&parseTime=true&loc=UTC&clientFoundRows=true")}),
	server("sqlserver", &sqlserverBackend{dsn: environment("AUTHPLUGIN_TEST_SQLSERVER", "")}),
)

func environment(variable, fallback string) string {
	if value := os.Getenv(variable); value != "" {
		return value
	}

	return fallback
}

// server is an engine that is asked once per process whether it answers.
func server(name string, b backend) Engine {
	return Engine{Name: name, backend: b, probe: sync.OnceValue(func() error {
		timeout := probeTimeout
		if required(os.Getenv(requireVariable), name) {
			timeout = requiredProbeTimeout
		}

		ctx, cancel := context.WithTimeout(context.Background(), timeout)
		defer cancel()

		return b.ping(ctx)
	})}
}

// Engines returns the engines of this build, in a fixed order, whether they
// answer or not. Without cgo there is no sqlite.
func Engines() []Engine {
	return slices.Clone(engines)
}

// Named returns one engine, for a test that makes sense on that engine only.
// It skips the test as Run does when the engine is not available.
func Named(t testing.TB, name string) Engine {
	t.Helper()

	for _, e := range engines {
		if e.Name == name {
			e.need(t)

			return e
		}
	}

	if name != "sqlite" {
		t.Fatalf("dbtest: no engine is called %q, there are %s", name, strings.Join(names(), ", "))
	}

	t.Skip("dbtest: the engine sqlite needs cgo; run with CGO_ENABLED=1 and a C compiler")

	return Engine{}
}

// Run runs f as a parallel subtest for every engine. An engine that is not
// available is a skipped subtest which says how to start it, or a failed one
// when AUTHPLUGIN_TEST_REQUIRE names it.
func Run(t *testing.T, f func(t *testing.T, e Engine)) {
	t.Helper()

	for _, e := range engines {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			e.need(t)
			f(t, e)
		})
	}
}

// Dialect is the name of the GORM dialector: sqlite, postgres, mysql or
// sqlserver.
func (e Engine) Dialect() string {
	return e.backend.dialect()
}

// String returns the name.
func (e Engine) String() string {
	return e.Name
}

// need ends a test whose engine is not available.
func (e Engine) need(t testing.TB) {
	t.Helper()

	list := os.Getenv(requireVariable)
	if err := checkRequired(list); err != nil {
		t.Fatal(err)
	}

	if e.probe == nil {
		return
	}

	err := e.probe()
	if err == nil {
		return
	}

	if required(list, e.Name) {
		t.Fatalf("dbtest: %s is required by %s=%s but does not answer: %v\n%s", e.Name, requireVariable, list, err, e.backend.help())
	}

	t.Skipf("dbtest: %s does not answer: %v\n%s", e.Name, err, e.backend.help())
}

// required tells whether the list of AUTHPLUGIN_TEST_REQUIRE names the engine.
// "all" leaves out sqlserver, which cannot be had everywhere.
func required(list, name string) bool {
	for item := range strings.SplitSeq(list, ",") {
		switch strings.TrimSpace(item) {
		case name:
			return true
		case "all":
			if name != "sqlserver" {
				return true
			}
		}
	}

	return false
}

// checkRequired refuses a misspelt name: it would silently require nothing. redis
// is for package redistest.
func checkRequired(list string) error {
	for item := range strings.SplitSeq(list, ",") {
		item = strings.TrimSpace(item)
		if item == "" || item == "all" || item == "sqlite" || item == "redis" || slices.Contains(names(), item) {
			continue
		}

		return fmt.Errorf("dbtest: %s=%s: %q is none of all, redis, %s", requireVariable, list, item, strings.Join(names(), ", "))
	}

	return nil
}

func names() []string {
	list := make([]string, len(engines))
	for i, e := range engines {
		list[i] = e.Name
	}

	return list
}
