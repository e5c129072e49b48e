package admin_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/authtest"
	"github.com/gorm-auth/authplugin/plugins/admin"
)

// An impersonation ends with the admin's right to it, whatever ends that. Hooks, where
// they run, end the session itself.
func TestImpersonatorLosesRight(t *testing.T) {
	t.Parallel()
	eachStorage(t, func(t *testing.T, d authtest.Database, with func(cfg *authplugin.Config)) {
		ctx := t.Context()
		cfg := config(admin.Options{})
		with(&cfg)
		db, auth := d.Use(t, cfg)
		unchecked := admin.Of(auth).Unchecked()
		_, rows := auth.Schema().Model(authplugin.ModelSession)
		bob := signUp(t, auth, "bob", "")
		for i, end := range []struct {
			name  string
			hooks bool
			do    func(id authplugin.ID) error
		}{
			{"ban", true, func(id authplugin.ID) error { return second(unchecked.Ban(ctx, id, admin.BanOptions{})) }},
			{"role", true, func(id authplugin.ID) error { return second(unchecked.SetRole(ctx, id, "user")) }},
			{"no role", true, func(id authplugin.ID) error {
				return db.Model(&authplugin.User{ID: id}).Update("role", nil).Error
			}},
			{"deletion", true, func(id authplugin.ID) error { return unchecked.Delete(ctx, id) }},
			{"plain deletion", true, func(id authplugin.ID) error { return db.Delete(&authplugin.User{ID: id}).Error }},
			{"ban without hooks", false, func(id authplugin.ID) error {
				return db.Model(&authplugin.User{ID: id}).UpdateColumn("banned", true).Error
			}},
			{"role without hooks", false, func(id authplugin.ID) error {
				return db.Model(&authplugin.User{ID: id}).UpdateColumn("role", "user").Error
			}},
		} {
			root := signIn(t, auth, signUp(t, auth, fmt.Sprint("root", i), "admin").ID)
			other := signIn(t, auth, signUp(t, auth, fmt.Sprint("other", i), "admin").ID)
			lost, err := root.Impersonate(ctx, bob.ID, authplugin.SessionOptions{})
			must(t, err)
			kept, err := other.Impersonate(ctx, bob.ID, authplugin.SessionOptions{})
			must(t, err)
			for range 2 { // from the database or the copy that there is by then
				must(t, second(auth.Sessions().Find(ctx, lost.Session.Token)))
			}
			must(t, end.do(root.user.ID))
			for _, strict := range [][]authplugin.ReadOption{nil, {authplugin.Strict}} {
				if _, err := auth.Sessions().Find(ctx, lost.Session.Token, strict...); !errors.Is(err, authplugin.ErrNotFound) {
					t.Errorf("%s: the impersonation goes on: %v", end.name, err)
				}
			}
			if _, err := auth.Sessions().Find(ctx, kept.Session.Token); err != nil {
				t.Errorf("%s: somebody else's impersonation: %v", end.name, err)
			}
			list, err := auth.Sessions().List(ctx, bob.ID)
			must(t, err)
			if gone := len(list) == 1; rows && gone != end.hooks {
				t.Errorf("%s: %d sessions", end.name, len(list))
			}
			must(t, second(auth.Sessions().RevokeAll(ctx, bob.ID)))
		}
	})
}

// Whoever begins an impersonation for somebody must take one who may.
func TestImpersonateForSomebody(t *testing.T) {
	t.Parallel()
	authtest.Each(t, func(t *testing.T, d authtest.Database) {
		ctx := t.Context()
		_, auth := d.Use(t, config(admin.Options{}))
		root, bob := signUp(t, auth, "root", "admin"), signUp(t, auth, "bob", "")
		unchecked := admin.Of(auth).Unchecked()
		refusedAs(t, "for a user", second(unchecked.Impersonate(ctx, bob.ID, root.ID, authplugin.SessionOptions{})), "YOU_ARE_NOT_ALLOWED_TO_IMPERSONATE_USERS", 403)
		refusedAs(t, "an admin", second(unchecked.Impersonate(ctx, root.ID, root.ID, authplugin.SessionOptions{})), "YOU_CANNOT_IMPERSONATE_ADMINS", 403)
		if err := second(unchecked.Impersonate(ctx, "nobody", bob.ID, authplugin.SessionOptions{})); !errors.Is(err, authplugin.ErrNotFound) {
			t.Errorf("for nobody: %v", err)
		}
		begun, err := unchecked.Impersonate(ctx, root.ID, bob.ID, authplugin.SessionOptions{})
		must(t, err)
		found, err := auth.Sessions().Find(ctx, begun.Session.Token)
		must(t, err)
		// Once the user is an admin, too, an admin may not go on.
		must(t, second(unchecked.SetRole(ctx, bob.ID, "admin")))
		if _, err := auth.Sessions().Find(ctx, found.Session.Token); !errors.Is(err, authplugin.ErrNotFound) {
			t.Errorf("as an admin: %v", err)
		}
	})
}
