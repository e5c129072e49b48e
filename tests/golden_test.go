package tests

import (
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
	"github.com/gorm-auth/authplugin/internal/sqlrecorder"
)

// update rewrites the golden files: go test ./tests -run Golden -update. What
// has changed is then to be read as a diff, for each database.
var update = flag.Bool("update", false, "rewrite the golden files")

// checkGolden compares with a file under testdata/golden.
func checkGolden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "golden", filepath.FromSlash(name)+".sql")
	if *update {
		must(t, os.MkdirAll(filepath.Dir(path), 0o755))
		must(t, os.WriteFile(path, []byte(got), 0o644))
		return
	}
	want, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("there is no %s; write it with -update\n%s", path, got)
	}
	must(t, err)
	// A checkout on Windows may have changed the line ends.
	if diff := cmp.Diff(strings.ReplaceAll(string(want), "\r\n", "\n"), got); diff != "" {
		t.Errorf("%s (-want +got), rewrite it with -update if the change is meant:\n%s", path, diff)
	}
}

// planSQL is the SQL of a plan, each step under its name.
func planSQL(t *testing.T, auth *authplugin.Auth) string {
	t.Helper()
	plan, err := auth.PlanMigration(t.Context())
	must(t, err)
	if len(plan.Unsafe)+len(plan.Drift)+len(plan.Recommended) > 0 {
		t.Errorf("more than steps on a database of our own:\n%s", plan)
	}
	var b strings.Builder
	for _, s := range plan.Steps {
		b.WriteString("-- " + s.String() + "\n")
		for _, statement := range s.SQL {
			b.WriteString(sortForeignKeys(strings.TrimSuffix(statement, ";")) + ";\n")
		}
	}
	return b.String()
}

// sortForeignKeys puts those at the end of a CREATE TABLE in order: GORM's
// migrator takes them out of a map.
func sortForeignKeys(statement string) string {
	body, isTable := strings.CutSuffix(statement, ")")
	if !isTable || !strings.HasPrefix(statement, "CREATE TABLE") {
		return statement
	}
	parts := strings.Split(body, ",CONSTRAINT ")
	slices.Sort(parts[1:])
	return strings.Join(parts, ",CONSTRAINT ") + ")"
}

// splitStatements undoes planSQL.
func splitStatements(script string) []string {
	var statements []string
	for line := range strings.Lines(script) {
		if !strings.HasPrefix(line, "--") {
			statements = append(statements, strings.TrimSpace(line))
		}
	}
	return statements
}

// Each database gets exactly the DDL of its golden file, and takes it.
func TestGoldenDDL(t *testing.T) {
	t.Parallel()
	for _, c := range goldenCases() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
				if !c.runsOn(e.Dialect()) {
					t.Skipf("not a case for %s", e.Dialect())
				}
				d := newFor(t, e, c)
				folder := goldenFolder(t, d)
				if c.noMySQL && folder == "mysql" {
					t.Skip("MySQL cannot hand back such an id")
				}
				if c.before != nil {
					_, before := useWith(t, d, c.before(e.Dialect()), c.gorm)
					must(t, before.Migrate(t.Context()))
				}
				_, auth := useWith(t, d, c.config(e.Dialect()), c.gorm)
				checkGolden(t, folder+"/"+c.name, planSQL(t, auth))
				must(t, auth.Migrate(t.Context()))
				if rest := planSQL(t, auth); rest != "" {
					t.Errorf("left after the migration:\n%s", rest)
				}
			})
		})
	}
}

// newFor makes an empty database. A schema of PostgreSQL is seen by the whole
// database, so a test that makes one has a database of its own.
func newFor(t *testing.T, e dbtest.Engine, c goldenCase) dbtest.Database {
	t.Helper()
	if c.config(e.Dialect()).DatabaseSchema != "" {
		return e.NewWithOwnDatabase(t)
	}
	return e.New(t)
}

// goldenFolder is the dialect, except that MySQL and MariaDB are told apart:
// their types for JSON differ.
func goldenFolder(t *testing.T, d dbtest.Database) string {
	t.Helper()
	if d.Engine.Dialect() != "mysql" {
		return d.Engine.Dialect()
	}
	var version string
	must(t, d.Pool(t).QueryRowContext(t.Context(), "SELECT VERSION()").Scan(&version))
	if strings.Contains(version, "MariaDB") {
		return "mariadb"
	}
	return "mysql"
}

// The same for SQL Server without a server: the catalog is that of the
// statements which were recorded before. It shares the golden files with a
// server that dbtest may reach.
func TestGoldenDDLOfSQLServer(t *testing.T) {
	t.Parallel()
	for _, c := range goldenCases() {
		if !c.runsOn("sqlserver") {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := newFakeServer()
			if c.before != nil {
				before := server.use(t, c.before("sqlserver"), c.gorm)
				must(t, before.Migrate(t.Context()))
			}
			auth := server.use(t, c.config("sqlserver"), c.gorm)
			script := planSQL(t, auth)
			checkGolden(t, "sqlserver/"+c.name, script)
			for _, statement := range splitStatements(script) {
				if err := sqlrecorder.Check(statement); err != nil {
					t.Error(err)
				}
			}
			must(t, auth.Migrate(t.Context()))
			if rest := planSQL(t, auth); rest != "" {
				t.Errorf("left after the migration:\n%s", rest)
			}
		})
	}
}

// goldenCase is one configuration, whose DDL is kept for each database.
type goldenCase struct {
	name   string
	config func(dialect string) authplugin.Config
	// before is what the database was migrated to before, nil for an empty one.
	before func(dialect string) authplugin.Config
	gorm   *gorm.Config
	// only lists dialects; empty means all.
	only []string
	// noMySQL leaves out MySQL, but not MariaDB.
	noMySQL bool
}

func (c goldenCase) runsOn(dialect string) bool {
	return len(c.only) == 0 || slices.Contains(c.only, dialect)
}
