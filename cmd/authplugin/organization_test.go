package main

import (
	"strings"
	"testing"

	"github.com/gorm-auth/authplugin/internal/configfile"
)

func TestOrganization(t *testing.T) {
	t.Parallel()
	factories := map[string]configfile.PluginFactory{"organization": newOrganization}
	for text, models := range map[string]int{
		"plugins:\n  organization:\n":                                           3,
		"plugins:\n  organization:\n    teams: true\n":                          5,
		"plugins:\n  organization:\n    teams: true\n    dynamicRoles: true\n":  6,
		"plugins:\n  organization:\n    teams: false\n    dynamicRoles: true\n": 4,
	} {
		cfg, err := configfile.Read("authplugin.yaml", []byte(text), factories)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(cfg.Plugins[0].Schema().Models); n != models {
			t.Errorf("%q: %d models, want %d", text, n, models)
		}
	}
	_, err := configfile.Read("authplugin.yaml", []byte("plugins:\n  organization:\n    team: true\n"), factories)
	if err == nil || !strings.Contains(err.Error(), "3:") {
		t.Errorf("an option that is none: %v", err)
	}
}
