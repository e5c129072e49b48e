package passkey_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/authtest"
	"github.com/gorm-auth/authplugin/plugins/admin"
	"github.com/gorm-auth/authplugin/plugins/passkey"
)

// A challenge works once, for what it was made for, and for a while.
func TestChallenges(t *testing.T) {
	t.Parallel()
	each(t, options(), func(t *testing.T, f fixture) {
		ctx := t.Context()
		begin := func() (*passkey.Ceremony, []byte) {
			begun, err := f.BeginRegistration(ctx, f.user.ID, passkey.RegistrationOptions{})
			must(t, err)
			return begun, newAuthenticator().create(t, begun.Options)
		}
		begun, response := begin()
		f.clock.pass(5 * time.Minute)
		_, err := f.FinishRegistration(ctx, f.user.ID, begun.Token, response, "")
		expect(t, "an expired registration", err, passkey.ErrChallengeNotFound)
		begun, response = begin()
		_, err = f.FinishRegistration(ctx, newUser(t, f.auth, "bob").ID, begun.Token, response, "")
		expect(t, "somebody else's registration", err, passkey.ErrChallengeNotFound)
		_, err = f.FinishRegistration(ctx, f.user.ID, begun.Token, response, "")
		expect(t, "one that somebody else has tried", err, passkey.ErrChallengeNotFound)
		begun, response = begin()
		_, err = f.FinishSignIn(ctx, begun.Token, response)
		expect(t, "a registration as a sign-in", err, passkey.ErrChallengeNotFound)

		f.register(t)
		token, response := f.answer(t)
		_, err = f.FinishRegistration(ctx, f.user.ID, token, response, "")
		expect(t, "a sign-in as a registration", err, passkey.ErrChallengeNotFound)
		token, response = f.answer(t)
		f.clock.pass(5 * time.Minute)
		_, err = f.FinishSignIn(ctx, token, response)
		expect(t, "an expired sign-in", err, passkey.ErrChallengeNotFound)
		token, response = f.answer(t)
		_, err = f.FinishSignIn(ctx, token, response)
		must(t, err)
		_, err = f.FinishSignIn(ctx, token, response)
		expect(t, "a sign-in again", err, passkey.ErrChallengeNotFound)
		first, response := f.answer(t)
		other, _ := f.answer(t)
		_, err = f.FinishSignIn(ctx, other, response)
		expect(t, "the response to another challenge", err, passkey.ErrAuthenticationFailed)
		_, err = f.FinishSignIn(ctx, first, response)
		must(t, err)

		// A token cannot name a verification of another kind.
		_, err = f.auth.Verifications().Create(ctx, "reset-password:1", "1", authplugin.VerificationOptions{})
		must(t, err)
		for _, token := range []string{"", "reset-password:1", "../reset-password:1", strings.Repeat("x", 32), strings.Repeat("\x00", 32), "\xff", other} {
			_, err = f.FinishSignIn(ctx, token, response)
			expect(t, "the token "+token, err, passkey.ErrChallengeNotFound)
		}
		_, err = f.auth.Verifications().Find(ctx, "reset-password:1")
		must(t, err)
	})
}

// Responses that are not right are refused, and say why, without the challenge.
func TestRefusedSignIns(t *testing.T) {
	t.Parallel()
	flip := func(data []byte) []byte { data[len(data)-1] ^= 1; return data }
	for name, test := range map[string]struct {
		misbehave func(a *authenticator)
		cause     string
	}{
		"origin":           {func(a *authenticator) { a.origin = "https://example.org" }, `"https://example.org" is not in Options.Origins`},
		"port":             {func(a *authenticator) { a.origin = "https://example.com:8443" }, "is not in Options.Origins"},
		"scheme":           {func(a *authenticator) { a.origin = "http://example.com" }, "is not in Options.Origins"},
		"RPID":             {func(a *authenticator) { a.rpID = "example.org" }, ""},
		"RPID of zeros":    {func(a *authenticator) { a.data = func(d []byte) []byte { return append(make([]byte, 32), d[32:]...) } }, "another RPID"},
		"user not present": {func(a *authenticator) { a.flags = 0 }, ""},
		"backup eligible":  {func(a *authenticator) { a.flags |= flagBackupEligible }, ""},
		"backed up":        {func(a *authenticator) { a.flags |= flagBackedUp }, ""},
		"ceremony":         {func(a *authenticator) { a.client = func(c map[string]any) { c["type"] = "webauthn.create" } }, ""},
		"challenge": {func(a *authenticator) {
			a.client = func(c map[string]any) { c["challenge"] = "AAAAAAAAAAAAAAAAAAAAAA" }
		}, "challenge"},
		"cross origin":      {func(a *authenticator) { a.client = func(c map[string]any) { c["crossOrigin"] = true } }, ""},
		"another key":       {func(a *authenticator) { a.anyKey().private = newKey(t, es256) }, "ignature"},
		"another algorithm": {func(a *authenticator) { a.anyKey().private = newKey(t, eddsa) }, ""},
		"signature": {func(a *authenticator) {
			a.sent = func(c map[string]any) {
				r, _ := c["response"].(map[string]any)
				text, _ := r["signature"].(string)
				r["signature"] = base64url(flip(unbase64(t, text)))
			}
		}, "ignature"},
		"raw id":   {func(a *authenticator) { a.sent = func(c map[string]any) { c["rawId"] = "AAAA" } }, "ids"},
		"type":     {func(a *authenticator) { a.sent = func(c map[string]any) { c["type"] = "password" } }, ""},
		"response": {func(a *authenticator) { a.sent = func(c map[string]any) { delete(c, "response") } }, ""},
		"length": {func(a *authenticator) {
			a.sent = func(c map[string]any) { c["clientExtensionResults"] = map[string]any{"x": strings.Repeat("x", 1<<16)} }
		}, "too long"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := onSQLite(t, options())
			f.register(t)
			begun, err := f.BeginSignIn(t.Context(), passkey.SignInOptions{})
			must(t, err)
			bad := *f.device
			bad.keys = map[string]*key{}
			for id, k := range f.device.keys {
				copied := *k
				bad.keys[id] = &copied
			}
			test.misbehave(&bad)
			challenge := parse[request](t, begun.Options).Challenge
			_, err = f.FinishSignIn(t.Context(), begun.Token, bad.assert(t, bad.anyKey(), challenge))
			wantRefused(t, err, passkey.ErrAuthenticationFailed, test.cause, challenge, begun.Token)
			if _, err := f.signIn(t); err != nil {
				t.Errorf("the right one afterwards: %v", err)
			}
		})
	}
}

func TestRefusedRegistrations(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		misbehave func(a *authenticator)
		cause     string
	}{
		"origin":           {func(a *authenticator) { a.origin = "https://evil.example" }, `"https://evil.example" is not in Options.Origins`},
		"RPID":             {func(a *authenticator) { a.data = func(d []byte) []byte { d[0] ^= 1; return d } }, ""},
		"RPID of zeros":    {func(a *authenticator) { a.data = func(d []byte) []byte { return append(make([]byte, 32), d[32:]...) } }, ""},
		"user not present": {func(a *authenticator) { a.flags = 0 }, ""},
		"backed up":        {func(a *authenticator) { a.flags |= flagBackedUp }, "backed up"},
		"ceremony":         {func(a *authenticator) { a.client = func(c map[string]any) { c["type"] = "webauthn.get" } }, ""},
		"challenge": {func(a *authenticator) {
			a.client = func(c map[string]any) { c["challenge"] = "AAAAAAAAAAAAAAAAAAAAAA" }
		}, "challenge"},
		"id":                  {func(a *authenticator) { a.sent = func(c map[string]any) { c["id"], c["rawId"] = "AAAA", "AAAA" } }, "ids"},
		"nothing attested":    {func(a *authenticator) { a.data = func(d []byte) []byte { return d[:37] } }, ""},
		"cut off":             {func(a *authenticator) { a.data = func(d []byte) []byte { return d[:60] } }, ""},
		"more than there was": {func(a *authenticator) { a.data = func(d []byte) []byte { return append(d, 1) } }, ""},
		"attested wrongly": {func(a *authenticator) {
			a.selfAttested, a.statement = true, func(s map[string]any) { s["sig"] = []byte("0\x06\x02\x01\x01\x02\x01\x01") }
		}, ""},
		"another algorithm": {func(a *authenticator) {
			a.selfAttested, a.statement = true, func(s map[string]any) { s["alg"] = eddsa }
		}, ""},
		// The parser of go-webauthn v0.17 panics at a key that is shorter than how it
		// would write it itself, when extensions follow.
		"a key in another form": {func(a *authenticator) {
			a.data = func(d []byte) []byte {
				d[32] |= 1 << 7
				return append(d[:55+32:55+32], 0xfa, 0x47, 0xc3, 0x50, 0x00)
			}
		}, ""},
		"a half of a float": {func(a *authenticator) {
			a.data = func(d []byte) []byte {
				d[32] |= 1 << 7
				return append(d[:55+32:55+32], 0xf9, 0x3c, 0x00)
			}
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := onSQLite(t, options())
			begun, err := f.BeginRegistration(t.Context(), f.user.ID, passkey.RegistrationOptions{})
			must(t, err)
			test.misbehave(f.device)
			_, err = f.FinishRegistration(t.Context(), f.user.ID, begun.Token, f.device.create(t, begun.Options), "")
			wantRefused(t, err, passkey.ErrRegistrationFailed, test.cause, parse[creation](t, begun.Options).Challenge, begun.Token)
			list, err := f.List(t.Context(), f.user.ID)
			must(t, err)
			if len(list) > 0 {
				t.Errorf("registered %v", list)
			}
		})
	}
}

// wantRefused expects an error that says why, and shows nothing that is secret.
func wantRefused(t testing.TB, err, want error, cause string, secrets ...string) {
	t.Helper()
	expect(t, "refused", err, want)
	if err == nil || !strings.Contains(err.Error(), cause) {
		t.Errorf("%v says nothing of %q", err, cause)
		return
	}
	var shown *authplugin.APIError
	if !errors.As(err, &shown) || strings.Contains(shown.Message, "Origins") {
		t.Errorf("a client is told %v", shown)
	}
	for _, secret := range secrets {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("%v shows a secret", err)
		}
	}
}

// What is required is refused where it is missing, and what is preferred is told.
func TestUserVerification(t *testing.T) {
	t.Parallel()
	for _, requirement := range []passkey.Requirement{passkey.Required, passkey.Preferred, passkey.Discouraged} {
		t.Run(string(requirement), func(t *testing.T) {
			t.Parallel()
			o := options()
			o.UserVerification = requirement
			f := onSQLite(t, o)
			ctx := t.Context()
			f.device.flags = flagUserPresent
			begun, err := f.BeginRegistration(ctx, f.user.ID, passkey.RegistrationOptions{})
			must(t, err)
			_, err = f.FinishRegistration(ctx, f.user.ID, begun.Token, f.device.create(t, begun.Options), "")
			if requirement == passkey.Required {
				expect(t, "registration", err, passkey.ErrRegistrationFailed)
				f.device = newAuthenticator()
				f.register(t)
				f.device.flags = flagUserPresent
				_, err = f.signIn(t)
				expect(t, "sign-in", err, passkey.ErrAuthenticationFailed)
				return
			}
			must(t, err)
			signedIn, err := f.signIn(t)
			must(t, err)
			if signedIn.UserVerified {
				t.Error("the user counts as verified")
			}
			begun, err = f.BeginSignIn(ctx, passkey.SignInOptions{UserVerification: passkey.Required})
			must(t, err)
			_, err = f.FinishSignIn(ctx, begun.Token, f.device.get(t, begun.Options))
			expect(t, "required this time", err, passkey.ErrAuthenticationFailed)
		})
	}
}

// Keys of each algorithm, devices of each kind, and attestations work.
func TestAuthenticators(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		adjust     func(a *authenticator)
		deviceType passkey.DeviceType
		backedUp   bool
		transports string
		counter    int
	}{
		"ES256":         {func(*authenticator) {}, passkey.SingleDevice, false, "internal,hybrid", 1},
		"EdDSA":         {func(a *authenticator) { a.algorithm = eddsa }, passkey.SingleDevice, false, "internal,hybrid", 1},
		"RS256":         {func(a *authenticator) { a.algorithm = rs256 }, passkey.SingleDevice, false, "internal,hybrid", 1},
		"self attested": {func(a *authenticator) { a.selfAttested = true }, passkey.SingleDevice, false, "internal,hybrid", 1},
		"synced": {func(a *authenticator) {
			a.flags |= flagBackupEligible | flagBackedUp
			a.counts = false
		}, passkey.MultiDevice, true, "internal,hybrid", 0},
		"not synced yet": {func(a *authenticator) { a.flags |= flagBackupEligible }, passkey.MultiDevice, false, "internal,hybrid", 1},
		"odd transports": {func(a *authenticator) {
			a.transports = []string{"usb", "", "a,b", "usb", "\x00", strings.Repeat("x", 33), "smart-card"}
		}, passkey.SingleDevice, false, "usb,smart-card", 1},
		"too many transports": {func(a *authenticator) {
			a.transports = slices.Collect(func(yield func(string) bool) {
				for c := 'a'; c <= 'z'; c++ {
					if !yield(string(c)) {
						return
					}
				}
			})
		}, passkey.SingleDevice, false, "a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p", 1},
		"no transports": {func(a *authenticator) { a.transports = nil }, passkey.SingleDevice, false, "", 1},
		"long id":       {func(a *authenticator) { a.idLength = 191 }, passkey.SingleDevice, false, "internal,hybrid", 1},
		"later client": {func(a *authenticator) {
			a.client = func(c map[string]any) {
				c["other_keys_can_be_added_here"] = "do not compare clientDataJSON against a template"
			}
		}, passkey.SingleDevice, false, "internal,hybrid", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := onSQLite(t, options())
			test.adjust(f.device)
			registered := f.register(t)
			signedIn, err := f.signIn(t)
			must(t, err)
			p := signedIn.Passkey
			wantEqual(t, "passkey", []any{registered.ID, test.deviceType, test.backedUp, test.transports, test.counter},
				[]any{p.ID, p.DeviceType, p.BackedUp, *p.Transports, p.Counter})
			if want := strings.FieldsFunc(test.transports, func(r rune) bool { return r == ',' }); !slices.Equal(want, p.TransportList()) {
				t.Errorf("transports %v", p.TransportList())
			}
		})
	}
}

// A passkey that is synced later says so at the next sign-in.
func TestBackedUpLater(t *testing.T) {
	t.Parallel()
	for _, counts := range []bool{false, true} {
		f := onSQLite(t, options())
		f.device.flags |= flagBackupEligible
		f.device.counts = counts
		registered := f.register(t)
		for _, backedUp := range []bool{true, true, false} {
			f.device.flags &^= flagBackedUp
			if backedUp {
				f.device.flags |= flagBackedUp
			}
			signedIn, err := f.signIn(t)
			must(t, err)
			stored, err := f.Find(t.Context(), f.user.ID, registered.ID)
			must(t, err)
			if signedIn.Passkey.BackedUp != backedUp || stored.BackedUp != backedUp {
				t.Errorf("signed in %v, stored %v", signedIn.Passkey, stored)
			}
		}
	}
}

// A counter that does not rise is a warning, and is not stored.
func TestCounters(t *testing.T) {
	t.Parallel()
	errMine := errors.New("call the police")
	authtest.Each(t, func(t *testing.T, d authtest.Database) {
		var warned [][2]int
		for _, test := range []struct {
			name string
			warn func(ctx context.Context, w passkey.CloneWarning) error
			want error
		}{
			{"by default", nil, passkey.ErrCloned},
			{"allowed", func(_ context.Context, w passkey.CloneWarning) error {
				warned = append(warned, [2]int{w.Passkey.Counter, int(w.Counter)})
				return nil
			}, nil},
			{"refused", func(context.Context, passkey.CloneWarning) error { return errMine }, errMine},
		} {
			o := options()
			o.OnCloneWarning = test.warn
			f := newFixture(t, d.Another(t), o, nil)
			registered := f.register(t)
			k := f.device.only(t)
			f.device.counts = false
			for _, step := range []struct {
				counter uint32
				want    error
				stored  int
			}{
				{5, nil, 5}, {5, test.want, 5}, {4, test.want, 5}, {0, test.want, 5}, {6, nil, 6}, {1<<31 - 1, nil, 1<<31 - 1},
			} {
				k.counter = step.counter
				_, err := f.signIn(t)
				if !errors.Is(err, step.want) {
					t.Errorf("%s, %d: %v, not %v", test.name, step.counter, err, step.want)
				}
				stored, err := f.Find(t.Context(), f.user.ID, registered.ID)
				must(t, err)
				if stored.Counter != step.stored {
					t.Errorf("%s, %d: %d is stored, not %d", test.name, step.counter, stored.Counter, step.stored)
				}
			}
			k.counter = 1 << 31
			_, err := f.signIn(t)
			expect(t, test.name+", more than the column holds", err, authplugin.ErrInvalid)
		}
		wantEqual(t, "warned", [][2]int{{5, 5}, {5, 4}, {5, 0}}, warned)
	})
}

// A counter that an authenticator begins to use is used.
func TestCounterFromZero(t *testing.T) {
	t.Parallel()
	f := onSQLite(t, options())
	f.device.counts = false
	f.register(t)
	for range 3 {
		_, err := f.signIn(t)
		must(t, err)
	}
	f.device.counts = true
	_, err := f.signIn(t)
	must(t, err)
	f.device.counts, f.device.only(t).counter = false, 0
	_, err = f.signIn(t)
	expect(t, "back at zero", err, passkey.ErrCloned)
}

// Somebody who is banned proves to have a passkey, and gets no session.
func TestBannedUser(t *testing.T) {
	t.Parallel()
	authtest.Each(t, func(t *testing.T, d authtest.Database) {
		ctx, f := t.Context(), newFixture(t, d, options(), func(cfg *authplugin.Config) {
			cfg.Plugins = append(cfg.Plugins, admin.New(admin.Options{}))
		})
		f.register(t)
		_, err := f.auth.Users().Update(ctx, f.user.ID, authplugin.Values{"banned": true})
		must(t, err)
		signedIn, err := f.signIn(t)
		must(t, err)
		_, err = f.auth.Sessions().Create(ctx, signedIn.User.ID, authplugin.SessionOptions{})
		var refusal *authplugin.APIError
		if !errors.As(err, &refusal) || refusal.Code != "BANNED_USER" {
			t.Errorf("a session: %v", err)
		}
	})
}

// onSQLite is a fixture where the database does not matter.
func onSQLite(t *testing.T, o passkey.Options) fixture {
	t.Helper()
	return newFixture(t, sqlite{}, o, nil)
}

// anyKey is a key that it has.
func (a *authenticator) anyKey() *key {
	for k := range maps.Values(a.keys) {
		return k
	}
	return nil
}
