package tests

import (
	"regexp"
	"testing"

	"github.com/gorm-auth/authplugin"
)

// The default hasher reads the passwords of Better Auth's users and writes what
// Better Auth reads.
func TestInteropPasswords(t *testing.T) {
	t.Parallel()
	eachBetterAuth(t, func(t *testing.T, b betterAuth) {
		_, auth := use(t, b.Database, b.config())
		ctx := t.Context()
		for password, want := range map[string]bool{b.seed.Password: true, b.seed.Password + "4": false, "": false} {
			if ok, err := auth.Accounts().VerifyPassword(ctx, b.seed.UserID, password); err != nil || ok != want {
				t.Errorf("%q: %v, %v", password, ok, err)
			}
		}
		user, err := auth.Users().SignUp(ctx, authplugin.User{Name: "Ada", Email: "ada@example.com"}, "pässword 🦉")
		must(t, err)
		accounts, err := auth.Accounts().List(ctx, user.ID)
		must(t, err)
		if len(accounts) != 1 || accounts[0].AccountID != string(user.ID) || accounts[0].ProviderID != authplugin.CredentialProvider ||
			!regexp.MustCompile(`^[0-9a-f]{32}:[0-9a-f]{128}$`).MatchString(*accounts[0].Password) {
			t.Errorf("accounts %v", accounts)
		}
		if ok, err := auth.Accounts().VerifyPassword(ctx, user.ID, "pa\u0308ssword 🦉"); err != nil || !ok {
			t.Errorf("the decomposed form: %v, %v", ok, err)
		}
		must(t, auth.Accounts().SetPassword(ctx, b.seed.UserID, "another"))
		if ok, err := auth.Accounts().VerifyPassword(ctx, b.seed.UserID, b.seed.Password); err != nil || ok {
			t.Errorf("the password that was replaced: %v, %v", ok, err)
		}
	})
}
