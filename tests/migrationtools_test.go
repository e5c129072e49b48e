package tests

import (
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
	"github.com/gorm-auth/authplugin/internal/generate"
)

// migrationTool applies generated files as its users do.
type migrationTool struct {
	write func(*authplugin.Plan, generate.FileOptions) ([]generate.File, error)
	// ready skips the test when the tool is not there.
	ready func(t *testing.T)
	up    func(t *testing.T, d dbtest.Database, folder string)
	// down goes back to the state of a version; to the empty database for "0".
	// Tools that cannot have none.
	down func(t *testing.T, d dbtest.Database, folder, version string)
}

// ownTables are what the tools keep their state in.
var ownTables = map[string]bool{
	"goose_db_version": true, "schema_migrations": true, "atlas_schema_revisions": true, "sqlite_sequence": true,
}

var (
	gooseTool = newGoTool("goose", "github.com/pressly/goose/v3/cmd/goose@v3.29.0",
		"no_clickhouse no_libsql no_mssql no_vertica no_ydb no_duckdb")
	migrateTool = newGoTool("migrate", "github.com/golang-migrate/migrate/v4/cmd/migrate@v4.20.1", "postgres mysql sqlite")
)

// atlas is no tool of go install, since the go.mod of its command has replace
// directives; the machine's own is taken.
func migrationTools() map[string]migrationTool {
	goose := func(t *testing.T, d dbtest.Database, folder string, command ...string) {
		t.Helper()
		driver, dsn := d.Engine.Dialect(), d.DSN
		if driver == "sqlite" {
			driver, dsn = "sqlite3", d.SQLitePath
		}
		runTool(t, nil, "", gooseTool.path(t), append([]string{"-dir", folder, driver, dsn}, command...)...)
	}
	migrate := func(t *testing.T, d dbtest.Database, folder string, command ...string) {
		t.Helper()
		database := d.DSN
		switch d.Engine.Dialect() {
		case "sqlite":
			database = "sqlite://" + d.SQLitePath
		case "mysql":
			database = "mysql://" + d.DSN + "&multiStatements=true"
		}
		runTool(t, nil, "", migrateTool.path(t), append([]string{"-path", folder, "-database", database}, command...)...)
	}
	atlas := func(t *testing.T, folder string, command ...string) {
		t.Helper()
		// On SQLite its lock is a file for temporary files, whatever the database.
		env := []string{"TMPDIR=" + t.TempDir(), "ATLAS_NO_UPDATE_NOTIFIER=1", "ATLAS_NO_UPGRADE_SUGGESTIONS=1"}
		runTool(t, env, "", program(t, "atlas"),
			append([]string{"migrate", command[0], "--dir", "file://" + folder}, command[1:]...)...)
	}
	return map[string]migrationTool{
		"goose": {
			write: generate.Goose,
			ready: func(t *testing.T) { gooseTool.path(t) },
			up:    func(t *testing.T, d dbtest.Database, folder string) { goose(t, d, folder, "up") },
			down: func(t *testing.T, d dbtest.Database, folder, version string) {
				goose(t, d, folder, "down-to", version)
			},
		},
		"golang-migrate": {
			write: generate.GolangMigrate,
			ready: func(t *testing.T) { migrateTool.path(t) },
			up:    func(t *testing.T, d dbtest.Database, folder string) { migrate(t, d, folder, "up") },
			down: func(t *testing.T, d dbtest.Database, folder, version string) {
				if version == "0" {
					migrate(t, d, folder, "down", "-all")
					return
				}
				migrate(t, d, folder, "goto", version)
			},
		},
		"atlas": {
			write: generate.Atlas,
			ready: func(t *testing.T) { program(t, "atlas") },
			up: func(t *testing.T, d dbtest.Database, folder string) {
				atlas(t, folder, "validate")
				// The servers have one lock for all tests.
				atlas(t, folder, "apply", "--lock-timeout", "2m", "--url", atlasURL(t, d))
			},
		},
		"sql": {
			write: scripts,
			ready: func(t *testing.T) { wantTools(t) },
			up:    func(t *testing.T, d dbtest.Database, folder string) { client(t, d, newest(t, folder, ".sql")) },
			down: func(t *testing.T, d dbtest.Database, folder, _ string) {
				client(t, d, newest(t, folder, ".reverse"))
			},
		},
	}
}

// scripts are a plan's script and its reverse, in files that sort by version.
func scripts(plan *authplugin.Plan, o generate.FileOptions) ([]generate.File, error) {
	up, err := generate.Script(plan, o)
	if err != nil {
		return nil, err
	}
	down, err := generate.ReverseScript(plan, o)
	if err != nil {
		return nil, err
	}
	version := o.Version.UTC().Format(fileVersion)
	return []generate.File{
		{Name: version + ".sql", Content: up[0].Content},
		{Name: version + ".reverse", Content: down[0].Content},
	}, nil
}

// newest is the last script of a folder.
func newest(t *testing.T, folder, ending string) string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(folder, "*"+ending))
	must(t, err)
	text, err := os.ReadFile(paths[len(paths)-1])
	must(t, err)
	return string(text)
}

// client runs a script by the database's own command line.
func client(t *testing.T, d dbtest.Database, script string) {
	t.Helper()
	switch d.Engine.Dialect() {
	case "sqlite":
		runTool(t, nil, script, program(t, "sqlite3"), "-bail", d.SQLitePath)
	case "postgres":
		u := postgresURL(t, d)
		q := u.Query()
		env := []string{"PGOPTIONS=-csearch_path=" + q.Get("search_path")}
		q.Del("search_path")
		u.RawQuery = q.Encode()
		runTool(t, env, script, program(t, "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", u.String())
	default:
		c, err := mysql.ParseDSN(d.DSN)
		must(t, err)
		host, port, err := net.SplitHostPort(c.Addr)
		must(t, err)
		runTool(t, []string{"MYSQL_PWD=" + c.Passwd}, script, program(t, "mariadb", "mysql"), "--no-defaults", "--protocol=tcp",
			"-h", host, "-P", port, "-u", c.User, c.DBName)
	}
}

func postgresURL(t *testing.T, d dbtest.Database) *url.URL {
	t.Helper()
	u, err := url.Parse(d.DSN)
	if err != nil || u.Scheme == "" {
		t.Skip("the tools take a URL only: give AUTHPLUGIN_TEST_POSTGRES as postgres://…")
	}
	return u
}

// atlasURL is a database in atlas' words.
func atlasURL(t *testing.T, d dbtest.Database) string {
	t.Helper()
	switch d.Engine.Dialect() {
	case "sqlite":
		return "sqlite://" + d.SQLitePath
	case "postgres":
		u := postgresURL(t, d)
		q := u.Query()
		q.Del("application_name")
		u.RawQuery = q.Encode()
		return u.String()
	default:
		c, err := mysql.ParseDSN(d.DSN)
		must(t, err)
		u := url.URL{Scheme: "mysql", Host: c.Addr, Path: "/" + c.DBName, User: url.User(c.User)}
		if c.Passwd != "" {
			u.User = url.UserPassword(c.User, c.Passwd)
		}
		return u.String()
	}
}

// writeFiles puts generated files into a folder.
func writeFiles(t *testing.T, folder string, files []generate.File) {
	t.Helper()
	if len(files) == 0 {
		t.Fatal("there is no file")
	}
	for _, f := range files {
		if strings.ContainsAny(f.Name, `/\`) {
			t.Fatalf("the file is named %q", f.Name)
		}
		must(t, os.WriteFile(filepath.Join(folder, f.Name), f.Content, 0o644))
	}
}
