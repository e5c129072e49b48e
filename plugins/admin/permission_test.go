package admin_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/authtest"
	"github.com/gorm-auth/authplugin/internal/dbtest"
	"github.com/gorm-auth/authplugin/plugins/access"
	"github.com/gorm-auth/authplugin/plugins/admin"
	"gorm.io/gorm"
)

func TestHasPermission(t *testing.T) {
	t.Parallel()
	authtest.Each(t, func(t *testing.T, d authtest.Database) {
		roles := admin.DefaultRoles()
		roles["editor"] = access.NewRole(access.Statements{"post": {"publish"}})
		_, auth := d.Use(t, config(admin.Options{Roles: roles, AdminUserIDs: []authplugin.ID{"42"}}))
		of := admin.Of(auth)
		for _, test := range []struct {
			user             *authplugin.User
			resource, action string
			want             bool
		}{
			{with("admin"), admin.ResourceUser, admin.ActionBan, true},
			{with("admin"), admin.ResourceUser, admin.ActionImpersonateAdmins, false},
			{with("user"), admin.ResourceUser, admin.ActionBan, false},
			{with("user,editor"), "post", "publish", true},
			{with(""), admin.ResourceUser, admin.ActionList, false},
			{with("ADMIN"), admin.ResourceUser, admin.ActionList, false},
			{&authplugin.User{ID: "42"}, admin.ResourceUser, admin.ActionBan, true},
			{&authplugin.User{ID: "42", Additional: authplugin.Values{"banned": true}}, admin.ResourceUser, admin.ActionBan, false},
			{banned("admin", time.Now().Add(time.Hour)), admin.ResourceUser, admin.ActionBan, false},
			{banned("admin", time.Now().Add(-time.Hour)), admin.ResourceUser, admin.ActionBan, true},
			{nil, admin.ResourceUser, admin.ActionList, false},
		} {
			if got := of.HasPermission(test.user, test.resource, test.action); got != test.want {
				t.Errorf("%v on %s.%s: %v", test.user, test.resource, test.action, got)
			}
			if got := of.HasPermissions(test.user, access.Statements{test.resource: {test.action}}); got != test.want {
				t.Errorf("%v on all of %s.%s: %v", test.user, test.resource, test.action, got)
			}
		}
	})
}

func with(role string) *authplugin.User {
	return &authplugin.User{ID: "1", Additional: authplugin.Values{"role": role, "banned": false}}
}

func banned(role string, until time.Time) *authplugin.User {
	return &authplugin.User{ID: "1", Additional: authplugin.Values{"role": role, "banned": true, "banExpires": until}}
}

func TestMistakesInOptions(t *testing.T) {
	t.Parallel()
	err := config(admin.Options{
		Roles: access.Roles{"admin,user": {}, "staff": {}}, AdminUserIDs: []authplugin.ID{""},
		DefaultBanExpiresIn: -1, ImpersonationExpiresIn: -1, MinPasswordLength: 200,
	}).Validate()
	for _, want := range []string{
		`Plugins[0].Roles["admin,user"] (plugin admin)`, `Plugins[0].DefaultRole (plugin admin): there is no role "user"`,
		`Plugins[0].AdminRoles[0]`, "Plugins[0].AdminUserIDs", "Plugins[0].DefaultBanExpiresIn", "Plugins[0].ImpersonationExpiresIn",
		"Plugins[0].MinPasswordLength",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %s", err, want)
		}
	}
}

func TestWithoutThePlugin(t *testing.T) {
	t.Parallel()
	ctx, none := t.Context(), admin.Of(authplugin.New(authplugin.Config{}))
	bob := &authplugin.User{ID: "1"}
	for name, err := range operations(t, none.As(&authplugin.Session{}, bob), bob) {
		if !errors.Is(err, authplugin.ErrNotInitialized) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, err := range []error{
		second(none.Unchecked().Ban(ctx, "1", admin.BanOptions{})), second(none.Unchecked().Unban(ctx, "1")), none.Unchecked().Delete(ctx, "1"),
		second(none.Unchecked().SetRole(ctx, "1", "user")), second(none.Unchecked().List(ctx, admin.ListQuery{})),
		none.Unchecked().SetPassword(ctx, "1", "correct horse battery"), second(none.Unchecked().Impersonate(ctx, "1", "2", authplugin.SessionOptions{})),
		second(none.Unchecked().Sessions(ctx, "1")), none.Unchecked().RevokeSession(ctx, "1"), second(none.Unchecked().RevokeSessions(ctx, "1")),
		second(none.Unchecked().Create(ctx, admin.NewUser{})), second(none.Unchecked().Update(ctx, "1", nil)),
		second(none.StopImpersonating(ctx, &authplugin.Session{}, "")),
	} {
		if !errors.Is(err, authplugin.ErrNotInitialized) {
			t.Errorf("unchecked: %v", err)
		}
	}
	if none.HasPermission(bob, admin.ResourceUser, admin.ActionList) || none.IsAdmin(bob) || none.IsBanned(bob) {
		t.Error("something is permitted")
	}
}

// A check of a user who was found with a session reads nothing, and costs no memory.
func TestHasPermissionReadsNothing(t *testing.T) { //nolint:paralleltest // allocations of others would count
	cfg, recorder := config(admin.Options{}), dbtest.NewRecorder()
	cfg.AutoMigrate = true
	db, auth := dbtest.Named(t, "sqlite-pure").New(t).Open(t, &gorm.Config{Logger: recorder}), authplugin.New(cfg)
	must(t, db.Use(auth))
	root := signIn(t, auth, signUp(t, auth, "root", "user,admin").ID)
	recorder.Reset()
	allocations := testing.AllocsPerRun(100, func() {
		if !admin.Of(auth).HasPermission(root.user, admin.ResourceUser, admin.ActionBan) {
			t.Error("not permitted")
		}
	})
	if statements := recorder.Statements(); allocations != 0 || len(statements) > 0 {
		t.Errorf("%v allocations, statements %q", allocations, statements)
	}
}

// A check stays below a microsecond and reads nothing.
func BenchmarkHasPermission(b *testing.B) {
	db, auth := dbtest.Named(b, "sqlite").New(b).Open(b, &gorm.Config{}), authplugin.New(config(admin.Options{}))
	must(b, db.Use(auth))
	user := with("user,admin")
	b.ReportAllocs()
	for b.Loop() {
		if !admin.Of(auth).HasPermission(user, admin.ResourceUser, admin.ActionBan) {
			b.Fatal("not permitted")
		}
	}
}
