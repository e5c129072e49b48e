package authcli

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/gorm-auth/authplugin"
)

func (a *app) statusCommand() *cobra.Command {
	var asJSON, concurrently bool
	c := &cobra.Command{
		Use:   "status",
		Short: "Say whether the database is up to date (exit code 2: it is not)",
		Long: `Say whether the database is up to date with the schema, and change nothing.

The exit code is 0 when it is, 2 when changes are pending. Drift and recommended
indexes are shown, and do not count as pending.`,
		Example: a.example("status", "status --json > plan.json     # to be reviewed, for migrate --plan",
			"status || test $? -eq 2       # in CI"),
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.status(c.Context(), asJSON, concurrently) },
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print the plan as JSON")
	c.Flags().BoolVar(&concurrently, "concurrently", false, "plan as migrate --concurrently would")
	return c
}

func (a *app) status(ctx context.Context, asJSON, concurrently bool) error {
	s, err := a.open(ctx, emptyMissing)
	if err != nil {
		return err
	}
	defer s.close()
	a.noteDatabase(ctx, s)
	plan, err := s.auth.PlanMigration(ctx, migrateFlags{concurrently: concurrently}.options()...)
	if err != nil {
		return err
	}
	if asJSON {
		err = a.printJSON(plan)
	} else {
		a.showPlan(plan, false)
		a.notePending(plan)
	}
	if err == nil && !plan.Empty() {
		return errPending
	}
	return err
}

// notePending says what to do next.
func (a *app) notePending(plan *authplugin.Plan) {
	switch {
	case len(plan.Unsafe) > 0:
		a.note("%s to mend by hand, %s pending", count(len(plan.Unsafe), "unsafe step"), count(len(plan.Steps), "step"))
	case len(plan.Steps) > 0:
		a.note("%s pending; %s migrate applies them", count(len(plan.Steps), "step"), a.Name)
	}
}

// count is a number of things: "1 step", "2 steps".
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// printJSON prints a result for programs.
func (a *app) printJSON(v any) error {
	encoder := json.NewEncoder(a.Stdout)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return fmt.Errorf("cannot print the result: %w", err)
	}
	return nil
}
