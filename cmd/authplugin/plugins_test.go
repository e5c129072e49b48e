package main

import (
	"testing"

	"github.com/gorm-auth/authplugin/internal/configfile"
)

// The file takes the options that are no functions.
func TestPlugins(t *testing.T) {
	t.Parallel()
	cfg, err := configfile.Read("authplugin.yaml", []byte(`
plugins:
  admin:
    defaultRole: member
    adminRoles: [admin]
    roles: [member, editor]
    adminUserIds: ["42"]
  username:
    minLength: 2
    maxLength: 20
    reserved: [root]
    immutable: true
`), plugins())
	if err != nil {
		t.Fatal(err)
	}
	if len(cfg.Plugins) != 2 {
		t.Errorf("%d plugins", len(cfg.Plugins))
	}
	if err := cfg.Validate(); err != nil {
		t.Error(err)
	}
}
