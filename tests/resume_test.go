package tests

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// postgresOnly skips what the other databases have not.
func postgresOnly(t *testing.T, e dbtest.Engine) {
	t.Helper()
	if e.Dialect() != "postgres" {
		t.Skip("not a case: only PostgreSQL builds indexes and keys beside writers")
	}
}

// An index that is built beside writers waits for the transactions that are older;
// when it gives up, what it leaves is not in its own way.
func TestConcurrentlyWaitsForOlderTransactions(t *testing.T) {
	t.Parallel()
	indexed := withField("nickName", authplugin.Field{Type: authplugin.String, Optional: true, Index: true})
	for name, broken := range map[string]bool{"first": false, "after a broken one": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
				postgresOnly(t, e)
				d := e.New(t)
				db, _ := use(t, d, migrating(withField("nickName", authplugin.Field{Type: authplugin.String, Optional: true})))
				newUser(t, db, "ada")
				if broken {
					execAll(t, db, []string{
						"CREATE INDEX users_nick_name_idx ON users (nick_name)",
						"UPDATE pg_index SET indisvalid = false WHERE indexrelid = to_regclass('users_nick_name_idx')",
					})
				}
				blocker := db.Begin()
				defer blocker.Rollback()
				must(t, blocker.Exec("UPDATE users SET name = 'blocked'").Error)
				_, auth := use(t, d, indexed)
				migrated := make(chan error, 1)
				go func() {
					migrated <- auth.Migrate(context.WithoutCancel(t.Context()), authplugin.Concurrently())
				}()
				select {
				case err := <-migrated:
					t.Fatalf("the migration did not wait: %v", err)
				case <-time.After(2500 * time.Millisecond):
				}
				must(t, blocker.Commit().Error)
				must(t, <-migrated)
				upToDate(t, auth, authplugin.Concurrently())
			})
		})
	}
}

// It waits for as long as a migration may, and the next one goes on, also with the
// plan that was reviewed.
func TestConcurrentlyThatWaitsInVain(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		postgresOnly(t, e)
		// The lock of migrations is the database's, and an index waits for the statements of
		// others there: in a second other tests may not come to their end.
		d := e.NewWithOwnDatabase(t)
		db, _ := use(t, d, migrating(withField("nickName", authplugin.Field{Type: authplugin.String, Optional: true})))
		newUser(t, db, "ada")
		blocker := db.Begin()
		defer blocker.Rollback()
		must(t, blocker.Exec("UPDATE users SET name = 'blocked'").Error)
		cfg := withField("nickName", authplugin.Field{Type: authplugin.String, Optional: true, Index: true})
		cfg.MigrationLockTimeout = time.Second
		_, auth := use(t, d, cfg)
		plan, err := auth.PlanMigration(t.Context(), authplugin.Concurrently())
		must(t, err)
		_, err = auth.Apply(t.Context(), plan, authplugin.Concurrently())
		var failed *authplugin.MigrationError
		if !errors.As(err, &failed) || !errors.Is(err, authplugin.ErrConflict) {
			t.Fatalf("got %v", err)
		}
		must(t, blocker.Rollback().Error)
		result, err := auth.Apply(t.Context(), plan, authplugin.Concurrently())
		must(t, err)
		if len(result.Applied) != 1 {
			t.Errorf("resumed: %+v", result)
		}
		upToDate(t, auth, authplugin.Concurrently())
	})
}

// A process that ends between NOT VALID and VALIDATE leaves a foreign key that says
// nothing of the rows that were there: the next migration validates it.
func TestForeignKeyThatWasNotValidated(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		postgresOnly(t, e)
		db, auth := use(t, e.New(t), authplugin.Config{AutoMigrate: true})
		const key = "fk_sessions_user_id"
		drop := "ALTER TABLE sessions DROP CONSTRAINT " + key
		execAll(t, db, []string{drop})
		plan, err := auth.PlanMigration(t.Context(), authplugin.Concurrently())
		must(t, err)
		if len(plan.Steps) != 1 || len(plan.Steps[0].SQL) != 2 {
			t.Fatalf("plan: %s", plan)
		}
		execAll(t, db, plan.Steps[0].SQL[:1]) // the process is killed here

		for name, options := range map[string][]authplugin.MigrateOption{"plain": nil, "concurrently": {authplugin.Concurrently()}} {
			now, err := auth.PlanMigration(t.Context(), options...)
			must(t, err)
			if len(now.Steps) != 1 || !strings.Contains(now.SQL(), "VALIDATE CONSTRAINT") || strings.Contains(now.ReverseSQL(), "DROP") {
				t.Errorf("%s: plan:\n%s\n%s", name, now.SQL(), now.ReverseSQL())
			}
		}
		result, err := auth.Apply(t.Context(), plan, authplugin.Concurrently())
		must(t, err)
		if len(result.Applied) != 1 {
			t.Errorf("resumed: %+v", result)
		}
		upToDate(t, auth)

		// One that rows contradict refuses no start.
		execAll(t, db, []string{
			drop,
			"INSERT INTO sessions (id, user_id, token, expires_at, created_at, updated_at) SELECT 's', 'nobody', 't', x.a, x.b, x.c FROM (SELECT now() AS a, now() AS b, now() AS c) x",
			plan.Steps[0].SQL[0],
		})
		now, err := auth.PlanMigration(t.Context())
		must(t, err)
		if !now.Empty() || len(now.Drift) != 1 || now.Drift[0].Kind != authplugin.DriftForeignKey {
			t.Errorf("plan: %s", now)
		}
	})
}

// What a plan's configuration had and this one has not is not applied, and must not
// be taken for it.
func TestApplyRefusesThePlanOfAnotherConfiguration(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d := e.New(t)
		db, old := use(t, d, authplugin.Config{AutoMigrate: true})
		_, auth := use(t, d, withField("nickName", authplugin.Field{Type: authplugin.String, Optional: true}))
		plan, err := auth.PlanMigration(t.Context())
		must(t, err)
		result, err := old.Apply(t.Context(), plan)
		if !errors.Is(err, authplugin.ErrPlanOutdated) || !strings.Contains(err.Error(), "nick_name") || len(result.Skipped) > 0 {
			t.Errorf("got %v, %+v", err, result)
		}
		execAll(t, db, []string{"DROP TABLE sessions", "DROP TABLE accounts", "DROP TABLE users"})
		result, err = auth.Apply(t.Context(), plan)
		if !errors.Is(err, authplugin.ErrPlanOutdated) || len(result.Skipped) > 0 {
			t.Errorf("without its table: %v, %+v", err, result)
		}
	})
}

// A migration that cannot be committed says what it has left to do.
func TestResultOfAMigrationThatIsNotCommitted(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		db, auth := use(t, e.New(t), authplugin.Config{})
		plan, err := auth.PlanMigration(t.Context())
		must(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		result, err := auth.Apply(ctx, plan, authplugin.WithProgress(func(p authplugin.MigrationProgress) {
			if p.Done && p.Number == p.Total {
				cancel()
			}
		}))
		there := len(catalogOf(t, db, coreTables...))
		if len(result.Applied) != there || len(result.Applied)+len(result.Pending) != len(plan.Steps) || (err == nil) != (there == len(plan.Steps)) {
			t.Errorf("%d tables are there, %d applied, %d pending: %v", there, len(result.Applied), len(result.Pending), err)
		}
	})
}

// migrating migrates at the start.
func migrating(cfg authplugin.Config) authplugin.Config {
	cfg.AutoMigrate = true
	return cfg
}
