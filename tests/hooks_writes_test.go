package tests

import (
	"errors"
	"slices"
	"testing"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// A hook may write other models and its own without waiting for itself.
func TestHooksThatWrite(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d := &diary{}
		proof := func(h *authplugin.HookContext, what string) error {
			return h.DB.Create(&authplugin.Verification{Identifier: what, Value: "v", ExpiresAt: noon}).Error
		}
		cfg := authplugin.Config{AutoMigrate: true, Hooks: authplugin.Hooks{
			User: authplugin.ModelHooks[authplugin.User]{
				BeforeCreate: func(h *authplugin.HookContext, u *authplugin.User) error {
					d.note("create %s", u.Name)
					var n int64
					if err := h.DB.Model(&authplugin.User{}).Count(&n).Error; err != nil {
						return err
					}
					if err := h.DB.Create(&authplugin.User{Name: "shadow of " + u.Name, Email: "shadow-" + u.Email}).Error; err != nil {
						return err
					}
					return proof(h, "before")
				},
				AfterCreate: func(h *authplugin.HookContext, u *authplugin.User) error {
					return h.DB.Create(&authplugin.Session{UserID: u.ID, Token: "t-" + string(u.ID), ExpiresAt: noon}).Error
				},
				BeforeUpdate: func(h *authplugin.HookContext, c *authplugin.Change[authplugin.User]) error {
					d.note("update %s", c.Before.Name)
					return h.DB.Model(&authplugin.User{}).Where("1 = 1").Update("image", "pic").Error
				},
				AfterDelete: func(h *authplugin.HookContext, u *authplugin.User) error {
					d.note("delete %s", u.Name)
					return h.Auth.Transaction(h.Context, func(*authplugin.Auth) error { return proof(h, "deleted") })
				},
			},
			Session: authplugin.ModelHooks[authplugin.Session]{
				AfterCreate: func(h *authplugin.HookContext, s *authplugin.Session) error {
					d.note("session")
					return h.DB.Model(&authplugin.User{}).Where("id = ?", s.UserID).Update("name", "signed in").Error
				},
			},
		}}
		for _, skip := range []bool{false, true} {
			db, _ := useWith(t, e.New(t), cfg, &gorm.Config{SkipDefaultTransaction: skip})
			pool, err := db.DB()
			must(t, err)
			pool.SetMaxOpenConns(1)
			ada := newUser(t, db, "ada")
			d.expect(t, "create", "create ada", "session", "update ada")
			if got := names(t, db); got != "signed in shadow of ada" {
				t.Errorf("names %s", got)
			}
			must(t, db.Delete(&ada).Error)
			d.expect(t, "delete", "delete signed in")
			var n int64
			must(t, db.Model(&authplugin.Verification{}).Count(&n).Error)
			if n != 2 {
				t.Errorf("%d verifications", n)
			}
		}
	})
}

// Rows that GORM saves with another one run their own hooks, once each.
func TestHooksOfAssociations(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d := &diary{}
		db, _ := migrated(t, e, authplugin.Config{Hooks: authplugin.Hooks{
			User: authplugin.ModelHooks[authplugin.User]{
				BeforeCreate: func(_ *authplugin.HookContext, u *authplugin.User) error { d.note("before %s", u.Name); return nil },
				AfterCreate:  func(_ *authplugin.HookContext, u *authplugin.User) error { d.note("after %s", u.Name); return nil },
			},
			Session: authplugin.ModelHooks[authplugin.Session]{
				BeforeCreate: func(_ *authplugin.HookContext, s *authplugin.Session) error {
					d.note("before %s %v", s.Token, s.UserID != "")
					s.UserAgent = "hooked"
					return nil
				},
				AfterCreate: func(_ *authplugin.HookContext, s *authplugin.Session) error { d.note("after %s", s.Token); return nil },
			},
		}})
		u := authplugin.User{Name: "ada", Email: "a", Sessions: []authplugin.Session{{Token: "1", ExpiresAt: noon}, {Token: "2", ExpiresAt: noon}}}
		must(t, db.Create(&u).Error)
		d.expect(t, "has many", "before ada", "before 1 true", "before 2 true", "after 1", "after 2", "after ada")
		s := authplugin.Session{Token: "3", ExpiresAt: noon, User: &authplugin.User{Name: "bob", Email: "b"}}
		must(t, db.Create(&s).Error)
		d.expect(t, "belongs to", "before bob", "after bob", "before 3 true", "after 3")
		again := authplugin.Session{Token: "4", ExpiresAt: noon, User: &u}
		u.Sessions = nil
		must(t, db.Create(&again).Error)
		d.expect(t, "belongs to a user that is there", "before 4 true", "after 4")
		must(t, db.Model(&u).Association("Sessions").Append(&authplugin.Session{Token: "5", ExpiresAt: noon}))
		d.expect(t, "append", "before 5 true", "after 5")
		u.Sessions = nil
		must(t, db.Clauses(clause.OnConflict{DoNothing: true}).Create([]authplugin.User{u, {Name: "eve", Email: "a"}, {Name: "joe", Email: "j"}}).Error)
		d.expect(t, "do nothing", "before eve", "before joe", "after joe")
		var agents []string
		must(t, db.Model(&authplugin.Session{}).Distinct().Pluck("user_agent", &agents).Error)
		if !slices.Equal(agents, []string{"hooked"}) {
			t.Errorf("agents %v", agents)
		}
		must(t, db.Select("Sessions").Delete(&u).Error)
		d.expect(t, "delete")
	})
}

func TestSkippedHooks(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d := &diary{}
		db, _ := migrated(t, e, userHooks(d.noting("app")))
		silent := db.Session(&gorm.Session{SkipHooks: true})
		u := authplugin.User{Name: "ada", Email: "a"}
		must(t, silent.Create(&u).Error)
		must(t, silent.Model(&u).Update("name", "x").Error)
		must(t, db.Model(&u).UpdateColumn("name", "y").Error)
		must(t, db.Model(&u).UpdateColumns(map[string]any{"name": "z"}).Error)
		must(t, silent.Save(&authplugin.User{ID: u.ID, Name: "s", Email: "a", CreatedAt: noon, UpdatedAt: noon}).Error)
		_ = db.ToSQL(func(tx *gorm.DB) *gorm.DB { return tx.Create(&authplugin.User{Name: "dry", Email: "d"}) })
		_ = db.ToSQL(func(tx *gorm.DB) *gorm.DB { return tx.Model(&u).Update("name", "dry") })
		must(t, db.Model(&authplugin.User{}).Where("name = ?", "nobody").Update("name", "x").Error)
		must(t, db.Where("name = ?", "nobody").Delete(&authplugin.User{}).Error)
		if err := db.Model(&authplugin.User{}).Update("name", "x").Error; !errors.Is(err, gorm.ErrMissingWhereClause) {
			t.Errorf("update of all: %v", err)
		}
		if err := db.Delete(&authplugin.User{}).Error; !errors.Is(err, gorm.ErrMissingWhereClause) {
			t.Errorf("delete of all: %v", err)
		}
		must(t, silent.Delete(&u).Error)
		d.expect(t, "skipped")
		if n := countUsers(t, db); n != 0 {
			t.Errorf("%d users", n)
		}
	})
}

// A Save whose row is not there inserts it, with the hooks of a create.
func TestHooksOfSaveThatInserts(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d := &diary{}
		db, _ := migrated(t, e, userHooks(d.noting("app")))
		u := authplugin.User{ID: "own-id", Name: "ada", Email: "a"}
		must(t, db.Save(&u).Error)
		d.expect(t, "save", "app before create ada", "app after create ada", "app committed create ada")
		must(t, db.Save([]authplugin.User{{Name: "bob", Email: "b"}}).Error)
		d.expect(t, "save of a slice", "app before create bob", "app after create bob", "app committed create bob")
		must(t, db.Save(&authplugin.User{Name: "eve", Email: "e"}).Error)
		d.expect(t, "save without an id", "app before create eve", "app after create eve", "app committed create eve")
		must(t, db.Session(&gorm.Session{SkipHooks: true}).Save(&authplugin.User{ID: "other", Name: "x", Email: "x"}).Error)
		d.expect(t, "save without hooks")
	})
}

// A panic in a hook does not keep the transaction open.
func TestHookPanics(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		for _, skip := range []bool{false, true} {
			cfg := userHooks(authplugin.ModelHooks[authplugin.User]{
				AfterCreate: func(*authplugin.HookContext, *authplugin.User) error { panic("oh") },
			})
			cfg.AutoMigrate = true
			db, _ := useWith(t, e.New(t), cfg, &gorm.Config{SkipDefaultTransaction: skip})
			pool, err := db.DB()
			must(t, err)
			pool.SetMaxOpenConns(1)
			func() {
				defer func() {
					if recover() == nil {
						t.Error("the panic is lost")
					}
				}()
				db.Create(&authplugin.User{Name: "ada", Email: "a"})
			}()
			if n := countUsers(t, db); n != 0 {
				t.Errorf("%d users", n)
			}
		}
	})
}
