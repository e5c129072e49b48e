package tests

import (
	"strings"
	"testing"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// What ends drift keeps what else the column has, and so does its reverse.
func TestDriftKeepsTheRestOfTheColumn(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ make, has string }{
		"mysql": {
			"ALTER TABLE users MODIFY updated_at timestamp(3) NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3)",
			"SELECT extra FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = 'users' AND column_name = 'updated_at'",
		},
		"postgres": {
			"ALTER TABLE users ALTER email_verified TYPE text, ALTER email_verified SET DEFAULT 'false'",
			"SELECT 'on update ' || (column_default LIKE '%false%') FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = 'users' AND column_name = 'email_verified'",
		},
	}
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		tt, ok := tests[e.Dialect()]
		if !ok {
			t.Skip("not a case: SQLite has no statement that changes a column; SQL Server has no default to keep here")
		}
		db, auth := use(t, e.New(t), authplugin.Config{AutoMigrate: true})
		execAll(t, db, []string{tt.make})
		has := func(when string) {
			t.Helper()
			var got string
			must(t, db.Raw(tt.has).Row().Scan(&got))
			if got = strings.ToLower(got); !strings.Contains(got, "on update current_timestamp(3)") && got != "on update true" {
				t.Errorf("%s the column has %q", when, got)
			}
		}
		has("before")
		plan, err := auth.PlanMigration(t.Context())
		must(t, err)
		if len(plan.Drift) != 1 {
			t.Fatalf("plan: %s", plan)
		}
		execAll(t, db, plan.Drift[0].SQL)
		has("after")
		upToDate(t, auth)
		execAll(t, db, plan.Drift[0].Reverse)
		has("after the reverse")
		again, err := auth.PlanMigration(t.Context())
		must(t, err)
		if len(again.Drift) != 1 {
			t.Errorf("after the reverse: %s", again)
		}
	})
}
