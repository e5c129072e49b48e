package authtest

import (
	"testing"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// Database is a database of one test's own, empty at first.
type Database struct {
	// Name is sqlite, sqlite-pure (the driver without cgo), postgres, mysql (or
	// MariaDB) or sqlserver.
	Name string

	database dbtest.Database
}

// Each runs a test as a parallel subtest on a new database of each kind. A kind that
// does not answer is skipped.
func Each(t *testing.T, test func(t *testing.T, d Database)) {
	t.Helper()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		test(t, Database{Name: e.Name, database: e.New(t)})
	})
}

// Another makes another empty database of the same kind.
func (d Database) Another(t testing.TB) Database {
	t.Helper()
	return Database{Name: d.Name, database: d.database.Engine.New(t)}
}

// Open opens the database without the library. Each call opens a pool of its own, as
// another process would have. It is closed when the test ends.
func (d Database) Open(t testing.TB, config *gorm.Config) *gorm.DB {
	t.Helper()
	return d.database.Open(t, config)
}

// Use opens the database with the library and migrates it. An error ends the test.
func (d Database) Use(t testing.TB, cfg authplugin.Config) (*gorm.DB, *authplugin.Auth) {
	t.Helper()
	cfg.AutoMigrate = true
	return d.use(t, cfg, nil)
}

func (d Database) use(t testing.TB, cfg authplugin.Config, config *gorm.Config) (*gorm.DB, *authplugin.Auth) {
	t.Helper()
	db := d.database.Open(t, config)
	auth := authplugin.New(cfg)
	if err := db.Use(auth); err != nil {
		t.Fatalf("authtest: db.Use: %v", err)
	}
	return db, auth
}
