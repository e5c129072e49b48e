package admin_test

import (
	"errors"
	"testing"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/authtest"
	"github.com/gorm-auth/authplugin/plugins/admin"
)

// Writes without hooks end no session, but as long as the user is banned none counts.
func TestBannedWithoutHooks(t *testing.T) {
	t.Parallel()
	eachStorage(t, func(t *testing.T, d authtest.Database, with func(cfg *authplugin.Config)) {
		ctx, now := t.Context(), time.Now()
		cfg := config(admin.Options{})
		cfg.Clock = func() time.Time { return now }
		with(&cfg)
		db, auth := d.Use(t, cfg)
		bob := signUp(t, auth, "bob", "")
		bobs, other := signIn(t, auth, bob.ID), signIn(t, auth, signUp(t, auth, "ada", "").ID)
		upsert := func(banned any) error {
			again := *bob
			again.Additional = authplugin.Values{"banned": banned, "banExpires": nil}
			column := "banned"
			return db.Clauses(clause.OnConflict{
				Columns: []clause.Column{{Name: "id"}}, DoUpdates: clause.AssignmentColumns([]string{column}),
			}).Create(&again).Error
		}
		for name, set := range map[string]func(banned any) error{
			"UpdateColumn": func(banned any) error {
				return db.Model(&authplugin.User{ID: bob.ID}).UpdateColumn("banned", banned).Error
			},
			"UpdateColumns": func(banned any) error {
				return db.Model(&authplugin.User{}).Where("name = ?", "bob").UpdateColumns(map[string]any{"banned": banned}).Error
			},
			"SkipHooks": func(banned any) error {
				return db.Session(&gorm.Session{SkipHooks: true}).Model(&authplugin.User{ID: bob.ID}).Updates(map[string]any{"banned": banned}).Error
			},
			"upsert": upsert,
			"without the model": func(banned any) error {
				err := db.Table("users").Where("name = ?", "bob").Updates(map[string]any{"banned": banned}).Error
				return errors.Join(err, auth.Sessions().InvalidateUser(ctx, bob.ID))
			},
			"SQL": func(banned any) error {
				err := db.Exec("UPDATE users SET banned = ? WHERE name = ?", banned, "bob").Error
				return errors.Join(err, auth.Sessions().InvalidateUser(ctx, bob.ID))
			},
		} {
			must(t, set(true))
			if _, err := auth.Sessions().Find(ctx, bobs.session.Token); !errors.Is(err, authplugin.ErrNotFound) {
				t.Errorf("%s: the session counts: %v", name, err)
			}
			if _, err := auth.Sessions().Find(ctx, bobs.session.Token, authplugin.Strict); !errors.Is(err, authplugin.ErrNotFound) {
				t.Errorf("%s: the session counts, strictly: %v", name, err)
			}
			found, err := auth.Sessions().FindMany(ctx, []string{bobs.session.Token, other.session.Token})
			if err != nil || len(found) != 1 || found[0].User.Name != "ada" {
				t.Errorf("%s: found %v, %v", name, found, err)
			}
			if err := second(auth.Sessions().Update(ctx, bobs.session.Token, authplugin.Values{"impersonatedBy": nil})); !errors.Is(err, authplugin.ErrNotFound) {
				t.Errorf("%s: the session is written to: %v", name, err)
			}
			must(t, set(false))
			if _, err := auth.Sessions().Find(ctx, bobs.session.Token); err != nil {
				t.Errorf("%s: after the ban: %v", name, err)
			}
		}
		must(t, db.Model(&authplugin.User{ID: bob.ID}).UpdateColumns(map[string]any{"banned": true, "banExpires": now.Add(time.Hour)}).Error)
		if _, err := auth.Sessions().Find(ctx, bobs.session.Token); !errors.Is(err, authplugin.ErrNotFound) {
			t.Errorf("before the ban expires: %v", err)
		}
		now = now.Add(time.Hour)
		if _, err := auth.Sessions().Find(ctx, bobs.session.Token); err != nil {
			t.Errorf("after it has: %v", err)
		}
	})
}
