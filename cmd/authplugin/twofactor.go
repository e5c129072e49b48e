package main

import (
	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/configfile"
	"github.com/gorm-auth/authplugin/plugins/twofactor"
)

// twoFactor makes the plugin for its schema. The command line encrypts and decrypts
// nothing, and keys do not belong into a file, so that it gets one that nobody knows.
func twoFactor(options *configfile.Settings) (authplugin.Plugin, error) {
	return twofactor.New(twofactor.Options{
		Issuer:      "authplugin",
		Keys:        []authplugin.TokenKey{{ID: "none", Secret: []byte(authplugin.RandomText(32))}},
		UserColumns: options.Bool("userColumns", false),
	}), nil
}
