package username_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/authtest"
	"github.com/gorm-auth/authplugin/plugins/username"
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
		cfg := config(username.Options{})
		cfg.User.Model = member{}
		db, auth := d.Use(t, cfg)
		members := authplugin.UsersOf[member](auth)
		ada, err := members.Create(ctx, member{User: named(0, "Ada"), Company: "us"})
		must(t, err)
		if ada.Additional.String("username") != "ada" || ada.Additional.String("displayUsername") != "Ada" || ada.Company != "us" {
			t.Errorf("created %v", ada)
		}
		must(t, db.Model(ada).Updates(member{User: authplugin.User{Additional: authplugin.Values{"username": "ADA2"}}}).Error)
		if diff := cmp.Diff([]any{"ada2", "ADA2"}, names(t, auth, ada.ID)); diff != "" {
			t.Errorf("updated (-want +got):\n%s", diff)
		}
		if err := db.Model(ada).Update("username", "a b").Error; code(err) != "INVALID_USERNAME" {
			t.Errorf("refused: %v", err)
		}
		if err := second(members.Create(ctx, member{User: named(1, "ADA2")})); !errors.Is(err, authplugin.ErrDuplicate) {
			t.Errorf("taken: %v", err)
		}
	})
}
