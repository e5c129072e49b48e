package tests

import (
	"errors"
	"fmt"
	"testing"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
	"github.com/gorm-auth/authplugin/memorystore"
)

// What some sessions of some users have is changed wherever sessions are kept, copies
// included, and what others have is not.
func TestUpdateAllSessions(t *testing.T) {
	t.Parallel()
	fields := authplugin.Fields{"place": {Type: authplugin.String, Optional: true}, "door": {Type: authplugin.String, Optional: true}}
	for _, mode := range []authplugin.RecordStorage{authplugin.DatabaseOnly, authplugin.StorageAndDatabase, authplugin.StorageOnly} {
		for _, hashed := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s hashed %v", mode, hashed), func(t *testing.T) {
				t.Parallel()
				dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
					ctx := t.Context()
					cfg := authplugin.Config{Session: authplugin.SessionConfig{
						ModelConfig: authplugin.ModelConfig{AdditionalFields: fields}, Storage: mode, HashTokens: hashed,
					}}
					if mode != authplugin.DatabaseOnly {
						cfg.SecondaryStorage = memorystore.New()
					}
					db, auth := migrated(t, e, cfg)
					ada, bob, cy := newUser(t, db, "ada"), newUser(t, db, "bob"), newUser(t, db, "cy")
					open := func(u authplugin.User, place string) string {
						s, err := auth.Sessions().Create(ctx, u.ID, authplugin.SessionOptions{Additional: authplugin.Values{"place": place, "door": "red"}})
						must(t, err)
						_, err = auth.Sessions().Find(ctx, s.Token) // there is a copy
						must(t, err)
						return s.Token
					}
					tokens := map[string]string{open(ada, "here"): "", open(ada, "there"): "there", open(bob, "here"): "", open(cy, "here"): "here"}

					changedMyMind := errors.New("changed my mind")
					leave := func(a *authplugin.Auth) (int64, error) {
						return a.Sessions().UpdateAll(ctx, []authplugin.ID{ada.ID, bob.ID}, map[string]string{"place": "here"},
							authplugin.Values{"place": nil, "door": "blue"})
					}
					check := func(when string, changed bool) {
						t.Helper()
						for token, want := range tokens {
							found, err := auth.Sessions().Find(ctx, token)
							must(t, err)
							door := "red"
							if changed && want == "" {
								door = "blue"
							} else if want == "" {
								want = "here"
							}
							if got := found.Session.Additional; got.String("place") != want || got.String("door") != door {
								t.Errorf("%s: %v, want %q and %q", when, got, want, door)
							}
						}
					}
					err := auth.Transaction(ctx, func(tx *authplugin.Auth) error {
						_, err := leave(tx)
						return errors.Join(changedMyMind, err)
					})
					if !errors.Is(err, changedMyMind) || err.Error() != changedMyMind.Error() {
						t.Fatal(err)
					}
					check("rolled back", false)
					n, err := leave(auth)
					must(t, err)
					if n != 2 {
						t.Errorf("%d sessions", n)
					}
					check("changed", true)
					if n, err := leave(auth); n != 0 || err != nil {
						t.Errorf("again: %d, %v", n, err)
					}

					_, err = auth.Sessions().UpdateAll(ctx, []authplugin.ID{ada.ID}, nil, authplugin.Values{"userId": "1"})
					if !errors.Is(err, authplugin.ErrInvalid) {
						t.Errorf("a core field: %v", err)
					}
					_, err = auth.Sessions().UpdateAll(ctx, []authplugin.ID{ada.ID}, map[string]string{"plaice": "x"}, authplugin.Values{"place": "x"})
					if !errors.Is(err, authplugin.ErrInvalid) {
						t.Errorf("a field that there is not: %v", err)
					}
				})
			})
		}
	}
}
