package authcli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/gorm-auth/authplugin"
)

// showPlan prints a plan for a person, one line a step.
func (a *app) showPlan(plan *authplugin.Plan, recommended bool) {
	line := func(s style, mark, text string) {
		a.say("%s %s", a.paint(a.Stdout, s, mark), text)
	}
	for _, step := range plan.Steps {
		line(green, "+", step.String())
	}
	for _, step := range plan.Recommended {
		if recommended {
			line(green, "+", step.String())
			continue
		}
		line(dim, "?", step.String()+" (recommended; --recommended creates it)")
	}
	for _, u := range plan.Unsafe {
		line(red, "!", fmt.Sprintf("unsafe: %s.%s: %s; %s", u.Table, u.Name, u.Reason, u.Recipe))
	}
	for _, d := range plan.Drift {
		line(yellow, "~", "drift: "+d.String())
	}
	if plan.String() == "up to date\n" {
		a.say("%s", a.paint(a.Stdout, green, "up to date"))
	}
}

// noteDatabase says which database it is about, and on PostgreSQL where tables are
// looked for and created.
func (a *app) noteDatabase(ctx context.Context, s *session) {
	a.note("database: %s", s.target)
	if s.db.Name() != "postgres" {
		return
	}
	var path, schema string
	err := s.db.WithContext(ctx).Raw("SELECT current_setting('search_path'), COALESCE(current_schema(), '')").Row().Scan(&path, &schema)
	switch {
	case err != nil:
	case schema == "":
		s.homeless = path
		a.note("%s", a.paint(a.Stderr, yellow, homelessSays(path)))
	default:
		a.note("schema: %s (search_path: %s)", schema, path)
	}
}

func homelessSays(path string) string {
	return fmt.Sprintf("no schema of the search_path %s exists: create one, or set databaseSchema", path)
}

// refuseHomeless refuses tables that PostgreSQL would find no schema for.
func (s *session) refuseHomeless(plan *authplugin.Plan) error {
	if s.homeless == "" {
		return nil
	}
	for _, step := range plan.Steps {
		if step.Kind == authplugin.CreateTable && !strings.Contains(step.Table, ".") {
			return fmt.Errorf("cannot %s: %s", step, homelessSays(s.homeless))
		}
	}
	return nil
}

// readPlan reads a plan that status or migrate --dry-run printed as JSON.
func readPlan(path string) (*authplugin.Plan, error) {
	text, err := os.ReadFile(path) //nolint:gosec // the user names the file
	if err != nil {
		return nil, fmt.Errorf("cannot read the plan: %w", err)
	}
	var plan authplugin.Plan
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields() // a slip in a key would leave steps out
	err = decoder.Decode(&plan)
	switch {
	case err != nil:
	case decoder.More():
		err = errors.New("something follows it")
	case plan.Dialect == "":
		err = errors.New("it has no dialect")
	case plan.Steps == nil:
		err = errors.New("it has no steps, not even an empty list of them")
	}
	if err != nil {
		return nil, fmt.Errorf("%s is not a plan as status --json prints it: %w", path, err)
	}
	return &plan, nil
}
