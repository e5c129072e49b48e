package admin_test

import (
	"testing"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/betterauth"
	"github.com/gorm-auth/authplugin/internal/dbtest"
	"github.com/gorm-auth/authplugin/plugins/admin"
)

// On a database that Better Auth's plugin of that name made there is nothing to do, and
// what is written there it can read.
func TestInterop(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		_, auth := betterauth.Use(t, e, admin.New(admin.Options{}))
		root, bob := signIn(t, auth, signUp(t, auth, "root", "admin").ID), signUp(t, auth, "bob", "")
		begun, err := root.Impersonate(t.Context(), bob.ID, authplugin.SessionOptions{})
		must(t, err)
		if _, err := root.Ban(t.Context(), bob.ID, admin.BanOptions{}); err != nil || begun.Session.Additional.String("impersonatedBy") != string(root.user.ID) {
			t.Errorf("session %v, %v", begun.Session, err)
		}
		// Users of before the plugin have NULL in all of its columns.
		must(t, auth.DB(t.Context()).Model(&authplugin.User{ID: root.user.ID}).UpdateColumns(map[string]any{"role": nil, "banned": nil}).Error)
		if old := signIn(t, auth, root.user.ID); admin.Of(auth).IsBanned(old.user) || admin.Of(auth).RolesOf(old.user)[0] != "user" {
			t.Errorf("user %v", old.user)
		}
	})
}
