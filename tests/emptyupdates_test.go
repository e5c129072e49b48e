package tests

import (
	"testing"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// What a create refuses to leave empty, no update empties.
func TestUpdatesThatEmptyAnAddress(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		for _, hooked := range []bool{false, true} {
			cfg := authplugin.Config{}
			if hooked {
				cfg.Hooks.User.BeforeUpdate = func(*authplugin.HookContext, *authplugin.Change[authplugin.User]) error { return nil }
				cfg.Hooks.Session.BeforeUpdate = func(*authplugin.HookContext, *authplugin.Change[authplugin.Session]) error { return nil }
			}
			db, _ := migrated(t, e, cfg)
			ada := newUser(t, db, "ada")
			session := newSession(t, db, ada.ID, "token")
			emptied, emptiedSession := ada, session
			emptied.Email, emptiedSession.Token = "", ""
			byValue := func() *gorm.DB { u := emptied; return db.Model(&authplugin.User{ID: ada.ID}).Select("*").Updates(u) }
			for name, update := range map[string]func() *gorm.DB{
				"create":        func() *gorm.DB { return db.Create(&authplugin.User{Name: "x"}) },
				"save":          func() *gorm.DB { u := emptied; return db.Save(&u) },
				"save, session": func() *gorm.DB { s := emptiedSession; return db.Save(&s) },
				"select all":    byValue,
				"select column": func() *gorm.DB { u := emptied; return db.Model(&u).Select("email").Updates(&u) },
				"select field":  func() *gorm.DB { u := emptied; return db.Model(&u).Select("Email", "Name").Updates(u) },
				"columns":       func() *gorm.DB { u := emptied; return db.Model(&u).Select("email").UpdateColumns(u) },
				"map":           func() *gorm.DB { u := ada; return db.Model(&u).Updates(map[string]any{"email": ""}) },
				"one":           func() *gorm.DB { u := ada; return db.Model(&u).Update("email", "") },
			} {
				wantError(t, name, update().Error, authplugin.ErrInvalid)
			}
			// What does not write it is none of it.
			u := emptied
			u.Name = "Ada L."
			must(t, db.Model(&authplugin.User{ID: ada.ID}).Updates(u).Error)
			must(t, db.Omit("email").Save(&u).Error)
			must(t, db.Model(&u).Select("name").Updates(u).Error)
			var now authplugin.User
			must(t, db.First(&now, "id = ?", ada.ID).Error)
			if now.Email != ada.Email || now.Name != "Ada L." {
				t.Errorf("hooked %v: the user is %q, %q", hooked, now.Name, now.Email)
			}
		}
	})
}
