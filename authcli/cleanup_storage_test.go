package authcli_test

import (
	"strings"
	"testing"
	"time"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/authcli"
	"github.com/gorm-auth/authplugin/internal/configfile"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// Commands that write need no Redis: what has expired is found nowhere, and a new user
// has no copy.
func TestWritingWithoutSecondaryStorage(t *testing.T) {
	t.Parallel()
	d := dbtest.Named(t, "sqlite-pure").New(t)
	env := onDatabase(urlOf(t, d))
	opts := authcli.Options{LoadConfig: func(string) (authplugin.Config, error) {
		return configfile.Read("authplugin.yaml", []byte("secondaryStorage: redis\n"), nil, configfile.Environment(func(string) string { return "" }))
	}}
	run(t, opts, env, "migrate", "--yes").want(t, authcli.ExitOK)
	auth := authplugin.New(authplugin.Config{})
	if err := d.Open(t, nil).Use(auth); err != nil {
		t.Fatal(err)
	}
	user, err := auth.Users().Create(t.Context(), authplugin.User{Name: "Ada", Email: "ada@example.com"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := authplugin.RowsOf[authplugin.Session](auth).Create(t.Context(), authplugin.Session{
		UserID: user.ID, Token: "expired", ExpiresAt: time.Now().Add(-time.Hour),
	}); err != nil {
		t.Fatal(err)
	}
	run(t, opts, env, "cleanup").want(t, authcli.ExitOK, "deleted 1 expired sessions")
	opts.Stdin = strings.NewReader("correct horse battery\n")
	run(t, opts, env, "create-admin", "--email", "bea@example.com", "--name", "Bea", "--password-stdin").want(t, authcli.ExitOK, "bea@example.com")
}
