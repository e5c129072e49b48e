package tests

import (
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
	"github.com/gorm-auth/authplugin/internal/generate"
)

// fileVersion is how versions are written into the names of files.
const fileVersion = "20060102150405"

// awkwardFields have defaults that a tool could divide or end too early.
func awkwardFields() authplugin.Fields {
	fields := everyField()
	for name, text := range map[string]string{
		"semicolon": "a;b; -- c", "quotes": `it's "so" ` + "`x`", "backslash": `a\b\`, "lines": "a;\nb\n\n;", "dollar": "$$ $1 ? :x @y ${HOME} %s",
	} {
		fields[name] = authplugin.Field{Type: authplugin.String, Size: 100, DefaultValue: text}
	}
	return fields
}

// eachTool runs a test with each tool on each database that they both know.
func eachTool(t *testing.T, test func(t *testing.T, e dbtest.Engine, tool migrationTool)) {
	t.Helper()
	for name, tool := range migrationTools() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tool.ready(t)
			dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
				if e.Dialect() == "sqlserver" {
					t.Skip("no tool is run on SQL Server: there is no server to run it on (AUTHPLUGIN_TEST_SQLSERVER)")
				}
				test(t, e, tool)
			})
		})
	}
}

func writePlan(t *testing.T, tool migrationTool, plan *authplugin.Plan, folder string, version time.Time) {
	t.Helper()
	files, err := tool.write(plan, generate.FileOptions{Name: "auth", Version: version, Existing: os.DirFS(folder), IncludeDrift: true})
	must(t, err)
	writeFiles(t, folder, files)
}

// unclaimed are the tables that no tool keeps for itself.
func unclaimed(t *testing.T, db *gorm.DB) (tables []string) {
	t.Helper()
	all, err := db.Migrator().GetTables()
	must(t, err)
	for _, table := range all {
		if !ownTables[table] {
			tables = append(tables, table)
		}
	}
	return tables
}

func tablesOf(auth *authplugin.Auth) (tables []string) {
	for _, m := range auth.Schema().Models() {
		tables = append(tables, m.Table)
	}
	return tables
}

// The files of a tool, applied by it, are the migration; taken back, nothing is left.
func TestMigrationTools(t *testing.T) {
	t.Parallel()
	eachTool(t, func(t *testing.T, e dbtest.Engine, tool migrationTool) {
		configs := migrateConfigs()
		for _, name := range []string{"default", "every field", "better auth", "custom names", "mixed ids"} {
			cfg := configs[name]
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				d := e.New(t)
				db, auth := use(t, d, cfg)
				plan, err := auth.PlanMigration(t.Context())
				must(t, err)
				folder := t.TempDir()
				writePlan(t, tool, plan, folder, noon)
				reference, _ := use(t, e.New(t), authplugin.Config{
					Naming: cfg.Naming, RateLimit: cfg.RateLimit, User: cfg.User, Session: cfg.Session, AutoMigrate: true,
				})
				want := catalogOf(t, reference, tablesOf(auth)...)
				for range 2 {
					tool.up(t, d, folder)
					upToDate(t, auth)
					if diff := sameSchema(want, catalogOf(t, db, tablesOf(auth)...)); diff != "" {
						t.Fatalf("the files are not the migration (-migrated +files):\n%s", diff)
					}
					if tool.down == nil {
						return
					}
					tool.down(t, d, folder, "0")
					if tables := unclaimed(t, db); len(tables) > 0 {
						t.Fatalf("left over: %v", tables)
					}
				}
			})
		}
	})
}

// A difference goes up, down and up again over rows that stay. On PostgreSQL its
// indexes are built concurrently.
func TestMigrationToolsUpgrade(t *testing.T) {
	t.Parallel()
	eachTool(t, func(t *testing.T, e dbtest.Engine, tool migrationTool) {
		d, folder := e.New(t), t.TempDir()
		db, auth := use(t, d, authplugin.Config{})
		plan, err := auth.PlanMigration(t.Context())
		must(t, err)
		writePlan(t, tool, plan, folder, noon)
		tool.up(t, d, folder)
		newUser(t, db, "ada")
		before := catalogOf(t, db, coreTables...)

		cfg := authplugin.Config{
			User: authplugin.ModelConfig{AdditionalFields: awkwardFields()}, Plugins: []authplugin.Plugin{twoFactor(), organization()},
		}
		_, grown := use(t, d, cfg)
		plan, err = grown.PlanMigration(t.Context(), authplugin.Concurrently())
		must(t, err)
		writePlan(t, tool, plan, folder, noon.Add(time.Hour))
		reference := e.New(t)
		refDB, _ := use(t, reference, authplugin.Config{AutoMigrate: true})
		newUser(t, refDB, "ada")
		cfg.AutoMigrate = true
		use(t, reference, cfg)
		want := catalogOf(t, refDB, tablesOf(grown)...)

		for range 2 {
			tool.up(t, d, folder)
			upToDate(t, grown)
			if diff := sameSchema(want, catalogOf(t, db, tablesOf(grown)...)); diff != "" {
				t.Fatalf("the files are not the migration (-migrated +files):\n%s", diff)
			}
			awkwardDefaults(t, grown)
			if tool.down == nil {
				return
			}
			tool.down(t, d, folder, noon.UTC().Format(fileVersion))
			if diff := sameSchema(before, catalogOf(t, db, coreTables...)); diff != "" {
				t.Fatalf("down is not the way back (-before +after):\n%s", diff)
			}
			if left, core := unclaimed(t, db), len(before); len(left) != core {
				t.Fatalf("%d tables are left, want %d: %v", len(left), core, left)
			}
			if n := countUsers(t, db); n != 1 {
				t.Fatalf("%d users, want 1", n)
			}
		}
	})
}

// awkwardDefaults reads them in the row that was there before.
func awkwardDefaults(t *testing.T, auth *authplugin.Auth) {
	t.Helper()
	users, err := auth.Records("user").FindMany(t.Context(), authplugin.Query{})
	must(t, err)
	if len(users) != 1 {
		t.Fatalf("%d users, want 1", len(users))
	}
	for name, f := range awkwardFields() {
		if want, ok := f.DefaultValue.(string); ok && users[0][name] != want {
			t.Errorf("%s is %q, want %q", name, users[0][name], want)
		}
	}
}

// Drift that was asked for is brought about, and taken back.
func TestMigrationToolsDrift(t *testing.T) {
	t.Parallel()
	eachTool(t, func(t *testing.T, e dbtest.Engine, tool migrationTool) {
		if e.Dialect() == "sqlite" {
			t.Skip("not a case: SQLite alters no column")
		}
		d, folder := e.New(t), t.TempDir()
		db, auth := use(t, d, authplugin.Config{})
		plan, err := auth.PlanMigration(t.Context())
		must(t, err)
		writePlan(t, tool, plan, folder, noon)
		tool.up(t, d, folder)
		newUser(t, db, "ada")
		if e.Dialect() == "postgres" {
			execAll(t, db, []string{"ALTER TABLE users ALTER COLUMN name DROP NOT NULL", "ALTER TABLE users ADD motto text NOT NULL DEFAULT ''", "ALTER TABLE users ALTER COLUMN motto DROP DEFAULT"})
		} else {
			execAll(t, db, []string{"ALTER TABLE users MODIFY name varchar(255)", "ALTER TABLE users ADD motto varchar(100) NOT NULL DEFAULT ''", "ALTER TABLE users ALTER COLUMN motto DROP DEFAULT"})
		}
		before, err := auth.PlanMigration(t.Context())
		must(t, err)
		if len(before.Drift) != 2 {
			t.Fatalf("plan: %s", before)
		}
		writePlan(t, tool, before, folder, noon.Add(time.Hour))
		tool.up(t, d, folder)
		upToDate(t, auth)
		if tool.down == nil {
			return
		}
		tool.down(t, d, folder, noon.UTC().Format(fileVersion))
		after, err := auth.PlanMigration(t.Context())
		must(t, err)
		if diff := cmp.Diff(before, after); diff != "" {
			t.Errorf("(-before +after):\n%s", diff)
		}
		if n := countUsers(t, db); n != 1 {
			t.Errorf("%d users, want 1", n)
		}
	})
}
