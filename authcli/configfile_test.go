package authcli_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/authcli"
	"github.com/gorm-auth/authplugin/internal/configfile"
)

// The command line over a file, as cmd/authplugin is.
func TestConfigurationFile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "auth.yaml")
	opts := authcli.Options{LoadConfig: func(path string) (authplugin.Config, error) { return configfile.Load(path, nil) }}
	env := onDatabase("sqlite::memory:")

	run(t, opts, env, "status", "--config", file).want(t, authcli.ExitError, "authplugin: there is no file "+file)
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("user:\n  tabel: members\n  columns: {colour: x}\n")
	run(t, opts, env, "status", "--config", file).want(t, authcli.ExitError, "authplugin: the configuration has 2 mistakes\n",
		"\n"+file+`:2:3: user.tabel: is not a known key; did you mean "table"?`, "\n"+file+":3:13: user.columns.colour: the model user has no such field")
	write("user:\n  table: members\nnaming: better-auth\n")
	run(t, opts, env, "status", "--config", file).want(t, authcli.ExitPending, "create table members", "create table session")
}
