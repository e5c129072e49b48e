package dbtest_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin/internal/dbtest"
)

func TestRecorder(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		recorder := dbtest.NewRecorder()
		db := e.Open(t, &gorm.Config{Logger: recorder})

		if err := db.AutoMigrate(&parent{}); err != nil {
			t.Fatal(err)
		}

		ddl := recorder.DDL()
		if len(ddl) != 1 || !strings.HasPrefix(ddl[0], "CREATE TABLE") {
			t.Errorf("DDL of a new table: %q", ddl)
		}

		recorder.Reset()

		if got := recorder.Statements(); len(got) != 0 {
			t.Errorf("after Reset: %q", got)
		}

		if err := db.Create(&parent{Name: "Ada"}).Error; err != nil {
			t.Fatal(err)
		}

		if err := db.Exec("SELECT nothing FROM nowhere").Error; err == nil {
			t.Fatal("the statement should fail")
		}

		got := recorder.Statements()
		if len(got) != 2 || !strings.HasPrefix(got[0], "INSERT") || !strings.Contains(got[0], "Ada") || got[1] != "SELECT nothing FROM nowhere" {
			t.Errorf("recorded %q", got)
		}

		if ddl := recorder.DDL(); len(ddl) != 0 {
			t.Errorf("not DDL: %q", ddl)
		}
	})
}

func TestRecorderDDL(t *testing.T) {
	t.Parallel()

	want := []string{"CREATE TABLE a (id int)", "alter table a add b int", "\n drop index c", "Comment ON TABLE a IS ''", "RENAME TABLE a TO b"}

	recorder := dbtest.NewRecorder()
	for _, statement := range append([]string{"PRAGMA foreign_keys=ON", "SELECT 1", "", "INSERT INTO created VALUES (1)", "createx"}, want...) {
		recorder.Trace(t.Context(), time.Now(), func() (string, int64) { return statement, 0 }, nil)
	}

	if got := recorder.DDL(); !slices.Equal(got, want) {
		t.Errorf("DDL is %q, want %q", got, want)
	}
}

func TestRecorderIsSafeForGoroutines(t *testing.T) {
	t.Parallel()

	var (
		recorder = dbtest.NewRecorder()
		group    sync.WaitGroup
	)

	for range 8 {
		group.Go(func() {
			recorder.Trace(t.Context(), time.Now(), func() (string, int64) { return "SELECT 1", 1 }, nil)
			recorder.DDL()
		})
	}

	group.Wait()

	if got := len(recorder.Statements()); got != 8 {
		t.Errorf("recorded %d statements, want 8", got)
	}
}
