package authcli

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/generate"
)

type generateFlags struct {
	format, dialect, output, name, version, packageName string
	full, reverse, includeDrift, concurrently           bool
	recommended, force                                  bool
}

// migrationFormats write a plan; schemaFormats describe the schema.
type (
	migrationFormat func(plan *authplugin.Plan, o generate.FileOptions) ([]generate.File, error)
	schemaFormat    func(w io.Writer, s *authplugin.Schema, cfg authplugin.Config) error
)

func (f generateFlags) migrationFormat() migrationFormat {
	switch f.format {
	case "sql":
		if f.reverse {
			return generate.ReverseScript
		}
		return generate.Script
	case "goose":
		return generate.Goose
	case "golang-migrate":
		return generate.GolangMigrate
	case "atlas":
		return generate.Atlas
	default:
		return nil
	}
}

func (f generateFlags) schemaFormat() schemaFormat {
	switch f.format {
	case "gorm":
		return schemaOnly(func(w io.Writer, s *authplugin.Schema) error {
			return generate.GORM(w, s, generate.GORMOptions{Package: f.packageName})
		})
	case "better-auth":
		return generate.BetterAuth
	case "mermaid":
		return schemaOnly(generate.Mermaid)
	case "dbml":
		return schemaOnly(generate.DBML)
	case "svg":
		return schemaOnly(generate.SVG)
	default:
		return nil
	}
}

// schemaOnly is a format for which the configuration says nothing beyond the schema.
func schemaOnly(write func(w io.Writer, s *authplugin.Schema) error) schemaFormat {
	return func(w io.Writer, s *authplugin.Schema, _ authplugin.Config) error { return write(w, s) }
}

// formats are what --format takes.
var formats = []string{"sql", "goose", "golang-migrate", "atlas", "gorm", "better-auth", "mermaid", "dbml", "svg"} //nolint:gochecknoglobals // a table that nothing writes

func (a *app) generateCommand() *cobra.Command {
	var f generateFlags
	c := &cobra.Command{
		Use:   "generate",
		Short: "Write migrations for other tools, Go models, options, diagrams",
		Long: `Write migrations for other tools, Go models, options and diagrams.

Migrations: sql (a script), goose, golang-migrate, atlas (files in --output). They
have what the database of DATABASE_URL lacks; with --full, or without a database
and with --dialect, the whole schema.

Descriptions of the schema: gorm (Go structs), better-auth (TypeScript options),
mermaid, dbml, svg (diagrams). They need no database: its kind is that of --dialect
or of DATABASE_URL, which is not connected to.

The same schema and database give the same bytes; for the names of migration files
that takes --version as well.`,
		Example: a.example("generate --format sql", "generate --format sql --full --dialect postgres",
			"generate --format goose --output migrations --name add_roles",
			"generate --format atlas --include-drift", "generate --format gorm --dialect mysql --output models/auth.go",
			"generate --format svg --output docs/schema.svg"),
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.generate(c.Context(), f) },
	}
	flags := c.Flags()
	flags.StringVarP(&f.format, "format", "f", "sql", "what to write: "+strings.Join(formats, ", "))
	flags.StringVar(&f.dialect, "dialect", "", "the `kind` of database: "+strings.Join(dialects, ", "))
	flags.StringVarP(&f.output, "output", "o", "", "the `file` to write instead of the standard output; for goose, golang-migrate and atlas the folder (default \"migrations\")")
	flags.StringVar(&f.name, "name", "", "what migration files are `called` (default \"authplugin\")")
	flags.StringVar(&f.version, "version", "", "the `time` in the names of migration files, as 20060102150405 (default now, in UTC)")
	flags.StringVar(&f.packageName, "package", "", "the Go `package` of gorm (default \"models\")")
	flags.BoolVar(&f.full, "full", false, "the whole schema, without asking a database")
	flags.BoolVar(&f.reverse, "reverse", false, "sql: the script that takes it back")
	flags.BoolVar(&f.includeDrift, "include-drift", false, "add the statements that end drift, to be reviewed")
	flags.BoolVar(&f.concurrently, "concurrently", false, "have PostgreSQL build indexes while writers work")
	flags.BoolVar(&f.recommended, "recommended", false, "also the indexes that are only recommended")
	flags.BoolVar(&f.force, "force", false, "overwrite files that exist")
	return c
}

func (a *app) generate(ctx context.Context, f generateFlags) error {
	if !slices.Contains(formats, f.format) {
		return usagef("--format %q is not known: it is one of %s", f.format, strings.Join(formats, ", "))
	}
	if describe := f.schemaFormat(); describe != nil {
		return a.generateSchema(describe, f)
	}
	options, err := f.fileOptions()
	if err != nil {
		return err
	}
	plan, err := a.planToWrite(ctx, f)
	if err != nil {
		return err
	}
	if f.format == "sql" {
		files, err := f.migrationFormat()(plan, options)
		if err != nil {
			return err
		}
		return a.writeOne(files, f)
	}
	return a.writeFolder(plan, options, f)
}

// fileOptions are those of migration files.
func (f generateFlags) fileOptions() (generate.FileOptions, error) {
	o := generate.FileOptions{Name: f.name, Version: time.Now(), IncludeDrift: f.includeDrift}
	if f.version == "" {
		return o, nil
	}
	version, err := time.ParseInLocation("20060102150405", f.version, time.UTC)
	if err != nil {
		return o, usagef("--version %q is no time such as 20060102150405", f.version)
	}
	o.Version = version
	return o, nil
}

// generateSchema writes a description of the schema.
func (a *app) generateSchema(describe schemaFormat, f generateFlags) error {
	dialect, err := a.dialectOf(f.dialect)
	if err != nil {
		return err
	}
	d, cfg, err := a.describe(dialect)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := describe(&b, d.Schema, cfg); err != nil {
		return err
	}
	return a.writeOne([]generate.File{{Content: b.Bytes()}}, f)
}

// planToWrite is what the database lacks, or all of the schema.
func (a *app) planToWrite(ctx context.Context, f generateFlags) (*authplugin.Plan, error) {
	if f.full || f.dialect != "" {
		dialect, err := a.dialectOf(f.dialect)
		if err != nil {
			return nil, err
		}
		d, _, err := a.describe(dialect)
		if err != nil {
			return nil, err
		}
		return d.Plan, nil
	}
	s, err := a.open(ctx, emptyMissing)
	if err != nil {
		return nil, err
	}
	defer s.close()
	a.noteDatabase(ctx, s)
	plan, err := s.auth.PlanMigration(ctx, migrateFlags{concurrently: f.concurrently}.options()...)
	if err != nil {
		return nil, err
	}
	if f.recommended {
		plan.Steps, plan.Recommended = append(plan.Steps, plan.Recommended...), nil
	}
	if n := len(plan.Drift); n > 0 && !f.includeDrift {
		a.note("%s of drift left out; --include-drift adds what ends it", count(n, "case"))
	}
	return plan, nil
}

// nothingToWrite is said when there is no migration.
func (a *app) nothingToWrite() { a.note("up to date: there is nothing to write") }
