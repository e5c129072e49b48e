package authcli_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/authcli"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// A program reads the plan, and what became of it: the standard output is JSON and
// nothing else, also when the migration fails half-way.
func TestMigrateForPrograms(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d := e.New(t)
		env := onDatabase(urlOf(t, d))
		execute(t, d, "CREATE VIEW accounts AS SELECT 1 AS one") // in the way of the third step
		dry := run(t, authcli.Options{}, env, "migrate", "--dry-run", "--json")
		dry.want(t, authcli.ExitOK)
		var plan authplugin.Plan
		if err := json.Unmarshal([]byte(dry.stdout), &plan); err != nil || len(plan.Steps) != 4 {
			t.Fatalf("%v: %s", err, dry.stdout)
		}
		if status := run(t, authcli.Options{}, env, "status", "--json"); status.stdout != dry.stdout {
			t.Errorf("something was changed, or the plan is another one:\n%s", cmp.Diff(dry.stdout, status.stdout))
		}
		run(t, authcli.Options{}, env, "migrate", "--json").want(t, authcli.ExitUsage, "--yes")

		failed := run(t, authcli.Options{}, env, "migrate", "--yes", "--json")
		failed.want(t, authcli.ExitError, "authplugin: cannot create table accounts", "perhaps a view", "run migrate again to go on")
		var result authplugin.MigrationResult
		if err := json.Unmarshal([]byte(failed.stdout), &result); err != nil {
			t.Fatalf("%v: %s", err, failed.stdout)
		}
		applied := 0
		if e.Dialect() == "mysql" { // which commits each statement
			applied = 2
		}
		if len(result.Applied) != applied || result.Failed == nil || result.Failed.Table != "accounts" || len(result.Applied)+1+len(result.Pending) != len(plan.Steps) {
			t.Errorf("the result is %s", failed.stdout)
		}

		execute(t, d, "DROP VIEW accounts")
		run(t, authcli.Options{}, env, "migrate", "--yes", "--json").want(t, authcli.ExitOK)
		again := run(t, authcli.Options{}, env, "migrate", "--yes", "--json")
		again.want(t, authcli.ExitOK, "nothing to do")
		if strings.Contains(again.stdout, "CREATE TABLE") {
			t.Errorf("it was not all applied before:\n%s", again.stdout)
		}
	})
}

// execute runs a statement on a pool that is closed again: of two SQLite libraries in
// one process neither sees the other's locks.
func execute(t *testing.T, d dbtest.Database, statement string) {
	t.Helper()
	pool := d.Pool(t)
	if _, err := pool.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
	if err := pool.Close(); err != nil {
		t.Fatal(err)
	}
}
