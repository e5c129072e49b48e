package admin_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/authtest"
	"github.com/gorm-auth/authplugin/plugins/access"
	"github.com/gorm-auth/authplugin/plugins/admin"
)

// operations are all that somebody can do to a user, by the code of the refusal.
func operations(t *testing.T, as admin.Acting, user *authplugin.User) map[string]error {
	t.Helper()
	ctx := t.Context()
	return map[string]error{
		"YOU_ARE_NOT_ALLOWED_TO_LIST_USERS":            second(as.List(ctx, admin.ListQuery{})),
		"YOU_ARE_NOT_ALLOWED_TO_GET_USER":              second(as.Get(ctx, user.ID)),
		"YOU_ARE_NOT_ALLOWED_TO_CREATE_USERS":          second(as.Create(ctx, admin.NewUser{User: authplugin.User{Name: "Eve", Email: "eve@example.com"}})),
		"YOU_ARE_NOT_ALLOWED_TO_UPDATE_USERS":          second(as.Update(ctx, user.ID, authplugin.Values{"name": "Eve"})),
		"YOU_ARE_NOT_ALLOWED_TO_CHANGE_USERS_ROLE":     second(as.SetRole(ctx, user.ID, "admin")),
		"YOU_ARE_NOT_ALLOWED_TO_SET_USERS_PASSWORD":    as.SetPassword(ctx, user.ID, "correct horse battery"),
		"YOU_ARE_NOT_ALLOWED_TO_BAN_USERS":             second(as.Ban(ctx, user.ID, admin.BanOptions{})),
		"YOU_ARE_NOT_ALLOWED_TO_IMPERSONATE_USERS":     second(as.Impersonate(ctx, user.ID, authplugin.SessionOptions{})),
		"YOU_ARE_NOT_ALLOWED_TO_LIST_USERS_SESSIONS":   second(as.Sessions(ctx, user.ID)),
		"YOU_ARE_NOT_ALLOWED_TO_REVOKE_USERS_SESSIONS": second(as.RevokeSessions(ctx, user.ID)),
		"YOU_ARE_NOT_ALLOWED_TO_DELETE_USERS":          as.Delete(ctx, user.ID),
	}
}

// Without permission nothing happens, and nothing is seen.
func TestRefused(t *testing.T) {
	t.Parallel()
	authtest.Each(t, func(t *testing.T, d authtest.Database) {
		ctx := t.Context()
		_, auth := d.Use(t, config(admin.Options{}))
		bob, cy := signUp(t, auth, "bob", ""), signUp(t, auth, "cy", "user")
		bobs, cys := signIn(t, auth, bob.ID), signIn(t, auth, cy.ID)
		cy, err := auth.Users().FindByID(ctx, cy.ID)
		must(t, err)
		for code, err := range operations(t, bobs.Acting, cy) {
			refusedAs(t, "a user", err, code, 403)
		}
		refusedAs(t, "unban", second(bobs.Unban(ctx, cy.ID)), "YOU_ARE_NOT_ALLOWED_TO_BAN_USERS", 403)
		refusedAs(t, "one session", bobs.RevokeSession(ctx, cys.session.ID), "YOU_ARE_NOT_ALLOWED_TO_REVOKE_USERS_SESSIONS", 403)
		for _, err := range operations(t, admin.Of(auth).As(nil, nil), cy) {
			refusedAs(t, "nobody", err, "UNAUTHORIZED", 401)
		}
		after, err := auth.Users().FindByID(ctx, cy.ID)
		must(t, err)
		if diff := cmp.Diff(cy.Additional, after.Additional); diff != "" || after.Name != "cy" {
			t.Errorf("name %s (-before +after):\n%s", after.Name, diff)
		}
		if _, err := auth.Sessions().Find(ctx, cys.session.Token); err != nil {
			t.Errorf("the session: %v", err)
		}
	})
}

func refusedAs(t *testing.T, what string, err error, code string, status int) {
	t.Helper()
	var refusal *authplugin.APIError
	if !errors.As(err, &refusal) || refusal.Code != code || refusal.Status != status {
		t.Errorf("%s: %v, not %d %s", what, err, status, code)
	}
}

// Whoever was demoted, banned or deleted a moment ago does nothing any more, although
// the user that was loaded says otherwise.
func TestActingAsLoaded(t *testing.T) {
	t.Parallel()
	authtest.Each(t, func(t *testing.T, d authtest.Database) {
		ctx := t.Context()
		_, auth := d.Use(t, config(admin.Options{}))
		bob := signUp(t, auth, "bob", "")
		unchecked := admin.Of(auth).Unchecked()
		for name, do := range map[string]func(id authplugin.ID) error{
			"demoted": func(id authplugin.ID) error { return second(unchecked.SetRole(ctx, id, "user")) },
			"banned":  func(id authplugin.ID) error { return second(unchecked.Ban(ctx, id, admin.BanOptions{})) },
		} {
			root := signIn(t, auth, signUp(t, auth, name, "admin").ID)
			must(t, do(root.user.ID))
			refusedAs(t, name, second(root.Ban(ctx, bob.ID, admin.BanOptions{})), "YOU_ARE_NOT_ALLOWED_TO_BAN_USERS", 403)
			refusedAs(t, name, root.Delete(ctx, bob.ID), "YOU_ARE_NOT_ALLOWED_TO_DELETE_USERS", 403)
		}
		root := signIn(t, auth, signUp(t, auth, "gone", "admin").ID)
		must(t, unchecked.Delete(ctx, root.user.ID))
		refusedAs(t, "deleted", second(root.Ban(ctx, bob.ID, admin.BanOptions{})), "UNAUTHORIZED", 401)
	})
}

// Nobody bans, deletes or demotes himself by accident.
func TestSelf(t *testing.T) {
	t.Parallel()
	authtest.Each(t, func(t *testing.T, d authtest.Database) {
		ctx := t.Context()
		_, auth := d.Use(t, config(admin.Options{Roles: access.Roles{
			"admin": access.NewRole(admin.AdminStatements()), "user": access.NewRole(nil),
			"owner":     access.NewRole(access.Statements{admin.ResourceUser: {admin.ActionSetRole}}),
			"moderator": access.NewRole(access.Statements{admin.ResourceUser: {admin.ActionBan}}),
		}}))
		root := signIn(t, auth, signUp(t, auth, "root", "admin").ID)
		id := root.user.ID
		refusedAs(t, "ban", second(root.Ban(ctx, id, admin.BanOptions{})), "YOU_CANNOT_BAN_YOURSELF", 400)
		refusedAs(t, "ban by update", second(root.Update(ctx, id, authplugin.Values{"banned": true})), "YOU_CANNOT_BAN_YOURSELF", 400)
		refusedAs(t, "delete", root.Delete(ctx, id), "YOU_CANNOT_REMOVE_YOURSELF", 400)
		refusedAs(t, "demote", second(root.SetRole(ctx, id, "user")), "YOU_CANNOT_DEMOTE_YOURSELF", 400)
		refusedAs(t, "demote by update", second(root.Update(ctx, id, authplugin.Values{"role": "user"})), "YOU_CANNOT_DEMOTE_YOURSELF", 400)
		refusedAs(t, "demote by NULL", second(root.Update(ctx, id, authplugin.Values{"role": nil})), "YOU_CANNOT_DEMOTE_YOURSELF", 400)
		refusedAs(t, "impersonate", second(root.Impersonate(ctx, id, authplugin.SessionOptions{})), "YOU_CANNOT_IMPERSONATE_YOURSELF", 400)
		must(t, second(root.SetRole(ctx, id, "user", "owner")))

		// An admin is himself behind an impersonation, too.
		bob := signUp(t, auth, "bob", "")
		must(t, second(admin.Of(auth).Unchecked().SetRole(ctx, id, "admin")))
		found, err := root.Impersonate(ctx, bob.ID, authplugin.SessionOptions{})
		must(t, err)
		must(t, second(root.SetRole(ctx, bob.ID, "moderator")))
		found, err = auth.Sessions().Find(ctx, found.Session.Token)
		must(t, err)
		refusedAs(t, "ban", second(admin.Of(auth).As(found.Session, found.User).Ban(ctx, id, admin.BanOptions{})), "YOU_CANNOT_BAN_YOURSELF", 400)

		_, auth = d.Another(t).Use(t, config(admin.Options{AllowSelf: true}))
		root = signIn(t, auth, signUp(t, auth, "root", "admin").ID)
		must(t, second(root.Ban(ctx, root.user.ID, admin.BanOptions{})))
	})
}

// What is given beyond a permission asks for its own.
func TestPermissionsOfFields(t *testing.T) {
	t.Parallel()
	authtest.Each(t, func(t *testing.T, d authtest.Database) {
		ctx := t.Context()
		_, auth := d.Use(t, config(admin.Options{Roles: access.Roles{
			"admin": access.NewRole(admin.AdminStatements()), "user": access.NewRole(nil),
			"support": access.NewRole(access.Statements{admin.ResourceUser: {admin.ActionCreate, admin.ActionUpdate}}),
		}}))
		support, bob := signIn(t, auth, signUp(t, auth, "support", "support").ID), signUp(t, auth, "bob", "")
		for code, values := range map[string][]authplugin.Values{
			"YOU_ARE_NOT_ALLOWED_TO_CHANGE_USERS_ROLE": {{"role": "admin"}, {"name": "Bob", "role": "admin"}},
			"YOU_ARE_NOT_ALLOWED_TO_BAN_USERS":         {{"banned": true}, {"banReason": "spam"}, {"banExpires": nil}},
			"YOU_ARE_NOT_ALLOWED_TO_SET_USERS_EMAIL":   {{"email": "eve@example.com"}, {"emailVerified": true}},
		} {
			for _, v := range values {
				refusedAs(t, "update", second(support.Update(ctx, bob.ID, v)), code, 403)
				if code == "YOU_ARE_NOT_ALLOWED_TO_SET_USERS_EMAIL" {
					continue
				}
				user := admin.NewUser{User: authplugin.User{Name: "Eve", Email: "eve@example.com", Additional: v}}
				if v.Has("name") {
					user.Additional = authplugin.Values{"role": v["role"]}
				}
				refusedAs(t, "create", second(support.Create(ctx, user)), code, 403)
			}
		}
		refusedAs(t, "roles", second(support.Create(ctx, admin.NewUser{
			User: authplugin.User{Name: "Eve", Email: "eve@example.com"}, Roles: []string{"admin"},
		})), "YOU_ARE_NOT_ALLOWED_TO_CHANGE_USERS_ROLE", 403)
		changed, err := support.Update(ctx, bob.ID, authplugin.Values{"name": "Bob"})
		must(t, err)
		eve, err := support.Create(ctx, admin.NewUser{User: authplugin.User{Name: "Eve", Email: "Eve@example.com"}, Password: "correct horse battery"})
		must(t, err)
		ok, err := auth.Accounts().VerifyPassword(ctx, eve.ID, "correct horse battery")
		must(t, err)
		if !ok || eve.Additional.String("role") != "user" || changed.Name != "Bob" {
			t.Errorf("password %v, created %v, changed %v", ok, eve, changed)
		}
	})
}
