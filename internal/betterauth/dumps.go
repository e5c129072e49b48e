package betterauth

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// Plugins is the kind of the dump with the tables of plugins, and no rows. The others
// are of the core tables, with rows, and named after the strategy of their ids.
const Plugins = "plugins"

// DumpOf is the name by which the dumps of an engine begin. It skips the test where
// Better Auth was not run.
func DumpOf(t testing.TB, e dbtest.Engine) string {
	t.Helper()
	name := map[string]string{"sqlite": "sqlite", "postgres": "postgres", "mysql": "mariadb"}[e.Dialect()]
	if name == "" {
		t.Skip("there is no dump of Better Auth for " + e.Name)
	}
	return name
}

// Load loads a dump into a database of its own; an edit may change its text before. It
// returns the text, too.
func Load(t testing.TB, e dbtest.Engine, kind string, edit func(script string) string) (d dbtest.Database, script string) {
	t.Helper()
	script = read(t, DumpOf(t, e)+"-"+kind+".sql")
	if edit != nil {
		script = edit(script)
	}
	d = e.NewWithOwnDatabase(t) // the dumps of PostgreSQL name the schema public
	d.Load(t, script)
	return d, script
}

// Use opens a database that Better Auth made for its plugins with some of ours, under
// Better Auth's names, and has the test fail when there is anything to migrate.
func Use(t testing.TB, e dbtest.Engine, plugins ...authplugin.Plugin) (*gorm.DB, *authplugin.Auth) {
	t.Helper()
	d, _ := Load(t, e, Plugins, nil)
	db := d.Open(t, nil)
	auth := authplugin.New(authplugin.Config{Naming: authplugin.BetterAuthNaming, Plugins: plugins})
	if err := db.Use(auth); err != nil {
		t.Fatal(err)
	}
	plan, err := auth.PlanMigration(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(plan.Steps)+len(plan.Unsafe)+len(plan.Drift) > 0 {
		t.Errorf("there is something to migrate:\n%s", plan)
	}
	return db, auth
}

// Seeds are what the applications that were dumped knew, as JSON, by dump.
func Seeds(t testing.TB) []byte {
	t.Helper()
	return []byte(read(t, "seeds.json"))
}

// read reads a file of the dumps, from whichever package of the module is tested.
func read(t testing.TB, name string) string {
	t.Helper()
	folder, err := os.Getwd()
	for err == nil {
		if _, missing := os.Stat(filepath.Join(folder, "go.mod")); missing == nil {
			break
		}
		if filepath.Dir(folder) == folder {
			t.Fatal("betterauth: the test does not run in the module")
		}
		folder = filepath.Dir(folder)
	}
	if err != nil {
		t.Fatal(err)
	}
	text, err := fs.ReadFile(os.DirFS(folder), "tests/testdata/better-auth/"+name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
