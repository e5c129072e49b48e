package authcli

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	driver "github.com/go-sql-driver/mysql"
	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"gorm.io/driver/mysql"
	"gorm.io/driver/postgres"
	"gorm.io/driver/sqlite"
	"gorm.io/driver/sqlserver"
)

func TestMySQLURLs(t *testing.T) {
	t.Parallel()
	type settings struct {
		User, Passwd, Net, Addr, DBName, TLS string
		Timeout                              time.Duration
		Params                               map[string]string
	}
	utf8mb4 := map[string]string{"charset": "utf8mb4"}
	for raw, want := range map[string]settings{
		"mysql://ada:secret@db.example.com:3307/app":        {"ada", "secret", "tcp", "db.example.com:3307", "app", "", connectTimeout, utf8mb4},
		"mariadb://ada@db.example.com/app":                  {"ada", "", "tcp", "db.example.com:3306", "app", "", connectTimeout, utf8mb4},
		"mysql://ada:p%40s%2Fs%3A%23%3F@h/app":              {"ada", "p@s/s:#?", "tcp", "h:3306", "app", "", connectTimeout, utf8mb4},
		"mysql://a%3Ab:c@[::1]:3306/app":                    {"a:b", "c", "tcp", "[::1]:3306", "app", "", connectTimeout, utf8mb4},
		"mysql://a:b@[::1]/app":                             {"a", "b", "tcp", "[::1]:3306", "app", "", connectTimeout, utf8mb4},
		"mysql:///app":                                      {"", "", "tcp", "127.0.0.1:3306", "app", "", connectTimeout, utf8mb4},
		"mysql://a:b@h/app?ssl-mode=REQUIRED&timeout=3s":    {"a", "b", "tcp", "h:3306", "app", "skip-verify", 3 * time.Second, utf8mb4},
		"mysql://a:b@h/app?tls=true":                        {"a", "b", "tcp", "h:3306", "app", "true", connectTimeout, utf8mb4},
		"mysql://a:b@h/app?socket=/run/mysqld.sock":         {"a", "b", "unix", "/run/mysqld.sock", "app", "", connectTimeout, utf8mb4},
		"mysql://a:b@h/app?charset=latin1&loc=Local":        {"a", "b", "tcp", "h:3306", "app", "", connectTimeout, map[string]string{"charset": "latin1"}},
		"mysql://a:b@h/app?time_zone=%27%2B00%3A00%27":      {"a", "b", "tcp", "h:3306", "app", "", connectTimeout, map[string]string{"charset": "utf8mb4", "time_zone": "'+00:00'"}},
		"mysql://a:b@h/my%20app":                            {"a", "b", "tcp", "h:3306", "my app", "", connectTimeout, utf8mb4},
		"a:b@tcp(h:3307)/app":                               {"a", "b", "tcp", "h:3307", "app", "", connectTimeout, utf8mb4},
		"a:p@s:/#?@tcp(h:3307)/app?parseTime=false&loc=CET": {"a", "p@s:/#?", "tcp", "h:3307", "app", "", connectTimeout, utf8mb4},
		"a:b@unix(/run/mysqld.sock)/app":                    {"a", "b", "unix", "/run/mysqld.sock", "app", "", connectTimeout, utf8mb4},
		"a:b@/app":                                          {"a", "b", "tcp", "127.0.0.1:3306", "app", "", connectTimeout, utf8mb4},
		"tcp(h:3307)/app":                                   {"", "", "tcp", "h:3307", "app", "", connectTimeout, utf8mb4},
	} {
		c, err := parseURL(raw)
		if err != nil {
			t.Errorf("%s: %v", raw, err)
			continue
		}
		config := c.dialector.(*mysql.Dialector).DSNConfig
		if !config.ParseTime || config.Loc != time.UTC || !config.ClientFoundRows {
			t.Errorf("%s: parseTime %v, loc %v, clientFoundRows %v", raw, config.ParseTime, config.Loc, config.ClientFoundRows)
		}
		got := settings{config.User, config.Passwd, config.Net, config.Addr, config.DBName, config.TLSConfig, config.Timeout, config.Params}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", raw, diff)
		}
	}
}

// The settings arrive at the connections as well.
func TestMySQLTLSIsUsed(t *testing.T) {
	t.Parallel()
	c, err := parseURL("mysql://a:b@127.0.0.1/app?ssl-mode=verify_identity")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.pool.Close() }()
	config := c.dialector.(*mysql.Dialector).DSNConfig
	if again, err := driver.ParseDSN(config.FormatDSN()); err != nil || again.TLS == nil || again.TLS.InsecureSkipVerify {
		t.Errorf("TLS is %+v, %v", again, err)
	}
}

func TestPostgresURLs(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{
		"postgres://ada:p%40ss@db.example.com:5433/app?sslmode=disable&search_path=auth",
		"postgresql://ada:p%40ss@db.example.com:5433/app?sslmode=disable&search_path=auth",
	} {
		c, err := parseURL(raw)
		if err != nil {
			t.Fatal(err)
		}
		config, err := pgx.ParseConfig(c.dialector.(*postgres.Dialector).DSN)
		if err != nil {
			t.Fatal(err)
		}
		if config.User != "ada" || config.Password != "p@ss" || config.Host != "db.example.com" || config.Port != 5433 ||
			config.Database != "app" || config.RuntimeParams["search_path"] != "auth" {
			t.Errorf("%s is %+v", raw, config.Config)
		}
		if want := strings.Split(raw, ":")[0] + "://db.example.com:5433/app"; c.target != want {
			t.Errorf("it is called %s, want %s", c.target, want)
		}
	}
}

func TestSQLiteURLs(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"sqlite:app.db":                      "app.db",
		"sqlite:./data/app.db":               "./data/app.db",
		"sqlite:///var/lib/app.db":           "/var/lib/app.db",
		"sqlite:/var/lib/app.db":             "/var/lib/app.db",
		"sqlite://app.db":                    "app.db",
		"file:app.db":                        "app.db",
		"file:///var/lib/app.db":             "/var/lib/app.db",
		"file://localhost/var/lib/app.db":    "/var/lib/app.db",
		"file:app.db?_foreign_keys=on":       "app.db",
		"sqlite:with%20space%3F.db":          "with space?.db",
		"sqlite:100%.db":                     "100%.db",
		"sqlite:app.db?_pragma=user_version": "app.db",
		"sqlite::memory:":                    "",
	} {
		c, err := parseURL(raw)
		if err != nil {
			t.Errorf("%s: %v", raw, err)
			continue
		}
		if c.file != filepath.FromSlash(want) {
			t.Errorf("%s is the file %q, want %q", raw, c.file, want)
		}
		dsn := c.dialector.(*sqlite.Dialector).DSN
		for _, setting := range []string{"foreign_keys%281%29", "busy_timeout%2810000%29", "_txlock=immediate", "_time_format=sqlite"} {
			if !strings.Contains(dsn, setting) {
				t.Errorf("%s is opened by %s, without %s", raw, dsn, setting)
			}
		}
	}
}

// What the URL says wins; and it is what the connection has.
func TestSQLiteSettings(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "100% & ? #.db")
	for query, want := range map[string][2]int{
		"": {1, 10000},
		"?_pragma=foreign_keys(0)&_pragma=busy_timeout(7)":           {0, 7},
		"?_foreign_keys=off&_busy_timeout=7":                         {1, 10000}, // of the other driver
		"?_pragma=FOREIGN_KEYS(off)&mode=rwc&_journal_mode=whatever": {0, 10000},
	} {
		raw := "sqlite:" + strings.NewReplacer("%", "%25", "?", "%3F", "#", "%23").Replace(path) + query
		c, err := parseURL(raw)
		if err != nil {
			t.Fatal(err)
		}
		var got [2]int
		if err := c.pool.QueryRowContext(t.Context(), "PRAGMA foreign_keys").Scan(&got[0]); err != nil {
			t.Fatal(err)
		}
		if err := c.pool.QueryRowContext(t.Context(), "PRAGMA busy_timeout").Scan(&got[1]); err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Errorf("%q: foreign_keys and busy_timeout are %v, want %v", query, got, want)
		}
		if err := c.pool.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
}

func TestSQLServerURL(t *testing.T) {
	t.Parallel()
	c, err := parseURL("sqlserver://sa:p%40ss@db.example.com:1433?database=app&encrypt=disable")
	if err != nil {
		t.Fatal(err)
	}
	if dsn := c.dialector.(*sqlserver.Dialector).DSN; !strings.Contains(dsn, "database=app") {
		t.Errorf("it is opened by %s", dsn)
	}
	if c.target != "sqlserver://db.example.com:1433 database app" {
		t.Errorf("it is called %s", c.target)
	}
}

// hostile are URLs with a secret in every place that a parser or a driver may show.
func hostile() []string {
	return []string{
		"postgres://ada:hunter2!@[::1/app",
		"postgres://ada:hunter2!@host:port/app",
		"postgres://ada:hunter2!@ho st/app",
		"postgres://ada:hunter2!%zz@host/app",
		"postgres://ada:hun/ter2!hunter2!@host/app",
		"postgres://ada:12/hunter2!@host/app",
		"postgres://ada:12?hunter2!@host/app",
		"postgres://ada:12#hunter2!@host/app",
		"postgres://ada:#hunter2!@host/app",
		"postgres://ada:a@hunter2!@host/app",
		"postgres://hunter2!@127.0.0.1:1/app",
		"postgres://ada:hunter2!@127.0.0.1:1/app?sslmode=hunter2!",
		"postgres://127.0.0.1:1/app?user=ada&password=hunter2!&connect_timeout=1",
		"postgres://127.0.0.1:1/app?password=hunter2!&connect_timeout=x",
		"postgres://ada@127.0.0.1:1/app?sslmode=require&sslpassword=hunter2!&sslcert=/none&sslkey=/none",
		"postgres://ada:hunter2!@127.0.0.1:1/app?sslmode=disable",
		"postgres://ada:hunter2!@/app?host=/none/such&sslmode=disable",
		"mysql://ada:hunter2!@127.0.0.1:1/app",
		"mysql://ada:hunter2!@127.0.0.1:1",
		"mysql://127.0.0.1:1/app?password=hunter2!",
		"mysql://ada:12/hunter2!@127.0.0.1:1/app",
		"mysql://ada:hunter2!@127.0.0.1:1/app?tls=hunter2!",
		"mysql://ada:hunter2!@127.0.0.1:1/app?timeout=hunter2!",
		"mariadb://ada:%2Fhunter2!@127.0.0.1:1/app?ssl-mode=hunter2!",
		"ada:hunter2!@tcp(127.0.0.1:1)/app",
		"ada:hunter2!@tcp(127.0.0.1:1)/app?timeout=hunter2!",
		"ada:hunter2!@nothing(127.0.0.1:1)/app",
		"ada:hunter2!@tcp(127.0.0.1:1",
		"sqlserver://sa:hunter2!@127.0.0.1:1?database=app&dial+timeout=1&connection+timeout=2",
		"sqlserver://sa:hunter2!@127.0.0.1:1?encrypt=hunter2!",
		"sqlserver://127.0.0.1:1?user+id=sa&password=hunter2!&dial+timeout=1",
		"sqlserver://sa:hunter2!@127.0.0.1:x",
		"oracle://ada:hunter2!@127.0.0.1/app",
		"host=127.0.0.1 user=ada password=hunter2!",
		"hunter2!",
		"://ada:hunter2!@host/app",
		"sqlite:/none/such.db?key=hunter2!&_pragma=key('hunter2!')",
		"sqlite:?hunter2!",
		"sqlite:app.db?%zzhunter2!",
		"file:/none/app.db?password=hunter2!",
	}
}

// No URL, however it is wrong, is shown with what is secret in it.
func TestHostileURLs(t *testing.T) {
	t.Parallel()
	for _, raw := range hostile() {
		t.Run(raw, func(t *testing.T) {
			t.Parallel()
			if _, err := parseURL(raw); err != nil && strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the error shows it before anything is redacted: %v", err)
			}
			for _, command := range [][]string{{"status"}, {"migrate", "--yes", "--verbose"}, {"doctor"}, {"doctor", "--json"}, {"info"}, {"cleanup"}} {
				var out strings.Builder
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				code := Run(ctx, command, Options{
					Stdout: &out, Stderr: &out, Stdin: strings.NewReader(""),
					Getenv: func(name string) string { return map[string]string{"DATABASE_URL": raw}[name] },
				})
				cancel()
				if code != ExitError {
					t.Errorf("%v: exit code %d: %s", command, code, out.String())
				}
				if text := out.String(); strings.Contains(text, "hunter2") || strings.Contains(text, "ada") {
					t.Errorf("%v prints %s", command, text)
				}
			}
		})
	}
}
