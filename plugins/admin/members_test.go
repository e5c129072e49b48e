package admin_test

import (
	"errors"
	"testing"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/authtest"
	"github.com/gorm-auth/authplugin/plugins/admin"
)

// member is a user of an application, with a column of its own.
type member struct {
	authplugin.User

	Company string
}

// The plugin works with the application's own struct.
func TestOwnStruct(t *testing.T) {
	t.Parallel()
	authtest.Each(t, func(t *testing.T, d authtest.Database) {
		ctx := t.Context()
		cfg := config(admin.Options{})
		cfg.User.Model = member{}
		db, auth := d.Use(t, cfg)
		members := authplugin.UsersOf[member](auth)
		root, err := members.Create(ctx, member{User: authplugin.User{Name: "root", Email: "root@example.com", Additional: authplugin.Values{"role": "admin"}}, Company: "us"})
		must(t, err)
		bob, err := members.Create(ctx, member{User: authplugin.User{Name: "bob", Email: "bob@example.com"}})
		must(t, err)
		as, bobs := signIn(t, auth, root.ID), signIn(t, auth, bob.ID)
		must(t, second(as.Ban(ctx, bob.ID, admin.BanOptions{})))
		if _, err := auth.Sessions().Find(ctx, bobs.session.Token); !errors.Is(err, authplugin.ErrNotFound) {
			t.Errorf("the session goes on: %v", err)
		}
		must(t, second(as.Unban(ctx, bob.ID)))
		bobs = signIn(t, auth, bob.ID)
		must(t, db.Model(bob).Updates(member{User: authplugin.User{Additional: authplugin.Values{"banned": true}}, Company: "them"}).Error)
		if _, err := auth.Sessions().Find(ctx, bobs.session.Token); !errors.Is(err, authplugin.ErrNotFound) {
			t.Errorf("banned by a struct, the session goes on: %v", err)
		}
		refusedAs(t, "a role", second(members.Update(ctx, bob.ID, authplugin.Values{"role": "root"})), "YOU_ARE_NOT_ALLOWED_TO_SET_NON_EXISTENT_VALUE", 400)
	})
}
