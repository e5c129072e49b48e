package admin_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/authtest"
	"github.com/gorm-auth/authplugin/plugins/admin"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func second[T any](_ T, err error) error { return err }

// code is the code of an error that a client may see.
func code(err error) string {
	var shown *authplugin.APIError
	if errors.As(err, &shown) {
		return shown.Code
	}
	return ""
}

func config(options admin.Options) authplugin.Config {
	return authplugin.Config{Plugins: []authplugin.Plugin{admin.New(options)}}
}

// signUp makes a user with a role, "" for the default one.
func signUp(t testing.TB, auth *authplugin.Auth, name, role string) *authplugin.User {
	t.Helper()
	user := authplugin.User{Name: name, Email: name + "@example.com"}
	if role != "" {
		user.Additional.Set("role", role)
	}
	created, err := auth.Users().Create(t.Context(), user)
	must(t, err)
	return created
}

// signedIn is somebody with a new session, and what there is to do in it.
type signedIn struct {
	admin.Acting

	session *authplugin.Session
	user    *authplugin.User
}

func signIn(t testing.TB, auth *authplugin.Auth, userID authplugin.ID) signedIn {
	t.Helper()
	session, err := auth.Sessions().Create(t.Context(), userID, authplugin.SessionOptions{})
	must(t, err)
	found, err := auth.Sessions().Find(t.Context(), session.Token)
	must(t, err)
	return signedIn{admin.Of(auth).As(found.Session, found.User), found.Session, found.User}
}

func TestConformance(t *testing.T) {
	t.Parallel()
	authtest.Run(t, func() authplugin.Config { return config(admin.Options{}) },
		authtest.WithValues(authplugin.ModelUser, func(n int, _ authplugin.Values) authplugin.Values {
			return authplugin.Values{
				"name": "Ada", "email": fmt.Sprintf("user%d@example.com", n), "role": "admin,user",
				"banned": false, "banReason": "none", "banExpires": nil,
			}
		}))
}
