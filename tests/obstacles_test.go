package tests

import (
	"strings"
	"testing"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// A view with the name of a table is an error that says how to mend it.
func TestViewInTheWay(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		db, auth := use(t, e.New(t), authplugin.Config{})
		execAll(t, db, []string{"CREATE VIEW users AS SELECT 1 AS id"})
		err := auth.Migrate(t.Context())
		if err == nil || !strings.Contains(err.Error(), "perhaps a view: rename it") {
			t.Errorf("got %v", err)
		}
	})
}

// A database user without the right to create says who has to migrate.
func TestMigrateWithoutRights(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		if e.Dialect() != "postgres" {
			t.Skip("not a case: the users of the other databases are the server's")
		}
		db, auth := use(t, e.New(t), authplugin.Config{})
		pool, err := db.DB()
		must(t, err)
		pool.SetMaxOpenConns(1)
		execAll(t, db, []string{
			"DO $$ BEGIN EXECUTE format('GRANT USAGE ON SCHEMA %I TO pg_monitor', current_schema()); END $$",
			"SET ROLE pg_monitor",
		})
		err = auth.Migrate(t.Context())
		if err == nil || !strings.Contains(err.Error(), "the database user may not do that") {
			t.Errorf("got %v", err)
		}
	})
}
