package configfile

import (
	"errors"
	"fmt"
	"os"

	"github.com/gorm-auth/authplugin"
)

// PluginFactory makes a plugin of its options. It asks for each option that it knows;
// the others are reported as unknown. An error is reported where the plugin stands.
type PluginFactory func(options *Settings) (authplugin.Plugin, error)

// Option is a choice for [Load] and [Read].
type Option func(*document)

// Environment is where variables are looked up that the file names. Defaults to
// os.Getenv.
func Environment(getenv func(name string) string) Option {
	return func(d *document) { d.getenv = getenv }
}

// Load reads a file. The error of a file with mistakes is an [*Error].
func Load(path string, plugins map[string]PluginFactory, options ...Option) (authplugin.Config, error) {
	source, err := os.ReadFile(path) //nolint:gosec // the user names the file
	if errors.Is(err, os.ErrNotExist) {
		return authplugin.Config{}, fmt.Errorf("authplugin: there is no file %s: name another one with --config, or write one with init", path)
	}
	if err != nil {
		return authplugin.Config{}, fmt.Errorf("authplugin: cannot read the configuration: %w", err)
	}
	return Read(path, source, plugins, options...)
}

// Read reads the text of a file, whose name is for messages. The error is an
// [*Error] with every mistake.
func Read(name string, source []byte, plugins map[string]PluginFactory, options ...Option) (authplugin.Config, error) {
	d := &document{file: name, at: map[string]place{}, getenv: os.Getenv}
	for _, option := range options {
		option(d)
	}
	body, ok := d.parse(source)
	if !ok {
		return authplugin.Config{}, &Error{sorted(d.mistakes)}
	}
	root := d.settings(body, place{line: 1, column: 1}, "")
	cfg := readConfig(root, plugins)
	root.done()
	d.validate(cfg)
	if len(d.mistakes) > 0 {
		return authplugin.Config{}, &Error{sorted(d.mistakes)}
	}
	return cfg, nil
}
