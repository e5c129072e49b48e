package tests

import (
	"database/sql/driver"
	"errors"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/sqlrecorder"
)

// What hooks have a SQL Server run: locked reads, updates apart, savepoints.
func TestSQLServerHooks(t *testing.T) {
	t.Parallel()
	ok := func(*authplugin.HookContext, *authplugin.User) error { return nil }
	cfg := userHooks(authplugin.ModelHooks[authplugin.User]{
		BeforeCreate: ok,
		BeforeUpdate: func(_ *authplugin.HookContext, c *authplugin.Change[authplugin.User]) error {
			if c.Before.Name == "Bob" {
				c.Values.Set("name", "Bobby")
			}
			return nil
		},
		AfterUpdate: func(*authplugin.HookContext, *authplugin.Change[authplugin.User]) error { return nil },
		AfterDelete: func(_ *authplugin.HookContext, u *authplugin.User) error {
			if u.Name == "Bob" {
				return authplugin.ErrAborted
			}
			return nil
		},
	})
	cfg.GenerateID, cfg.AutoMigrate, cfg.Clock = authplugin.Serial, true, fixedClock
	db, recording := newFakeServer().open(t, nil)
	must(t, db.Use(authplugin.New(cfg)))
	stored := noon.Truncate(time.Millisecond)
	recording.Answer(func(s sqlrecorder.Statement) *sqlrecorder.Answer {
		if !strings.HasPrefix(s.SQL, `SELECT * FROM "users"`) {
			return nil
		}
		return &sqlrecorder.Answer{
			Columns: []string{"id", "name", "email", "email_verified", "created_at", "updated_at"},
			Rows:    [][]driver.Value{{int64(1), "Ada", "a", true, stored, stored}, {int64(2), "Bob", "b", true, stored, stored}},
		}
	})
	var log transcript
	for _, o := range []operation{
		{"create", func(db *gorm.DB) error { return db.Create(&authplugin.User{Name: "Ada", Email: "a"}).Error }},
		{"bulk update", func(db *gorm.DB) error {
			return db.Model(&authplugin.User{}).Where("email_verified = ?", true).Update("name", "x").Error
		}},
		{"create in a transaction", func(db *gorm.DB) error {
			return db.Transaction(func(tx *gorm.DB) error { return tx.Create(&authplugin.User{Name: "Ada", Email: "a"}).Error })
		}},
		{"refused delete in a transaction", func(db *gorm.DB) error {
			return db.Transaction(func(tx *gorm.DB) error {
				if err := tx.Where("email_verified = ?", true).Delete(&authplugin.User{}).Error; !errors.Is(err, authplugin.ErrAborted) {
					return errors.New("it was not refused")
				}
				return nil
			})
		}},
	} {
		recording.Reset()
		if err := o.run(db); err != nil {
			t.Errorf("%s: %v", o.name, err)
		}
		log.section(o.name, recording.Statements())
		checkTSQL(t, recording)
		checkValues(t, o.name, recording.Statements())
	}
	recording.Reset()
	checkGolden(t, "sqlserver/hooks", log.text.String())
}
