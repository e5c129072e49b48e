package authcli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
)

// health is the outcome of a check.
type health string

const (
	healthy health = "ok"
	warning health = "warn"
	fault   health = "fail"
)

// check is one thing that doctor looked at.
type check struct {
	Name   string `json:"name"`
	Status health `json:"status"`
	Detail string `json:"detail"`
	// Mend says what to do about it.
	Mend string `json:"mend,omitempty"`
}

// diagnosis is all that doctor found.
type diagnosis struct {
	Database string      `json:"database"`
	Checks   []check     `json:"checks"`
	Tables   []tableSize `json:"tables"`
}

func (d *diagnosis) add(name string, status health, detail, mend string) {
	d.Checks = append(d.Checks, check{name, status, detail, mend})
}

func (d *diagnosis) faulty() bool {
	return slices.ContainsFunc(d.Checks, func(c check) bool { return c.Status == fault })
}

type doctorFlags struct {
	json     bool
	redisURL string
}

func (a *app) doctorCommand() *cobra.Command {
	var f doctorFlags
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Check the database, its settings and its state (exit code 1: a fault)",
		Long: `Check the database, its settings and its state, and change nothing.

Each check is ok, warn or fail, with what to do about it. Sizes are those of the
database's statistics: no table is counted through. The secondary storage is
checked where the configuration has one, and Redis when REDIS_URL or --redis-url
names one. The exit code is 1 when a check fails.`,
		Example: a.example("doctor", "doctor --json", "doctor --redis-url redis://localhost:6379/0"),
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return a.doctor(c.Context(), f) },
	}
	c.Flags().BoolVar(&f.json, "json", false, "print the diagnosis as JSON")
	c.Flags().StringVar(&f.redisURL, "redis-url", "", "the `URL` of the Redis to check; defaults to the configured one, or REDIS_URL")
	return c
}

func (a *app) doctor(ctx context.Context, f doctorFlags) error {
	cfg, err := a.config()
	if err != nil {
		return err
	}
	d := &diagnosis{Checks: []check{}, Tables: []tableSize{}}
	cfg.Logger = slog.New(slog.DiscardHandler) // what db.Use would warn of is looked at
	a.examineDatabase(ctx, d, cfg)
	a.examineStorage(ctx, d, cfg, f.redisURL)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	for i := range d.Checks {
		d.Checks[i].Detail, d.Checks[i].Mend = a.redact(d.Checks[i].Detail), a.redact(d.Checks[i].Mend)
	}
	if f.json {
		if err := a.printJSON(d); err != nil {
			return err
		}
	} else {
		a.showDiagnosis(d)
	}
	if d.faulty() {
		return errFault
	}
	return nil
}

func (a *app) examineDatabase(ctx context.Context, d *diagnosis, cfg authplugin.Config) {
	db, target, err := a.connect(ctx, refuseMissing)
	d.Database = target
	if err != nil {
		d.add("connection", fault, problem(err), "look at DATABASE_URL, at the network, and at whether the server runs")
		return
	}
	defer closePool(db)
	d.add("connection", healthy, target, "")
	examineServer(ctx, db, d)
	auth := authplugin.New(cfg)
	if err := db.Use(auth); err != nil {
		d.add("configuration", fault, problem(err), "correct the configuration")
		return
	}
	defer closeAuth(auth)
	d.add("configuration", healthy, fmt.Sprintf("%d models", len(auth.Schema().Models())), "")
	examineTableless(ctx, db, auth.Schema(), d)
	if examineMigration(ctx, auth, d) {
		d.Tables = tableSizes(ctx, db, auth.Schema())
		examineExpired(ctx, auth, d)
		examineOrphans(ctx, db, auth.Schema(), d)
	}
}

// problem is an error as a detail.
func problem(err error) string { return strings.ReplaceAll(strings.TrimSpace(err.Error()), prefix, "") }

// examineMigration reports whether there are tables to look at.
func examineMigration(ctx context.Context, auth *authplugin.Auth, d *diagnosis) bool {
	plan, err := auth.PlanMigration(ctx)
	if err != nil {
		d.add("schema", fault, problem(err), "look at the rights of the database user")
		return false
	}
	usable := true
	for _, step := range plan.Steps {
		status := warning
		if step.Kind == authplugin.CreateTable || step.Kind == authplugin.AddColumn || step.Kind == authplugin.CreateSchema {
			status, usable = fault, false
		}
		d.add("schema", status, "missing: "+step.String(), "run migrate")
	}
	for _, step := range plan.Unsafe {
		usable = false
		d.add("schema", fault, fmt.Sprintf("unsafe to add: %s.%s: %s", step.Table, step.Name, step.Reason), step.Recipe)
	}
	for _, drift := range plan.Drift {
		d.add("drift", warning, drift.String(), "change the column by hand, or the configuration; migrate never alters one")
	}
	for _, step := range plan.Recommended {
		d.add("indexes", warning, "recommended: "+step.String(), "run migrate --recommended")
	}
	if plan.Empty() {
		d.add("schema", healthy, "up to date", "")
	}
	if len(plan.Recommended) == 0 && usable {
		d.add("indexes", healthy, "all are there", "")
	}
	return usable
}

// manyExpired is how many expired rows are worth a warning, and how many are counted.
const manyExpired = 1000

func examineExpired(ctx context.Context, auth *authplugin.Auth, d *diagnosis) {
	for _, model := range []string{authplugin.ModelSession, authplugin.ModelVerification} {
		info, ok := auth.Schema().Model(model)
		if !ok {
			continue
		}
		name := "expired " + info.Name + "s"
		rows, err := auth.Records(model).FindMany(ctx, authplugin.Query{
			Where: []authplugin.Condition{authplugin.Lte("expiresAt", now())}, Select: []string{"id"}, Limit: manyExpired + 1,
		})
		switch {
		case err != nil:
			d.add(name, fault, problem(err), "look at the rights of the database user")
		case len(rows) > manyExpired:
			d.add(name, warning, fmt.Sprintf("more than %d", manyExpired), "run cleanup, and have it run regularly")
		default:
			d.add(name, healthy, strconv.Itoa(len(rows)), "")
		}
	}
}

// examineOrphans looks for what foreign keys that were off have left on SQLite.
func examineOrphans(ctx context.Context, db *gorm.DB, s *authplugin.Schema, d *diagnosis) {
	if db.Name() != "sqlite" {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, countTimeout)
	defer cancel()
	for _, m := range s.Models() {
		var orphans int
		err := db.ConnPool.QueryRowContext(ctx, "SELECT count(*) FROM (SELECT 1 FROM pragma_foreign_key_check(?) LIMIT 1)", m.Table).Scan(&orphans)
		switch {
		case errors.Is(ctx.Err(), context.DeadlineExceeded):
			return // a large table is not read through
		case err == nil && orphans > 0:
			d.add("foreign keys", warning, "rows of "+m.Table+" refer to rows that are gone", "turn foreign keys on in the application, and delete what PRAGMA foreign_key_check shows")
		}
	}
}

func (a *app) showDiagnosis(d *diagnosis) {
	width := 0
	for _, c := range d.Checks {
		width = max(width, len(c.Name))
	}
	colours := map[health]style{healthy: green, warning: yellow, fault: red}
	for _, c := range d.Checks {
		status := a.paint(a.Stdout, colours[c.Status], fmt.Sprintf("%-4s", c.Status))
		a.say("%s  %-*s  %s", status, width, c.Name, strings.ReplaceAll(c.Detail, "\n", "\n  "))
		if c.Mend != "" {
			a.say("      %-*s  %s", width, "", a.paint(a.Stdout, dim, "-> "+c.Mend))
		}
	}
	if len(d.Tables) > 0 {
		a.say("")
		a.showTables(d.Tables)
	}
}
