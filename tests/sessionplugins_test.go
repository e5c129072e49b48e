package tests

import (
	"context"
	"errors"
	"testing"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
	"github.com/gorm-auth/authplugin/memorystore"
)

// doorkeeper refuses sessions of users with a name, and says whom it was asked about.
type doorkeeper struct {
	refuses string
	asked   chan authplugin.ID
}

var errNotAdmitted = errors.New("not admitted")

func (doorkeeper) ID() string                      { return "doorkeeper" }
func (doorkeeper) Schema() authplugin.PluginSchema { return authplugin.PluginSchema{} }

func (k doorkeeper) AdmitSession(ctx context.Context, tx *authplugin.Auth, userID authplugin.ID) error {
	k.asked <- userID
	user, err := tx.Users().FindByID(ctx, userID)
	if err == nil && user.Name == k.refuses {
		return errNotAdmitted
	}
	return nil
}

// A plugin refuses sessions, wherever they are kept and however they are created; with
// sessions in the storage only it is asked again, in the transaction that puts one there.
func TestSessionPlugin(t *testing.T) {
	t.Parallel()
	for place, times := range map[authplugin.RecordStorage]int{
		authplugin.DatabaseOnly: 1, authplugin.StorageAndDatabase: 1, authplugin.StorageOnly: 2,
	} {
		t.Run(string(place), func(t *testing.T) {
			t.Parallel()
			dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
				ctx, asked := t.Context(), make(chan authplugin.ID, 100)
				cfg := authplugin.Config{AutoMigrate: true, Plugins: []authplugin.Plugin{doorkeeper{"eve", asked}}, SecondaryStorage: memorystore.New()}
				cfg.Session.Storage = place
				db, auth := use(t, e.New(t), cfg)
				ada, err := auth.Users().Create(ctx, authplugin.User{Name: "ada", Email: "ada@example.com"})
				must(t, err)
				eve, err := auth.Users().Create(ctx, authplugin.User{Name: "eve", Email: "eve@example.com"})
				must(t, err)
				session, err := auth.Sessions().Create(ctx, ada.ID, authplugin.SessionOptions{})
				must(t, err)
				for range times {
					if id := <-asked; id != ada.ID {
						t.Errorf("asked about %s", id)
					}
				}
				if len(asked) > 0 {
					t.Errorf("asked %d times more", len(asked))
				}
				if _, err := auth.Sessions().Find(ctx, session.Token); err != nil {
					t.Errorf("admitted: %v", err)
				}
				if _, err := auth.Sessions().Create(ctx, eve.ID, authplugin.SessionOptions{}); !errors.Is(err, errNotAdmitted) {
					t.Errorf("refused: %v", err)
				}
				if place != authplugin.StorageOnly {
					row := authplugin.Session{UserID: eve.ID, Token: "token", ExpiresAt: auth.Now().AddDate(1, 0, 0)}
					if err := db.Create(&row).Error; !errors.Is(err, errNotAdmitted) {
						t.Errorf("plain GORM: %v", err)
					}
				}
				if list, err := auth.Sessions().List(ctx, eve.ID); err != nil || len(list) != 0 {
					t.Errorf("%d sessions, %v", len(list), err)
				}
				if _, err := auth.Sessions().Create(ctx, "nobody", authplugin.SessionOptions{}); !errors.Is(err, authplugin.ErrForeignKey) && !errors.Is(err, authplugin.ErrInvalid) {
					t.Errorf("of nobody: %v", err)
				}
			})
		})
	}
}
