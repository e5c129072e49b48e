package authcli

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/redis/go-redis/v9"
	"github.com/spf13/cobra"

	"github.com/gorm-auth/authplugin"
)

// Main runs the command line of the process with the application's configuration
// and ends the process. The first interrupt ends the command in order, the second
// one at once.
func Main(cfg authplugin.Config) {
	os.Exit(runInterruptible(Options{Config: cfg, Name: programName()}))
}

// MainWith is [Main] with options, such as the application's own dialector.
func MainWith(opts Options) { os.Exit(runInterruptible(opts)) }

func runInterruptible(opts Options) int {
	redis.SetLogger(silentRedis{})
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	return Run(ctx, os.Args[1:], opts)
}

// silentRedis keeps go-redis, whose logger is the process's, from writing to the
// standard error what is reported as an error anyway.
type silentRedis struct{}

// Printf implements the interface of go-redis's logger.
func (silentRedis) Printf(context.Context, string, ...any) {}

// Run runs the command line with the given arguments, without the program's name,
// and returns the exit code. When ctx is cancelled the command ends in order.
func Run(ctx context.Context, args []string, opts Options) int {
	a := &app{Options: opts.withDefaults()}
	a.addSecret(a.Getenv("PGPASSWORD"))
	root := a.rootCommand()
	root.SetArgs(append([]string{}, args...)) // nil would be those of the process
	command, err := root.ExecuteContextC(ctx)
	if ctx.Err() != nil && err != nil {
		err = context.Canceled // whatever it was that noticed
	}
	if err != nil && !a.ran {
		err = &usageError{err}
		a.addArguments(args)
	}
	code := exitCode(err)
	if err != nil {
		_, _ = io.WriteString(a.Stderr, a.redact(message(err)))
	}
	if code == ExitUsage {
		_, _ = fmt.Fprintf(a.Stderr, "Run '%s --help' for usage.\n", command.CommandPath())
	}
	return code
}

// app is one run of the command line.
type app struct {
	Options
	flags struct {
		databaseURL, config string
		verbose             bool
	}
	// ran says that the command line was right and the command began.
	ran bool
	// secrets are texts that must not be printed.
	secrets []string
}

func (a *app) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   a.Name,
		Short: "Migrate, inspect and tend the auth tables of a database",
		Long: `Migrate, inspect and tend the auth tables of a database.

The database is named by DATABASE_URL or --database-url:
  postgres://user:password@host:5432/database?sslmode=require
  mysql://user:password@host:3306/database     (mariadb:// is the same)
  sqlite:app.db, sqlite:///var/lib/app.db, file:app.db
  sqlserver://user:password@host:1433?database=name
Special characters of a password are percent-encoded: p@ss is p%40ss.

` + exitCodes,
		Example: a.example("status", "migrate --dry-run", "doctor --json"),
		Args:    cobra.NoArgs,
		Version: a.Version,
		// Errors are printed by Run, without the usage.
		SilenceErrors: true, SilenceUsage: true,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.SetIn(a.Stdin)
	root.SetOut(a.Stdout)
	root.SetErr(a.Stderr)
	root.SetVersionTemplate("{{.Name}} {{.Version}}\n")
	flags := root.PersistentFlags()
	flags.StringVar(&a.flags.databaseURL, "database-url", "", "the `URL` of the database; other users of the machine can see it, unlike DATABASE_URL")
	flags.BoolVar(&a.flags.verbose, "verbose", false, "show the SQL statements on the standard error")
	if a.LoadConfig != nil {
		flags.StringVar(&a.flags.config, "config", a.ConfigPath, "the configuration `file`")
	}
	root.AddCommand(
		a.migrateCommand(), a.statusCommand(), a.generateCommand(), a.doctorCommand(), a.infoCommand(),
		a.cleanupCommand(), a.createAdminCommand(), a.secretCommand(), a.initCommand(), a.versionCommand(),
	)
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	a.prepare(root)
	return root
}

// prepare notes when a command begins: what fails before is wrong usage.
func (a *app) prepare(c *cobra.Command) {
	if run := c.RunE; run != nil {
		c.RunE = func(c *cobra.Command, args []string) error {
			a.ran = true
			return run(c, args)
		}
	}
	for _, child := range c.Commands() {
		a.prepare(child)
	}
}

// example writes the examples of a command as they are typed.
func (a *app) example(lines ...string) string {
	typed := make([]string, len(lines))
	for i, line := range lines {
		typed[i] = "  " + a.Name + " " + line
	}
	return strings.Join(typed, "\n")
}

// config is the configuration that the commands work with.
func (a *app) config() (authplugin.Config, error) {
	cfg := a.Config
	if a.LoadConfig != nil {
		var err error
		if cfg, err = a.LoadConfig(a.flags.config); err != nil {
			return cfg, err
		}
	}
	cfg.AutoMigrate = false
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.NewTextHandler(redactingWriter{a, a.Stderr}, nil))
	}
	return cfg, nil
}

// say prints a line of a result.
func (a *app) say(format string, args ...any) {
	_, _ = fmt.Fprintf(a.Stdout, format+"\n", args...)
}

// note prints a line that is not part of the result.
func (a *app) note(format string, args ...any) {
	_, _ = io.WriteString(a.Stderr, a.redact(fmt.Sprintf(format, args...))+"\n")
}
