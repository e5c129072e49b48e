package generate

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/gorm-auth/authplugin"
)

// File is one generated file.
type File struct {
	// Name is the file's name, without a folder.
	Name    string
	Content []byte
}

// FileOptions are those of the formats that write migration files.
type FileOptions struct {
	// Name says what the migration does: "add_roles". Whatever is no letter of
	// ASCII, digit or underscore becomes an underscore. Defaults to "authplugin".
	Name string
	// Version orders the files, to the second, in UTC; a migration of several files
	// takes the seconds that follow too. [Script] and [ReverseScript] do without.
	Version time.Time
	// IncludeDrift adds what would bring columns that differ to the schema (SQL of
	// [authplugin.Drift]): after everything else, in a file of its own where the
	// format has several. It is to be reviewed before it is run.
	IncludeDrift bool
	// Existing is the folder that the files go into, with the migrations that are
	// there. [Atlas] needs it, since the sum covers them all; nil means an empty one.
	Existing fs.FS
}

// maxNameLength keeps names within what file systems take.
const maxNameLength = 80

// fileName is the name of one of a migration's files, without its ending.
func (o FileOptions) fileName(number int, m migration) string {
	name := o.baseName()
	if m.title != "" {
		name = cut(name + "_" + sanitized(m.title))
	}
	return o.Version.UTC().Add(time.Duration(number)*time.Second).Format("20060102150405") + "_" + name
}

func (o FileOptions) baseName() string {
	if name := cut(sanitized(o.Name)); name != "" {
		return name
	}
	return "authplugin"
}

// check refuses versions that do not sort as their digits do.
func (o FileOptions) check() error {
	if year := o.Version.UTC().Year(); year < 1970 || year > 9998 {
		return fmt.Errorf("authplugin: cannot name migration files after the time %s; give FileOptions a Version, such as time.Now()", o.Version)
	}
	return nil
}

func checkPlan(plan *authplugin.Plan) error {
	switch {
	case plan == nil:
		return errors.New("authplugin: there is no plan to write files for; make one with PlanMigration or Describe")
	case len(plan.Unsafe) > 0:
		return &authplugin.UnsafeMigrationError{Steps: plan.Unsafe}
	}
	return nil
}

// sanitized leaves of a name what every file system and tool takes.
func sanitized(name string) string {
	words := strings.FieldsFunc(name, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9')
	})
	return strings.Join(words, "_")
}

// cut shortens a sanitized name, all of which is ASCII.
func cut(name string) string { return strings.TrimRight(name[:min(len(name), maxNameLength)], "_") }
