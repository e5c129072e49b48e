package databasestore_test

import (
	"sync"
	"testing"

	"github.com/gorm-auth/authplugin/databasestore"
	"github.com/gorm-auth/authplugin/internal/dbtest"
	"gorm.io/gorm"
)

func TestManyMigrateAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d := e.New(t)
		var group sync.WaitGroup
		for range 8 {
			db := d.Open(t, nil)
			group.Go(func() {
				if err := databasestore.New(db).Migrate(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		must(t, databasestore.New(d.Open(t, nil)).Validate(t.Context()))
	})
}

func TestSecondMigrationIssuesNoDDL(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		recorder := dbtest.NewRecorder()
		db := e.Open(t, &gorm.Config{Logger: recorder})
		s := migrated(t, db)
		if got, want := len(recorder.DDL()), len(s.SQL()); got != want {
			t.Errorf("the first migration has %d statements of DDL, want %d", got, want)
		}
		recorder.Reset()
		migrated(t, db)
		if ddl := recorder.DDL(); len(ddl) > 0 {
			t.Errorf("the second migration issues %q", ddl)
		}
	})
}

// What SQL returns makes the same table, and may be executed again.
func TestSQL(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		db := e.Open(t, nil)
		s := databasestore.New(db)
		for range 2 {
			for _, statement := range s.SQL() {
				must(t, db.Exec(statement).Error)
			}
		}
		must(t, s.Validate(t.Context()))
	})
}

// An index that was not made, because the process died, is made by the next.
func TestMigrateMakesTheIndex(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		db := e.Open(t, nil)
		s := migrated(t, db)
		drop := "DROP INDEX idx_auth_storage_expires_at"
		if e.Dialect() == "mysql" {
			t.Skip("the index is made with the table")
		}
		must(t, db.Exec(drop).Error)
		if err := s.Validate(t.Context()); err == nil {
			t.Error("Validate does not miss the index")
		}
		must(t, s.Migrate(t.Context()))
		must(t, s.Validate(t.Context()))
	})
}
