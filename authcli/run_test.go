package authcli_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/authcli"
)

var update = flag.Bool("update", false, "write the golden files anew")

// result is what a command line did.
type result struct {
	stdout, stderr string
	code           int
}

// run runs the command line with an environment of its own, and without a terminal.
func run(t *testing.T, opts authcli.Options, environment map[string]string, args ...string) result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	opts.Stdout, opts.Stderr = &stdout, &stderr
	if opts.Stdin == nil {
		opts.Stdin = strings.NewReader("")
	}
	if opts.Version == "" {
		opts.Version = "v0.0.0"
	}
	opts.Getenv = func(name string) string { return environment[name] }
	code := authcli.Run(t.Context(), args, opts)
	return result{stdout.String(), stderr.String(), code}
}

// onDatabase is the environment of a database.
func onDatabase(url string) map[string]string { return map[string]string{"DATABASE_URL": url} }

// want checks the exit code and that texts are part of the output.
func (r result) want(t *testing.T, code int, texts ...string) {
	t.Helper()
	if r.code != code {
		t.Errorf("exit code %d, want %d\nstdout:\n%s\nstderr:\n%s", r.code, code, r.stdout, r.stderr)
	}
	for _, text := range texts {
		if !strings.Contains(r.stdout+r.stderr, text) {
			t.Errorf("%q is not part of the output\nstdout:\n%s\nstderr:\n%s", text, r.stdout, r.stderr)
		}
	}
}

// golden compares a text with a file under testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

func commands() []string {
	return []string{"migrate", "status", "generate", "doctor", "info", "cleanup", "create-admin", "secret", "init", "version", "completion"}
}

func withRole() authplugin.Config {
	return authplugin.Config{User: authplugin.ModelConfig{AdditionalFields: authplugin.Fields{
		"role": {Type: authplugin.Enum("user", "admin"), DefaultValue: "user", ServerOnly: true},
	}}}
}

func TestHelp(t *testing.T) {
	t.Parallel()
	t.Run("root", func(t *testing.T) {
		t.Parallel()
		r := run(t, authcli.Options{}, nil, "--help")
		r.want(t, authcli.ExitOK, "Exit codes:", "64")
		golden(t, "help/root.txt", r.stdout)
		if bare := run(t, authcli.Options{}, nil); bare.stdout != r.stdout {
			t.Errorf("without arguments it prints:\n%s", bare.stdout)
		}
	})
	for _, command := range commands() {
		t.Run(command, func(t *testing.T) {
			t.Parallel()
			r := run(t, authcli.Options{}, nil, command, "--help")
			r.want(t, authcli.ExitOK)
			if !strings.Contains(r.stdout, "Examples:\n  authplugin "+command) && command != "completion" {
				t.Errorf("it has no example:\n%s", r.stdout)
			}
			if r.stderr != "" {
				t.Errorf("it writes to the standard error: %s", r.stderr)
			}
			golden(t, "help/"+command+".txt", r.stdout)
		})
	}
}

// With a configuration file there is one more flag.
func TestHelpOfTheProgram(t *testing.T) {
	t.Parallel()
	r := run(t, authcli.Options{Name: "other", LoadConfig: func(string) (authplugin.Config, error) {
		return authplugin.Config{}, nil
	}}, nil, "--help")
	r.want(t, authcli.ExitOK, `(default "authplugin.yaml")`, "other migrate --dry-run")
}

func TestWrongUsage(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"foo"},
		{"--foo"},
		{"migrate", "--foo"},
		{"migrate", "extra"},
		{"status", "extra"},
		{"secret", "--bytes", "many"},
		{"secret", "--bytes", "8"},
		{"create-admin"},
		{"create-admin", "--email", "ada@example.com"},
		{"create-admin", "--email", "ada@example.com", "--password-stdin"},
		{"create-admin", "--email", "ada", "--password-stdin"},
		{"create-admin", "--email", "Ada <ada@example.com>", "--password-stdin"},
	} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			t.Parallel()
			r := run(t, authcli.Options{}, nil, args...)
			r.want(t, authcli.ExitUsage, "authplugin: ", "--help' for usage")
			if lines := strings.Count(r.stderr, "\n"); lines > 6 || r.stdout != "" {
				t.Errorf("it is a dump:\n%s%s", r.stdout, r.stderr)
			}
		})
	}
}

// A URL in a wrong place is wrong usage, and is not shown either.
func TestURLsInWrongPlaces(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"postgres://ada:hunter2!@host/app"},
		{"status", "postgres://ada:hunter2!@host/app"},
		{"status", "--url", "postgres://ada:hunter2!@host/app"},
		{"status", "--url=mysql://host/app?password=hunter2!"},
		{"secret", "--bytes", "mysql://ada:hunter2!@host/app"},
		{"status", "ada:hunter2!@tcp(host)/app"},
	} {
		r := run(t, authcli.Options{}, nil, args...)
		r.want(t, authcli.ExitUsage)
		if strings.Contains(r.stdout+r.stderr, "hunter2") {
			t.Errorf("%v: %s", args[:1], r.stderr)
		}
	}
}

func TestErrorsAtRunTime(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	broken := authplugin.Config{User: authplugin.ModelConfig{Columns: map[string]string{"colour": "x", "shape": "y"}}}
	for _, tc := range []struct {
		name  string
		opts  authcli.Options
		url   string
		args  []string
		texts []string
	}{
		{"no URL", authcli.Options{}, "", []string{"status"}, []string{"set DATABASE_URL, or give --database-url"}},
		{"no file", authcli.Options{}, "sqlite:" + dir + "/none.db", []string{"cleanup"}, []string{"does not exist"}},
		{"no folder", authcli.Options{}, "sqlite:" + dir + "/none/app.db", []string{"migrate", "--yes"}, []string{"the folder of the database file"}},
		{"not a database", authcli.Options{}, "file:run_test.go", []string{"status"}, []string{"not a database"}},
		{"configuration", authcli.Options{Config: broken}, "sqlite::memory:", []string{"status"}, []string{
			`authplugin: User.Columns["shape"]`, `authplugin: User.Columns["colour"]`,
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r := run(t, tc.opts, onDatabase(tc.url), tc.args...)
			r.want(t, authcli.ExitError, tc.texts...)
			if !strings.HasPrefix(r.stderr, "authplugin: ") || strings.Contains(r.stdout+r.stderr, "Usage:") {
				t.Errorf("stdout:\n%s\nstderr:\n%s", r.stdout, r.stderr)
			}
		})
	}
	if files, _ := filepath.Glob(dir + "/*"); len(files) > 0 {
		t.Errorf("files were made: %v", files)
	}
}

func TestConfigIsLoadedOnlyWhenNeeded(t *testing.T) {
	t.Parallel()
	var paths []string
	opts := authcli.Options{LoadConfig: func(path string) (authplugin.Config, error) {
		paths = append(paths, path)
		return withRole(), nil
	}}
	run(t, opts, nil, "secret").want(t, authcli.ExitOK)
	run(t, opts, nil, "version").want(t, authcli.ExitOK, "v0.0.0")
	if len(paths) > 0 {
		t.Errorf("it was loaded for nothing: %v", paths)
	}
	run(t, opts, nil, "info", "--config", "other.yaml").want(t, authcli.ExitOK, "role")
	run(t, opts, nil, "info").want(t, authcli.ExitOK, "role")
	if want := []string{"other.yaml", "authplugin.yaml"}; !slices.Equal(paths, want) {
		t.Errorf("loaded %v, want %v", paths, want)
	}
}

func TestCompletion(t *testing.T) {
	t.Parallel()
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		run(t, authcli.Options{}, nil, "completion", shell).want(t, authcli.ExitOK, "authplugin")
	}
	run(t, authcli.Options{}, nil, "__complete", "mig").want(t, authcli.ExitOK, "migrate")
}
