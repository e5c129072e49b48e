package authcli

import (
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
)

// Options are what [Run] works with. The zero value is that of a program started
// by hand: the streams and the environment of the process, and the default
// configuration.
type Options struct {
	// Config is the application's configuration. AutoMigrate is ignored: the
	// commands say when the database is changed.
	Config authplugin.Config
	// LoadConfig reads the configuration from a file instead; the flag --config
	// is there when it is set, and Config is not used. It is called by the
	// commands that need a configuration only. The path is that of --config,
	// ConfigPath by default.
	LoadConfig func(path string) (authplugin.Config, error)
	// ConfigPath is the default of --config. Defaults to "authplugin.yaml".
	ConfigPath string
	// GORM is the application's gorm.Config, which matters where its
	// NamingStrategy does: it names the tables. It is copied, and its Logger is
	// replaced. Defaults to none.
	GORM *gorm.Config
	// Dialector makes the dialector of a database URL, for an application with a
	// driver or a pool of its own. The URL may be empty. Defaults to the drivers
	// that the command line comes with.
	Dialector func(url string) (gorm.Dialector, error)
	// Name is what the program is called in its help. Defaults to "authplugin".
	Name string
	// Version is the version of the application. Defaults to that of the module
	// in the build.
	Version string
	// Stdin, Stdout and Stderr default to those of the process.
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	// Getenv reads the environment. Defaults to os.Getenv.
	Getenv func(name string) string
}

// withDefaults fills in what was left out.
func (o Options) withDefaults() Options {
	if o.Stdin == nil {
		o.Stdin = os.Stdin
	}
	if o.Stdout == nil {
		o.Stdout = os.Stdout
	}
	if o.Stderr == nil {
		o.Stderr = os.Stderr
	}
	if o.Getenv == nil {
		o.Getenv = os.Getenv
	}
	if o.Name == "" {
		o.Name = "authplugin"
	}
	if o.ConfigPath == "" {
		o.ConfigPath = "authplugin.yaml"
	}
	if o.Version == "" {
		o.Version = buildVersion()
	}
	return o
}

// buildVersion is the version of this module in the build.
func buildVersion() string {
	const unknown = "(devel)"
	build, ok := debug.ReadBuildInfo()
	if !ok {
		return unknown
	}
	const module = "github.com/gorm-auth/authplugin"
	for _, m := range append(build.Deps, &build.Main) {
		if m.Path == module && m.Version != "" {
			return m.Version
		}
	}
	return unknown
}

// programName is what the running program is called.
func programName() string {
	return strings.TrimSuffix(filepath.Base(os.Args[0]), ".exe")
}
