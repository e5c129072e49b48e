package authcli_test

import (
	"testing"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/authcli"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

func TestDoctorFindsFaults(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d := e.New(t)
		url := urlOf(t, d)
		run(t, authcli.Options{}, onDatabase(url), "migrate", "--yes").want(t, authcli.ExitOK)
		db := d.Open(t, nil)
		drop := "DROP INDEX sessions_expires_at_idx"
		if e.Dialect() == "mysql" || e.Dialect() == "sqlserver" {
			drop += " ON sessions"
		}
		for _, statement := range []string{
			drop, "ALTER TABLE users ADD points varchar(20)",
			"INSERT INTO users (id, name, email, email_verified, created_at, updated_at) VALUES ('u', 'Ada', 'ada@example.com', '0', '2026-01-01 00:00:00', '2026-01-01 00:00:00')",
		} {
			if err := db.Exec(statement).Error; err != nil {
				t.Fatal(err)
			}
		}
		run(t, authcli.Options{}, onDatabase(url), "doctor").want(t, authcli.ExitOK,
			"warn  indexes", "recommended: create index sessions.sessions_expires_at_idx", "run migrate --recommended")

		drifted := authplugin.Config{User: authplugin.ModelConfig{AdditionalFields: authplugin.Fields{
			"points": {Type: authplugin.Number, Optional: true},
		}}}
		run(t, authcli.Options{Config: drifted}, onDatabase(url), "doctor").want(t, authcli.ExitOK,
			"warn  drift", "users.points", "-> change the column by hand, or the configuration")

		cfg := withRole()
		cfg.User.AdditionalFields["name2"] = authplugin.Field{Type: authplugin.String}
		r := run(t, authcli.Options{Config: cfg}, onDatabase(url), "doctor")
		r.want(t, authcli.ExitError, "fail  schema", "missing: add column users.role", "unsafe to add: users.name2")
		run(t, authcli.Options{Config: cfg}, onDatabase(url), "status").want(t, authcli.ExitPending, "1 unsafe step to mend by hand")
		run(t, authcli.Options{Config: cfg}, onDatabase(url), "migrate", "--yes").want(t, authcli.ExitError, "unsafe", "nothing was applied")

		run(t, authcli.Options{}, onDatabase(url), "migrate", "--yes", "--recommended").want(t, authcli.ExitOK, "applied")
		run(t, authcli.Options{}, onDatabase(url), "doctor").want(t, authcli.ExitOK, "ok    indexes")
	})
}

func TestDoctorOnSQLite(t *testing.T) {
	t.Parallel()
	d := dbtest.Named(t, "sqlite-pure").New(t)
	url := urlOf(t, d)
	run(t, authcli.Options{}, onDatabase(url), "migrate", "--yes").want(t, authcli.ExitOK)
	run(t, authcli.Options{}, onDatabase(url+"?_pragma=foreign_keys(0)&_pragma=busy_timeout(0)"), "doctor").want(t, authcli.ExitError,
		"fail  foreign keys", "off: sessions and accounts outlive their user", "warn  busy timeout")

	db := d.Open(t, nil)
	err := db.Connection(func(tx *gorm.DB) error {
		if err := tx.Exec("PRAGMA foreign_keys = 0").Error; err != nil {
			return err
		}
		return tx.Exec("INSERT INTO accounts (id, user_id, account_id, provider_id, created_at, updated_at) VALUES ('a', 'gone', 'a', 'p', '2026', '2026')").Error
	})
	if err != nil {
		t.Fatal(err)
	}
	run(t, authcli.Options{}, onDatabase(url), "doctor").want(t, authcli.ExitOK, "warn  foreign keys", "rows of accounts refer to rows that are gone")
}

func TestDoctorWithoutDatabase(t *testing.T) {
	t.Parallel()
	r := run(t, authcli.Options{}, nil, "doctor", "--json")
	r.want(t, authcli.ExitError, `"status": "fail"`, "set DATABASE_URL")
	r = run(t, authcli.Options{}, onDatabase("sqlite:"+t.TempDir()+"/none.db"), "doctor")
	r.want(t, authcli.ExitError, "fail  connection", "does not exist")
}
