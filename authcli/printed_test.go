package authcli_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/gorm-auth/authplugin/authcli"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// hardPassword has every character that means something in a URL or a DSN.
const hardPassword = `s%cret/p@ss:w?rd#&=+[]`

// Whatever the commands print, on both streams and when they succeed, the password of
// the database is not in it, nor is that of the user who is created.
func TestNoPasswordIsPrinted(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d := e.New(t)
		env := onDatabase(withUser(t, d))
		opts := authcli.Options{Config: rich()}
		var printed strings.Builder
		for _, args := range [][]string{
			{"status", "--verbose"},
			{"generate", "--verbose"},
			{"migrate", "--dry-run", "--verbose"},
			{"migrate", "--dry-run", "--json"},
			{"migrate", "--yes", "--verbose"},
			{"migrate", "--yes", "--json", "--verbose"},
			{"status", "--json"},
			{"create-admin", "--email", "ada@example.com", "--password-stdin", "--verbose"},
			{"create-admin", "--email", "ada@example.com", "--password-stdin", "--verbose"},
			{"info", "--verbose"},
			{"info", "--json"},
			{"doctor", "--verbose"},
			{"doctor", "--json"},
			{"cleanup", "--verbose"},
		} {
			opts.Stdin = strings.NewReader("correct horse\n")
			r := run(t, opts, env, args...)
			if r.code == authcli.ExitUsage || strings.Contains(r.stderr, "cannot connect") {
				t.Errorf("%v: %s", args, r.stderr)
			}
			printed.WriteString(r.stdout + r.stderr)
		}
		if !strings.Contains(printed.String(), "created user") || !strings.Contains(printed.String(), "CREATE TABLE") {
			t.Errorf("it did not go as it should:\n%s", printed.String())
		}
		for _, secret := range []string{
			hardPassword, url.QueryEscape(hardPassword), url.PathEscape(hardPassword), url.UserPassword("", hardPassword).String()[1:],
			"p@ss", "p%40ss", "correct horse", "hunter2",
		} {
			if i := strings.Index(printed.String(), secret); i >= 0 {
				t.Errorf("%q is printed: %s", secret, printed.String()[max(0, i-200):min(printed.Len(), i+100)])
			}
		}
	})
}

// withUser makes a user with a password for the test's database.
func withUser(t *testing.T, d dbtest.Database) string {
	t.Helper()
	raw := urlOf(t, d)
	name := strings.ReplaceAll(d.Name, "authplugin_", "u")
	var create, drop []string
	switch d.Engine.Dialect() {
	case "postgres":
		create = []string{"CREATE ROLE " + name + " LOGIN PASSWORD '" + hardPassword + "'", "GRANT ALL ON SCHEMA " + d.Name + " TO " + name}
		drop = []string{"DROP OWNED BY " + name, "DROP ROLE " + name}
	case "mysql":
		create = []string{"CREATE USER " + name + "@'%' IDENTIFIED BY '" + hardPassword + "'", "GRANT ALL ON " + d.Name + ".* TO " + name + "@'%'"}
		drop = []string{"DROP USER " + name + "@'%'"}
	default:
		return raw
	}
	pool := d.Pool(t)
	for _, statement := range create {
		if _, err := pool.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		for _, statement := range drop {
			if _, err := pool.Exec(statement); err != nil {
				t.Error(err)
			}
		}
	})
	u, err := url.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword(name, hardPassword)
	return u.String()
}
