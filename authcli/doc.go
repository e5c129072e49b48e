// Package authcli is the command line of authplugin, for the application's own
// main, which passes its configuration:
//
//	package main
//
//	import (
//		"github.com/gorm-auth/authplugin/authcli"
//
//		"example.com/app/auth"
//	)
//
//	func main() { authcli.Main(auth.Config()) }
//
// So hooks, id functions and plugins written in Go are no obstacle: the commands
// run with the very configuration of the application. The database is that of
// DATABASE_URL or of the flag --database-url. [Run] is the same with everything
// passed in, for tests; [MainWith] is for an application with a dialector or a
// NamingStrategy of its own.
//
// The program cmd/authplugin is this package over a configuration file.
//
// # Rules
//
// Results go to the standard output, everything else to the standard error.
// Without a terminal nothing is asked for: the message names the flag that is
// missing. Colours are for terminals only, and NO_COLOR turns them off. Neither a
// password nor anything else that is secret in a URL is printed.
//
// The exit code is [ExitOK], [ExitError], [ExitPending] or [ExitUsage].
package authcli
