package dbtest_test

import (
	"path/filepath"
	"strings"
	"testing"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"github.com/gorm-auth/authplugin/internal/dbtest"
)

type parent struct {
	ID   uint
	Name string `gorm:"size:50"`
}

type child struct {
	ID       uint
	ParentID uint
	Parent   parent `gorm:"constraint:OnDelete:CASCADE"`
}

func TestDatabasesAreIsolated(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		one, two := e.New(t), e.New(t)
		first, second := one.Open(t, nil), two.Open(t, nil)

		if got := first.Name(); got != e.Dialect() {
			t.Errorf("dialector is %q, Dialect() says %q", got, e.Dialect())
		}

		for i, db := range []*gorm.DB{first, second} {
			if db.Migrator().HasTable(&parent{}) {
				t.Fatalf("database %d is not empty", i)
			}

			if err := db.AutoMigrate(&parent{}, &child{}); err != nil {
				t.Fatal(err)
			}
		}

		if err := first.Create(&parent{Name: "Ada"}).Error; err != nil {
			t.Fatal(err)
		}

		if got := count(t, second); got != 0 {
			t.Errorf("a row of one database is in the other one")
		}

		// Another pool is on the same database.
		if got := count(t, one.Open(t, nil)); got != 1 {
			t.Errorf("a second pool sees %d rows, want 1", got)
		}

		if got := one.SQLitePath != ""; got != (e.Dialect() == "sqlite") {
			t.Errorf("SQLitePath is %q", one.SQLitePath)
		}

		// Foreign keys are enforced, on every connection.
		if err := one.Open(t, nil).Omit("Parent").Create(&child{ParentID: 99}).Error; err == nil {
			t.Error("a child without its parent was accepted")
		}
	})
}

// A path may hold characters that mean something in a URI.
func TestSQLitePathsAreEscaped(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		if e.Dialect() != "sqlite" {
			t.Skip("a matter of SQLite only")
		}

		t.Run("100% & ? #", func(t *testing.T) {
			t.Parallel()

			d := e.New(t)

			var path string
			if err := d.Open(t, nil).Raw("SELECT file FROM pragma_database_list").Scan(&path).Error; err != nil {
				t.Fatal(err)
			}

			if got, want := resolve(t, path), resolve(t, d.SQLitePath); got != want {
				t.Errorf("the file is %s, want %s", got, want)
			}
		})
	})
}

func TestDatabaseIsRemoved(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		if e.Dialect() == "sqlite" {
			t.Skip("the file goes with t.TempDir")
		}

		for _, create := range []func(testing.TB) dbtest.Database{e.New, e.NewWithOwnDatabase} {
			var gone dbtest.Database

			// Not parallel: the database must be gone when it returns.
			t.Run("inner", func(t *testing.T) {
				gone = create(t)

				db := gone.Open(t, nil)
				if err := db.AutoMigrate(&parent{}); err != nil {
					t.Fatal(err)
				}
				// A test that fails may leave a transaction open; here its
				// connection is cut off by the removal or by the pool's end.
				if err := db.Begin().Create(&parent{}).Error; err != nil {
					t.Fatal(err)
				}
			})

			if pool := gone.Pool(t); tableExists(pool.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM parents").Scan(new(int))) {
				t.Errorf("%s is still there", gone.DSN)
			}
		}
	})
}

// tableExists reads the outcome of a query on a table.
func tableExists(err error) bool { return err == nil }

func TestOwnDatabaseTakesSchemas(t *testing.T) {
	t.Parallel()

	d := dbtest.Named(t, "postgres").NewWithOwnDatabase(t)
	db := d.Open(t, nil)

	for _, statement := range []string{"CREATE SCHEMA auth", "CREATE TABLE auth.users (id int)", "CREATE TABLE plain (id int)"} {
		if err := db.Exec(statement).Error; err != nil {
			t.Fatal(err)
		}
	}

	var schema string
	if err := db.Raw("SELECT schemaname FROM pg_tables WHERE tablename = 'plain'").Scan(&schema).Error; err != nil {
		t.Fatal(err)
	}

	if schema != d.Name {
		t.Errorf("tables go to schema %q, Name is %q", schema, d.Name)
	}
}

func TestConfigIsNotChanged(t *testing.T) {
	t.Parallel()

	config := &gorm.Config{NamingStrategy: schema.NamingStrategy{TablePrefix: "t_"}}
	// Engines in parallel share it, which the race detector watches.
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		db := e.Open(t, config)
		if err := db.AutoMigrate(&parent{}); err != nil {
			t.Fatal(err)
		}

		if !db.Migrator().HasTable("t_parents") {
			t.Error("the given config is not used")
		}

		if config.Logger != nil || config.Dialector != nil {
			t.Error("the given config was changed")
		}
	})
}

func TestDialector(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		db, err := gorm.Open(e.New(t).Dialector(), &gorm.Config{})
		if err != nil {
			t.Fatal(err)
		}

		pool, err := db.DB()
		if err != nil {
			t.Fatal(err)
		}

		if got := pool.Stats().MaxOpenConnections; got < 1 || got > 8 {
			t.Errorf("the pool is limited to %d connections", got)
		}

		if err := pool.Close(); err != nil {
			t.Error(err)
		}
	})
}

// More connections than the server has are waited for.
func TestManyDatabasesAtOnce(t *testing.T) {
	t.Parallel()

	e := dbtest.Named(t, "postgres")

	for range 25 {
		t.Run("holder", func(t *testing.T) {
			t.Parallel()

			db := e.Open(t, nil)

			for range 6 {
				tx := db.Begin()
				if tx.Error != nil {
					t.Fatal(tx.Error)
				}

				t.Cleanup(func() { tx.Rollback() })
			}
		})
	}
}

func count(t *testing.T, db *gorm.DB) int64 {
	t.Helper()

	var n int64
	if err := db.Model(&parent{}).Count(&n).Error; err != nil {
		t.Fatal(err)
	}

	return n
}

func resolve(t *testing.T, path string) string {
	t.Helper()

	target, err := filepath.EvalSymlinks(strings.TrimSpace(path))
	if err != nil {
		t.Fatal(err)
	}

	return target
}
