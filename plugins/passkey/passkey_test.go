package passkey_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/authtest"
	"github.com/gorm-auth/authplugin/internal/dbtest"
	"github.com/gorm-auth/authplugin/memorystore"
	"github.com/gorm-auth/authplugin/plugins/passkey"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func expect(t testing.TB, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: %v, not %v", what, err, want)
	}
}

// clock is a time that tests move.
type clock struct {
	mutex sync.Mutex
	now   time.Time
}

func (c *clock) Now() time.Time {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.now = c.now.Add(d)
}

func options() passkey.Options {
	return passkey.Options{RPID: "example.com", RPName: "Example", Origins: []string{"https://example.com"}}
}

// fixture is a user with the plugin, and an authenticator.
type fixture struct {
	passkey.Operations

	auth   *authplugin.Auth
	clock  *clock
	user   *authplugin.User
	device *authenticator
	// dialect is that of the database, layout what differs from the defaults.
	dialect, layout string
}

// layouts are the ways to keep verifications.
func layouts() map[string]func(cfg *authplugin.Config) {
	stored := func(mode authplugin.RecordStorage) func(cfg *authplugin.Config) {
		return func(cfg *authplugin.Config) {
			cfg.SecondaryStorage = memorystore.New(memorystore.Clock(cfg.Clock))
			cfg.Session.Storage, cfg.Verification.Storage = mode, mode
		}
	}
	return map[string]func(cfg *authplugin.Config){
		"database": func(*authplugin.Config) {}, "storage only": stored(authplugin.StorageOnly),
		"storage and database": stored(authplugin.StorageAndDatabase),
	}
}

// each runs a test on every database, with every layout.
func each(t *testing.T, options passkey.Options, test func(t *testing.T, f fixture)) {
	t.Helper()
	authtest.Each(t, func(t *testing.T, d authtest.Database) {
		for name, layout := range layouts() {
			t.Run(name, func(t *testing.T) { // one after the other, or the pools are too many for a server
				test(t, newFixture(t, d.Another(t), options, layout))
			})
		}
	})
}

// database is one that a test has for itself.
type database interface {
	Use(t testing.TB, cfg authplugin.Config) (*gorm.DB, *authplugin.Auth)
}

// sqlite is a database for where it does not matter which.
type sqlite struct{}

func (sqlite) Use(t testing.TB, cfg authplugin.Config) (*gorm.DB, *authplugin.Auth) {
	t.Helper()
	db, auth := dbtest.Named(t, "sqlite-pure").New(t).Open(t, nil), authplugin.New(cfg)
	must(t, db.Use(auth))
	return db, auth
}

func newFixture(t testing.TB, d database, options passkey.Options, layout func(*authplugin.Config)) fixture {
	t.Helper()
	f := fixture{clock: &clock{now: time.Now().Truncate(time.Second)}, device: newAuthenticator()}
	cfg := authplugin.Config{Clock: f.clock.Now, AutoMigrate: true}
	if layout != nil {
		layout(&cfg)
	}
	cfg.Plugins = append(cfg.Plugins, passkey.New(options))
	var db *gorm.DB
	db, f.auth = d.Use(t, cfg)
	f.dialect = db.Name()
	f.user, f.Operations = newUser(t, f.auth, "ada"), passkey.Of(f.auth)
	return f
}

func newUser(t testing.TB, auth *authplugin.Auth, name string) *authplugin.User {
	t.Helper()
	user, err := auth.Users().Create(t.Context(), authplugin.User{Name: name, Email: name + "@example.com"})
	must(t, err)
	return user
}

// register registers a passkey of the user.
func (f fixture) register(t testing.TB) *passkey.Passkey {
	t.Helper()
	begun, err := f.BeginRegistration(t.Context(), f.user.ID, passkey.RegistrationOptions{})
	must(t, err)
	registered, err := f.FinishRegistration(t.Context(), f.user.ID, begun.Token, f.device.create(t, begun.Options), "")
	must(t, err)
	return registered
}

// answer begins a sign-in and has the authenticator answer.
func (f fixture) answer(t testing.TB) (token string, response []byte) {
	t.Helper()
	begun, err := f.BeginSignIn(t.Context(), passkey.SignInOptions{})
	must(t, err)
	return begun.Token, f.device.get(t, begun.Options)
}

// signIn signs in.
func (f fixture) signIn(t testing.TB) (*passkey.SignedIn, error) {
	t.Helper()
	token, response := f.answer(t)
	return f.FinishSignIn(t.Context(), token, response)
}

func TestConformance(t *testing.T) {
	t.Parallel()
	for name, unique := range map[string]bool{"as Better Auth": false, "unique": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			authtest.Run(t, func() authplugin.Config {
				o := options()
				o.UniqueCredentials = unique
				return authplugin.Config{Plugins: []authplugin.Plugin{passkey.New(o)}}
			})
		})
	}
}

func TestFlow(t *testing.T) {
	t.Parallel()
	each(t, options(), func(t *testing.T, f fixture) {
		ctx := t.Context()
		begun, err := f.BeginRegistration(ctx, f.user.ID, passkey.RegistrationOptions{})
		must(t, err)
		if left := begun.ExpiresAt.Sub(f.clock.Now()); left != 5*time.Minute {
			t.Errorf("it expires in %s", left)
		}
		registered, err := f.FinishRegistration(ctx, f.user.ID, begun.Token, f.device.create(t, begun.Options), "  my phone ")
		must(t, err)
		name, transports, aaguid := "my phone", "internal,hybrid", "ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4"
		k := f.device.only(t)
		want := passkey.Passkey{
			ID: registered.ID, UserID: f.user.ID, Name: &name, CredentialID: base64url(k.id), PublicKey: registered.PublicKey,
			DeviceType: passkey.SingleDevice, Transports: &transports, AAGUID: &aaguid, CreatedAt: registered.CreatedAt,
			Additional: registered.Additional,
		}
		wantEqual(t, "registered", want, *registered)
		if registered.CreatedAt == nil || !registered.CreatedAt.Equal(f.clock.Now()) {
			t.Errorf("created at %v", registered.CreatedAt)
		}

		for round := 1; round <= 2; round++ {
			signedIn, err := f.signIn(t)
			must(t, err)
			if signedIn.User.ID != f.user.ID || signedIn.Passkey.ID != registered.ID || signedIn.Passkey.Counter != round || !signedIn.UserVerified {
				t.Errorf("signed in %+v", signedIn)
			}
			session, err := f.auth.Sessions().Create(ctx, signedIn.User.ID, authplugin.SessionOptions{})
			must(t, err)
			if session.UserID != f.user.ID {
				t.Errorf("session %v", session)
			}
		}
		found, err := f.Find(ctx, f.user.ID, registered.ID)
		must(t, err)
		if found.Counter != 2 {
			t.Errorf("stored %v", found)
		}
	})
}

// What the browser and the authenticator are told.
func TestOptions(t *testing.T) {
	t.Parallel()
	o := options()
	o.UserVerification, o.ResidentKey, o.Attestation = passkey.Required, passkey.Required, passkey.AttestationDirect
	authtest.Each(t, func(t *testing.T, d authtest.Database) {
		ctx, f := t.Context(), newFixture(t, d, o, nil)
		first := f.register(t)
		begun, err := f.BeginRegistration(ctx, f.user.ID, passkey.RegistrationOptions{Attachment: passkey.CrossPlatform})
		must(t, err)
		c := parse[creation](t, begun.Options)
		if len(unbase64(t, c.Challenge)) < 16 || len(unbase64(t, c.User.ID)) != 32 || c.Timeout != 300_000 {
			t.Errorf("options %s", begun.Options)
		}
		known := descriptor{Type: "public-key", ID: first.CredentialID, Transports: []string{"internal", "hybrid"}}
		wantEqual(t, "excluded", []descriptor{known}, c.ExcludeCredentials)
		wantEqual(t, "what is shown", []string{"example.com", "Example", "ada@example.com", "ada"}, []string{c.RP.ID, c.RP.Name, c.User.Name, c.User.DisplayName})
		s := c.AuthenticatorSelection
		wantEqual(t, "selection", []any{"cross-platform", "required", "required", true, "direct"},
			[]any{s.AuthenticatorAttachment, s.ResidentKey, s.UserVerification, s.RequireResidentKey, c.Attestation})
		var algorithms []int
		for _, p := range c.PubKeyCredParams {
			algorithms = append(algorithms, p.Alg)
		}
		wantEqual(t, "algorithms", []int{eddsa, es256, rs256}, algorithms)

		begun, err = f.BeginRegistration(ctx, f.user.ID, passkey.RegistrationOptions{Name: "Ada L", DisplayName: "Countess"})
		must(t, err)
		c = parse[creation](t, begun.Options)
		wantEqual(t, "what is shown", []string{"Ada L", "Countess"}, []string{c.User.Name, c.User.DisplayName})

		begun, err = f.BeginSignIn(ctx, passkey.SignInOptions{})
		must(t, err)
		r := parse[request](t, begun.Options)
		wantEqual(t, "sign-in", request{Challenge: r.Challenge, RPID: "example.com", Timeout: 300_000, UserVerification: "required"}, r)
		begun, err = f.BeginSignInAs(ctx, f.user.ID, passkey.SignInOptions{UserVerification: passkey.Discouraged})
		must(t, err)
		r = parse[request](t, begun.Options)
		wantEqual(t, "sign-in as", request{
			Challenge: r.Challenge, RPID: "example.com", Timeout: 300_000, UserVerification: "discouraged", AllowCredentials: []descriptor{known},
		}, r)

		for what, err := range map[string]error{
			"an unknown attachment": func() error {
				_, err := f.BeginRegistration(ctx, f.user.ID, passkey.RegistrationOptions{Attachment: "x"})
				return err
			}(),
			"an unknown requirement": func() error {
				_, err := f.BeginSignIn(ctx, passkey.SignInOptions{UserVerification: "x"})
				return err
			}(),
		} {
			expect(t, what, err, authplugin.ErrInvalid)
		}
	})
}

// A user who is known signs in with a passkey of hers, also with one that the
// authenticator does not keep.
func TestSignInAs(t *testing.T) {
	t.Parallel()
	each(t, options(), func(t *testing.T, f fixture) {
		ctx := t.Context()
		_, err := f.BeginSignInAs(ctx, f.user.ID, passkey.SignInOptions{})
		expect(t, "without a passkey", err, passkey.ErrPasskeyNotFound)
		f.device.forgetful = true
		f.register(t)
		bob := fixture{Operations: f.Operations, auth: f.auth, user: newUser(t, f.auth, "bob"), device: newAuthenticator()}
		bob.register(t)

		begin := func() *passkey.Ceremony {
			begun, err := f.BeginSignInAs(ctx, f.user.ID, passkey.SignInOptions{})
			must(t, err)
			return begun
		}
		begun := begin()
		signedIn, err := f.FinishSignInAs(ctx, f.user.ID, begun.Token, f.device.get(t, begun.Options))
		must(t, err)
		if signedIn.User.ID != f.user.ID {
			t.Errorf("signed in %v", signedIn.User)
		}
		begun = begin()
		if signedIn, err = f.FinishSignIn(ctx, begun.Token, f.device.get(t, begun.Options)); err != nil || signedIn.User.ID != f.user.ID {
			t.Errorf("finished without saying who: %v, %v", signedIn, err)
		}

		begun = begin()
		_, err = f.FinishSignInAs(ctx, f.user.ID, begun.Token, bob.device.assert(t, bob.device.only(t), parse[request](t, begun.Options).Challenge))
		expect(t, "with somebody else's passkey", err, passkey.ErrUnknownCredential)
		begun = begin()
		_, err = f.FinishSignInAs(ctx, bob.user.ID, begun.Token, f.device.get(t, begun.Options))
		expect(t, "as somebody else", err, passkey.ErrChallengeNotFound)
		token, response := bob.answer(t)
		_, err = f.FinishSignInAs(ctx, bob.user.ID, token, response)
		expect(t, "by a challenge for everybody", err, passkey.ErrChallengeNotFound)
		token, response = bob.answer(t)
		_, err = f.FinishSignInAs(ctx, "", token, response)
		expect(t, "as nobody", err, passkey.ErrChallengeNotFound)
		_, err = f.BeginSignInAs(ctx, "", passkey.SignInOptions{})
		expect(t, "begun as nobody", err, passkey.ErrPasskeyNotFound)
	})
}

// Passkeys belong to their owner.
func TestPasskeys(t *testing.T) {
	t.Parallel()
	authtest.Each(t, func(t *testing.T, d authtest.Database) {
		ctx, f := t.Context(), newFixture(t, d, options(), nil)
		first := f.register(t)
		f.clock.pass(time.Second)
		f.device = newAuthenticator()
		second := f.register(t)
		bob := newUser(t, f.auth, "bob")

		list, err := f.List(ctx, f.user.ID)
		must(t, err)
		wantEqual(t, "list", []passkey.Passkey{*first, *second}, list)
		renamed, err := f.Rename(ctx, f.user.ID, first.ID, " yubikey ")
		must(t, err)
		found, err := f.Find(ctx, f.user.ID, first.ID)
		must(t, err)
		if *renamed.Name != "yubikey" || *found.Name != "yubikey" {
			t.Errorf("renamed %v, found %v", renamed, found)
		}
		for _, id := range []authplugin.ID{second.ID, "", "nobody", "1=1", "\x00", "\xff"} {
			owner := bob.ID
			_, err := f.Find(ctx, owner, id)
			expect(t, "find "+string(id), err, passkey.ErrPasskeyNotFound)
			_, err = f.Rename(ctx, owner, id, "mine")
			expect(t, "rename "+string(id), err, passkey.ErrPasskeyNotFound)
			expect(t, "delete "+string(id), f.Delete(ctx, owner, id), passkey.ErrPasskeyNotFound)
		}
		for _, name := range []string{"", " \t", string(make([]rune, 256))} {
			_, err = f.Rename(ctx, f.user.ID, first.ID, name)
			expect(t, "the name "+name, err, authplugin.ErrInvalid)
		}
		must(t, f.Delete(ctx, f.user.ID, second.ID))
		expect(t, "delete again", f.Delete(ctx, f.user.ID, second.ID), passkey.ErrPasskeyNotFound)
		_, err = f.signIn(t)
		expect(t, "sign in with a deleted one", err, passkey.ErrUnknownCredential)
		list, err = f.List(ctx, f.user.ID)
		must(t, err)
		wantEqual(t, "list", []passkey.Passkey{*renamed}, list)
	})
}

// Passkeys go with their user, and their hooks run.
func TestUserIsDeleted(t *testing.T) {
	t.Parallel()
	authtest.Each(t, func(t *testing.T, d authtest.Database) {
		deleted := 0
		ctx, f := t.Context(), newFixture(t, d, options(), func(cfg *authplugin.Config) {
			cfg.Hooks.Models = map[string]authplugin.AnyModelHooks{passkey.ModelPasskey: authplugin.ModelHooks[passkey.Passkey]{
				AfterDelete: func(*authplugin.HookContext, *passkey.Passkey) error { deleted++; return nil },
			}}
		})
		f.register(t)
		must(t, f.auth.Users().Delete(ctx, f.user.ID))
		n, err := authplugin.RowsOf[passkey.Passkey](f.auth).Count(ctx)
		must(t, err)
		if n != 0 || deleted != 1 {
			t.Errorf("%d are left, %d hooks ran", n, deleted)
		}
		_, err = f.signIn(t)
		expect(t, "sign in", err, passkey.ErrUnknownCredential)
	})
}

func TestTooManyPasskeys(t *testing.T) {
	t.Parallel()
	o := options()
	o.MaxPasskeys = 2
	authtest.Each(t, func(t *testing.T, d authtest.Database) {
		ctx, f := t.Context(), newFixture(t, d, o, nil)
		f.register(t)
		f.device = newAuthenticator()
		late, err := f.BeginRegistration(ctx, f.user.ID, passkey.RegistrationOptions{})
		must(t, err)
		f.register(t)
		_, err = f.BeginRegistration(ctx, f.user.ID, passkey.RegistrationOptions{})
		expect(t, "begin", err, passkey.ErrTooManyPasskeys)
		_, err = f.FinishRegistration(ctx, f.user.ID, late.Token, newAuthenticator().create(t, late.Options), "")
		expect(t, "finish", err, passkey.ErrTooManyPasskeys)
	})
}

// What a transaction takes back, the operations in it have not done.
func TestInATransaction(t *testing.T) {
	t.Parallel()
	each(t, options(), func(t *testing.T, f fixture) {
		ctx, errMine := t.Context(), errors.New("changed my mind")
		begun, err := f.BeginRegistration(ctx, f.user.ID, passkey.RegistrationOptions{})
		must(t, err)
		response := f.device.create(t, begun.Options)
		within := func(ends error, do func(ctx context.Context, in passkey.Operations) error) {
			t.Helper()
			err := f.auth.Transaction(ctx, func(tx *authplugin.Auth) error {
				if err := do(ctx, passkey.Of(tx)); err != nil {
					return err
				}
				return ends
			})
			expect(t, "the transaction", err, ends)
		}
		register := func(ctx context.Context, in passkey.Operations) error {
			_, err := in.FinishRegistration(ctx, f.user.ID, begun.Token, response, "")
			return err
		}
		within(errMine, register)
		within(nil, register)
		token, assertion := f.answer(t)
		signIn := func(ctx context.Context, in passkey.Operations) error {
			_, err := in.FinishSignIn(ctx, token, assertion)
			return err
		}
		within(errMine, signIn)
		within(nil, signIn)
		list, err := f.List(ctx, f.user.ID)
		must(t, err)
		if len(list) != 1 || list[0].Counter != 1 {
			t.Errorf("passkeys %v", list)
		}
		expect(t, "again", signIn(ctx, f.Operations), passkey.ErrChallengeNotFound)
	})
}
