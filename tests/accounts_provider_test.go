package tests

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// octocat is who GitHub says signs in.
func octocat() authplugin.ProviderIdentity {
	expires := noon.Add(time.Hour)
	return authplugin.ProviderIdentity{
		ProviderID: "github", AccountID: "583231", Email: "Octocat@Example.com", EmailVerified: true, Name: "The Octocat", Image: ref("cat.png"),
		Tokens: authplugin.AccountTokens{AccessToken: ref("a"), RefreshToken: ref("r"), IDToken: ref("i"), Scope: ref("user"), AccessTokenExpiresAt: &expires},
	}
}

func TestSignInSignsUpAndFinds(t *testing.T) {
	t.Parallel()
	eachPlace(t, nil, func(t *testing.T, p place) {
		ctx, accounts, users, all := t.Context(), p.auth.Accounts(), p.count(t, "user"), p.count(t, "account")
		first, err := accounts.SignIn(ctx, octocat())
		must(t, err)
		a, u := first.Account, first.User
		if !first.Created || first.Linked || u.Email != "octocat@example.com" || !u.EmailVerified || u.Name != "The Octocat" || *u.Image != "cat.png" ||
			a.UserID != u.ID || a.ProviderID != "github" || a.AccountID != "583231" || *a.AccessToken != "a" || *a.Scope != "user" ||
			!a.AccessTokenExpiresAt.Equal(noon.Add(time.Hour).Truncate(time.Millisecond)) || a.RefreshTokenExpiresAt != nil || a.Password != nil {
			t.Errorf("signed up %+v: %v, %v", first, u, a)
		}
		// The address at the provider changes; the account is still the same.
		who := octocat()
		who.Email, who.EmailVerified, who.Name = "other@example.com", false, "Other"
		who.Tokens = authplugin.AccountTokens{AccessToken: ref("a2")}
		second, err := accounts.SignIn(ctx, who)
		must(t, err)
		if diff := cmp.Diff(u, second.User, same()); diff != "" || second.Created || second.Linked || second.Account.ID != a.ID ||
			*second.Account.AccessToken != "a2" || *second.Account.RefreshToken != "r" {
			t.Errorf("signed in %+v: %s", second, diff)
		}
		who.Tokens = authplugin.AccountTokens{}
		third, err := accounts.SignIn(ctx, who)
		must(t, err)
		if *third.Account.AccessToken != "a2" {
			t.Error("no tokens have replaced some")
		}
		if p.count(t, "user") != users+1 || p.count(t, "account") != all+1 {
			t.Error("more than one was created")
		}
		for name, edit := range map[string]func(who *authplugin.ProviderIdentity){
			"no provider":      func(who *authplugin.ProviderIdentity) { who.ProviderID = "" },
			"the credentials'": func(who *authplugin.ProviderIdentity) { who.ProviderID = authplugin.CredentialProvider },
			"no account":       func(who *authplugin.ProviderIdentity) { who.AccountID = "" },
			"no e-mail":        func(who *authplugin.ProviderIdentity) { who.AccountID, who.Email = "2", "" },
		} {
			who := octocat()
			edit(&who)
			_, err := accounts.SignIn(ctx, who)
			wantError(t, name, err, authplugin.ErrInvalid)
		}
	})
}

func TestSignInLinks(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		linking       authplugin.AccountLinking
		verified      bool // by the provider
		localVerified bool
		want          bool
	}{
		"verified":                       {verified: true, localVerified: true, want: true},
		"verified, but not here":         {verified: true},
		"verified, and allowed":          {linking: authplugin.AccountLinking{AllowUnverifiedLocal: true}, verified: true, want: true},
		"not verified":                   {},
		"not verified, but allowed":      {linking: authplugin.AccountLinking{AllowUnverifiedLocal: true}},
		"not verified, but here":         {localVerified: true},
		"trusted":                        {linking: authplugin.AccountLinking{TrustedProviders: []string{"google", "github"}}, localVerified: true, want: true},
		"trusted, but not verified here": {linking: authplugin.AccountLinking{TrustedProviders: []string{"github"}}},
		"trusted, and allowed":           {linking: authplugin.AccountLinking{AllowUnverifiedLocal: true, TrustedProviders: []string{"github"}}, want: true},
		"another is trusted":             {linking: authplugin.AccountLinking{TrustedProviders: []string{"google"}}, localVerified: true},
		"another case is trusted":        {linking: authplugin.AccountLinking{TrustedProviders: []string{"GitHub"}}, localVerified: true},
		"disabled":                       {linking: authplugin.AccountLinking{Disabled: true, TrustedProviders: []string{"github"}}, verified: true, localVerified: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
				cfg := authplugin.Config{Account: authplugin.AccountConfig{Linking: c.linking}}
				p, ctx := placeOf(migrated(t, e, cfg)), t.Context()
				user, err := p.auth.Users().Create(ctx, authplugin.User{Name: "Cat", Email: "octocat@example.com", EmailVerified: c.localVerified})
				must(t, err)
				who := octocat()
				who.EmailVerified = c.verified
				in, err := p.auth.Accounts().SignIn(ctx, who)
				if !c.want {
					wantError(t, "sign in", err, authplugin.ErrNotLinked)
					if n := p.count(t, "account"); n != 0 {
						t.Errorf("%d accounts", n)
					}
				} else {
					must(t, err)
					if in.User.ID != user.ID || !in.Linked || in.Created || in.Account.UserID != user.ID || *in.Account.RefreshToken != "r" || in.User.Name != "Cat" {
						t.Errorf("signed in %+v", in)
					}
					in, err = p.auth.Accounts().SignIn(ctx, who)
					must(t, err)
					if in.Linked {
						t.Error("linked twice")
					}
				}
				now, err := p.auth.Users().FindByID(ctx, user.ID)
				must(t, err)
				if want := c.localVerified || c.want && c.verified; now.EmailVerified != want {
					t.Errorf("emailVerified is %v, want %v", now.EmailVerified, want)
				}
			})
		})
	}
}

// An unverified address may not be taken over by one that only looks like it.
func TestSignInWithSimilarAddress(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		p, ctx := placeOf(migrated(t, e, authplugin.Config{})), t.Context()
		user, err := p.auth.Users().Create(ctx, authplugin.User{Name: "José", Email: "josé@example.com"})
		must(t, err)
		for i, email := range []string{"jose@example.com", "josé@example.com "} {
			who := octocat()
			who.Email, who.AccountID = email, string(rune('a'+i))
			in, err := p.auth.Accounts().SignIn(ctx, who)
			// MySQL's unique index may take both for the same: then nobody signs in.
			if err == nil && in.User.ID == user.ID || err != nil && !errors.Is(err, authplugin.ErrDuplicate) {
				t.Errorf("%q signed in: %v, %v", email, in, err)
			}
		}
	})
}

func TestSignInMapsProfile(t *testing.T) {
	t.Parallel()
	refused := errors.New("no such person")
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		cfg := authplugin.Config{
			User: authplugin.ModelConfig{AdditionalFields: authplugin.Fields{
				"role":  {Type: authplugin.Enum("user", "admin"), DefaultValue: "user", ServerOnly: true},
				"login": {Type: authplugin.String, Optional: true},
				"lang":  {Type: authplugin.String, DefaultValue: "en"},
				"stars": {Type: authplugin.Number, DefaultValue: 1},
			}},
			Account: authplugin.AccountConfig{MapProfileToUser: func(provider string, profile map[string]any) (authplugin.Values, error) {
				if profile["login"] == "nobody" {
					return nil, refused
				}
				values := authplugin.Values{"id": "mine", "role": "admin", "login": provider + ":" + profile["login"].(string), "name": "Mapped", "stars": profile["stars"]}
				for name, v := range profile {
					if name == "hobby" {
						values[name] = v
					}
				}
				return values, nil
			}},
		}
		p, ctx := placeOf(migrated(t, e, cfg)), t.Context()
		who := octocat()
		who.Profile = map[string]any{"login": "octocat", "stars": float64(7)}
		in, err := p.auth.Accounts().SignIn(ctx, who)
		must(t, err)
		want := authplugin.Values{"role": "user", "login": "github:octocat", "lang": "en", "stars": int64(7)}
		if diff := cmp.Diff(want, in.User.Additional); diff != "" || in.User.ID == "mine" || in.User.Name != "Mapped" {
			t.Errorf("signed up %v: %s", in.User, diff)
		}
		// A user who is there is not changed by a profile.
		who.Profile["login"] = "nobody"
		in, err = p.auth.Accounts().SignIn(ctx, who)
		must(t, err)
		if in.User.Additional["login"] != "github:octocat" {
			t.Errorf("login became %v", in.User.Additional["login"])
		}
		for name, c := range map[string]struct {
			profile map[string]any
			want    error
		}{
			"refused":       {map[string]any{"login": "nobody"}, refused},
			"unknown field": {map[string]any{"login": "x", "stars": 1, "hobby": "x"}, authplugin.ErrInvalid},
			"wrong type":    {map[string]any{"login": "x", "stars": "many"}, authplugin.ErrInvalid},
		} {
			who := octocat()
			who.AccountID, who.Email, who.Profile = name, "new@example.com", c.profile
			_, err := p.auth.Accounts().SignIn(ctx, who)
			wantError(t, name, err, c.want)
		}
		if p.count(t, "user") != 1 || p.count(t, "account") != 1 {
			t.Error("a refused profile left something")
		}
	})
}
