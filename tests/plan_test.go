package tests

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
	"github.com/gorm-auth/authplugin/internal/dialect"
)

// catalogOf is what the database says about tables, those that are missing left out.
func catalogOf(t *testing.T, db *gorm.DB, tables ...string) map[string]*dialect.Table {
	t.Helper()
	var version string
	if db.Name() == "mysql" {
		must(t, db.Raw("SELECT VERSION()").Scan(&version).Error)
	}
	d, err := dialect.New(db.Name(), dialect.Server{MariaDB: strings.Contains(version, "MariaDB")})
	must(t, err)
	pool, err := db.DB()
	must(t, err)
	c, err := d.Inspect(t.Context(), pool, tables)
	must(t, err)
	return c.Tables
}

var coreTables = []string{"users", "sessions", "accounts", "verifications", "rate_limits"}

// sameSchema compares catalogs whatever the order of indexes and keys.
func sameSchema(want, got map[string]*dialect.Table) string {
	return cmp.Diff(want, got,
		cmpopts.SortSlices(func(a, b dialect.Index) bool { return a.Name < b.Name }),
		cmpopts.SortSlices(func(a, b dialect.ForeignKey) bool {
			return a.Name+a.RefTable+strings.Join(a.Columns, ",") < b.Name+b.RefTable+strings.Join(b.Columns, ",")
		}))
}

func execAll(t *testing.T, db *gorm.DB, statements []string) {
	t.Helper()
	pool, err := db.DB()
	must(t, err)
	for _, statement := range statements {
		if _, err := pool.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

func reverses(plan *authplugin.Plan) []string {
	var statements []string
	for i := range plan.Steps {
		statements = append(statements, plan.Steps[len(plan.Steps)-1-i].Reverse...)
	}
	return statements
}

// What a plan does, its reverse takes back, from tables to the last index.
func TestReverseTakesThePlanBack(t *testing.T) {
	t.Parallel()
	for name, cfg := range migrateConfigs() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
				db, auth := use(t, e.New(t), cfg)
				plan, err := auth.PlanMigration(t.Context())
				must(t, err)
				must(t, auth.Migrate(t.Context()))
				execAll(t, db, reverses(plan))
				again, err := auth.PlanMigration(t.Context())
				must(t, err)
				if diff := cmp.Diff(plan, again); diff != "" {
					t.Errorf("the reverse left something behind (-first +again):\n%s", diff)
				}
			})
		})
	}
}

func TestReverseTakesAddedColumnsBack(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d := e.New(t)
		db, _ := use(t, d, authplugin.Config{AutoMigrate: true})
		newUser(t, db, "ada")
		before := catalogOf(t, db, coreTables...)
		_, auth := use(t, d, authplugin.Config{User: authplugin.ModelConfig{AdditionalFields: everyField()}})
		plan, err := auth.PlanMigration(t.Context())
		must(t, err)
		must(t, auth.Migrate(t.Context()))
		execAll(t, db, reverses(plan))
		if diff := sameSchema(before, catalogOf(t, db, coreTables...)); diff != "" {
			t.Errorf("the reverse is not the reverse (-before +after):\n%s", diff)
		}
		if n := countUsers(t, db); n != 1 {
			t.Errorf("%d users, want 1", n)
		}
	})
}

// A plan survives being kept as JSON.
func TestPlanAsJSON(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		_, auth := use(t, e.New(t), authplugin.Config{User: authplugin.ModelConfig{AdditionalFields: everyField()}})
		plan, err := auth.PlanMigration(t.Context())
		must(t, err)
		text, err := json.Marshal(plan)
		must(t, err)
		var kept authplugin.Plan
		must(t, json.Unmarshal(text, &kept))
		if diff := cmp.Diff(plan, &kept); diff != "" {
			t.Errorf("(-made +kept):\n%s", diff)
		}
		if kept.Dialect != e.Dialect() || len(kept.Steps) == 0 {
			t.Errorf("dialect %q, %d steps", kept.Dialect, len(kept.Steps))
		}
		result, err := auth.Apply(t.Context(), &kept)
		must(t, err)
		if len(result.Applied) != len(plan.Steps) || len(result.Skipped)+len(result.Pending) > 0 || result.Failed != nil {
			t.Errorf("applied %d of %d steps: %+v", len(result.Applied), len(plan.Steps), result)
		}
		up, err := auth.PlanMigration(t.Context())
		must(t, err)
		if up.String() != "up to date\n" {
			t.Errorf("plan: %s", up)
		}
		text, err = json.Marshal(up)
		must(t, err)
		want := `{"dialect":"` + e.Dialect() + `","steps":[],"recommended":[],"unsafe":[],"drift":[]}`
		if string(text) != want {
			t.Errorf("JSON of an empty plan is %s, want %s", text, want)
		}
	})
}

// The script of a plan, run by itself, is the migration.
func TestPlanAsScript(t *testing.T) {
	t.Parallel()
	for name, cfg := range migrateConfigs() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
				d := e.New(t)
				_, auth := use(t, d, cfg)
				plan, err := auth.PlanMigration(t.Context())
				must(t, err)
				d.Load(t, plan.SQL())
				after, err := auth.PlanMigration(t.Context())
				must(t, err)
				if after.String() != "up to date\n" {
					t.Errorf("after the script: %s", after)
				}
				d.Load(t, plan.ReverseSQL())
				again, err := auth.PlanMigration(t.Context())
				must(t, err)
				if diff := cmp.Diff(plan, again); diff != "" {
					t.Errorf("after the script back (-first +again):\n%s", diff)
				}
			})
		})
	}
}

// A comment in a script cannot be left by a name.
func TestScriptKeepsHostileNamesInComments(t *testing.T) {
	t.Parallel()
	plan := authplugin.Plan{
		Steps: []authplugin.Step{{Kind: authplugin.CreateTable, Table: "a\nDROP TABLE users", SQL: []string{"SELECT 1;"}}},
		Drift: []authplugin.Drift{{Table: "t", Column: "c", Problem: "is\r\nDROP TABLE users"}},
	}
	for _, script := range []string{plan.SQL(), plan.ReverseSQL(), plan.DriftSQL()} {
		for line := range strings.Lines(script) {
			if strings.HasPrefix(line, "DROP") {
				t.Errorf("a statement came out of a name:\n%s", script)
			}
		}
	}
	if want := "-- create table a DROP TABLE users\nSELECT 1;\n"; plan.SQL() != want {
		t.Errorf("got %q, want %q", plan.SQL(), want)
	}
}

func TestApplyDoesOnlyWhatWasReviewed(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d := e.New(t)
		fields := authplugin.Fields{"one": {Type: authplugin.String, Optional: true}}
		_, auth := use(t, d, authplugin.Config{User: authplugin.ModelConfig{AdditionalFields: fields}})
		plan, err := auth.PlanMigration(t.Context())
		must(t, err)
		must(t, auth.Migrate(t.Context()))

		// By now the schema wants more than was reviewed.
		db, auth := use(t, d, authplugin.Config{User: authplugin.ModelConfig{AdditionalFields: everyField()}})
		result, err := auth.Apply(t.Context(), plan)
		must(t, err)
		if len(result.Applied) > 0 || len(result.Skipped) != len(plan.Steps) {
			t.Errorf("result %+v", result)
		}
		if db.Migrator().HasColumn("users", "role") {
			t.Error("a step was applied that nobody had reviewed")
		}

		// Half of a reviewed plan is there already.
		plan, err = auth.PlanMigration(t.Context())
		must(t, err)
		execAll(t, db, plan.Steps[0].SQL)
		result, err = auth.Apply(t.Context(), plan)
		must(t, err)
		if len(result.Skipped) != 1 || result.Skipped[0].String() != plan.Steps[0].String() || len(result.Applied) != len(plan.Steps)-1 {
			t.Errorf("%d applied, skipped %v", len(result.Applied), result.Skipped)
		}
		after, err := auth.PlanMigration(t.Context())
		must(t, err)
		if !after.Empty() {
			t.Errorf("plan: %s", after)
		}
	})
}

func TestApplyRefuses(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		db, auth := use(t, e.New(t), authplugin.Config{})
		ctx := t.Context()
		plan, err := auth.PlanMigration(ctx)
		must(t, err)

		other := *plan
		other.Dialect = "oracle"
		if _, err := auth.Apply(ctx, &other); err == nil || !strings.Contains(err.Error(), `"oracle"`) {
			t.Errorf("a plan for another database: %v", err)
		}
		if _, err := auth.Apply(ctx, nil); err == nil {
			t.Error("no plan was accepted")
		}
		unsafe := *plan
		unsafe.Unsafe = []authplugin.UnsafeStep{{Table: "users", Name: "x"}}
		if _, err := auth.Apply(ctx, &unsafe); !errors.Is(err, authplugin.ErrUnsafeMigration) {
			t.Errorf("an unsafe plan: %v", err)
		}
		changed := *plan
		changed.Steps = append([]authplugin.Step{}, plan.Steps...)
		changed.Steps[0].SQL = []string{"DROP TABLE something"}
		result, err := auth.Apply(ctx, &changed)
		if !errors.Is(err, authplugin.ErrPlanOutdated) || len(result.Applied) > 0 {
			t.Errorf("a plan that is no longer the one: %v, %+v", err, result)
		}
		if err := db.Transaction(func(tx *gorm.DB) error { _, err := auth.WithDB(tx).Apply(ctx, plan); return err }); err == nil {
			t.Error("a plan was applied within a transaction")
		}
		if len(catalogOf(t, db, coreTables...)) > 0 {
			t.Error("a refused plan did something")
		}
	})
}

// A step that fails says what was applied before it; the next call goes on.
func TestMigrationThatFailsHalfWay(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d := e.New(t)
		db, auth := use(t, d, authplugin.Config{})
		// An index has the name of one of ours on the last table; MySQL's names of
		// indexes belong to their tables, there it is a foreign key's.
		obstacle, mend := "CREATE TABLE other (a int)", "DROP TABLE other"
		execAll(t, db, []string{obstacle})
		if e.Dialect() == "mysql" {
			execAll(t, db, []string{
				"DROP TABLE other", "CREATE TABLE target (a int PRIMARY KEY)",
				"CREATE TABLE other (a int, CONSTRAINT " + foreignKeyOf(t, auth, "account") + " FOREIGN KEY (a) REFERENCES target(a))",
			})
		} else {
			execAll(t, db, []string{"CREATE INDEX accounts_user_id_idx ON other (a)"})
		}
		var reported []string
		plan, err := auth.PlanMigration(t.Context())
		must(t, err)
		result, err := auth.Apply(t.Context(), plan, authplugin.WithProgress(func(p authplugin.MigrationProgress) {
			if p.Done {
				reported = append(reported, p.Step.String())
			}
			if p.Total != len(plan.Steps) || p.Number < 1 || p.Number > p.Total {
				t.Errorf("step %d of %d", p.Number, p.Total)
			}
		}))
		var failed *authplugin.MigrationError
		if !errors.As(err, &failed) {
			t.Fatalf("got %v", err)
		}
		if failed.Step.Table != "accounts" || result.Failed == nil || result.Failed.Table != "accounts" || failed.Statement == "" || failed.Result != result {
			t.Errorf("failed: %v", failed.Step)
		}
		wantApplied := 0
		if e.Dialect() == "mysql" {
			wantApplied = len(reported)
		}
		if len(reported) == 0 || len(result.Applied) != wantApplied || len(result.Applied)+len(result.Pending)+1 != len(plan.Steps) {
			t.Errorf("%d of %d applied, %d pending, reported %v", len(result.Applied), len(plan.Steps), len(result.Pending), reported)
		}
		if got := len(catalogOf(t, db, coreTables...)); got != wantApplied {
			t.Errorf("%d tables are there, the result says %d", got, wantApplied)
		}
		if said := strings.Contains(err.Error(), "nothing was applied"); said != (wantApplied == 0) {
			t.Errorf("the error says %v", err)
		}
		execAll(t, db, []string{mend})
		result, err = auth.Apply(t.Context(), plan)
		must(t, err)
		if len(result.Skipped) != wantApplied || len(result.Applied) != len(plan.Steps)-wantApplied {
			t.Errorf("resumed: %d skipped, %d applied", len(result.Skipped), len(result.Applied))
		}
		after, err := auth.PlanMigration(t.Context())
		must(t, err)
		if after.String() != "up to date\n" {
			t.Errorf("plan: %s", after)
		}
	})
}

// foreignKeyOf is the name of the foreign key that a model's table is created with.
func foreignKeyOf(t *testing.T, auth *authplugin.Auth, model string) string {
	t.Helper()
	plan, err := auth.PlanMigration(t.Context())
	must(t, err)
	for _, s := range plan.Steps {
		if s.Model != model || s.Kind != authplugin.CreateTable {
			continue
		}
		_, rest, ok := strings.Cut(s.SQL[0], "CONSTRAINT `")
		if name, _, closed := strings.Cut(rest, "`"); ok && closed {
			return name
		}
	}
	t.Fatalf("the table of %s has no foreign key:\n%s", model, plan.SQL())
	return ""
}
