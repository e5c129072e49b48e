package tests

import (
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorm-auth/authplugin"
)

func TestRaceConsume(t *testing.T) {
	t.Parallel()
	eachPlace(t, nil, func(t *testing.T, p place) {
		before, v := p.count(t, "verification"), p.auth.Verifications()
		for _, value := range []string{"older", "newer"} {
			_, err := v.Create(t.Context(), "reset:x", value, authplugin.VerificationOptions{})
			must(t, err)
		}
		oneWinner(t, "consume", race(racers, func(int) error {
			row, err := v.Consume(t.Context(), "reset:x")
			if err == nil && row.Identifier != "reset:x" {
				return fmt.Errorf("got %q", row.Identifier)
			}
			return err
		}), authplugin.ErrNotFound)
		if n := p.count(t, "verification"); n != before {
			t.Errorf("%d rows are left", n-before)
		}
	})
}

// The marker is first free, then held by rows that have expired, then by a live one.
func TestRaceReserve(t *testing.T) {
	t.Parallel()
	var clock atomic.Int64 // of all databases, so it only ever advances
	now := func() time.Time { return noon.Add(time.Duration(clock.Load())) }
	eachPlace(t, func(cfg *authplugin.Config) { cfg.Clock = now }, func(t *testing.T, p place) {
		v := p.auth.Verifications()
		reserve := func(i int) error {
			row, err := v.Reserve(t.Context(), "seat:1", strconv.Itoa(i), authplugin.VerificationOptions{ExpiresIn: 1000 * time.Hour})
			if err == nil && (row.Value != strconv.Itoa(i) || row.Identifier != "seat:1" || row.ID == "") {
				return fmt.Errorf("got %v", row)
			}
			return err
		}
		oneWinner(t, "reserve", race(racers, reserve), authplugin.ErrDuplicate)
		_, err := v.Consume(t.Context(), "seat:1")
		must(t, err)
		_, err = v.Reserve(t.Context(), "seat:1", "expires", authplugin.VerificationOptions{ExpiresIn: time.Millisecond})
		must(t, err)
		_, err = v.Create(t.Context(), "seat:1", "expires", authplugin.VerificationOptions{ExpiresIn: time.Millisecond})
		must(t, err)
		clock.Add(int64(time.Millisecond))
		oneWinner(t, "reserve what has expired", race(racers, reserve), authplugin.ErrDuplicate)
		_, err = v.Reserve(t.Context(), "seat:1", "late", authplugin.VerificationOptions{})
		wantError(t, "reserve again", err, authplugin.ErrDuplicate)
		_, err = v.Consume(t.Context(), "seat:1")
		must(t, err)
		_, err = v.Reserve(t.Context(), "seat:1", "next", authplugin.VerificationOptions{})
		must(t, err)
	})
}

func TestRaceLink(t *testing.T) {
	t.Parallel()
	eachPlace(t, nil, func(t *testing.T, p place) {
		before := p.count(t, "account")
		users := []*authplugin.User{p.person(t, "ada"), p.person(t, "bob"), p.person(t, "cyd"), p.person(t, "dee")}
		winner := oneWinner(t, "link", race(racers, func(i int) error {
			_, err := p.auth.Accounts().Link(t.Context(), authplugin.Account{
				UserID: users[i%len(users)].ID, ProviderID: "github", AccountID: "42",
			})
			return err
		}), authplugin.ErrDuplicate)
		if n := p.count(t, "account"); n != before+1 {
			t.Errorf("%d accounts were linked", n-before)
		}
		found, err := p.auth.Accounts().FindByProvider(t.Context(), "github", "42")
		must(t, err)
		if found.User.ID != users[winner%len(users)].ID {
			t.Error("the account belongs to another user than the winner's")
		}
	})
}

func TestRaceSignUp(t *testing.T) {
	t.Parallel()
	eachPlace(t, nil, func(t *testing.T, p place) {
		users, accounts := p.count(t, "user"), p.count(t, "account")
		oneWinner(t, "sign up", race(racers, func(i int) error {
			_, err := p.auth.Users().SignUp(t.Context(), authplugin.User{Name: "Ada", Email: "Ada@example.com"}, strconv.Itoa(i))
			return err
		}), authplugin.ErrDuplicate)
		if u, a := p.count(t, "user")-users, p.count(t, "account")-accounts; u != 1 || a != 1 {
			t.Errorf("%d users and %d accounts, want 1 and 1", u, a)
		}
		// One account of a provider with many new users.
		oneWinner(t, "create with account", race(racers, func(i int) error {
			_, _, err := p.auth.Users().CreateWithAccount(t.Context(),
				authplugin.User{Name: "x", Email: fmt.Sprintf("x%d@example.com", i)}, authplugin.Account{ProviderID: "google", AccountID: "7"})
			return err
		}), authplugin.ErrDuplicate)
		if u, a := p.count(t, "user")-users, p.count(t, "account")-accounts; u != 2 || a != 2 {
			t.Errorf("%d users and %d accounts, want 2 and 2", u, a)
		}
	})
}

// Whether or not the provider says that the address is verified: all are the
// same person.
func TestRaceSignIn(t *testing.T) {
	t.Parallel()
	eachPlace(t, nil, func(t *testing.T, p place) {
		for _, verified := range []bool{true, false} {
			users, accounts := p.count(t, "user"), p.count(t, "account")
			ids, created := make([]authplugin.ID, racers), make([]bool, racers)
			who := authplugin.ProviderIdentity{
				ProviderID: "github", AccountID: fmt.Sprint("a", verified), Name: "Ada",
				Email: fmt.Sprintf("Ada-%v@example.com", verified), EmailVerified: verified,
			}
			allSucceed(t, "sign in", race(racers, func(i int) error {
				token := fmt.Sprint("token ", i)
				mine := who
				mine.Tokens = authplugin.AccountTokens{AccessToken: &token}
				in, err := p.auth.Accounts().SignIn(t.Context(), mine)
				if err != nil {
					return err
				}
				ids[i], created[i] = in.User.ID, in.Created
				if in.Account.UserID != in.User.ID || in.Account.AccessToken == nil {
					return fmt.Errorf("account %v of user %v", in.Account, in.User.ID)
				}
				return nil
			}))
			n := 0
			for i := range ids {
				if ids[i] != ids[0] {
					t.Fatalf("verified %v: users %s and %s", verified, ids[0], ids[i])
				}
				if created[i] {
					n++
				}
			}
			if u, a := p.count(t, "user")-users, p.count(t, "account")-accounts; u != 1 || a != 1 || n != 1 {
				t.Errorf("verified %v: %d users and %d accounts, %d created", verified, u, a, n)
			}
		}
	})
}

// Many link one new identity to a user who is there.
func TestRaceSignInLinks(t *testing.T) {
	t.Parallel()
	eachPlace(t, allowUnverified, func(t *testing.T, p place) {
		ada, accounts := p.person(t, "ada"), p.count(t, "account")
		allSucceed(t, "sign in", race(racers, func(int) error {
			in, err := p.auth.Accounts().SignIn(t.Context(), authplugin.ProviderIdentity{
				ProviderID: "github", AccountID: "1", Email: ada.Email, EmailVerified: true,
			})
			if err == nil && in.User.ID != ada.ID {
				return errors.New("another user")
			}
			return err
		}))
		if n := p.count(t, "account") - accounts; n != 1 {
			t.Errorf("%d accounts were linked", n)
		}
		user, err := p.auth.Users().FindByID(t.Context(), ada.ID)
		must(t, err)
		if !user.EmailVerified {
			t.Error("the address is not verified")
		}
	})
}

func TestRaceSetPassword(t *testing.T) {
	t.Parallel()
	eachPlace(t, nil, func(t *testing.T, p place) {
		ada, accounts := p.person(t, "ada"), p.count(t, "account")
		allSucceed(t, "set password", race(racers, func(i int) error {
			return p.auth.Accounts().SetPassword(t.Context(), ada.ID, fmt.Sprint("password ", i))
		}))
		if n := p.count(t, "account") - accounts; n != 1 {
			t.Errorf("%d accounts, want 1", n)
		}
		valid := 0
		for i := range racers {
			ok, err := p.auth.Accounts().VerifyPassword(t.Context(), ada.ID, fmt.Sprint("password ", i))
			must(t, err)
			if ok {
				valid++
			}
		}
		if valid != 1 {
			t.Errorf("%d passwords are valid, want the last one", valid)
		}
	})
}
