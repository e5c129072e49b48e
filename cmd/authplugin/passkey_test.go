package main

import (
	"strings"
	"testing"

	"gorm.io/driver/sqlite"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/configfile"
)

func TestPasskey(t *testing.T) {
	t.Parallel()
	for text, indexes := range map[string]int{
		"plugins:\n  passkey:\n":                              2,
		"plugins:\n  passkey:\n    uniqueCredentials: true\n": 3,
	} {
		cfg, err := configfile.Read("authplugin.yaml", []byte(text), plugins())
		if err != nil {
			t.Fatal(err)
		}
		described, err := authplugin.Describe(cfg, sqlite.Open(""))
		if err != nil {
			t.Fatal(err)
		}
		if model, _ := described.Schema.Model("passkey"); len(model.Indexes) != indexes {
			t.Errorf("%q: indexes %v", text, model.Indexes)
		}
	}
	_, err := configfile.Read("authplugin.yaml", []byte("plugins:\n  passkey:\n    rpID: example.com\n"), plugins())
	if err == nil || !strings.Contains(err.Error(), "3:") {
		t.Errorf("an option that is none: %v", err)
	}
}
