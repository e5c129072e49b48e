package tests

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// migratorVariable makes the test binary a process that migrates: it holds a migrator.
const migratorVariable = "AUTHPLUGIN_TEST_MIGRATOR"

// migrator is what that process needs to know.
type migrator struct {
	victim

	// Stops has the process wait at each boundary of a step for a line on its
	// standard input.
	Stops        bool `json:"stops"`
	Concurrently bool `json:"concurrently"`
	// Core leaves out what is added to the core.
	Core bool `json:"core"`
}

func (m migrator) config() authplugin.Config {
	if m.Core {
		return authplugin.Config{}
	}
	fields := everyField()
	maps.DeleteFunc(fields, func(name string, _ authplugin.Field) bool {
		return !slices.Contains([]string{"slug", "role", "tags", "friend"}, name)
	})
	return authplugin.Config{User: authplugin.ModelConfig{AdditionalFields: fields}, Plugins: []authplugin.Plugin{keyring{}}}
}

func (m migrator) options() []authplugin.MigrateOption {
	if m.Concurrently {
		return []authplugin.MigrateOption{authplugin.Concurrently()}
	}
	return nil
}

// TestMigrator is the process that migrates; by itself it does nothing.
func TestMigrator(t *testing.T) {
	told := os.Getenv(migratorVariable)
	if told == "" {
		t.Skip("this is the process that the tests of migrations start")
	}
	var m migrator
	must(t, json.Unmarshal([]byte(told), &m))
	d := dbtest.Database{Engine: dbtest.Named(t, m.Engine), DSN: m.DSN, Name: m.Name, SQLitePath: m.Path}
	_, auth := use(t, d, m.config())
	input := bufio.NewReader(os.Stdin)
	stop := func(at string) {
		fmt.Println("at " + at) //nolint:forbidigo // the parent reads it
		if !m.Stops {
			return
		}
		if _, err := input.ReadString('\n'); err != nil {
			t.Error(err)
		}
	}
	stop("the start")
	err := auth.Migrate(t.Context(), append(m.options(), authplugin.WithProgress(func(p authplugin.MigrationProgress) {
		if p.Waiting == nil {
			stop(p.Step.String())
		}
	}))...)
	must(t, err)
	fmt.Println("migrated") //nolint:forbidigo // the parent reads it
}

// migratorProcess is a running TestMigrator.
type migratorProcess struct {
	command *exec.Cmd
	stdin   io.WriteCloser
	lines   *bufio.Scanner
}

func (m migrator) start(t *testing.T) *migratorProcess {
	t.Helper()
	told, err := json.Marshal(m)
	must(t, err)
	p := &migratorProcess{command: exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestMigrator$", "-test.count=1")}
	p.command.Env = append(os.Environ(), migratorVariable+"="+string(told))
	p.command.Stderr = os.Stderr
	p.stdin, err = p.command.StdinPipe()
	must(t, err)
	out, err := p.command.StdoutPipe()
	must(t, err)
	p.lines = bufio.NewScanner(out)
	must(t, p.command.Start())
	return p
}

// next waits for the next boundary; it is not ok when the process is done.
func (p *migratorProcess) next() (at string, ok bool) {
	for p.lines.Scan() {
		if at, ok := strings.CutPrefix(p.lines.Text(), "at "); ok {
			return at, true
		}
	}
	return "", false
}

func (p *migratorProcess) goOn() { _, _ = io.WriteString(p.stdin, "\n") }

func (p *migratorProcess) kill() {
	_ = p.command.Process.Kill()
	_ = p.command.Wait()
}

func TestTwentyProcessesMigrateOneEmptyDatabase(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d := e.New(t)
		m := migrator{victim: victim{Engine: e.Name, DSN: d.DSN, Name: d.Name, Path: d.SQLitePath}, Stops: true}
		var processes []*migratorProcess
		for range 20 {
			processes = append(processes, m.start(t))
		}
		for _, p := range processes { // until all are ready to begin
			if _, ok := p.next(); !ok {
				t.Fatal("a process did not begin")
			}
		}
		for _, p := range processes {
			go func() { _, _ = io.WriteString(p.stdin, strings.Repeat("\n", 1000)) }()
		}
		migrated := 0
		for i, p := range processes {
			steps := 0
			for _, ok := p.next(); ok; _, ok = p.next() {
				steps++
			}
			if steps > 0 {
				migrated++
			}
			if err := p.command.Wait(); err != nil {
				t.Errorf("process %d: %v", i, err)
			}
		}
		if migrated != 1 {
			t.Errorf("%d processes applied steps, want 1", migrated)
		}
		_, auth := use(t, d, m.config())
		upToDate(t, auth)
	})
}

func upToDate(t *testing.T, auth *authplugin.Auth, options ...authplugin.MigrateOption) {
	t.Helper()
	plan, err := auth.PlanMigration(t.Context(), options...)
	must(t, err)
	if plan.String() != "up to date\n" {
		t.Errorf("plan: %s", plan)
	}
}

// A process that is killed at the boundary of any step leaves a database that the
// next one brings up to date, with its rows.
func TestMigrationIsKilledAtEachStep(t *testing.T) {
	t.Parallel()
	for name, options := range map[string][]authplugin.MigrateOption{"": nil, "concurrently": {authplugin.Concurrently()}} {
		t.Run("kill"+name, func(t *testing.T) {
			t.Parallel()
			dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
				if options != nil && e.Dialect() != "postgres" {
					t.Skip("not a case: only PostgreSQL builds indexes concurrently")
				}
				d := e.New(t)
				db, _ := use(t, d, authplugin.Config{AutoMigrate: true})
				newUser(t, db, "ada")
				m := migrator{victim: victim{Engine: e.Name, DSN: d.DSN, Name: d.Name, Path: d.SQLitePath}, Stops: true, Concurrently: options != nil}
				_, auth := use(t, d, m.config())
				first, err := auth.PlanMigration(t.Context(), options...)
				must(t, err)
				boundaries := 2 * len(first.Steps)
				for at := 0; at <= boundaries; at += 2 { // the end of a step is the beginning of the next
					p := m.start(t)
					var last string
					for passed := range at + 1 {
						if passed > 0 {
							p.goOn()
						}
						var ok bool
						if last, ok = p.next(); !ok {
							t.Fatalf("the process ended before boundary %d", at)
						}
					}
					p.kill()
					resume(t, auth, first, last, options...)
					takeBack(t, db, first)
				}
				for range 5 { // and somewhere within
					m := m
					m.Stops = false
					p := m.start(t)
					_, _ = p.next()
					time.Sleep(time.Duration(rand.Int64N(int64(30 * time.Millisecond))))
					p.kill()
					resume(t, auth, first, "some moment", options...)
					takeBack(t, db, first)
				}
				if n := countUsers(t, db); n != 1 {
					t.Errorf("%d users, want 1", n)
				}
			})
		})
	}
}

// takeBack reverses a plan. InnoDB keeps columns that were dropped in each row until
// the table is rebuilt, and soon finds the rows too long.
func takeBack(t *testing.T, db *gorm.DB, plan *authplugin.Plan) {
	t.Helper()
	execAll(t, db, reverses(plan))
	if db.Name() == "mysql" {
		execAll(t, db, []string{"ALTER TABLE users FORCE", "ALTER TABLE sessions FORCE"})
	}
}

// resume migrates a database that a process was killed over.
func resume(t *testing.T, auth *authplugin.Auth, first *authplugin.Plan, at string, options ...authplugin.MigrateOption) {
	t.Helper()
	if err := auth.Migrate(t.Context(), options...); err != nil {
		t.Fatalf("after a kill at %s: %v", at, err)
	}
	plan, err := auth.PlanMigration(t.Context(), options...)
	must(t, err)
	if diff := cmp.Diff("up to date\n", plan.String()); diff != "" || len(first.Steps) == 0 {
		t.Fatalf("after a kill at %s: %s", at, plan)
	}
}
