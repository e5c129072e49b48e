package authcli

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/gorm-auth/authplugin"
)

type migrateFlags struct {
	yes, dryRun, recommended, concurrently, json bool
	plan                                         string
}

func (a *app) migrateCommand() *cobra.Command {
	var f migrateFlags
	c := &cobra.Command{
		Use:   "migrate",
		Short: "Create what the database lacks: tables, columns, indexes, foreign keys",
		Long: `Create what the database lacks: tables, columns, indexes, foreign keys.

The plan is shown, and applied after a question. Nothing is ever altered, dropped
or rebuilt; what would be unsafe is refused with the way to mend it. With --plan
the steps of a plan are applied that "status --json" printed and somebody reviewed,
and no others. A migration that was interrupted goes on when it is run again.`,
		Example: a.example("migrate", "migrate --dry-run", "migrate --yes                # in a script",
			"migrate --yes --concurrently # PostgreSQL builds indexes while writers work",
			"migrate --yes --plan plan.json"),
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.migrate(c.Context(), f) },
	}
	c.Flags().BoolVarP(&f.yes, "yes", "y", false, "apply the plan without asking")
	c.Flags().BoolVar(&f.dryRun, "dry-run", false, "show the plan and its SQL, and change nothing")
	c.Flags().BoolVar(&f.recommended, "recommended", false, "also create the indexes that are only recommended")
	c.Flags().BoolVar(&f.concurrently, "concurrently", false, "have PostgreSQL build indexes while writers work, outside of a transaction")
	c.Flags().BoolVar(&f.json, "json", false, "print the plan, and what was done, as JSON")
	c.Flags().StringVar(&f.plan, "plan", "", "apply the plan of a JSON `file`")
	return c
}

func (f migrateFlags) options() []authplugin.MigrateOption {
	var options []authplugin.MigrateOption
	if f.recommended {
		options = append(options, authplugin.WithRecommended())
	}
	if f.concurrently {
		options = append(options, authplugin.Concurrently())
	}
	return options
}

func (a *app) migrate(ctx context.Context, f migrateFlags) error {
	whenMissing := createMissing
	if f.dryRun {
		whenMissing = emptyMissing
	}
	s, err := a.open(ctx, whenMissing)
	if err != nil {
		return err
	}
	defer s.close()
	plan, err := a.plan(ctx, s, f)
	if err != nil {
		return err
	}
	if f.dryRun {
		return a.showDry(plan, f)
	}
	steps := len(plan.Steps)
	if f.recommended {
		steps += len(plan.Recommended)
	}
	if !f.json {
		shown := *plan
		shown.Unsafe = nil // the error has them
		a.showPlan(&shown, f.recommended)
	}
	if err := s.refuseHomeless(plan); err != nil {
		return err
	}
	if len(plan.Unsafe) > 0 {
		return &authplugin.UnsafeMigrationError{Steps: plan.Unsafe}
	}
	if steps > 0 && !f.yes {
		if err := a.confirm(ctx, "Apply these changes?", "--yes (or --dry-run to only show the plan)"); err != nil {
			return err
		}
	}
	return a.apply(ctx, s, plan, f)
}

func (a *app) plan(ctx context.Context, s *session, f migrateFlags) (*authplugin.Plan, error) {
	a.noteDatabase(ctx, s)
	if f.plan != "" {
		return readPlan(f.plan)
	}
	return s.auth.PlanMigration(ctx, f.options()...)
}

// showDry prints what would be done.
func (a *app) showDry(plan *authplugin.Plan, f migrateFlags) error {
	if f.json {
		return a.printJSON(plan)
	}
	a.showPlan(plan, f.recommended)
	shown := *plan
	if f.recommended {
		shown.Steps = append(shown.Steps, shown.Recommended...)
	}
	if script := shown.SQL(); script != "" {
		_, _ = io.WriteString(a.Stdout, "\n"+script)
	}
	return nil
}

// apply applies a plan, and says what was done however it ends.
func (a *app) apply(ctx context.Context, s *session, plan *authplugin.Plan, f migrateFlags) error {
	bar := a.progress()
	begin := time.Now()
	result, err := s.auth.Apply(ctx, plan, append(f.options(), authplugin.WithProgress(a.showStep(bar)))...)
	bar.clear()
	if f.json {
		if printErr := a.printJSON(result); printErr != nil {
			return errors.Join(err, printErr)
		}
	}
	if err != nil {
		a.noteResult(result)
		return err
	}
	switch n := len(result.Applied); n {
	case 0:
		a.note("%s", a.paint(a.Stderr, green, "nothing to do"))
	default:
		a.note("%s in %s", a.paint(a.Stderr, green, count(n, "step")+" applied"), time.Since(begin).Round(time.Millisecond))
	}
	return nil
}

// showStep shows each step on the bar. Of one that has to wait, a line says why: it
// stays, also where there is no bar.
func (a *app) showStep(bar *progress) func(authplugin.MigrationProgress) {
	waiting := ""
	return func(p authplugin.MigrationProgress) {
		what, done := p.Step.String(), p.Number
		if p.Waiting != nil && waiting != what {
			waiting = what
			bar.clear()
			a.note("%s %s: %v", a.paint(a.Stderr, yellow, "waiting:"), what, p.Waiting)
		}
		if !p.Done {
			done--
			if waiting == what {
				what += ", waiting"
			}
		}
		bar.show(what, int64(done), int64(p.Total))
	}
}

// noteResult says what a migration that failed or was interrupted has left.
func (a *app) noteResult(result *authplugin.MigrationResult) {
	for _, step := range result.Applied {
		a.note("%s %s", a.paint(a.Stderr, green, "applied:"), step)
	}
	if result.Failed != nil {
		a.note("%s %s", a.paint(a.Stderr, red, "failed: "), result.Failed)
	}
	n := len(result.Pending)
	if result.Failed != nil {
		n++
	}
	if n > 0 {
		a.note("%s not applied; run migrate again to go on", count(n, "step"))
	}
}
