package authcli_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	driver "github.com/go-sql-driver/mysql"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/authcli"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// urlOf is the URL of a test's database as a user would write it.
func urlOf(t *testing.T, d dbtest.Database) string {
	t.Helper()
	switch d.Engine.Dialect() {
	case "sqlite":
		return "sqlite:" + (&url.URL{Path: filepath.ToSlash(d.SQLitePath)}).EscapedPath()
	case "mysql":
		config, err := driver.ParseDSN(d.DSN)
		if err != nil {
			t.Fatal(err)
		}
		u := url.URL{Scheme: "mysql", Host: config.Addr, Path: "/" + config.DBName, User: url.User(config.User)}
		if config.Passwd != "" {
			u.User = url.UserPassword(config.User, config.Passwd)
		}
		return u.String()
	default:
		return d.DSN
	}
}

// A database is brought up, looked at, filled and tended.
func TestEngines(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d := e.New(t)
		env, opts := onDatabase(urlOf(t, d)), authcli.Options{Config: withRole()}

		run(t, opts, env, "status").want(t, authcli.ExitPending, "create table users")
		run(t, opts, env, "migrate", "--dry-run").want(t, authcli.ExitOK, "create table users", "CREATE TABLE")
		run(t, opts, env, "status").want(t, authcli.ExitPending)
		run(t, opts, env, "migrate").want(t, authcli.ExitUsage, "--yes")
		if e.Dialect() != "sqlite" { // there the file does not exist yet
			run(t, opts, env, "doctor").want(t, authcli.ExitError, "fail  schema", "missing: create table users", "run migrate")
		}
		run(t, opts, env, "migrate", "--yes").want(t, authcli.ExitOK, "create table users", "applied")
		run(t, opts, env, "status").want(t, authcli.ExitOK, "up to date")
		run(t, opts, env, "migrate", "--yes").want(t, authcli.ExitOK, "up to date")

		admin := opts
		admin.Stdin = strings.NewReader("correct horse\nbattery staple\n")
		args := []string{"create-admin", "--email", "Ada@Example.com", "--name", "Ada", "--password-stdin"}
		run(t, admin, env, args...).want(t, authcli.ExitOK, "Ada <ada@example.com>")
		admin.Stdin = strings.NewReader("other\n")
		run(t, admin, env, args...).want(t, authcli.ExitError, "there is a user with the e-mail address Ada@Example.com already")
		checkAdmin(t, d)

		expire(t, d, 1234)
		run(t, opts, env, "doctor").want(t, authcli.ExitOK, "warn  expired sessions", "more than 1000", "ok    schema", "rows (about)")
		run(t, opts, env, "cleanup", "--json").want(t, authcli.ExitOK, `"sessions": 1234`, `"verifications": 1`)
		run(t, opts, env, "cleanup").want(t, authcli.ExitOK, "deleted 0 expired sessions and 0 expired verifications")
		checkDoctor(t, e, run(t, opts, env, "doctor", "--json"))
		run(t, opts, env, "info", "--json").want(t, authcli.ExitOK, `"dialect": "`+e.Dialect()+`"`)
	})
}

func checkAdmin(t *testing.T, d dbtest.Database) {
	t.Helper()
	auth := authplugin.New(withRole())
	if err := d.Open(t, nil).Use(auth); err != nil {
		t.Fatal(err)
	}
	user, err := auth.Users().FindByEmail(t.Context(), "ada@example.com")
	if err != nil {
		t.Fatal(err)
	}
	if !user.EmailVerified || user.Additional["role"] != "admin" || user.Name != "Ada" {
		t.Errorf("the admin is %v with role %v", user, user.Additional["role"])
	}
	if ok, err := auth.Accounts().VerifyPassword(t.Context(), user.ID, "correct horse"); err != nil || !ok {
		t.Errorf("the password is refused: %v", err)
	}
}

// expire adds sessions that have expired, one that has not, and a verification.
func expire(t *testing.T, d dbtest.Database, n int) {
	t.Helper()
	auth, db := authplugin.New(withRole()), d.Open(t, nil)
	if err := db.Use(auth); err != nil {
		t.Fatal(err)
	}
	user, err := auth.Users().FindByEmail(t.Context(), "ada@example.com")
	if err != nil {
		t.Fatal(err)
	}
	sessions := make([]authplugin.Session, n+1)
	for i := range sessions {
		sessions[i] = authplugin.Session{UserID: user.ID, Token: fmt.Sprintf("token-%032d", i), ExpiresAt: time.Now().Add(-time.Hour)}
	}
	sessions[n].ExpiresAt = time.Now().Add(time.Hour)
	if err := db.CreateInBatches(sessions, 100).Error; err != nil {
		t.Fatal(err)
	}
	verification := authplugin.Verification{Identifier: "reset", Value: "x", ExpiresAt: time.Now().Add(-time.Hour)}
	if err := db.Create(&verification).Error; err != nil {
		t.Fatal(err)
	}
}

func checkDoctor(t *testing.T, e dbtest.Engine, r result) {
	t.Helper()
	r.want(t, authcli.ExitOK)
	var d struct {
		Checks []struct {
			Name   string `json:"name"`
			Status string `json:"status"`
			Mend   string `json:"mend"`
		} `json:"checks"`
		Tables []struct {
			Table string `json:"table"`
			Rows  *int64 `json:"rows"`
			Bytes *int64 `json:"bytes"`
		} `json:"tables"`
	}
	if err := json.Unmarshal([]byte(r.stdout), &d); err != nil {
		t.Fatalf("%v in %s", err, r.stdout)
	}
	names := map[string]bool{}
	for _, c := range d.Checks {
		names[c.Name] = true
		if c.Status == "fail" || (c.Status != "ok" && c.Mend == "") {
			t.Errorf("check %+v", c)
		}
	}
	for _, name := range []string{"connection", "server", "time zone", "character set", "isolation", "configuration", "schema", "indexes", "expired sessions"} {
		if !names[name] {
			t.Errorf("nothing is said about %s: %s", name, r.stdout)
		}
	}
	if len(d.Tables) != 4 || d.Tables[0].Table != "users" {
		t.Errorf("tables %+v", d.Tables)
	}
	for _, table := range d.Tables {
		// PostgreSQL has no estimate before the first ANALYZE; SQLite tells no size.
		if (table.Rows == nil && e.Dialect() != "postgres") || (table.Bytes == nil) != (e.Dialect() == "sqlite") {
			t.Errorf("the size of %s is not told: %s", table.Table, r.stdout)
		}
	}
}

// The URL of the Go driver itself is taken as well, and an application's dialector.
func TestOtherWaysToConnect(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d := e.New(t)
		opts := authcli.Options{}
		run(t, opts, onDatabase(d.DSN), "migrate", "--yes", "--verbose").want(t, authcli.ExitOK, "applied", "CREATE TABLE")
		run(t, opts, nil, "status", "--database-url", d.DSN).want(t, authcli.ExitOK, "up to date")
	})
}
