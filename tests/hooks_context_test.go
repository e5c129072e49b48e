package tests

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

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
