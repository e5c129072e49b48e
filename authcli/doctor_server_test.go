package authcli_test

import (
	"net/url"
	"testing"

	"github.com/gorm-auth/authplugin/authcli"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// with adds parameters to a URL.
func with(t *testing.T, raw string, parameters ...string) string {
	t.Helper()
	u, err := url.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	query := u.Query()
	for i := 0; i < len(parameters); i += 2 {
		query.Set(parameters[i], parameters[i+1])
	}
	u.RawQuery = query.Encode()
	return u.String()
}

// Settings that lose or change data are found, on the connection that is made as the
// application makes its own.
func TestDoctorLooksAtSettings(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d := e.New(t)
		raw := urlOf(t, d)
		run(t, authcli.Options{}, onDatabase(raw), "migrate", "--yes").want(t, authcli.ExitOK)
		var settings, texts []string
		switch e.Dialect() {
		case "postgres":
			settings = []string{"default_transaction_isolation", "read uncommitted", "timezone", "Asia/Tokyo"}
			texts = []string{"ok    time zone", "Asia/Tokyo; moments are stored with their zone"}
		case "mysql":
			db := d.Open(t, nil)
			if err := db.Exec("ALTER DATABASE " + d.Name + " CHARACTER SET latin1").Error; err != nil {
				t.Fatal(err)
			}
			var variable string // MariaDB before 11.1 calls it tx_isolation
			if err := db.Raw("SHOW VARIABLES WHERE Variable_name IN ('transaction_isolation', 'tx_isolation')").Row().Scan(&variable, new(string)); err != nil {
				t.Fatal(err)
			}
			settings = []string{variable, "'READ-UNCOMMITTED'", "time_zone", "'+05:00'"}
			texts = []string{
				"warn  time zone", "+05:00, 300 minutes ahead of UTC", "-> add time_zone=",
				"warn  character set", "latin1 cannot hold every character", "-> ALTER DATABASE",
			}
		default:
			t.Skip("it has no such settings, or cannot be asked here")
		}
		run(t, authcli.Options{}, onDatabase(with(t, raw, settings...)), "doctor").want(t, authcli.ExitOK,
			append(texts, "warn  isolation", "read uncommitted: transactions see what others may yet roll back", "-> use read committed")...)
	})
}

func TestDoctorOnPostgreSQL(t *testing.T) {
	t.Parallel()
	d := dbtest.Named(t, "postgres").New(t)
	raw := urlOf(t, d)
	run(t, authcli.Options{}, onDatabase(with(t, raw, "search_path", "no_such_schema")), "doctor").want(t, authcli.ExitError,
		"fail  search_path", "it names no schema that exists", "-> create the schema, or correct search_path")

	ascii, pool := d.Name+"_ascii", d.Pool(t)
	if _, err := pool.ExecContext(t.Context(), "CREATE DATABASE "+ascii+" ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := pool.Exec("DROP DATABASE " + ascii + " WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	u, err := url.Parse(with(t, raw, "search_path", "public"))
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + ascii
	run(t, authcli.Options{}, onDatabase(u.String()), "migrate", "--yes").want(t, authcli.ExitOK)
	run(t, authcli.Options{}, onDatabase(u.String()), "doctor").want(t, authcli.ExitOK,
		"warn  character set", "SQL_ASCII cannot hold every character", "-> create the database with ENCODING 'UTF8'")
}
