package tests

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

func TestAccountLink(t *testing.T) {
	t.Parallel()
	eachPlace(t, nil, func(t *testing.T, p place) {
		ctx, accounts, before := t.Context(), p.auth.Accounts(), p.count(t, "account")
		ada, bob := p.person(t, "ada"), p.person(t, "bob")
		link := func(user authplugin.ID, provider, id string) (*authplugin.Account, error) {
			return accounts.Link(ctx, authplugin.Account{UserID: user, ProviderID: provider, AccountID: id, AccessToken: ref("token of " + id)})
		}
		first, err := link(ada.ID, "github", "Abc")
		must(t, err)
		for _, user := range []authplugin.ID{ada.ID, bob.ID} {
			_, err = link(user, "github", "Abc")
			wantError(t, "linked again", err, authplugin.ErrDuplicate)
		}
		withID := authplugin.Account{ID: first.ID, UserID: bob.ID, ProviderID: "github", AccountID: "new"}
		_, err = accounts.Link(ctx, withID)
		wantError(t, "a taken id", err, authplugin.ErrDuplicate)
		_, err = link("", "github", "x")
		if err == nil {
			t.Error("linked to nobody")
		}
		second, err := link(ada.ID, "google", "Abc")
		must(t, err)
		found, err := accounts.FindByProvider(ctx, "github", "Abc")
		must(t, err)
		if diff := cmp.Diff(first, found.Account, same()); diff != "" || found.User.ID != ada.ID || found.User.Email != "ada@example.com" {
			t.Errorf("found the user %v and (-linked +found): %s", found.User, diff)
		}
		for _, of := range [][2]string{{"github", "abc"}, {"GitHub", "Abc"}, {"github", "Abc "}, {"github", "Ábc"}, {"", ""}, {"github", ""}, {"github", "' OR 1=1 --"}, {"github ", "Abc"}} {
			_, err := accounts.FindByProvider(ctx, of[0], of[1])
			wantError(t, of[0]+" "+of[1], err, authplugin.ErrNotFound)
		}
		list, err := accounts.List(ctx, ada.ID)
		must(t, err)
		if len(list) != 2 {
			t.Errorf("Ada has %v", list)
		}
		wantError(t, "unlinked by another", accounts.Unlink(ctx, bob.ID, first.ID), authplugin.ErrNotFound)
		wantError(t, "unlinked by nobody", accounts.Unlink(ctx, "", first.ID), authplugin.ErrNotFound)
		must(t, accounts.Unlink(ctx, ada.ID, first.ID))
		wantError(t, "unlinked twice", accounts.Unlink(ctx, ada.ID, first.ID), authplugin.ErrNotFound)
		again, err := link(bob.ID, "github", "Abc")
		must(t, err)
		must(t, accounts.Unlink(ctx, ada.ID, second.ID))
		if again.UserID != bob.ID || p.count(t, "account") != before+1 {
			t.Errorf("%d accounts", p.count(t, "account")-before)
		}
	})
}

// Ids that a provider tells apart are accounts of their own, where the table has
// no unique index with another opinion.
func TestAccountsThatDifferInCase(t *testing.T) {
	t.Parallel()
	eachBetterAuth(t, func(t *testing.T, b betterAuth) {
		p, ctx := placeOf(use(t, b.Database, b.config())), t.Context()
		for i, id := range []string{"Abc", "abc", "ábc", "abc ", "ABC"} {
			user := p.person(t, string(rune('a'+i)))
			_, err := p.auth.Accounts().Link(ctx, authplugin.Account{UserID: user.ID, ProviderID: "github", AccountID: id})
			must(t, err)
			found, err := p.auth.Accounts().FindByProvider(ctx, "github", id)
			must(t, err)
			if found.User.ID != user.ID {
				t.Errorf("%q belongs to %s", id, found.User.Name)
			}
		}
	})
}

func TestAccountUpdateTokens(t *testing.T) {
	t.Parallel()
	eachStrategy(t, func(t *testing.T, e dbtest.Engine, s authplugin.IDStrategy) {
		now := noon
		p, ctx := placeOf(migrated(t, e, withClock(authplugin.Config{GenerateID: s}, &now))), t.Context()
		accounts, expires := p.auth.Accounts(), noon.Add(time.Hour)
		account, err := accounts.Link(ctx, authplugin.Account{
			UserID: p.person(t, "ada").ID, ProviderID: "github", AccountID: "1", AccessToken: ref("a"), RefreshToken: ref("r"), IDToken: ref("i"),
			Scope: ref("s"), AccessTokenExpiresAt: &expires, RefreshTokenExpiresAt: &expires,
		})
		must(t, err)
		now = noon.Add(time.Minute)
		updated, err := accounts.UpdateTokens(ctx, account.ID, authplugin.AccountTokens{AccessToken: ref("a2"), Scope: ref("")})
		must(t, err)
		want := *account
		want.AccessToken, want.Scope, want.UpdatedAt = ref("a2"), ref(""), now.UTC().Truncate(time.Millisecond)
		at := expires.UTC().Truncate(time.Millisecond)
		want.AccessTokenExpiresAt, want.RefreshTokenExpiresAt = &at, &at
		if diff := cmp.Diff(&want, updated, same()); diff != "" {
			t.Errorf("(-want +updated): %s", diff)
		}
		later := noon.Add(2 * time.Hour)
		must2(accounts.UpdateTokens(ctx, account.ID, authplugin.AccountTokens{
			RefreshToken: ref("r2"), IDToken: ref("i2"), AccessTokenExpiresAt: &later, RefreshTokenExpiresAt: &later,
		}))(t)
		found, err := accounts.FindByProvider(ctx, "github", "1")
		must(t, err)
		at = later.UTC().Truncate(time.Millisecond)
		want.RefreshToken, want.IDToken = ref("r2"), ref("i2")
		if diff := cmp.Diff(&want, found.Account, same()); diff != "" {
			t.Errorf("(-want +found): %s", diff)
		}
		unchanged, err := accounts.UpdateTokens(ctx, account.ID, authplugin.AccountTokens{})
		must(t, err)
		if diff := cmp.Diff(&want, unchanged, same()); diff != "" {
			t.Errorf("nothing changed (-want +got): %s", diff)
		}
		_, err = accounts.UpdateTokens(ctx, "nobody", authplugin.AccountTokens{AccessToken: ref("x")})
		wantError(t, "of none", err, authplugin.ErrNotFound)
	})
}

func must2[T any](_ T, err error) func(t testing.TB) {
	return func(t testing.TB) {
		t.Helper()
		must(t, err)
	}
}

func TestPassword(t *testing.T) {
	t.Parallel()
	eachPlace(t, nil, func(t *testing.T, p place) {
		ctx, accounts := t.Context(), p.auth.Accounts()
		verify := func(user authplugin.ID, password string, want bool) {
			t.Helper()
			ok, err := accounts.VerifyPassword(ctx, user, password)
			if err != nil || ok != want {
				t.Errorf("%q is %v, %v", password, ok, err)
			}
		}
		ada := p.person(t, "ada")
		verify(ada.ID, "", false)
		verify("", "", false)
		verify("nobody", "x", false)
		must(t, accounts.SetPassword(ctx, ada.ID, "horse"))
		verify(ada.ID, "horse", true)
		verify(ada.ID, "Horse", false)
		verify(ada.ID, "", false)
		must(t, accounts.SetPassword(ctx, ada.ID, "battery"))
		verify(ada.ID, "horse", false)
		verify(ada.ID, "battery", true)
		list, err := accounts.List(ctx, ada.ID)
		must(t, err)
		if len(list) != 1 || list[0].AccountID != string(ada.ID) || list[0].ProviderID != authplugin.CredentialProvider {
			t.Errorf("Ada has %v", list)
		}
		bob, err := p.auth.Users().SignUp(ctx, authplugin.User{Name: "Bob", Email: "BOB@example.com"}, "staple")
		must(t, err)
		verify(bob.ID, "staple", true)
		verify(ada.ID, "staple", false)
		must(t, accounts.SetPassword(ctx, bob.ID, "other"))
		verify(bob.ID, "other", true)
		_, err = p.auth.Users().SignUp(ctx, authplugin.User{Name: "Bob", Email: "bob@example.com"}, "mine now")
		wantError(t, "signed up twice", err, authplugin.ErrDuplicate)
		verify(bob.ID, "mine now", false)
		// Somebody who signs in by a provider only has no password.
		cyd, _, err := p.auth.Users().CreateWithAccount(ctx, authplugin.User{Name: "Cyd", Email: "cyd@example.com"}, authplugin.Account{ProviderID: "github", AccountID: "9"})
		must(t, err)
		verify(cyd.ID, "", false)
		users, all := p.count(t, "user"), p.count(t, "account")
		_, _, err = p.auth.Users().CreateWithAccount(ctx, authplugin.User{Name: "x", Email: "x@example.com"}, authplugin.Account{ProviderID: "github", AccountID: "9"})
		wantError(t, "linked already", err, authplugin.ErrDuplicate)
		_, _, err = p.auth.Users().CreateWithAccount(ctx, authplugin.User{Name: "x", Email: "cyd@example.com"}, authplugin.Account{ProviderID: "github", AccountID: "10"})
		wantError(t, "taken e-mail", err, authplugin.ErrDuplicate)
		if p.count(t, "user") != users || p.count(t, "account") != all {
			t.Error("half a user is left")
		}
	})
}

func TestPasswordOfNobody(t *testing.T) {
	t.Parallel()
	eachStrategy(t, func(t *testing.T, e dbtest.Engine, s authplugin.IDStrategy) {
		p := placeOf(migrated(t, e, withHasher(authplugin.Config{GenerateID: s})))
		nobody := map[authplugin.IDStrategy]authplugin.ID{authplugin.Random: "nobody", authplugin.UUID: "00000000-0000-4000-8000-000000000000", authplugin.Serial: "99"}[s]
		wantError(t, "set password", p.auth.Accounts().SetPassword(t.Context(), nobody, "x"), authplugin.ErrForeignKey)
		_, err := p.auth.Accounts().Link(t.Context(), authplugin.Account{UserID: nobody, ProviderID: "github", AccountID: "1"})
		wantError(t, "link", err, authplugin.ErrForeignKey)
	})
}
