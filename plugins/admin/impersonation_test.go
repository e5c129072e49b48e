package admin_test

import (
	"errors"
	"testing"
	"time"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/authtest"
	"github.com/gorm-auth/authplugin/plugins/access"
	"github.com/gorm-auth/authplugin/plugins/admin"
)

func TestImpersonation(t *testing.T) {
	t.Parallel()
	eachStorage(t, func(t *testing.T, d authtest.Database, with func(cfg *authplugin.Config)) {
		ctx, now := t.Context(), time.Now()
		cfg := config(admin.Options{ImpersonationExpiresIn: 10 * time.Minute})
		cfg.Clock = func() time.Time { return now }
		with(&cfg)
		_, auth := d.Use(t, cfg)
		root, bob := signIn(t, auth, signUp(t, auth, "root", "admin").ID), signUp(t, auth, "bob", "")
		impersonate := func() *authplugin.FoundSession[authplugin.Session, authplugin.User] {
			t.Helper()
			begun, err := root.Impersonate(ctx, bob.ID, authplugin.SessionOptions{
				IPAddress: "203.0.113.7", ExpiresIn: 24 * time.Hour, Additional: authplugin.Values{"impersonatedBy": "somebody"},
			})
			must(t, err)
			found, err := auth.Sessions().Find(ctx, begun.Session.Token)
			must(t, err)
			return found
		}
		found := impersonate()
		if found.User.ID != bob.ID || found.Session.Additional.String("impersonatedBy") != string(root.user.ID) || found.Session.IPAddress != "203.0.113.7" {
			t.Errorf("session %v of %v", found.Session, found.User)
		}
		as := admin.Of(auth).As(found.Session, found.User)
		refusedAs(t, "an admin's rights", second(as.List(ctx, admin.ListQuery{})), "YOU_ARE_NOT_ALLOWED_TO_LIST_USERS", 403)

		back, err := admin.Of(auth).StopImpersonating(ctx, found.Session, root.session.Token)
		must(t, err)
		if back.User.ID != root.user.ID || back.Session.ID != root.session.ID {
			t.Errorf("back in %v", back.Session)
		}
		if _, err := auth.Sessions().Find(ctx, found.Session.Token); !errors.Is(err, authplugin.ErrNotFound) {
			t.Errorf("the impersonation goes on: %v", err)
		}
		refusedAs(t, "not impersonating", second(admin.Of(auth).StopImpersonating(ctx, root.session, root.session.Token)), "NOT_IMPERSONATING", 400)

		// Only the admin's own session is one to go back to, and the impersonation is over anyway.
		bobs, other := signIn(t, auth, bob.ID), impersonate()
		for name, token := range map[string]string{"nobody's": "", "the user's": bobs.session.Token, "another impersonation": other.Session.Token} {
			found := impersonate()
			refusedAs(t, name, second(admin.Of(auth).StopImpersonating(ctx, found.Session, token)), "ADMIN_SESSION_IS_OVER", 401)
			if _, err := auth.Sessions().Find(ctx, found.Session.Token); !errors.Is(err, authplugin.ErrNotFound) {
				t.Errorf("%s: the impersonation goes on: %v", name, err)
			}
		}

		// It ends by itself, and is not refreshed before.
		now = now.Add(10*time.Minute - time.Second)
		found, err = auth.Sessions().Find(ctx, other.Session.Token)
		must(t, err)
		if refreshed, err := auth.Sessions().Refresh(ctx, found.Session); refreshed || err != nil || found.RefreshDue {
			t.Errorf("refreshed %v, %v", refreshed, err)
		}
		now = now.Add(time.Second)
		if _, err := auth.Sessions().Find(ctx, other.Session.Token); !errors.Is(err, authplugin.ErrNotFound) {
			t.Errorf("after its end: %v", err)
		}

		must(t, second(root.Ban(ctx, bob.ID, admin.BanOptions{})))
		refusedAs(t, "a banned user", second(root.Impersonate(ctx, bob.ID, authplugin.SessionOptions{})), "BANNED_USER", 403)
		if err := second(root.Impersonate(ctx, "nobody", authplugin.SessionOptions{})); !errors.Is(err, authplugin.ErrNotFound) {
			t.Errorf("nobody: %v", err)
		}
	})
}

func TestImpersonatingAdmins(t *testing.T) {
	t.Parallel()
	authtest.Each(t, func(t *testing.T, d authtest.Database) {
		ctx := t.Context()
		statements := admin.AdminStatements()
		statements[admin.ResourceUser] = append(statements[admin.ResourceUser], admin.ActionImpersonateAdmins)
		roles := admin.DefaultRoles()
		roles["owner"] = access.NewRole(statements)
		_, auth := d.Use(t, config(admin.Options{Roles: roles}))
		root, other := signIn(t, auth, signUp(t, auth, "root", "admin").ID), signUp(t, auth, "other", "user,admin")
		owner := signIn(t, auth, signUp(t, auth, "owner", "owner").ID)
		refusedAs(t, "an admin", second(root.Impersonate(ctx, other.ID, authplugin.SessionOptions{})), "YOU_CANNOT_IMPERSONATE_ADMINS", 403)
		begun, err := owner.Impersonate(ctx, other.ID, authplugin.SessionOptions{})
		must(t, err)
		bob := signUp(t, auth, "bob", "")
		as := admin.Of(auth).As(begun.Session, begun.User)
		refusedAs(t, "once more", second(as.Impersonate(ctx, bob.ID, authplugin.SessionOptions{})), "ALREADY_IMPERSONATING", 400)

		db := d.Another(t)
		_, auth = db.Use(t, config(admin.Options{}))
		chief, other := signUp(t, auth, "chief", ""), signUp(t, auth, "other", "admin")
		for name, options := range map[string]admin.Options{
			"by id":   {AdminUserIDs: []authplugin.ID{chief.ID}},
			"allowed": {AllowImpersonatingAdmins: true},
		} {
			_, auth := db.Use(t, config(options))
			by := signIn(t, auth, other.ID)
			if name == "by id" {
				by = signIn(t, auth, chief.ID)
				refusedAs(t, name, second(signIn(t, auth, other.ID).Impersonate(ctx, chief.ID, authplugin.SessionOptions{})), "YOU_CANNOT_IMPERSONATE_ADMINS", 403)
				must(t, second(by.Impersonate(ctx, other.ID, authplugin.SessionOptions{})))
				continue
			}
			third := signUp(t, auth, "third", "admin")
			must(t, second(by.Impersonate(ctx, third.ID, authplugin.SessionOptions{})))
		}
	})
}
