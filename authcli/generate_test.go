package authcli_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/authcli"
	"github.com/gorm-auth/authplugin/internal/configfile"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// What is generated as a script brings the database up to date, first the whole and
// then what is new.
func TestGenerateScript(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d := e.New(t)
		env := onDatabase(urlOf(t, d))
		for _, cfg := range []authplugin.Config{{}, withRole(), grown()} {
			opts := authcli.Options{Config: cfg}
			script := run(t, opts, env, "generate")
			script.want(t, authcli.ExitOK)
			if again := run(t, opts, env, "generate", "--format", "sql"); again.stdout != script.stdout {
				t.Errorf("the second time it is:\n%s", again.stdout)
			}
			back := run(t, opts, env, "generate", "--reverse")
			d.Load(t, script.stdout)
			run(t, opts, env, "status").want(t, authcli.ExitOK)
			d.Load(t, back.stdout)
			run(t, opts, env, "status").want(t, authcli.ExitPending)
			d.Load(t, script.stdout)
			r := run(t, opts, env, "generate")
			r.want(t, authcli.ExitOK, "nothing to write")
			if r.stdout != "" {
				t.Errorf("it writes:\n%s", r.stdout)
			}
		}
	})
}

// Everything can be generated for every kind of database without one.
func TestGenerateWithoutDatabase(t *testing.T) {
	t.Parallel()
	opts := authcli.Options{Config: grown()}
	for _, dialect := range []string{"sqlite", "postgres", "mysql", "mariadb", "sqlserver"} {
		for _, format := range []string{"sql", "gorm", "better-auth", "mermaid", "dbml", "svg"} {
			args := []string{"generate", "--format", format, "--dialect", dialect}
			r := run(t, opts, nil, args...)
			r.want(t, authcli.ExitOK)
			if r.stderr != "" || !strings.Contains(strings.ToLower(r.stdout), "device") {
				t.Errorf("%v: %s\n%s", args, r.stderr, r.stdout)
			}
			if again := run(t, opts, nil, args...); again.stdout != r.stdout {
				t.Errorf("%v: the second time it differs", args)
			}
		}
	}
	// The kind of database may come from a URL that nobody answers at.
	for url, part := range map[string]string{
		"postgres://u:p@127.0.0.1:1/x": "timestamptz", "mysql://u:p@127.0.0.1:1/x": "datetime(3)", "sqlite:none.db": "on SQLite",
	} {
		run(t, opts, onDatabase(url), "generate", "--format", "gorm").want(t, authcli.ExitOK, part)
		run(t, opts, onDatabase(url), "generate", "--full").want(t, authcli.ExitOK, "CREATE TABLE")
	}
}

// What is in the secondary storage alone, or made by others, is in no migration; the
// file says so, and no Redis is needed.
func TestGenerateFromTheFile(t *testing.T) {
	t.Parallel()
	opts := authcli.Options{LoadConfig: func(string) (authplugin.Config, error) {
		return configfile.Read("authplugin.yaml", []byte("secondaryStorage: {type: redis, prefix: 'app:'}\n"+
			"session: {storage: storageOnly}\naccount: {noMigration: true}\nrateLimit: {storage: secondary}\n"), nil,
			configfile.Environment(func(string) string { return "" }))
	}}
	for format, accounts := range map[string]bool{"sql": false, "goose": false, "golang-migrate": false, "atlas": false, "gorm": true, "mermaid": true, "dbml": true, "svg": true} {
		folder := filepath.Join(t.TempDir(), "out")
		run(t, opts, nil, "generate", "--format", format, "--dialect", "postgres", "--output", folder).want(t, authcli.ExitOK)
		text := allOf(t, folder)
		if strings.Contains(text, "sessions") || strings.Contains(text, "rate_limit") || !strings.Contains(text, "verifications") || strings.Contains(text, "accounts") != accounts {
			t.Errorf("%s:\n%s", format, text)
		}
	}
	run(t, opts, nil, "generate", "--format", "better-auth", "--dialect", "postgres").want(t, authcli.ExitOK,
		`secondaryStorage redisStorage({ client, keyPrefix: "app:" }) of @better-auth/redis-storage`, `storage: "secondary-storage"`)
	env := onDatabase(urlOf(t, dbtest.Named(t, "sqlite-pure").New(t)))
	run(t, opts, env, "status").want(t, authcli.ExitPending, "create table users", "create table verifications")
	run(t, opts, env, "migrate", "--yes").want(t, authcli.ExitOK)
	run(t, opts, env, "status").want(t, authcli.ExitOK)
	run(t, authcli.Options{}, env, "status").want(t, authcli.ExitPending, "create table sessions", "create table accounts")
}

// allOf is a file, or all files of a folder, as one text.
func allOf(t *testing.T, path string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(path, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(name)
		b.Write(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// A DATABASE_URL that is none may be all secret.
func TestGenerateShowsNoDatabaseURL(t *testing.T) {
	t.Parallel()
	for url, part := range map[string]string{
		"host=db user=ada password=hunter2": "has no scheme", "hunter2": "has no scheme", "hunter2:x": "has no scheme",
		"hunter2://ada@db/app": "is not known", "postgres:hunter2": "has no scheme",
	} {
		for _, format := range []string{"mermaid", "sql"} {
			r := run(t, authcli.Options{}, onDatabase(url), "generate", "--full", "--format", format)
			r.want(t, authcli.ExitError, part)
			if strings.Contains(r.stdout+r.stderr, "hunter2") || strings.Contains(r.stderr, "--dialect") {
				t.Errorf("%s", r.stderr)
			}
		}
	}
}

// Migration files of other tools go into their folder, and are not overwritten.
func TestGenerateFiles(t *testing.T) {
	t.Parallel()
	for format, names := range map[string][]string{
		"goose":          {"20260102030405_first.sql"},
		"golang-migrate": {"20260102030405_first.down.sql", "20260102030405_first.up.sql"},
		"atlas":          {"20260102030405_first.sql", "atlas.sum"},
	} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			folder := filepath.Join(t.TempDir(), "migrations")
			generate := func(cfg authplugin.Config, name, version string, more ...string) result {
				args := append([]string{"generate", "-f", format, "-o", folder, "--dialect", "postgres", "--name", name, "--version", version}, more...)
				return run(t, authcli.Options{Config: cfg}, nil, args...)
			}
			generate(authplugin.Config{}, "first", "20260102030405").want(t, authcli.ExitOK, "wrote ")
			for _, name := range names {
				if _, err := os.Stat(filepath.Join(folder, name)); err != nil {
					t.Error(err)
				}
			}
			before := contents(t, folder)
			generate(authplugin.Config{}, "first", "20260102030405").want(t, authcli.ExitOK, "is as it should be")
			generate(grown(), "first", "20260102030405").want(t, authcli.ExitError, "exists and differs", "--force")
			if after := contents(t, folder); after[names[0]] != before[names[0]] {
				t.Error("a file was overwritten")
			}
			generate(grown(), "first", "20260102030405", "--force").want(t, authcli.ExitOK)
			generate(grown(), "second", "20260102030406").want(t, authcli.ExitOK)
			if sum := contents(t, folder)["atlas.sum"]; format == "atlas" && (!strings.Contains(sum, "_first.sql") || !strings.Contains(sum, "_second.sql")) {
				t.Errorf("atlas.sum:\n%s", sum)
			}
		})
	}
}

func contents(t *testing.T, folder string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, entry := range entries {
		text, err := os.ReadFile(filepath.Join(folder, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		files[entry.Name()] = string(text)
	}
	return files
}

// Drift is left out unless it is asked for, and what PostgreSQL does concurrently
// is as well.
func TestGenerateDrift(t *testing.T) {
	t.Parallel()
	e := dbtest.Named(t, "postgres")
	d := e.New(t)
	env := onDatabase(urlOf(t, d))
	run(t, authcli.Options{}, env, "migrate", "--yes").want(t, authcli.ExitOK)
	if err := d.Open(t, nil).Exec("ALTER TABLE users ALTER COLUMN name DROP NOT NULL").Error; err != nil {
		t.Fatal(err)
	}
	r := run(t, authcli.Options{}, env, "generate")
	r.want(t, authcli.ExitOK, "nothing to write", "1 case of drift left out")
	r = run(t, authcli.Options{}, env, "generate", "--include-drift")
	r.want(t, authcli.ExitOK, "review")
	d.Load(t, r.stdout)
	if r := run(t, authcli.Options{}, env, "status"); strings.Contains(r.stdout, "drift") {
		t.Errorf("there is still drift:\n%s", r.stdout)
	}
	cfg := authplugin.Config{User: authplugin.ModelConfig{AdditionalFields: authplugin.Fields{
		"nick": {Type: authplugin.String, Optional: true, Unique: true},
	}}}
	run(t, authcli.Options{Config: cfg}, env, "generate", "--concurrently").want(t, authcli.ExitOK, "INDEX CONCURRENTLY")
}

func TestGenerateWrongUsage(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		args []string
		says string
	}{
		{[]string{"--format", "yaml"}, "goose"},
		{[]string{"--dialect", "oracle"}, "mariadb"},
		{[]string{"--format", "goose", "--version", "yesterday", "--dialect", "sqlite"}, "20060102150405"},
		{[]string{"--format", "gorm"}, "DATABASE_URL"},
	} {
		run(t, authcli.Options{}, nil, append([]string{"generate"}, tt.args...)...).want(t, authcli.ExitUsage, tt.says)
	}
	run(t, authcli.Options{}, nil, "generate", "--format", "gorm", "--dialect", "sqlite", "--package", "not a name").
		want(t, authcli.ExitError, "package")
}
