package authcli

import (
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
)

//go:embed template/authplugin.yaml
var configTemplate string

//go:embed template/main.go.tmpl
var mainTemplate string

func (a *app) initCommand() *cobra.Command {
	var dir string
	var force bool
	c := &cobra.Command{
		Use:   "init",
		Short: "Write a commented authplugin.yaml and a main.go that uses this command line",
		Long: `Write a commented authplugin.yaml and a main.go that uses this command line.

The two are alternatives. The program authplugin reads authplugin.yaml;
cmd/auth/main.go passes a configuration in Go, which can hold hooks and functions.
Files that exist are left alone without --force.`,
		Example: a.example("init", "init --dir ./backend --force"),
		Args:    cobra.NoArgs,
		RunE:    func(*cobra.Command, []string) error { return a.init(dir, force) },
	}
	c.Flags().StringVar(&dir, "dir", ".", "the `folder` of the module")
	c.Flags().BoolVar(&force, "force", false, "write over files that exist")
	return c
}

func (a *app) init(dir string, force bool) error {
	files := []struct{ path, text string }{
		{filepath.Join(dir, "authplugin.yaml"), configTemplate},
		{filepath.Join(dir, "cmd", "auth", "main.go"), mainTemplate},
	}
	var taken []error
	for _, file := range files {
		if _, err := os.Lstat(file.path); err == nil && !force {
			taken = append(taken, fmt.Errorf("authplugin: %s exists; --force writes over it", file.path))
		}
	}
	if len(taken) > 0 {
		return errors.Join(taken...)
	}
	for _, file := range files {
		if err := write(file.path, file.text, force); err != nil {
			return err
		}
		a.say("wrote %s", file.path)
	}
	return nil
}

// write makes a file, and does not follow a race for it unless it is forced.
func write(path, text string, force bool) (err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return fmt.Errorf("cannot make the folder: %w", err)
	}
	flags := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if force {
		flags = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	}
	const mode fs.FileMode = 0o644
	file, err := os.OpenFile(path, flags, mode) //nolint:gosec // the user names the folder
	if err != nil {
		return fmt.Errorf("cannot write: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if _, err := file.WriteString(text); err != nil {
		return fmt.Errorf("cannot write: %w", err)
	}
	return nil
}
