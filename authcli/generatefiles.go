package authcli

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/generate"
)

// writeOne writes the only file of a format to the standard output, or to the file
// of --output.
func (a *app) writeOne(files []generate.File, f generateFlags) error {
	if len(files) == 0 {
		a.nothingToWrite()
		return nil
	}
	if f.output == "" || f.output == "-" {
		if _, err := a.Stdout.Write(files[0].Content); err != nil {
			return fmt.Errorf("cannot write the result: %w", err)
		}
		return nil
	}
	return a.writeFile(f.output, files[0].Content, f.force)
}

// writeFolder writes the migration files of a tool into its folder.
func (a *app) writeFolder(plan *authplugin.Plan, options generate.FileOptions, f generateFlags) error {
	folder := f.output
	if folder == "" {
		folder = "migrations"
	}
	if _, err := os.Stat(folder); err == nil {
		options.Existing = os.DirFS(folder)
	}
	files, err := f.migrationFormat()(plan, options)
	if err != nil {
		return err
	}
	if len(files) == 0 {
		a.nothingToWrite()
		return nil
	}
	if err := os.MkdirAll(folder, 0o755); err != nil { //nolint:gosec // migrations are no secret
		return fmt.Errorf("cannot make the folder of the migrations: %w", err)
	}
	for _, file := range files {
		path := filepath.Join(folder, file.Name)
		// The sum of a folder changes with each migration.
		if err := a.writeFile(path, file.Content, f.force || file.Name == "atlas.sum"); err != nil {
			return err
		}
	}
	return nil
}

// writeFile writes a file, and says so. One that is there and differs is kept,
// unless force is given.
func (a *app) writeFile(path string, content []byte, force bool) error {
	have, err := os.ReadFile(path) //nolint:gosec // the user names the file
	switch {
	case err == nil && bytes.Equal(have, content):
		a.note("%s is as it should be", path)
		return nil
	case err == nil && !force:
		return fmt.Errorf("%s exists and differs; --force overwrites it", path)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("cannot read what is there: %w", err)
	}
	if err := os.WriteFile(path, content, 0o644); err != nil { //nolint:gosec // what is generated is no secret
		return fmt.Errorf("cannot write the result: %w", err)
	}
	a.note("wrote %s", path)
	return nil
}
