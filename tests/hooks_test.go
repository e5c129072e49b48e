package tests

import (
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

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
			AfterUpdate:       func(_ *authplugin.HookContext, c *authplugin.Change[authplugin.User]) error { return fail(c.After.Name) },
			BeforeDelete:      func(h *authplugin.HookContext, _ *authplugin.User) error { return audit(h) },
			AfterDelete:       func(_ *authplugin.HookContext, u *authplugin.User) error { return fail(u.Email) },
		})
		for mode, gormConfig := range map[string]*gorm.Config{
			"plain": {}, "prepared": {PrepareStmt: true}, "no default transaction": {SkipDefaultTransaction: true},
		} {
			cfg.AutoMigrate = true
			db, auth := useWith(t, e.New(t), cfg, gormConfig)
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
				"update":      func(tx *gorm.DB) error { return tx.Model(&authplugin.User{ID: keep.ID}).Update("name", "bad").Error },
				"bulk update": func(tx *gorm.DB) error { return tx.Model(&authplugin.User{}).Where("1 = 1").Update("name", "bad").Error },
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
				must(t, auth.Transaction(t.Context(), func(tx *authplugin.Auth) error {
					_ = tx
					return nil
				}))
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

func TestHookContext(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		var seen *authplugin.HookContext
		var inside int64
		look := func(h *authplugin.HookContext, _ *authplugin.User) error {
			seen = h
			if h.Operation == authplugin.OperationCreate {
				return h.DB.Model(&authplugin.User{}).Count(&inside).Error
			}
			return nil
		}
		db, _ := migrated(t, e, userHooks(authplugin.ModelHooks[authplugin.User]{AfterCreate: look, BeforeDelete: look}))
		session, user := &authplugin.Session{Token: "t"}, &authplugin.User{Name: "admin"}
		type key struct{}
		ctx := authplugin.WithSession(t.Context(), session, user)
		ctx = authplugin.WithRequest(ctx, authplugin.Request{ID: "r1"})
		must(t, db.Session(&gorm.Session{AllowGlobalUpdate: true}).WithContext(ctx).Create(&authplugin.User{Name: "ada", Email: "a"}).Error)
		if inside != 1 {
			t.Errorf("the hook's handle sees %d users", inside)
		}
		if seen.Operation != authplugin.OperationCreate || seen.Model != "user" || seen.Session != session || seen.User != user ||
			seen.Request.ID != "r1" || seen.Context.Value(key{}) != nil || seen.DB.Statement.Context != seen.Context || seen.DB.AllowGlobalUpdate {
			t.Errorf("context %+v", seen)
		}
		if got := authplugin.From(seen.DB); got == nil || seen.Auth == nil || len(seen.Auth.Models()) != 4 {
			t.Errorf("Auth %v", seen.Auth)
		}
		must(t, db.Where("email = ?", "a").Delete(&authplugin.User{}).Error)
		if seen.Operation != authplugin.OperationDelete || seen.Session != nil || seen.User != nil {
			t.Errorf("context %+v", seen)
		}
	})
}

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
					return h.Auth.Transaction(h.Context, func(tx *authplugin.Auth) error { return proof(h, "deleted") })
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
		must(t, silent.Save(&authplugin.User{ID: u.ID, Name: "s", Email: "a", CreatedAt: noon}).Error)
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

func TestHookMistakes(t *testing.T) {
	t.Parallel()
	type stranger struct{ ID authplugin.ID }
	var none *authplugin.ModelHooks[authplugin.User]
	hook := func(*authplugin.HookContext, *stranger) error { return nil }
	cfg := authplugin.Config{
		User: authplugin.ModelConfig{Model: hookMember{}},
		Hooks: authplugin.Hooks{Models: map[string]authplugin.AnyModelHooks{
			"user":         authplugin.ModelHooks[stranger]{BeforeCreate: hook},
			"sesion":       authplugin.ModelHooks[authplugin.Session]{},
			"account":      nil,
			"verification": none,
		}},
		Plugins: []authplugin.Plugin{hooked{"p", authplugin.Hooks{Models: map[string]authplugin.AnyModelHooks{
			"session": authplugin.ModelHooks[authplugin.User]{},
		}}, nil}},
	}
	want := []string{
		`authplugin: Hooks.Models["account"]: is nil; leave the model out, or give it ModelHooks`,
		`authplugin: Hooks.Models["sesion"]: there is no such model; did you mean "session"?`,
		`authplugin: Hooks.Models["user"]: is of ModelHooks[tests.stranger], but the rows of the model user are of authplugin.User or tests.hookMember or authplugin.Record`,
		`authplugin: Hooks.Models["verification"]: is nil; leave the model out, or give it ModelHooks`,
		`authplugin: Plugins[0].Hooks().Models["session"]: is of ModelHooks[authplugin.User], but the rows of the model session are of authplugin.Session or authplugin.Record`,
	}
	check := func(err error) {
		t.Helper()
		var mistake *authplugin.ConfigError
		if !errors.As(err, &mistake) {
			t.Fatalf("error %v", err)
		}
		if diff := cmp.Diff(want, strings.Split(err.Error(), "\n")); diff != "" {
			t.Error(diff)
		}
	}
	check(cfg.Validate())
	check(dbtest.Named(t, "sqlite").New(t).Open(t, nil).Use(authplugin.New(cfg)))
}

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
