package tests

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/gorm-auth/authplugin"
)

// called is one operation of the library, with what GORM's callbacks are to see of it.
type called struct {
	name string
	do   func(ctx context.Context, auth *authplugin.Auth, w *world) error
	// sees are statements that it sends, others may come with them: the chain, the
	// table and how many rows.
	sees []sight
}

type sight struct {
	chain, table string
	rows         int64
}

// world is what the operations work on, in the order of calls.
type world struct {
	name         string
	user         *authplugin.User
	session      *authplugin.Session
	other        *authplugin.Session
	account      *authplugin.Account
	identifier   string
	token, value string
}

// newWorld makes what the operations need.
func newWorld(t testing.TB, auth *authplugin.Auth) *world {
	t.Helper()
	const name = "ada"
	ctx := t.Context()
	w := &world{name: name, identifier: "identifier-of-" + name, token: "access-token-of-" + name, value: "value-of-" + name}
	var err error
	w.user, err = auth.Users().SignUp(ctx, authplugin.User{Name: name, Email: name + "@example.com"}, "password-of-"+name)
	must(t, err)
	for _, s := range []**authplugin.Session{&w.session, &w.other} {
		*s, err = auth.Sessions().Create(ctx, w.user.ID, authplugin.SessionOptions{ExpiresIn: 5 * 24 * time.Hour})
		must(t, err)
		(*s).CreatedAt = (*s).CreatedAt.Add(-3 * 24 * time.Hour) // so that it is due
	}
	w.account, err = auth.Accounts().Link(ctx, authplugin.Account{UserID: w.user.ID, ProviderID: "github", AccountID: name})
	must(t, err)
	for range 2 {
		_, err = auth.Verifications().Create(ctx, w.identifier, w.value, authplugin.VerificationOptions{})
		must(t, err)
	}
	return w
}

// secrets are the values that no log may show.
func (w *world) secrets() []string {
	return []string{w.session.Token, w.other.Token, "identifier-of-", "value-of-", "access-token-of-", "password-of-"}
}

// calls are all operations that send statements, in an order in which they can
// follow each other.
func calls() []called {
	opts := authplugin.VerificationOptions{}
	return []called{
		{"Users.Create", func(ctx context.Context, a *authplugin.Auth, w *world) error {
			_, err := a.Users().Create(ctx, authplugin.User{Name: "created", Email: "created-" + w.user.Email})
			return err
		}, []sight{{"create", "users", 1}}},
		{"Users.SignUp", func(ctx context.Context, a *authplugin.Auth, w *world) error {
			_, err := a.Users().SignUp(ctx, authplugin.User{Name: "signed up", Email: "up-" + w.user.Email}, "password-of-"+w.name)
			return err
		}, []sight{{"create", "users", 1}, {"create", "accounts", 1}}},
		{"Users.FindByID", func(ctx context.Context, a *authplugin.Auth, w *world) error {
			_, err := a.Users().FindByID(ctx, w.user.ID)
			return err
		}, []sight{{"query", "users", 1}}},
		{"Users.FindByID with accounts", func(ctx context.Context, a *authplugin.Auth, w *world) error {
			_, err := a.Users().FindByID(ctx, w.user.ID, authplugin.WithAccounts())
			return err
		}, []sight{{"query", "users", 1}, {"query", "accounts", 2}}},
		{"Users.FindByEmail", func(ctx context.Context, a *authplugin.Auth, w *world) error {
			_, err := a.Users().FindByEmail(ctx, w.user.Email)
			return err
		}, []sight{{"query", "users", 1}}},
		{"Users.FindByEmail of nobody", func(ctx context.Context, a *authplugin.Auth, w *world) error {
			_, err := a.Users().FindByEmail(ctx, "nobody-"+w.user.Email)
			return notFound(err)
		}, []sight{{"query", "users", 0}}},
		{"Users.Update", func(ctx context.Context, a *authplugin.Auth, w *world) error {
			_, err := a.Users().Update(ctx, w.user.ID, authplugin.Values{"name": "another name"})
			return err
		}, []sight{{"update", "users", 1}, {"query", "users", 1}}},
		{"Sessions.Create", func(ctx context.Context, a *authplugin.Auth, w *world) error {
			_, err := a.Sessions().Create(ctx, w.user.ID, authplugin.SessionOptions{})
			return err
		}, []sight{{"create", "sessions", 1}}},
		{"Sessions.Find", func(ctx context.Context, a *authplugin.Auth, w *world) error {
			_, err := a.Sessions().Find(ctx, w.session.Token)
			return err
		}, []sight{{"query", "sessions", 1}}},
		{"Sessions.FindMany", func(ctx context.Context, a *authplugin.Auth, w *world) error {
			found, err := a.Sessions().FindMany(ctx, []string{w.session.Token, w.other.Token})
			return number(err, len(found), 2)
		}, []sight{{"query", "sessions", 2}}},
		{"Sessions.List", func(ctx context.Context, a *authplugin.Auth, w *world) error {
			found, err := a.Sessions().List(ctx, w.user.ID)
			return number(err, len(found), 3)
		}, []sight{{"query", "sessions", 3}}},
		{"Sessions.Refresh", func(ctx context.Context, a *authplugin.Auth, w *world) error {
			done, err := a.Sessions().Refresh(ctx, w.session)
			if err == nil && !done {
				return errors.New("the session was not refreshed")
			}
			return err
		}, []sight{{"update", "sessions", 1}, {"query", "sessions", 1}}},
		{"Sessions.Revoke", func(ctx context.Context, a *authplugin.Auth, w *world) error {
			return a.Sessions().Revoke(ctx, w.other.Token)
		}, []sight{{"delete", "sessions", 1}}},
		{"Sessions.RevokeOthers", func(ctx context.Context, a *authplugin.Auth, w *world) error {
			n, err := a.Sessions().RevokeOthers(ctx, w.user.ID, w.session.Token)
			return number(err, int(n), 1)
		}, []sight{{"delete", "sessions", 1}}},
		{"Sessions.RevokeByID", func(ctx context.Context, a *authplugin.Auth, w *world) error {
			return a.Sessions().RevokeByID(ctx, w.session.ID)
		}, []sight{{"delete", "sessions", 1}}},
		{"Sessions.RevokeAll", func(ctx context.Context, a *authplugin.Auth, w *world) error {
			_, err := a.Sessions().RevokeAll(ctx, w.user.ID)
			return err
		}, []sight{{"delete", "sessions", 0}}},
		{"Sessions.DeleteExpired", func(ctx context.Context, a *authplugin.Auth, _ *world) error {
			_, err := a.Sessions().DeleteExpired(ctx)
			return err
		}, []sight{{"query", "sessions", 0}}},
		{"Accounts.Link", func(ctx context.Context, a *authplugin.Auth, w *world) error {
			_, err := a.Accounts().Link(ctx, authplugin.Account{UserID: w.user.ID, ProviderID: "gitlab", AccountID: w.name, AccessToken: &w.token})
			return err
		}, []sight{{"create", "accounts", 1}}},
		{"Accounts.FindByProvider", func(ctx context.Context, a *authplugin.Auth, w *world) error {
			_, err := a.Accounts().FindByProvider(ctx, "github", w.name)
			return err
		}, []sight{{"query", "accounts", 1}}},
		{"Accounts.List", func(ctx context.Context, a *authplugin.Auth, w *world) error {
			found, err := a.Accounts().List(ctx, w.user.ID)
			return number(err, len(found), 3)
		}, []sight{{"query", "accounts", 3}}},
		{"Accounts.UpdateTokens", func(ctx context.Context, a *authplugin.Auth, w *world) error {
			_, err := a.Accounts().UpdateTokens(ctx, w.account.ID, authplugin.AccountTokens{AccessToken: &w.token, RefreshToken: &w.token})
			return err
		}, []sight{{"update", "accounts", 1}, {"query", "accounts", 1}}},
		{"Accounts.SetPassword", func(ctx context.Context, a *authplugin.Auth, w *world) error {
			return a.Accounts().SetPassword(ctx, w.user.ID, "password-of-"+w.name+"-2")
		}, []sight{{"update", "accounts", 1}}},
		{"Accounts.VerifyPassword", func(ctx context.Context, a *authplugin.Auth, w *world) error {
			_, err := a.Accounts().VerifyPassword(ctx, w.user.ID, "password-of-"+w.name+"-2")
			return err
		}, []sight{{"query", "accounts", 1}}},
		{"Accounts.SignIn that finds", func(ctx context.Context, a *authplugin.Auth, w *world) error {
			who := identity(w.name)
			who.Tokens.AccessToken = &w.token
			_, err := a.Accounts().SignIn(ctx, who)
			return err
		}, []sight{{"query", "accounts", 1}, {"update", "accounts", 1}}},
		{"Accounts.SignIn that signs up", func(ctx context.Context, a *authplugin.Auth, w *world) error {
			who := identity("new-" + w.name)
			who.Tokens.AccessToken = &w.token
			_, err := a.Accounts().SignIn(ctx, who)
			return err
		}, []sight{{"create", "users", 1}, {"create", "accounts", 1}}},
		{"Accounts.Unlink", func(ctx context.Context, a *authplugin.Auth, w *world) error {
			return a.Accounts().Unlink(ctx, w.user.ID, w.account.ID)
		}, []sight{{"delete", "accounts", 1}}},
		{"Verifications.Create", func(ctx context.Context, a *authplugin.Auth, w *world) error {
			_, err := a.Verifications().Create(ctx, w.identifier, w.value, opts)
			return err
		}, []sight{{"create", "verifications", 1}}},
		{"Verifications.Find", func(ctx context.Context, a *authplugin.Auth, w *world) error {
			_, err := a.Verifications().Find(ctx, w.identifier)
			return err
		}, []sight{{"query", "verifications", 1}}},
		{"Verifications.Update", func(ctx context.Context, a *authplugin.Auth, w *world) error {
			_, err := a.Verifications().Update(ctx, w.identifier, authplugin.Values{"value": w.value + "-2"})
			return err
		}, []sight{{"update", "verifications", 1}}},
		{"Verifications.Consume", func(ctx context.Context, a *authplugin.Auth, w *world) error {
			_, err := a.Verifications().Consume(ctx, w.identifier)
			return err
		}, []sight{{"delete", "verifications", 3}}},
		{"Verifications.Reserve", func(ctx context.Context, a *authplugin.Auth, w *world) error {
			_, err := a.Verifications().Reserve(ctx, w.identifier+"-2", w.value, opts)
			return err
		}, []sight{{"create", "verifications", 1}}},
		{"Verifications.Reserve of what is taken", func(ctx context.Context, a *authplugin.Auth, w *world) error {
			if _, err := a.Verifications().Reserve(ctx, w.identifier+"-2", w.value, opts); !errors.Is(err, authplugin.ErrDuplicate) {
				return fmt.Errorf("%w, want ErrDuplicate", err)
			}
			return nil
		}, []sight{{"query", "verifications", 1}}},
		{"Verifications.Delete", func(ctx context.Context, a *authplugin.Auth, w *world) error {
			_, err := a.Verifications().Delete(ctx, w.identifier+"-2")
			return err
		}, []sight{{"delete", "verifications", 1}}},
		{"Verifications.DeleteExpired", func(ctx context.Context, a *authplugin.Auth, _ *world) error {
			_, err := a.Verifications().DeleteExpired(ctx)
			return err
		}, []sight{{"query", "verifications", 0}}},
		{"Users.Delete", func(ctx context.Context, a *authplugin.Auth, w *world) error {
			return a.Users().Delete(ctx, w.user.ID)
		}, []sight{{"delete", "users", 1}, {"delete", "accounts", 2}}},
	}
}

func notFound(err error) error {
	if errors.Is(err, authplugin.ErrNotFound) {
		return nil
	}
	return fmt.Errorf("%w, want ErrNotFound", err)
}

func number(err error, got, want int) error {
	if err == nil && got != want {
		return fmt.Errorf("%d rows, want %d", got, want)
	}
	return err
}
