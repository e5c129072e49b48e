package tests

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

func TestHooksRefuse(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		forbidden := authplugin.NewAPIError(http.StatusForbidden, "NO", "no")
		refuse := func(name string) error {
			switch name {
			case "bad":
				return forbidden
			case "worse":
				return authplugin.ErrAborted
			default:
				return nil
			}
		}
		d := &diary{}
		db, _ := migrated(t, e, userHooks(authplugin.ModelHooks[authplugin.User]{
			BeforeCreate: func(_ *authplugin.HookContext, u *authplugin.User) error { return refuse(u.Name) },
			BeforeUpdate: func(_ *authplugin.HookContext, c *authplugin.Change[authplugin.User]) error {
				return refuse(c.Values.String("name") + c.Before.Name[1:])
			},
			BeforeDelete:      func(_ *authplugin.HookContext, u *authplugin.User) error { return refuse(u.Name[1:]) },
			AfterCreate:       func(_ *authplugin.HookContext, u *authplugin.User) error { d.note("after %s", u.Name); return nil },
			AfterCommitCreate: func(_ *authplugin.HookContext, u *authplugin.User) { d.note("committed %s", u.Name) },
		}))
		is := func(how string, err error, name string) {
			t.Helper()
			var api *authplugin.APIError
			if name == "bad" && (!errors.As(err, &api) || api != forbidden || !errors.Is(err, forbidden)) {
				t.Errorf("%s: %v", how, err)
			}
			if name == "worse" && !errors.Is(err, authplugin.ErrAborted) {
				t.Errorf("%s: %v", how, err)
			}
			if lines := d.take(); lines != nil {
				t.Errorf("%s: %v", how, lines)
			}
		}
		for _, name := range []string{"bad", "worse"} {
			is("struct", db.Create(&authplugin.User{Name: name, Email: "x"}).Error, name)
			is("batch", db.Create([]authplugin.User{{Name: "good", Email: "g"}, {Name: name, Email: "x"}}).Error, name)
			is("map", db.Model(&authplugin.User{}).Create(map[string]any{"name": name, "email": "x"}).Error, name)
			is("maps", db.Model(&authplugin.User{}).Create([]map[string]any{{"name": "good", "email": "g"}, {"name": name, "email": "x"}}).Error, name)
			is("transaction", db.Transaction(func(tx *gorm.DB) error { return tx.Create(&authplugin.User{Name: name, Email: "x"}).Error }), name)
		}
		if n := countUsers(t, db); n != 0 {
			t.Errorf("%d users", n)
		}
		for _, name := range []string{"xbad", "xworse", "xfine"} {
			newUser(t, db, name)
		}
		d.take()
		for _, name := range []string{"bad", "worse"} {
			is("delete", db.Where("name = ?", "x"+name).Delete(&authplugin.User{}).Error, name)
			is("bulk delete", db.Where("name IN ?", []string{"xfine", "x" + name}).Delete(&authplugin.User{}).Error, name)
			is("bulk update", db.Model(&authplugin.User{}).Where("name IN ?", []string{"xfine", "x" + name}).Update("name", "").Error, name)
		}
		if got := names(t, db); got != "xbad xfine xworse" {
			t.Errorf("names %s", got)
		}
	})
}

// A hook that fails after the statement takes it back, in a transaction of the
// caller as well, and what hooks wrote with it.
func TestAfterHooksRollBack(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d := &diary{}
		failure := errors.New("no")
		audit := func(h *authplugin.HookContext) error {
			return h.DB.Create(&authplugin.Verification{Identifier: "audit", Value: "v", ExpiresAt: noon}).Error
		}
		fail := func(name string) error {
			if strings.HasPrefix(name, "bad") {
				return fmt.Errorf("after: %w", failure)
			}
			return nil
		}
		cfg := userHooks(authplugin.ModelHooks[authplugin.User]{
			BeforeCreate:      func(h *authplugin.HookContext, _ *authplugin.User) error { return audit(h) },
			AfterCreate:       func(_ *authplugin.HookContext, u *authplugin.User) error { return fail(u.Name) },
			AfterCommitCreate: func(_ *authplugin.HookContext, u *authplugin.User) { d.note("created %s", u.Name) },
			BeforeUpdate:      func(h *authplugin.HookContext, _ *authplugin.Change[authplugin.User]) error { return audit(h) },
			AfterUpdate: func(_ *authplugin.HookContext, c *authplugin.Change[authplugin.User]) error {
				return fail(c.After.Name)
			},
			BeforeDelete: func(h *authplugin.HookContext, _ *authplugin.User) error { return audit(h) },
			AfterDelete:  func(_ *authplugin.HookContext, u *authplugin.User) error { return fail(u.Email) },
		})
		for mode, gormConfig := range map[string]*gorm.Config{
			"plain": {}, "prepared": {PrepareStmt: true}, "no default transaction": {SkipDefaultTransaction: true},
		} {
			cfg.AutoMigrate = true
			db, _ := useWith(t, e.New(t), cfg, gormConfig)
			audits := func() (n int64) {
				must(t, db.Model(&authplugin.Verification{}).Count(&n).Error)
				return n
			}
			keep := newUser(t, db, "keep")
			bad := authplugin.User{Name: "fine", Email: "bad@x"}
			must(t, db.Create(&bad).Error)
			d.expect(t, mode, "created keep", "created fine")
			before := audits()
			for how, write := range map[string]func(tx *gorm.DB) error{
				"create": func(tx *gorm.DB) error { return tx.Create(&authplugin.User{Name: "bad", Email: "b"}).Error },
				"batch": func(tx *gorm.DB) error {
					return tx.Create([]authplugin.User{{Name: "good", Email: "g"}, {Name: "bad", Email: "b"}}).Error
				},
				"update": func(tx *gorm.DB) error { return tx.Model(&authplugin.User{ID: keep.ID}).Update("name", "bad").Error },
				"bulk update": func(tx *gorm.DB) error {
					return tx.Model(&authplugin.User{}).Where("1 = 1").Update("name", "bad").Error
				},
				"delete":      func(tx *gorm.DB) error { return tx.Delete(&authplugin.User{}, bad.ID).Error },
				"bulk delete": func(tx *gorm.DB) error { return tx.Where("1 = 1").Delete(&authplugin.User{}).Error },
			} {
				if err := write(db); !errors.Is(err, failure) {
					t.Errorf("%s, %s: %v", mode, how, err)
				}
				err := db.Transaction(func(tx *gorm.DB) error {
					if err := write(tx); !errors.Is(err, failure) {
						t.Errorf("%s, %s in a transaction: %v", mode, how, err)
					}
					return tx.Create(&authplugin.Verification{Identifier: "after", Value: "v", ExpiresAt: noon}).Error
				})
				must(t, err)
				before++
				if got := names(t, db); got != "fine keep" || audits() != before {
					t.Errorf("%s, %s: users %s, %d audits, want %d", mode, how, got, audits(), before)
				}
			}
			if lines := d.take(); lines != nil {
				t.Errorf("%s: %v", mode, lines)
			}
		}
	})
}

// A hook after the commit that panics harms neither the write nor the next hook.
func TestCommittedHookPanics(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d := &diary{}
		cfg := userHooks(authplugin.ModelHooks[authplugin.User]{AfterCommitCreate: func(*authplugin.HookContext, *authplugin.User) { panic("oh") }})
		cfg.Plugins = []authplugin.Plugin{hooked{"next", authplugin.Hooks{User: d.noting("next")}, nil}}
		db, _ := migrated(t, e, cfg)
		newUser(t, db, "ada")
		d.expect(t, "create", "next before create ada", "next after create ada", "next committed create ada")
		if got := names(t, db); got != "ada" {
			t.Errorf("names %s", got)
		}
	})
}
