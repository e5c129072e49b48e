package tests

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// initialized is a plugin that takes a look at its Auth.
type initialized struct {
	id       string
	requires []string
	init     func(auth *authplugin.Auth) error
}

func (p *initialized) ID() string                       { return p.id }
func (p *initialized) Requires() []string               { return p.requires }
func (p *initialized) Init(auth *authplugin.Auth) error { return p.init(auth) }
func (p *initialized) Schema() authplugin.PluginSchema  { return authplugin.PluginSchema{} }
func (p *initialized) Hooks() (hooks authplugin.Hooks) {
	hooks.User.AfterCommitCreate = func(*authplugin.HookContext, *authplugin.User) {}
	return hooks
}

// Init comes after the binding and before the migration, those that others require
// first.
func TestPluginInit(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d := e.New(t)
		var order []string
		note := func(auth *authplugin.Auth, id string) error {
			order = append(order, id)
			if m, ok := auth.Schema().Model("user"); !ok || m.Table != "users" {
				t.Errorf("%s sees %v", id, m)
			}
			if auth.DB(t.Context()).Migrator().HasTable("users") {
				t.Errorf("%s comes after the migration", id)
			}
			_, err := authplugin.PluginOf[*initialized](auth)
			return err
		}
		first := &initialized{id: "first", requires: []string{"third"}}
		second, third := &initialized{id: "second"}, &initialized{id: "third"}
		for _, p := range []*initialized{first, second, third} {
			p.init = func(auth *authplugin.Auth) error { return note(auth, p.id) }
		}
		use(t, d, authplugin.Config{AutoMigrate: true, Plugins: []authplugin.Plugin{first, second, third}})
		if diff := cmp.Diff([]string{"third", "first", "second"}, order); diff != "" {
			t.Error(diff)
		}
	})
}

// An Init that fails makes db.Use fail, and leaves the *gorm.DB as it was but for the
// models.
func TestPluginInitFails(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d := e.New(t)
		wrong := errors.New("the moon is full")
		fail := true
		auth := authplugin.New(authplugin.Config{AutoMigrate: true, Plugins: []authplugin.Plugin{&initialized{id: "moody", init: func(*authplugin.Auth) error {
			if fail {
				return wrong
			}
			return nil
		}}}})
		for _, prepared := range []bool{false, true} {
			recorder := dbtest.NewRecorder()
			db := d.Open(t, &gorm.Config{PrepareStmt: prepared, Logger: recorder})
			before := db.ConnPool
			for range 2 {
				err := db.Use(auth)
				if !errors.Is(err, wrong) || err.Error() != "authplugin: plugin moody: the moon is full" {
					t.Fatalf("db.Use: %v", err)
				}
			}
			if db.ConnPool != before || db.Logger != recorder {
				t.Error("pool or logger are not as they were")
			}
			if authplugin.From(db) != nil {
				t.Error("the plugin is there")
			}
			if _, err := auth.Users().Count(t.Context()); !errors.Is(err, authplugin.ErrNotInitialized) {
				t.Errorf("after it: %v", err)
			}
			type thing struct{ ID int }
			must(t, db.AutoMigrate(&thing{}))
			must(t, db.Create(&thing{}).Error)
		}
		fail = false
		db := d.Open(t, nil)
		must(t, db.Use(auth))
		newUser(t, db, "ada")
	})
}

// Typed access finds a plugin by its type or by what it can do.
func TestPluginOf(t *testing.T) {
	t.Parallel()
	fine := func(*authplugin.Auth) error { return nil }
	one, two := &initialized{id: "one", init: fine}, keyring{}
	_, auth := use(t, dbtest.Named(t, "sqlite-pure").New(t), authplugin.Config{Plugins: []authplugin.Plugin{two, one}})
	if p, err := authplugin.PluginOf[*initialized](auth); err != nil || p != one {
		t.Errorf("by type: %v, %v", p, err)
	}
	if p, err := authplugin.PluginOf[authplugin.HookPlugin](auth); err != nil || p != authplugin.HookPlugin(one) {
		t.Errorf("by interface: %v, %v", p, err)
	}
	_, err := authplugin.PluginOf[*keyring](auth)
	if !errors.Is(err, authplugin.ErrNoPlugin) || err.Error() != "authplugin: no such plugin: add one of type *tests.keyring to Config.Plugins" {
		t.Errorf("another type: %v", err)
	}
	if _, err := authplugin.PluginOf[keyring](nil); !errors.Is(err, authplugin.ErrNotInitialized) {
		t.Errorf("no Auth: %v", err)
	}
}

// Before db.Use nothing panics.
func TestHandlesBeforeUse(t *testing.T) {
	t.Parallel()
	for _, auth := range []*authplugin.Auth{nil, authplugin.New(authplugin.Config{Clock: fixedClock})} {
		var users []authplugin.User
		errs := []error{
			auth.DB(t.Context()).Where("name = ?", "x").Find(&users).Error,
			auth.DB(t.Context()).Create(&authplugin.User{}).Error,
			auth.Atomically(t.Context(), func(*authplugin.Auth) error { return nil }),
		}
		_, err := auth.Cleanup(t.Context())
		_, err2 := authplugin.RowsOf[authplugin.User](auth).FindByID(t.Context(), "1")
		for i, err := range slices.Concat(errs, []error{err, err2}) {
			if !errors.Is(err, authplugin.ErrNotInitialized) {
				t.Errorf("%d: %v", i, err)
			}
		}
		if auth.Now().IsZero() {
			t.Error("no time")
		}
	}
}
