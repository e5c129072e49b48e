// Package tests holds the integration tests: one suite that runs on every
// database that can be reached.
package tests

import (
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// noon is the clock of most tests; its microseconds must never reach a column.
var noon = time.Date(2026, 11, 21, 12, 0, 0, 123456789, time.FixedZone("UTC+5", 5*3600))

func fixedClock() time.Time { return noon }

// use opens the database with the plugin.
func use(t testing.TB, d dbtest.Database, cfg authplugin.Config) (*gorm.DB, *authplugin.Auth) {
	t.Helper()
	return useWith(t, d, cfg, nil)
}

func useWith(t testing.TB, d dbtest.Database, cfg authplugin.Config, gormConfig *gorm.Config) (*gorm.DB, *authplugin.Auth) {
	t.Helper()
	db := d.Open(t, gormConfig)
	auth := authplugin.New(cfg)
	if err := db.Use(auth); err != nil {
		t.Fatalf("db.Use: %v", err)
	}
	return db, auth
}

// migrated opens a new database with the plugin and its tables.
func migrated(t testing.TB, e dbtest.Engine, cfg authplugin.Config) (*gorm.DB, *authplugin.Auth) {
	t.Helper()
	cfg.AutoMigrate = true
	return use(t, e.New(t), cfg)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// strategies are the id strategies that need nothing of the database.
func strategies() map[string]authplugin.IDStrategy {
	return map[string]authplugin.IDStrategy{
		"random": authplugin.Random,
		"uuid":   authplugin.UUID,
		"serial": authplugin.Serial,
	}
}

// newUser creates a user with an e-mail made of the name.
func newUser(t testing.TB, db *gorm.DB, name string) authplugin.User {
	t.Helper()
	u := authplugin.User{Name: name, Email: name + "@example.com"}
	must(t, db.Create(&u).Error)
	return u
}

func newSession(t testing.TB, db *gorm.DB, user authplugin.ID, token string) authplugin.Session {
	t.Helper()
	s := authplugin.Session{UserID: user, Token: token, ExpiresAt: noon.Add(time.Hour)}
	must(t, db.Create(&s).Error)
	return s
}

// withClock lets a test set the time.
func withClock(cfg authplugin.Config, now *time.Time) authplugin.Config {
	cfg.Clock = func() time.Time { return *now }
	return cfg
}
