package tests

import (
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// Adding the columns of a plugin rewrites no table, whatever its size.
// AUTHPLUGIN_TEST_SCALE=full takes a million users.
func TestAddedColumnsRewriteNothing(t *testing.T) {
	t.Parallel()
	users := scaled(5_000, 1_000_000)
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d := e.New(t)
		db, _ := use(t, d, authplugin.Config{AutoMigrate: true})
		dbtest.Rows{Engine: e, Strategy: "random", Users: users, Sessions: users / 10}.Fill(t, d.Pool(t))
		_, auth := use(t, d, migrator{}.config())
		plan, err := auth.PlanMigration(t.Context(), authplugin.Concurrently())
		must(t, err)
		before := fileOf(t, db)
		took := map[authplugin.StepKind]time.Duration{}
		_, err = auth.Apply(t.Context(), instantly(t, db, plan), authplugin.Concurrently(), authplugin.WithProgress(func(p authplugin.MigrationProgress) {
			took[p.Step.Kind] = max(took[p.Step.Kind], p.Duration)
		}))
		must(t, err)
		t.Logf("%d users; the slowest step of each kind: %v", users, took)
		if after := fileOf(t, db); after != before {
			t.Errorf("the table users was rewritten: its file was %s, is %s", before, after)
		}
		upToDate(t, auth)
	})
}

// fileOf is what changes when a table is rewritten.
func fileOf(t *testing.T, db *gorm.DB) (file string) {
	t.Helper()
	query := map[string]string{
		"postgres": "SELECT pg_relation_filenode('users')::text",
		"mysql":    "SELECT CAST(space AS CHAR) FROM information_schema.innodb_sys_tables WHERE name = CONCAT(DATABASE(), '/users')",
		"sqlite":   "SELECT rootpage FROM sqlite_master WHERE name = 'users'",
	}[db.Name()]
	if db.Name() == "mysql" && !isMariaDB(t, db) {
		query = "SELECT CAST(space AS CHAR) FROM information_schema.innodb_tables WHERE name = CONCAT(DATABASE(), '/users')"
	}
	must(t, db.Raw(query).Scan(&file).Error)
	if file == "" {
		t.Fatal("the database does not say where the table is")
	}
	return file
}

// instantly has MySQL refuse a step that is not what it should be: a column is
// added without touching a row, an index and a foreign key without a copy of the
// table and with writers at work.
func instantly(t *testing.T, db *gorm.DB, plan *authplugin.Plan) *authplugin.Plan {
	t.Helper()
	if db.Name() != "mysql" {
		return plan
	}
	for _, s := range plan.Steps {
		how := ", ALGORITHM=INPLACE, LOCK=NONE"
		switch s.Kind {
		case authplugin.AddColumn:
			how = ", ALGORITHM=INSTANT"
		case authplugin.CreateTable:
			how = ""
		case authplugin.CreateIndex:
			how = " ALGORITHM=INPLACE LOCK=NONE"
		}
		statements := make([]string, len(s.SQL))
		for i, statement := range s.SQL {
			if !strings.HasPrefix(statement, "SET SESSION") {
				statement += how
			}
			statements[i] = statement
		}
		execAll(t, db, statements)
	}
	return plan
}
