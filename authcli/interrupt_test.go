//go:build !windows

package authcli_test

import (
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/authcli"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// grown is a configuration with a column more on users and on verifications, between
// which there is no foreign key: MySQL, when it alters a table, locks those that refer
// to it, so that whoever reads sessions keeps users from being altered, too.
func grown() authplugin.Config {
	cfg := withRole()
	cfg.Verification.AdditionalFields = authplugin.Fields{"device": {Type: authplugin.String, Optional: true}}
	return cfg
}

// Ctrl-C in the middle of a migration leaves what can be gone on from, and says
// what that is.
func TestMigrationIsInterrupted(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		if e.Dialect() == "sqlite" {
			t.Skip("a step on SQLite waits for nobody, so that there is no middle")
		}
		d := e.New(t)
		env, opts := onDatabase(urlOf(t, d)), authcli.Options{Config: grown()}
		run(t, authcli.Options{}, env, "migrate", "--yes").want(t, authcli.ExitOK)

		db := d.Open(t, nil)
		// Whoever has read a table keeps it from being altered, and MySQL also those
		// that it refers to: the step before must be of one that it has no key to.
		blocker := db.Begin()
		defer blocker.Rollback()
		if err := blocker.Exec("SELECT * FROM verifications").Error; err != nil {
			t.Fatal(err)
		}
		p := atTerminal(t, opts, env, "migrate", "--yes")
		p.waitFor("add column verifications.device [##########..........] 1 of 2")
		p.waitFor("waiting:\x1b[0m add column verifications.device: ")
		p.waitFor("a transaction that uses the table")
		p.waitFor("add column verifications.device, waiting [##########..........] 1 of 2")
		p.interrupt()
		p.wantExit(authcli.ExitError)
		p.waitFor("interrupted")
		if e.Dialect() == "mysql" {
			p.waitFor("add column users.role")
			p.waitFor("1 step not applied")
			p.waitFor("failed:")
		} else {
			p.waitFor("2 steps not applied")
		}
		if err := blocker.Rollback().Error; err != nil {
			t.Fatal(err)
		}
		if has := db.Migrator().HasColumn("users", "role"); has != (e.Dialect() == "mysql") {
			t.Errorf("the column of the first step is there: %v", has)
		}
		if e.Dialect() != "mysql" { // which may end a statement that nobody waits for any more
			run(t, opts, env, "status").want(t, authcli.ExitPending, "add column verifications.device")
		}
		run(t, opts, env, "migrate", "--yes").want(t, authcli.ExitOK)
		run(t, opts, env, "status").want(t, authcli.ExitOK)
	})
}

// A plan that was printed, reviewed and kept is applied, and nothing else.
func TestMigrateByPlan(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d := e.New(t)
		env := onDatabase(urlOf(t, d))
		file := filepath.Join(t.TempDir(), "plan.json")
		run(t, authcli.Options{}, env, "migrate", "--yes").want(t, authcli.ExitOK)
		status := run(t, authcli.Options{Config: withRole()}, env, "status", "--json")
		status.want(t, authcli.ExitPending)
		if err := os.WriteFile(file, []byte(status.stdout), 0o600); err != nil {
			t.Fatal(err)
		}
		done := run(t, authcli.Options{Config: grown()}, env, "migrate", "--yes", "--json", "--plan", file)
		done.want(t, authcli.ExitOK)
		var result authplugin.MigrationResult
		if err := json.Unmarshal([]byte(done.stdout), &result); err != nil || len(result.Applied) != 1 {
			t.Fatalf("%v\n%s", err, done.stdout)
		}
		run(t, authcli.Options{Config: withRole()}, env, "migrate", "--yes", "--plan", file).want(t, authcli.ExitOK, "nothing to do")

		if err := os.WriteFile(file, []byte(strings.ReplaceAll(status.stdout, `"dialect": "`, `"dialect": "x`)), 0o600); err != nil {
			t.Fatal(err)
		}
		run(t, authcli.Options{Config: withRole()}, env, "migrate", "--yes", "--plan", file).want(t, authcli.ExitError, "the plan is for")
		// A slip of the hand that edits a plan must not leave its steps out.
		for _, text := range []string{
			`{"steps": 7}`, `[]`, `{"dialect": "sqlite"}`, `{"dialect": "sqlite", "steps": null}`,
			strings.ReplaceAll(status.stdout, `"steps": `, `"step": `), strings.ReplaceAll(status.stdout, `"sql": `, `"SQLs": `), status.stdout + "{}",
		} {
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			run(t, authcli.Options{Config: withRole()}, env, "migrate", "--yes", "--plan", file).want(t, authcli.ExitError, "is not a plan")
		}
	})
}

// Tables that PostgreSQL would find no schema for are refused before a question.
func TestSearchPathWithoutSchema(t *testing.T) {
	t.Parallel()
	d := dbtest.Named(t, "postgres").New(t)
	u, err := url.Parse(urlOf(t, d))
	if err != nil {
		t.Fatal(err)
	}
	query := u.Query()
	query.Set("search_path", "no_such_schema")
	u.RawQuery = query.Encode()
	env := onDatabase(u.String())
	run(t, authcli.Options{}, env, "migrate", "--yes").want(t, authcli.ExitError, "cannot create table users", "no_such_schema", "databaseSchema")
	run(t, authcli.Options{}, env, "status").want(t, authcli.ExitPending, "no_such_schema")
}
