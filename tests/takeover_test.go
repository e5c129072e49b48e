package tests

import (
	"errors"
	"testing"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// TestSignInByALookalike signs in with addresses that are not a user's own, but
// that a careless comparison takes for it.
func TestSignInByALookalike(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		_, auth := migrated(t, e, withHasher(authplugin.Config{}))
		ctx := t.Context()
		mike, err := auth.Users().SignUp(ctx, authplugin.User{Name: "Mike", Email: "mike@example.com", EmailVerified: true}, "password")
		must(t, err)
		for id, email := range map[string]string{
			"1": "m\u0130ke@example.com", "2": "mi\u212Ae@example.com", "3": "mike@example.com ", "4": "míke@example.com",
		} {
			if _, err := auth.Users().FindByEmail(ctx, email); !errors.Is(err, authplugin.ErrNotFound) {
				t.Errorf("FindByEmail(%+q): %v, want ErrNotFound", email, err)
			}
			in, err := auth.Accounts().SignIn(ctx, authplugin.ProviderIdentity{
				ProviderID: "github", AccountID: id, Email: email, EmailVerified: true, Name: "Mallory",
			})
			switch {
			case errors.Is(err, authplugin.ErrDuplicate): // by the collation of the unique index
			case err != nil:
				t.Errorf("SignIn(%+q): %v", email, err)
			case in.User.ID == mike.ID:
				t.Errorf("SignIn(%+q) signed in as %s", email, in.User.Email)
			}
		}
	})
}

// TestSignInAfterASquatter signs in with the address that somebody else has signed
// up with before.
func TestSignInAfterASquatter(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		_, auth := migrated(t, e, withHasher(authplugin.Config{}))
		ctx := t.Context()
		squatter, err := auth.Users().SignUp(ctx, authplugin.User{Name: "Mallory", Email: "ada@example.com"}, "password")
		must(t, err)
		_, err = auth.Accounts().SignIn(ctx, authplugin.ProviderIdentity{
			ProviderID: "github", AccountID: "1", Email: "ada@example.com", EmailVerified: true, Name: "Ada",
		})
		wantError(t, "SignIn", err, authplugin.ErrNotLinked)
		user, err := auth.Users().FindByID(ctx, squatter.ID, authplugin.WithAccounts())
		must(t, err)
		if user.EmailVerified || len(user.Accounts) != 1 {
			t.Errorf("verified %v, %d accounts", user.EmailVerified, len(user.Accounts))
		}
	})
}

// TestSignInWithoutAnAddress signs in without an address where a row lacks one, too.
func TestSignInWithoutAnAddress(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		cfg := withHasher(authplugin.Config{})
		cfg.Account.Linking = authplugin.AccountLinking{AllowUnverifiedLocal: true, TrustedProviders: []string{"github"}}
		db, auth := migrated(t, e, cfg)
		ctx := t.Context()
		u := newUser(t, db, "ada")
		if _, err := auth.Users().Update(ctx, u.ID, authplugin.Values{"email": ""}); !errors.Is(err, authplugin.ErrInvalid) {
			t.Errorf("Update to an empty address: %v, want ErrInvalid", err)
		}
		// As another program may have left it.
		must(t, db.Exec("UPDATE users SET email = ''").Error)
		if _, err := auth.Users().FindByEmail(ctx, ""); !errors.Is(err, authplugin.ErrNotFound) {
			t.Errorf("FindByEmail of nothing: %v, want ErrNotFound", err)
		}
		_, err := auth.Accounts().SignIn(ctx, authplugin.ProviderIdentity{ProviderID: "github", AccountID: "1", Name: "Mallory"})
		if !errors.Is(err, authplugin.ErrInvalid) {
			t.Errorf("SignIn without an address: %v, want ErrInvalid", err)
		}
	})
}

// TestLinkNobody links accounts that name nobody: whoever comes without an id later
// would be that user.
func TestLinkNobody(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		db, auth := migrated(t, e, withHasher(authplugin.Config{}))
		ctx := t.Context()
		u := newUser(t, db, "ada")
		for _, account := range []authplugin.Account{
			{UserID: u.ID, ProviderID: "github"},
			{UserID: u.ID, AccountID: "42"},
		} {
			if _, err := auth.Accounts().Link(ctx, account); !errors.Is(err, authplugin.ErrInvalid) {
				t.Errorf("Link(%q, %q): %v, want ErrInvalid", account.ProviderID, account.AccountID, err)
			}
		}
		_, _, err := auth.Users().CreateWithAccount(ctx, authplugin.User{Name: "Bob", Email: "bob@example.com"}, authplugin.Account{AccountID: "42"})
		if !errors.Is(err, authplugin.ErrInvalid) {
			t.Errorf("CreateWithAccount without a provider: %v, want ErrInvalid", err)
		}
		if _, err := auth.Accounts().FindByProvider(ctx, "github", ""); !errors.Is(err, authplugin.ErrNotFound) {
			t.Errorf("FindByProvider of nobody: %v, want ErrNotFound", err)
		}
	})
}
