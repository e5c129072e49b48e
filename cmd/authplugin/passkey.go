package main

import (
	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/configfile"
	"github.com/gorm-auth/authplugin/plugins/passkey"
)

// newPasskey makes the plugin for its schema: the command line signs nobody in, so that
// it needs no domain.
func newPasskey(options *configfile.Settings) (authplugin.Plugin, error) {
	return passkey.New(passkey.Options{
		RPID: "localhost", Origins: []string{"http://localhost"},
		UniqueCredentials: options.Bool("uniqueCredentials", false),
	}), nil
}
