package authcli_test

import (
	"net/url"
	"strings"
	"testing"

	driver "github.com/go-sql-driver/mysql"

	"github.com/gorm-auth/authplugin/authcli"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

const wrongPassword = `w%rong/p@ss:w?rd#"'`

// What a server says about a wrong password is shown, without the password and the
// name of the user.
func TestWrongPassword(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		if e.Dialect() == "sqlite" {
			t.Skip("SQLite has no passwords")
		}
		d := e.New(t)
		user := strings.ReplaceAll(d.Name, "authplugin_", "u")
		for _, raw := range withPassword(t, d, user) {
			for _, args := range [][]string{{"status"}, {"migrate", "--yes", "--verbose"}, {"doctor"}, {"doctor", "--json"}, {"info"}} {
				r := run(t, authcli.Options{}, onDatabase(raw), args...)
				r.want(t, authcli.ExitError)
				for _, secret := range []string{wrongPassword, url.QueryEscape(wrongPassword), url.PathEscape(wrongPassword), "p@ss", "p%40ss", user} {
					if strings.Contains(r.stdout+r.stderr, secret) {
						t.Errorf("%v shows %q: %s%s", args, secret, r.stdout, r.stderr)
					}
				}
			}
		}
	})
}

// withPassword are URLs of a user that does not exist, or has another password.
func withPassword(t *testing.T, d dbtest.Database, user string) []string {
	t.Helper()
	u, err := url.Parse(urlOf(t, d))
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword(user, wrongPassword)
	urls := []string{u.String()}
	if d.Engine.Dialect() == "mysql" {
		config, err := driver.ParseDSN(d.DSN)
		if err != nil {
			t.Fatal(err)
		}
		config.User, config.Passwd = user, wrongPassword
		return append(urls, config.FormatDSN())
	}
	query := u.Query()
	query.Set("user", user)
	query.Set("password", wrongPassword)
	u.User, u.RawQuery = nil, query.Encode()
	return append(urls, u.String())
}
