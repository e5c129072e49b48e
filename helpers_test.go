package authplugin_test

import (
	"net/url"
	"path/filepath"
	"testing"

	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
	_ "modernc.org/sqlite" // the driver "sqlite", which needs no C compiler

	"github.com/gorm-auth/authplugin"
)

// openSQLite gives a test a database of its own with the plugin on it.
func openSQLite(t testing.TB, cfg authplugin.Config) (*authplugin.Auth, *gorm.DB) {
	t.Helper()
	db := openPlain(t)
	auth := authplugin.New(cfg)
	if err := db.Use(auth); err != nil {
		t.Fatal(err)
	}
	return auth, db
}

// openPlain gives a test a database of its own.
func openPlain(t testing.TB) *gorm.DB {
	t.Helper()
	file := filepath.Join(t.TempDir(), "test.db")
	db, err := gorm.Open(sqlite.New(sqlite.Config{
		DriverName: "sqlite", DSN: "file:" + (&url.URL{Path: file}).EscapedPath() + "?_pragma=foreign_keys(1)&_pragma=busy_timeout(10000)",
	}), &gorm.Config{Logger: logger.Discard})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if pool, err := db.DB(); err == nil {
			_ = pool.Close()
		}
	})
	return db
}
