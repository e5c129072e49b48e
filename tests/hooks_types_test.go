package tests

import (
	"reflect"
	"testing"
	"time"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// hookMember is an application's own struct.
type hookMember struct {
	authplugin.User
	Nick   string
	Points int `gorm:"default:0"`
	Since  *time.Time
}

// keyHooks is a plugin with hooks and a model that has no struct.
type keyHooks struct {
	keyring
	hooks authplugin.Hooks
}

func (k keyHooks) Hooks() authplugin.Hooks { return k.hooks }

// Hooks see rows in their own type, whichever type is written.
func TestHooksOfOtherTypes(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d := &diary{}
		cfg := profiled(authplugin.Config{Hooks: authplugin.Hooks{
			User: authplugin.ModelHooks[authplugin.User]{
				BeforeCreate: func(_ *authplugin.HookContext, u *authplugin.User) error {
					d.note("user %s %v %v %v", u.Name, u.Additional["nick"], u.Additional["points"], u.Additional["role"])
					u.Name += "-u"
					u.Additional.Set("nick", u.Additional.String("nick")+"-u")
					u.Additional.Set("points", u.Additional.Int("points")+1)
					u.Additional.Set("since", noon)
					u.Additional.Set("role", "admin")
					return nil
				},
				AfterUpdate: func(_ *authplugin.HookContext, c *authplugin.Change[authplugin.User]) error {
					d.note("user %v>%v", c.Before.Additional["nick"], c.After.Additional["nick"])
					return nil
				},
				BeforeDelete: func(_ *authplugin.HookContext, u *authplugin.User) error {
					d.note("user deleted %v", u.Additional["nick"])
					return nil
				},
			},
			Models: map[string]authplugin.AnyModelHooks{"user": authplugin.ModelHooks[hookMember]{
				BeforeCreate: func(_ *authplugin.HookContext, m *hookMember) error {
					d.note("member %s %s %d %v %v", m.Name, m.Nick, m.Points, m.Since != nil, m.Additional)
					m.Nick += "-m"
					m.Points++
					m.Name += "-m"
					return nil
				},
				AfterUpdate: func(_ *authplugin.HookContext, c *authplugin.Change[hookMember]) error {
					d.note("member %s>%s", c.Before.Nick, c.After.Nick)
					return nil
				},
				BeforeDelete: func(_ *authplugin.HookContext, m *hookMember) error {
					d.note("member deleted %s", m.Nick)
					return nil
				},
			}},
		}})
		delete(cfg.User.AdditionalFields, "nick")
		cfg.User.Model = hookMember{}
		cfg.Plugins = []authplugin.Plugin{hooked{"p", authplugin.Hooks{Models: map[string]authplugin.AnyModelHooks{
			"user": authplugin.ModelHooks[authplugin.Record]{BeforeCreate: func(_ *authplugin.HookContext, r *authplugin.Record) error {
				row := *r
				d.note("record %v %v %v %v", row["name"], row["nick"], row["points"], reflect.TypeOf(row["since"]))
				row["nick"] = row["nick"].(string) + "-r"
				row["points"] = row["points"].(int64) + 1
				row["name"] = row["name"].(string) + "-r"
				row["age"] = 7
				return nil
			}},
		}}, nil}}
		db, _ := migrated(t, e, cfg)
		check := func(how string, id authplugin.ID, after ...string) {
			t.Helper()
			var m hookMember
			must(t, db.First(&m, id).Error)
			if m.Name != "ada-u-m-r" || m.Nick != "n-u-m-r" || m.Points != 3 || m.Since == nil || !m.Since.Equal(noon.Truncate(time.Millisecond)) ||
				m.Additional["role"] != "admin" || m.Additional["age"] != int64(7) {
				t.Errorf("%s: %+v", how, m)
			}
			d.expect(t, how, after...)
		}
		told := []string{
			"user ada n 0 user", "member ada-u n-u 1 true map[role:admin]", "record ada-u-m n-u-m 2 time.Time",
		}
		member := hookMember{User: authplugin.User{Name: "ada", Email: "1"}, Nick: "n"}
		must(t, db.Create(&member).Error)
		check("member", member.ID, told...)
		if member.Additional.Has("nick") || member.Nick != "n-u-m-r" {
			t.Errorf("the caller's %+v", member)
		}
		u := authplugin.User{Name: "ada", Email: "2", Additional: authplugin.Values{"nick": "n", "points": 0}}
		must(t, db.Create(&u).Error)
		check("user", u.ID, told...)
		m := map[string]any{"name": "ada", "email": "3", "nick": "n", "points": 0}
		must(t, db.Model(&hookMember{}).Create(m).Error)
		check("member by map", m["id"].(authplugin.ID), told...)
		m = map[string]any{"name": "ada", "email": "4", "nick": "n", "points": 0}
		must(t, db.Model(&authplugin.User{}).Create(m).Error)
		check("user by map", m["id"].(authplugin.ID), told...)
		must(t, db.Model(&member).Update("nick", "x").Error)
		d.expect(t, "update", "user n-u-m-r>x", "member n-u-m-r>x")
		must(t, db.Model(&u).Update("nick", "y").Error)
		d.expect(t, "update of a user", "user n-u-m-r>y", "member n-u-m-r>y")
		must(t, db.Delete(&authplugin.User{}, u.ID).Error)
		d.expect(t, "delete", "user deleted y", "member deleted y")

		if err := db.Create(&hookMember{User: authplugin.User{Name: "x", Email: "x"}}).Error; err != nil {
			t.Error(err)
		}
	})
}
