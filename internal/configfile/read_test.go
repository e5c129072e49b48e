package configfile_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/configfile"
)

var update = flag.Bool("update", false, "write the golden files anew")

// notes is a plugin of the tests, with an option.
type notes struct{ limit int }

func (notes) ID() string { return "notes" }

func (notes) Schema() authplugin.PluginSchema {
	return authplugin.PluginSchema{Models: []authplugin.PluginModel{{Name: "note", Fields: authplugin.Fields{
		"text":   {Type: authplugin.String},
		"color":  {Type: authplugin.Enum("none"), DefaultValue: "none"},
		"userId": {Type: authplugin.String, References: &authplugin.Reference{Model: "user"}},
	}}}}
}

func plugins() map[string]configfile.PluginFactory {
	return map[string]configfile.PluginFactory{
		"notes": func(options *configfile.Settings) (authplugin.Plugin, error) {
			n := notes{limit: options.Int("limit")}
			options.Strings("tags")
			if n.limit < 0 {
				return nil, fmt.Errorf("the limit of notes is %d", n.limit)
			}
			return n, nil
		},
	}
}

func TestComplete(t *testing.T) {
	t.Parallel()
	got, err := configfile.Load(filepath.Join("testdata", "complete.yaml"), plugins(), environment())
	if err != nil {
		t.Fatal(err)
	}
	if storage := fmt.Sprint(got.SecondaryStorage); storage != `Redis at 127.0.0.1:1, database 5, prefix "app:"` {
		t.Errorf("the storage is %s", storage)
	}
	got.SecondaryStorage = nil
	want := authplugin.Config{
		Naming: authplugin.BetterAuthNaming | authplugin.PluralTables | authplugin.SnakeCase, DatabaseSchema: "auth",
		GenerateID: authplugin.UUID, MigrationLockTimeout: 90 * time.Second, NoPreparedStatements: true,
		User: authplugin.ModelConfig{
			Table: "members", Columns: map[string]string{"name": "full_name", "nick": "nickname"},
			GenerateID: authplugin.DatabaseDefault("gen_random_uuid()", "uuid"),
			AdditionalFields: authplugin.Fields{
				"role":     {Type: authplugin.Enum("user", "admin"), DefaultValue: "user", ServerOnly: true},
				"level":    {Type: authplugin.Enum("low", "high"), Optional: true},
				"nick":     {Type: authplugin.String, Optional: true, Unique: true, Size: 40},
				"points":   {Type: authplugin.Number, DefaultValue: uint64(3), Index: true},
				"ratio":    {Type: authplugin.Float, DefaultValue: 0.5},
				"total":    {Type: authplugin.BigInt, DefaultValue: uint64(9007199254740993)},
				"agreed":   {Type: authplugin.Boolean, DefaultValue: false},
				"since":    {Type: authplugin.Date, DefaultValue: "2026-01-31T12:00:00Z"},
				"settings": {Type: authplugin.JSON, DefaultValue: map[string]any{"theme": "dark", "tabs": []any{uint64(1), "two", nil}}},
				"tags":     {Type: authplugin.StringArray, DefaultValue: []string{"a", "b"}},
				"scores":   {Type: authplugin.NumberArray, DefaultValue: []any{uint64(1), 2.5}},
				"note":     {Type: authplugin.String, Optional: true, Hidden: true, Sortable: true, Column: "remark"},
				"bio":      {Type: authplugin.String, DefaultValue: "two\nlines\n"},
				"invitedBy": {Type: authplugin.String, Optional: true, References: &authplugin.Reference{
					Model: "user", Field: "id", OnDelete: authplugin.SetNull,
				}},
			},
		},
		Session: authplugin.SessionConfig{
			ModelConfig: authplugin.ModelConfig{Table: "auth_sessions"},
			ExpiresIn:   7 * 24 * time.Hour, NotRememberedExpiresIn: 12 * time.Hour, UpdateAge: 36 * time.Hour, FreshAge: 10 * time.Minute,
			DisableRefresh: true, HashTokens: true,
			Storage: authplugin.StorageAndDatabase, CopyMaxAge: 10 * time.Minute, WriteWithoutStorage: true,
			PreserveInDatabase: true, PreserveFor: 90 * 24 * time.Hour,
		},
		Account: authplugin.AccountConfig{
			PasswordHasher: &authplugin.Argon2idHasher{},
			Linking:        authplugin.AccountLinking{Disabled: true, TrustedProviders: []string{"google", "github"}, AllowUnverifiedLocal: true},
		},
		Verification: authplugin.VerificationConfig{
			Identifiers:        authplugin.HashedIdentifiers,
			IdentifierPrefixes: map[string]authplugin.IdentifierStorage{"reset-password": authplugin.PlainIdentifiers},
			Storage:            authplugin.StorageOnly,
		},
		RateLimit: authplugin.RateLimitConfig{
			ModelConfig: authplugin.ModelConfig{Table: "counters"}, Storage: authplugin.StorageDatabase,
			SlidingWindows: true, KeepFor: 48 * time.Hour,
		},
		Models: map[string]authplugin.ModelConfig{"note": {
			Table: "user_notes", Columns: map[string]string{"text": "body"},
			AdditionalFields: authplugin.Fields{"pinned": {Type: authplugin.Boolean, DefaultValue: false}},
			EnumValues:       map[string][]string{"color": {"red", "blue"}},
			NoMigration:      true,
		}},
		Plugins: []authplugin.Plugin{notes{limit: 5}},
	}
	if diff := cmp.Diff(want, got, everything()...); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// environment is that of the tests.
func environment() configfile.Option {
	variables := map[string]string{"SESSIONS_URL": "redis://ada:hunter2@127.0.0.1:1/5\n", "BROKEN_URL": "redis://:hunter2@127.0.0.1:x/0"}
	return configfile.Environment(func(name string) string { return variables[name] })
}

// everything compares configurations, unexported fields included.
func everything() cmp.Options {
	return cmp.Options{
		cmp.Exporter(typeOfThisModule),
		cmpopts.IgnoreUnexported(authplugin.Argon2idHasher{}),
	}
}

func TestEmpty(t *testing.T) {
	t.Parallel()
	for _, source := range []string{"", "\n", "# nothing\n", "---\n", "user:\nsession: {}\n", "{}", "null"} {
		got, err := configfile.Read("f.yaml", []byte(source), nil)
		if err != nil {
			t.Errorf("%q: %v", source, err)
		}
		if diff := cmp.Diff(authplugin.Config{}, got, everything()...); diff != "" {
			t.Errorf("%q (-want +got):\n%s", source, diff)
		}
	}
}

// Each file of testdata/mistakes has a golden file with all that is wrong in it.
func TestMistakes(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join("testdata", "mistakes", "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatal("no files", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			_, err = configfile.Read("authplugin.yaml", source, plugins(), environment())
			var mistakes *configfile.Error
			if !errors.As(err, &mistakes) {
				t.Fatalf("the error is %v", err)
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("it shows a secret: %v", err)
			}
			compare(t, strings.TrimSuffix(file, ".yaml")+".txt", err.Error()+"\n")
		})
	}
}

func compare(t *testing.T, path, got string) {
	t.Helper()
	if *update {
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

func TestNoFile(t *testing.T) {
	t.Parallel()
	_, err := configfile.Load(filepath.Join(t.TempDir(), "none.yaml"), nil)
	if err == nil || !strings.Contains(err.Error(), "there is no file") || !strings.Contains(err.Error(), "--config") {
		t.Errorf("the error is %v", err)
	}
}

// Nothing is expanded: a name that looks like a variable is refused or taken as it is.
func TestNothingIsExpanded(t *testing.T) {
	t.Setenv("AUTHPLUGIN_TEST_NAME", "expanded")
	for _, name := range []string{"${AUTHPLUGIN_TEST_NAME}", "$AUTHPLUGIN_TEST_NAME"} {
		cfg, err := configfile.Read("f.yaml", []byte("user: {table: '"+name+"'}\n"), nil)
		if err == nil && cfg.User.Table != name {
			t.Errorf("the table is %q", cfg.User.Table)
		}
		if err != nil && strings.Contains(err.Error(), "expanded") {
			t.Errorf("the error is %v", err)
		}
	}
}

// Better Auth's defaults: a field is required, clients may set it, and see it.
func TestWordsOfBetterAuth(t *testing.T) {
	t.Parallel()
	cfg, err := configfile.Read("f.yaml", []byte("user: {additionalFields: {a: {type: string}, b: {type: string, required: true, input: true, returned: true}}}"), nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, f := range cfg.User.AdditionalFields {
		if f.Optional || f.ServerOnly || f.Hidden {
			t.Errorf("%s is %+v", name, f)
		}
	}
}
