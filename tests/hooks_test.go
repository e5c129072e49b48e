package tests

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// diary notes what hooks did, in order.
type diary struct {
	mutex sync.Mutex
	lines []string
}

func (d *diary) note(format string, args ...any) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	d.lines = append(d.lines, fmt.Sprintf(format, args...))
}

// take returns what was noted and forgets it.
func (d *diary) take() []string {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	lines := d.lines
	d.lines = nil
	return lines
}

// expect compares what was noted.
func (d *diary) expect(t *testing.T, what string, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, d.take()); diff != "" {
		t.Errorf("%s: %s", what, diff)
	}
}

// noting are hooks of users that note when they run and change nothing.
func (d *diary) noting(who string) authplugin.ModelHooks[authplugin.User] {
	row := func(when string) func(*authplugin.HookContext, *authplugin.User) error {
		return func(h *authplugin.HookContext, u *authplugin.User) error {
			d.note("%s %s %s %s", who, when, h.Operation, u.Name)
			return nil
		}
	}
	change := func(when string) func(*authplugin.HookContext, *authplugin.Change[authplugin.User]) error {
		return func(h *authplugin.HookContext, c *authplugin.Change[authplugin.User]) error {
			after := "-"
			if c.After != nil {
				after = c.After.Name
			}
			d.note("%s %s %s %s>%s", who, when, h.Operation, c.Before.Name, after)
			return nil
		}
	}
	quiet := row("committed")
	quietChange := change("committed")
	return authplugin.ModelHooks[authplugin.User]{
		BeforeCreate: row("before"), AfterCreate: row("after"),
		AfterCommitCreate: func(h *authplugin.HookContext, u *authplugin.User) { _ = quiet(h, u) },
		BeforeUpdate:      change("before"), AfterUpdate: change("after"),
		AfterCommitUpdate: func(h *authplugin.HookContext, c *authplugin.Change[authplugin.User]) { _ = quietChange(h, c) },
		BeforeDelete:      row("before"), AfterDelete: row("after"),
		AfterCommitDelete: func(h *authplugin.HookContext, u *authplugin.User) { _ = quiet(h, u) },
	}
}

// hooked is a plugin that has hooks only.
type hooked struct {
	name  string
	hooks authplugin.Hooks
	asked *int
}

func (p hooked) ID() string                      { return p.name }
func (p hooked) Schema() authplugin.PluginSchema { return authplugin.PluginSchema{} }
func (p hooked) Hooks() authplugin.Hooks {
	if p.asked != nil {
		*p.asked++
	}
	return p.hooks
}

func userHooks(h authplugin.ModelHooks[authplugin.User]) authplugin.Config {
	return authplugin.Config{Hooks: authplugin.Hooks{User: h}}
}

// profiled are users with additional fields.
func profiled(cfg authplugin.Config) authplugin.Config {
	cfg.User.AdditionalFields = authplugin.Fields{
		"role": {Type: authplugin.Enum("user", "admin"), DefaultValue: "user"},
		"nick": {Type: authplugin.String, Optional: true},
		"age":  {Type: authplugin.Number, Optional: true},
		"tags": {Type: authplugin.StringArray, Optional: true},
		"pin": {
			Type: authplugin.String, Optional: true,
			TransformInput: func(v any) (any, error) { return "hash(" + v.(string) + ")", nil },
		},
	}
	return cfg
}

func countUsers(t *testing.T, db *gorm.DB) int64 {
	t.Helper()
	var n int64
	must(t, db.Session(&gorm.Session{NewDB: true}).Model(&authplugin.User{}).Count(&n).Error)
	return n
}

func names(t *testing.T, db *gorm.DB) string {
	t.Helper()
	var list []string
	must(t, db.Session(&gorm.Session{NewDB: true}).Model(&authplugin.User{}).Order("email").Pluck("name", &list).Error)
	return strings.Join(list, " ")
}

func TestHookOrder(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d, asked := &diary{}, 0
		cfg := userHooks(d.noting("app"))
		cfg.Plugins = []authplugin.Plugin{
			hooked{"one", authplugin.Hooks{User: d.noting("one")}, &asked},
			hooked{"two", authplugin.Hooks{Models: map[string]authplugin.AnyModelHooks{"user": d.noting("two")}}, &asked},
		}
		db, _ := migrated(t, e, cfg)
		if asked != 2 {
			t.Errorf("Hooks was called %d times", asked)
		}
		expect := func(operation, before, after string) {
			t.Helper()
			d.expect(t, operation,
				"app before "+before, "one before "+before, "two before "+before,
				"app after "+after, "one after "+after, "two after "+after,
				"app committed "+after, "one committed "+after, "two committed "+after)
		}
		ada := newUser(t, db, "ada")
		expect("create", "create ada", "create ada")
		must(t, db.Model(&ada).Update("name", "Ada").Error)
		expect("update", "update ada>-", "update ada>Ada")
		must(t, db.Delete(&ada).Error)
		expect("delete", "delete Ada", "delete Ada")
	})
}

// Each hook sees what the one before made of the row, and the last has the say.
func TestHooksReplace(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		suffix := func(s string) authplugin.ModelHooks[authplugin.User] {
			return authplugin.ModelHooks[authplugin.User]{
				BeforeCreate: func(_ *authplugin.HookContext, u *authplugin.User) error {
					u.Name += s
					u.Email = strings.ToUpper(u.Email)
					u.Additional.Set("nick", u.Additional.String("nick")+s)
					u.Additional.Set("pin", s)
					return nil
				},
				BeforeUpdate: func(_ *authplugin.HookContext, c *authplugin.Change[authplugin.User]) error {
					c.Values.Set("name", c.Values.String("name")+s)
					delete(c.Values, "image")
					return nil
				},
			}
		}
		cfg := profiled(userHooks(suffix("1")))
		cfg.Plugins = []authplugin.Plugin{hooked{"p", authplugin.Hooks{User: suffix("2")}, nil}}
		db, _ := migrated(t, e, cfg)

		check := func(how string, id authplugin.ID) {
			t.Helper()
			var u authplugin.User
			must(t, db.First(&u, id).Error)
			if u.Name != "ada12" || u.Email != "ada@x" || u.Additional["nick"] != "n12" || u.Additional["pin"] != "hash(2)" || u.Additional["role"] != "user" {
				t.Errorf("%s: %+v %v", how, u, u.Additional)
			}
			must(t, db.Delete(&u).Error)
		}
		given := authplugin.Values{"nick": "n"}
		u := authplugin.User{Name: "ada", Email: "ada@x", Additional: given}
		must(t, db.Create(&u).Error)
		if u.Name != "ada12" || u.Email != "ada@x" || u.Additional["pin"] != "2" || given["nick"] != "n" {
			t.Errorf("the caller's: %+v %v %v", u, u.Additional, given)
		}
		check("struct", u.ID)
		list := []*authplugin.User{{Name: "ada", Email: "ada@x", Additional: given}}
		must(t, db.CreateInBatches(list, 10).Error)
		check("batch", list[0].ID)
		m := map[string]any{"name": "ada", "email": "ada@x", "nick": "n"}
		must(t, db.Model(&authplugin.User{}).Create(m).Error)
		check("map", m["id"].(authplugin.ID))
		values := authplugin.Values{"name": "ada", "email": "ada@x", "nick": "n"}
		must(t, db.Model(&authplugin.User{}).Create(values).Error)
		check("values", values["id"].(authplugin.ID))
		maps := []map[string]any{{"name": "ada", "email": "ada@x", "nick": "n"}}
		must(t, db.Model(&authplugin.User{}).Create(maps).Error)
		check("maps", maps[0]["id"].(authplugin.ID))
		u = authplugin.User{Name: "ada", Email: "ada@x", Additional: authplugin.Values{"nick": "n"}}
		must(t, db.Select("Name", "Email").Create(&u).Error)
		check("select", u.ID)
		u = authplugin.User{Name: "ada", Email: "ada@x", Additional: authplugin.Values{"nick": "n"}}
		must(t, db.Omit("nick").Create(&u).Error)
		check("omit", u.ID)
		u = authplugin.User{Name: "ada", Email: "ada@x", Additional: authplugin.Values{"nick": "n"}}
		must(t, gorm.G[authplugin.User](db).Create(t.Context(), &u))
		check("generics", u.ID)
		u = authplugin.User{Name: "old", Email: "old@x"}
		must(t, db.Session(&gorm.Session{SkipHooks: true}).Create(&u).Error)
		u = authplugin.User{ID: u.ID, Name: "ada", Email: "ada@x", Additional: authplugin.Values{"nick": "n", "pin": "0", "role": "user"}}
		must(t, db.Clauses(clause.OnConflict{UpdateAll: true}).Create(&u).Error)
		check("upsert", u.ID)

		image := "pic"
		u = authplugin.User{Name: "bob", Email: "bob@x", Additional: authplugin.Values{"pin": "1"}}
		must(t, db.Create(&u).Error)
		for how, update := range map[string]func() *gorm.DB{
			"map":    func() *gorm.DB { return db.Model(&u).Updates(map[string]any{"name": "eve", "image": "pic"}) },
			"values": func() *gorm.DB { return db.Model(&u).Updates(authplugin.Values{"name": "eve", "image": "pic"}) },
			"struct": func() *gorm.DB { return db.Model(&u).Updates(authplugin.User{Name: "eve", Image: &image}) },
			"foreign struct": func() *gorm.DB {
				return db.Model(&u).Updates(struct{ Name, Image string }{"eve", "pic"})
			},
			"save": func() *gorm.DB {
				u.Name, u.Image = "eve", &image
				return db.Save(&u)
			},
			"bulk": func() *gorm.DB {
				return db.Model(&authplugin.User{}).Where("email = ?", "bob@x").Updates(map[string]any{"name": "eve"})
			},
			"generics": func() *gorm.DB {
				n, err := gorm.G[authplugin.User](db).Where("email = ?", "bob@x").Updates(t.Context(), authplugin.User{Name: "eve"})
				return &gorm.DB{Error: err, RowsAffected: int64(n)}
			},
			"generics set": func() *gorm.DB {
				n, err := gorm.G[authplugin.User](db).Where("email = ?", "bob@x").
					Set(clause.Assignment{Column: clause.Column{Name: "name"}, Value: "eve"}).Update(t.Context())
				return &gorm.DB{Error: err, RowsAffected: int64(n)}
			},
		} {
			u.Name = "bob"
			must(t, db.Session(&gorm.Session{SkipHooks: true}).Model(&authplugin.User{ID: u.ID}).Update("name", "bob").Error)
			result := update()
			var read authplugin.User
			must(t, db.First(&read, u.ID).Error)
			if result.Error != nil || result.RowsAffected != 1 || read.Name != "eve12" || read.Image != nil {
				t.Errorf("%s: %v, %d rows, %s %v", how, result.Error, result.RowsAffected, read.Name, read.Image)
			}
			if bulk := strings.Contains(how, "bulk") || strings.Contains(how, "generics"); !bulk && u.Name != "eve12" {
				t.Errorf("%s: the caller's struct has %s", how, u.Name)
			}
			if stored(t, db, u.ID, "pin") != "hash(2)" {
				t.Errorf("%s: pin %s", how, stored(t, db, u.ID, "pin"))
			}
		}
	})
}
