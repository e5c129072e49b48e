package main

import (
	"strings"
	"testing"

	"gorm.io/driver/sqlite"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/configfile"
)

func TestTwoFactor(t *testing.T) {
	t.Parallel()
	factories := map[string]configfile.PluginFactory{"two-factor": twoFactor}
	for text, table := range map[string]bool{
		"plugins:\n  two-factor:\n":                        true,
		"plugins:\n  two-factor:\n    userColumns: true\n": false,
	} {
		cfg, err := configfile.Read("authplugin.yaml", []byte(text), factories)
		if err != nil {
			t.Fatal(err)
		}
		described, err := authplugin.Describe(cfg, sqlite.Open(""))
		if err != nil {
			t.Fatal(err)
		}
		user, _ := described.Schema.Model("user")
		_, columns := user.Field("twoFactorSecret")
		if _, ok := described.Schema.Model("twoFactor"); ok != table || columns == table {
			t.Errorf("%q: the table is there: %t, the columns: %t", text, ok, columns)
		}
	}
	_, err := configfile.Read("authplugin.yaml", []byte("plugins:\n  two-factor:\n    keys: [a]\n"), factories)
	if err == nil || !strings.Contains(err.Error(), "3:") {
		t.Errorf("an option that is none: %v", err)
	}
}
