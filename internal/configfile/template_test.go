package configfile_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/configfile"
)

// The example of the documentation is right.
func TestDocumentation(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "cli.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "```yaml\n")
	example, _, found := strings.Cut(rest, "```")
	if !found {
		t.Fatal("there is no example")
	}
	cfg, err := configfile.Read("cli.md", []byte(example), nil)
	if err != nil {
		t.Fatal(err)
	}
	if cfg.User.Table != "members" || !cfg.Session.HashTokens || cfg.RateLimit.Storage != authplugin.StorageDatabase {
		t.Errorf("it is %+v", cfg)
	}
}

// What init writes is the configuration that its main.go passes.
func TestTemplate(t *testing.T) {
	t.Parallel()
	got, err := configfile.Load(filepath.Join("..", "..", "authcli", "template", "authplugin.yaml"), nil)
	if err != nil {
		t.Fatal(err)
	}
	want := authplugin.Config{
		GenerateID: authplugin.Random,
		User: authplugin.ModelConfig{AdditionalFields: authplugin.Fields{
			"role": {Type: authplugin.Enum("user", "admin"), DefaultValue: "user", ServerOnly: true},
		}},
		Session: authplugin.SessionConfig{ExpiresIn: 7 * 24 * time.Hour, UpdateAge: 24 * time.Hour},
	}
	if diff := cmp.Diff(want, got, everything()...); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
