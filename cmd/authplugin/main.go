// Command authplugin migrates, inspects and tends the auth tables of a database. It
// reads its configuration from authplugin.yaml, or the file of --config, and the
// database from DATABASE_URL.
//
//	go run github.com/gorm-auth/authplugin/cmd/authplugin@latest --help
//
// An application with hooks, functions or plugins of its own has a main of its own, see
// package authcli.
package main

import (
	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/authcli"
	"github.com/gorm-auth/authplugin/internal/configfile"
)

func main() {
	authcli.MainWith(authcli.Options{LoadConfig: func(path string) (authplugin.Config, error) {
		return configfile.Load(path, plugins())
	}})
}
