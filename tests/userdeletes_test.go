package tests

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// heir is asked about users who are deleted. It keeps those who still have accounts to
// themselves, and notes whom it was asked about.
type heir struct {
	keeps authplugin.ID
	asked *[][]authplugin.ID
}

var errKept = errors.New("kept")

func (heir) ID() string                      { return "heir" }
func (heir) Schema() authplugin.PluginSchema { return authplugin.PluginSchema{} }

func (h heir) BeforeUserDelete(ctx context.Context, tx *authplugin.Auth, userIDs []authplugin.ID) error {
	*h.asked = append(*h.asked, userIDs)
	for _, id := range userIDs {
		accounts, err := tx.Accounts().List(ctx, id)
		if err != nil {
			return err
		}
		if len(accounts) != 1 {
			return errors.New("what belongs to the user is gone")
		}
	}
	if slices.Contains(userIDs, h.keeps) {
		return errKept
	}
	return nil
}

// A plugin is asked once about each user who is deleted, before anything is, and about
// all that one statement deletes together.
func TestUserDeletePlugin(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		ctx, asked := t.Context(), [][]authplugin.ID{}
		cfg := authplugin.Config{Plugins: []authplugin.Plugin{heir{"kept", &asked}}}
		db, auth := migrated(t, e, cfg)
		signUp := func(ids ...authplugin.ID) {
			t.Helper()
			asked = [][]authplugin.ID{}
			for _, id := range ids {
				must(t, db.Create(&authplugin.User{ID: id, Name: "ada", Email: string(id) + "@example.com"}).Error)
				must(t, db.Create(&authplugin.Account{ID: "account-" + id, UserID: id, AccountID: string(id), ProviderID: "github"}).Error)
			}
		}
		expect := func(what string, err, want error, calls ...[]authplugin.ID) {
			t.Helper()
			if !errors.Is(err, want) {
				t.Errorf("%s: %v", what, err)
			}
			if diff := cmp.Diff(calls, asked); diff != "" {
				t.Errorf("%s: asked about (-want +got):\n%s", what, diff)
			}
		}
		one := []authplugin.ID{"a"}
		signUp("a")
		expect("operation", auth.Users().Delete(ctx, "a"), nil, one)
		signUp("a")
		expect("row", authplugin.RowsOf[authplugin.User](auth).Delete(ctx, "a"), nil, one)
		signUp("a", "b")
		expect("plain GORM", db.Where("name = ?", "ada").Delete(&authplugin.User{}).Error, nil, []authplugin.ID{"a", "b"})
		signUp("a")
		expect("without hooks", db.Session(&gorm.Session{SkipHooks: true}).Delete(&authplugin.User{ID: "a"}).Error, nil, [][]authplugin.ID{}...)

		signUp("kept", "b")
		kept := []authplugin.ID{"kept"}
		expect("a refused operation", auth.Users().Delete(ctx, "kept"), errKept, kept)
		asked = [][]authplugin.ID{}
		_, err := auth.Records("user").DeleteMany(ctx, authplugin.Eq("name", "ada"))
		expect("a refused statement", err, errKept, []authplugin.ID{"b", "kept"})
		var n int64
		must(t, db.Model(&authplugin.Account{}).Count(&n).Error)
		if n != 2 {
			t.Errorf("%d accounts are left", n)
		}
	})
}
