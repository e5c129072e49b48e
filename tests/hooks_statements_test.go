package tests

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// Without hooks of an operation it costs nothing, and with them no more than it must.
func TestHookStatements(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		record := func(h authplugin.ModelHooks[authplugin.User]) (*gorm.DB, *dbtest.Recorder) {
			cfg := userHooks(h)
			cfg.AutoMigrate = true
			recorder := dbtest.NewRecorder()
			db, _ := useWith(t, e.New(t), cfg, &gorm.Config{Logger: recorder})
			recorder.Reset()
			return db, recorder
		}
		all := func(db *gorm.DB, r *dbtest.Recorder) (got []string) {
			u := authplugin.User{Name: "ada", Email: "a"}
			must(t, db.Create(&u).Error)
			got = append(got, kinds(r))
			must(t, db.Model(&u).Update("name", "x").Error)
			got = append(got, kinds(r))
			must(t, db.Model(&authplugin.User{}).Where("name = ?", "x").Update("name", "y").Error)
			got = append(got, kinds(r))
			must(t, db.Delete(&u).Error)
			return append(got, kinds(r))
		}
		ok := func(*authplugin.HookContext, *authplugin.User) error { return nil }
		okChange := func(*authplugin.HookContext, *authplugin.Change[authplugin.User]) error { return nil }
		for name, c := range map[string]struct {
			hooks authplugin.ModelHooks[authplugin.User]
			want  []string
		}{
			"none":   {authplugin.ModelHooks[authplugin.User]{}, []string{"INSERT", "UPDATE", "UPDATE", "DELETE"}},
			"create": {authplugin.ModelHooks[authplugin.User]{BeforeCreate: ok, AfterCreate: ok}, []string{"INSERT", "UPDATE", "UPDATE", "DELETE"}},
			"update": {authplugin.ModelHooks[authplugin.User]{BeforeUpdate: okChange, AfterUpdate: okChange}, []string{"INSERT", "SELECT UPDATE", "SELECT UPDATE", "DELETE"}},
			"delete": {authplugin.ModelHooks[authplugin.User]{AfterDelete: ok}, []string{"INSERT", "UPDATE", "UPDATE", "SELECT DELETE"}},
		} {
			if diff := cmp.Diff(c.want, all(record(c.hooks))); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
	})
}

// Statements that hooks split are logged without secrets, each once.
func TestHookStatementsAreRedacted(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		recorder := dbtest.NewRecorder()
		cfg := authplugin.Config{AutoMigrate: true, Hooks: authplugin.Hooks{Session: authplugin.ModelHooks[authplugin.Session]{
			BeforeUpdate: func(_ *authplugin.HookContext, c *authplugin.Change[authplugin.Session]) error {
				if c.Values.Has("token") {
					c.Values.Set("token", topSecret+"2")
				}
				c.Values.Set("userAgent", "u")
				return nil
			},
		}}}
		db, _ := useWith(t, e.New(t), cfg, &gorm.Config{Logger: recorder})
		u := newUser(t, db, "ada")
		s := newSession(t, db, u.ID, topSecret)
		recorder.Reset()
		must(t, db.Model(&s).Update("token", topSecret+"1").Error)
		s.IPAddress = "::1"
		must(t, db.Save(&s).Error)
		must(t, db.Model(&s).Updates(authplugin.Session{Token: topSecret + "3"}).Error)
		for _, statement := range recorder.Statements() {
			if strings.Contains(statement, topSecret) {
				t.Errorf("a log shows a secret: %s", statement)
			}
		}
		if got := kinds(recorder); strings.Count(got, "UPDATE") != 3 {
			t.Errorf("statements %s", got)
		}
		var read authplugin.Session
		must(t, db.First(&read, s.ID).Error)
		if read.Token != topSecret+"2" || read.UserAgent != "u" || read.IPAddress != "::1" || s.Token != topSecret+"2" {
			t.Errorf("session %+v, the caller's token %v", read, s.Token == read.Token)
		}
	})
}
