package tests

import (
	"context"
	"fmt"
	"testing"

	"github.com/gorm-auth/authplugin"
)

// unstorable are texts that not every database can hold.
func unstorable() []string { return []string{"a\xff", "a\x00b", "\xc3"} }

// What no column can hold is refused before the database is asked, which may take
// it for an error of its own.
func TestUnstorableTextsAreRefused(t *testing.T) {
	t.Parallel()
	eachPlace(t, nil, func(t *testing.T, p place) {
		ada, accounts := p.person(t, "ada"), p.count(t, "account")
		for _, text := range unstorable() {
			who := octocat()
			who.AccountID = text
			for name, run := range map[string]func(ctx context.Context) error{
				"Link, account id": func(ctx context.Context) error {
					return errorOf(p.auth.Accounts().Link(ctx, authplugin.Account{UserID: ada.ID, ProviderID: "github", AccountID: text}))
				},
				"Link, provider": func(ctx context.Context) error {
					return errorOf(p.auth.Accounts().Link(ctx, authplugin.Account{UserID: ada.ID, ProviderID: text, AccountID: "1"}))
				},
				"SignIn": func(ctx context.Context) error { return errorOf(p.auth.Accounts().SignIn(ctx, who)) },
				"CreateWithAccount": func(ctx context.Context) error {
					_, _, err := p.auth.Users().CreateWithAccount(ctx, authplugin.User{Name: "x", Email: "x@example.com"},
						authplugin.Account{ProviderID: "github", AccountID: text})
					return err
				},
				"SignUp": func(ctx context.Context) error {
					return errorOf(p.auth.Users().SignUp(ctx, authplugin.User{Name: "x", Email: text}, "x"))
				},
				"Reserve": func(ctx context.Context) error {
					return errorOf(p.auth.Verifications().Reserve(ctx, text, "", authplugin.VerificationOptions{}))
				},
				"Create": func(ctx context.Context) error {
					return errorOf(p.auth.Verifications().Create(ctx, text, "", authplugin.VerificationOptions{}))
				},
			} {
				wantError(t, fmt.Sprintf("%s of %q", name, text), run(t.Context()), authplugin.ErrInvalid)
			}
		}
		if n := p.count(t, "account"); n != accounts {
			t.Errorf("%d accounts were linked", n-accounts)
		}
	})
}

// Nor is it found in one.
func TestUnstorableTextsAreNotFound(t *testing.T) {
	t.Parallel()
	eachPlace(t, nil, func(t *testing.T, p place) {
		p.person(t, "ada")
		for _, text := range unstorable() {
			id := authplugin.ID(text)
			for name, run := range map[string]func(ctx context.Context) error{
				"FindByProvider, account id": func(ctx context.Context) error {
					return errorOf(p.auth.Accounts().FindByProvider(ctx, "github", text))
				},
				"FindByProvider, provider": func(ctx context.Context) error {
					return errorOf(p.auth.Accounts().FindByProvider(ctx, text, "1"))
				},
				"Users.FindByID":    func(ctx context.Context) error { return errorOf(p.auth.Users().FindByID(ctx, id)) },
				"Users.FindByEmail": func(ctx context.Context) error { return errorOf(p.auth.Users().FindByEmail(ctx, text)) },
				"Users.Update": func(ctx context.Context) error {
					return errorOf(p.auth.Users().Update(ctx, id, authplugin.Values{"name": "x"}))
				},
				"Users.Delete": func(ctx context.Context) error { return p.auth.Users().Delete(ctx, id) },
				"Accounts.UpdateTokens": func(ctx context.Context) error {
					return errorOf(p.auth.Accounts().UpdateTokens(ctx, id, authplugin.AccountTokens{}))
				},
				"Accounts.Unlink":       func(ctx context.Context) error { return p.auth.Accounts().Unlink(ctx, id, id) },
				"Sessions.Find":         func(ctx context.Context) error { return errorOf(p.auth.Sessions().Find(ctx, text)) },
				"Verifications.Find":    func(ctx context.Context) error { return errorOf(p.auth.Verifications().Find(ctx, text)) },
				"Verifications.Consume": func(ctx context.Context) error { return errorOf(p.auth.Verifications().Consume(ctx, text)) },
			} {
				wantError(t, fmt.Sprintf("%s of %q", name, text), run(t.Context()), authplugin.ErrNotFound)
			}
		}
	})
}

// The session that is to stay has no such token, so that none does.
func TestRevokeOthersThanAnUnstorableToken(t *testing.T) {
	t.Parallel()
	eachPlace(t, nil, func(t *testing.T, p place) {
		ctx, ada, bob := t.Context(), p.person(t, "ada"), p.person(t, "bob")
		for _, text := range append(unstorable(), "") {
			for _, user := range []authplugin.ID{ada.ID, ada.ID, bob.ID} {
				must(t, errorOf(p.auth.Sessions().Create(ctx, user, authplugin.SessionOptions{})))
			}
			if n, err := p.auth.Sessions().RevokeOthers(ctx, ada.ID, text); n != 2 || err != nil {
				t.Errorf("others than %q: %d, %v", text, n, err)
			}
		}
		left, err := p.auth.Sessions().List(ctx, bob.ID)
		must(t, err)
		if len(left) != len(unstorable())+1 {
			t.Errorf("%d sessions of another user are left", len(left))
		}
	})
}
