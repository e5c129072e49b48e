package passkey_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/authtest"
	"github.com/gorm-auth/authplugin/plugins/passkey"
)

func TestMistakesInOptions(t *testing.T) {
	t.Parallel()
	err := authplugin.Config{Plugins: []authplugin.Plugin{passkey.New(passkey.Options{
		RPID:             "https://example.com",
		Origins:          []string{"", "https://example.com/", "https://example.com/login", "https://", "https://a@example.com", "android:apk-key-hash:abc", "https://example.com:8443"},
		UserVerification: "always", ResidentKey: "x", Attachment: "y", Attestation: "z", ChallengeExpiresIn: -1, MaxPasskeys: 1001,
		Schema: map[string]authplugin.ModelConfig{"passkey": {Columns: map[string]string{"credentialId": "x"}}},
	})}}.Validate()
	for _, want := range []string{
		"RPID", "Origins[0]", "Origins[1]", "Origins[2]", "Origins[3]", "Origins[4]", "UserVerification", "ResidentKey", "Attachment", "Attestation",
		"ChallengeExpiresIn", "MaxPasskeys",
	} {
		if err == nil || !strings.Contains(err.Error(), "Plugins[0]."+want+" (plugin passkey): ") {
			t.Errorf("%v says nothing of %s", err, want)
		}
	}
	if err == nil || !strings.Contains(err.Error(), `did you mean "credentialID"?`) || strings.Contains(err.Error(), "Origins[5]") || strings.Contains(err.Error(), "Origins[6]") {
		t.Error(err)
	}
	err = authplugin.Config{Plugins: []authplugin.Plugin{passkey.New(passkey.Options{})}}.Validate()
	for _, want := range []string{"RPID (plugin passkey): is required", "Origins (plugin passkey): is required"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v says nothing of %q", err, want)
		}
	}
	if err := (authplugin.Config{Plugins: []authplugin.Plugin{passkey.New(passkey.Options{RPID: "localhost", Origins: []string{"http://localhost:3000"}})}}).Validate(); err != nil {
		t.Error(err)
	}
}

// A ceremony prints neither its token nor its challenge.
func TestPrints(t *testing.T) {
	t.Parallel()
	ceremony := passkey.Ceremony{Token: "secret token", Options: []byte(`"secret challenge"`), ExpiresAt: time.Now()}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d", "%x"} {
		text := fmt.Sprintf(verb+verb, ceremony, &ceremony)
		if strings.Contains(text, "secret") || strings.Contains(text, "736563726574") || strings.Contains(text, "115 101") {
			t.Errorf("%s: %s", verb, text)
		}
	}
}

func TestUnknownUsers(t *testing.T) {
	t.Parallel()
	authtest.Each(t, func(t *testing.T, d authtest.Database) {
		f := newFixture(t, d, options(), nil)
		for _, id := range []authplugin.ID{"", "nobody", "1=1", "\x00", "\xff"} {
			for i, err := range everything(t, f.Operations, id) {
				if !errors.Is(err, authplugin.ErrNotFound) && !errors.Is(err, passkey.ErrPasskeyNotFound) && !errors.Is(err, passkey.ErrChallengeNotFound) {
					t.Errorf("%d of %q: %v", i, id, err)
				}
			}
			if list, err := f.List(t.Context(), id); err != nil || len(list) > 0 {
				t.Errorf("the passkeys of %q: %v, %v", id, list, err)
			}
		}
	})
}

func TestWithoutThePlugin(t *testing.T) {
	t.Parallel()
	check := func(o passkey.Operations, want error) {
		_, listed := o.List(t.Context(), "1")
		_, begun := o.BeginSignIn(t.Context(), passkey.SignInOptions{})
		for i, err := range append(everything(t, o, "1"), listed, begun) {
			if !errors.Is(err, want) {
				t.Errorf("%d: %v, not %v", i, err, want)
			}
		}
	}
	check(passkey.Of(authplugin.New(authplugin.Config{})), authplugin.ErrNotInitialized)
	_, auth := sqlite{}.Use(t, authplugin.Config{AutoMigrate: true})
	check(passkey.Of(auth), authplugin.ErrNoPlugin)
}

// everything is how each operation ends that needs a user or a challenge.
func everything(t *testing.T, o passkey.Operations, id authplugin.ID) []error {
	t.Helper()
	ctx, token := t.Context(), strings.Repeat("x", 32)
	_, begun := o.BeginRegistration(ctx, id, passkey.RegistrationOptions{})
	_, registered := o.FinishRegistration(ctx, id, token, []byte("{}"), "")
	_, begunAs := o.BeginSignInAs(ctx, id, passkey.SignInOptions{})
	_, signedIn := o.FinishSignIn(ctx, token, []byte("{}"))
	_, signedInAs := o.FinishSignInAs(ctx, id, token, []byte("{}"))
	_, found := o.Find(ctx, id, "1")
	_, renamed := o.Rename(ctx, id, "1", "name")
	return []error{begun, registered, begunAs, signedIn, signedInAs, found, renamed, o.Delete(ctx, id, "1")}
}

// Member is an application's own user, Key its own passkey.
type (
	Member struct {
		authplugin.User

		Nick string `auth:"optional"`
	}
	Key struct {
		passkey.Passkey

		Color string `auth:"optional"`
	}
)

// The operations work with ids of each kind, and with the application's own structs.
func TestOwnStructs(t *testing.T) {
	t.Parallel()
	authtest.Each(t, func(t *testing.T, d authtest.Database) {
		for name, ids := range map[string]authplugin.IDStrategy{"random": authplugin.Random, "serial": authplugin.Serial, "uuid": authplugin.UUID} {
			ctx, f := t.Context(), newFixture(t, d.Another(t), options(), func(cfg *authplugin.Config) {
				cfg.GenerateID, cfg.User.Model = ids, Member{}
				cfg.Models = map[string]authplugin.ModelConfig{passkey.ModelPasskey: {Model: Key{}}}
			})
			registered := f.register(t)
			signedIn, err := f.signIn(t)
			must(t, err)
			if signedIn.User.ID != f.user.ID || signedIn.Passkey.ID != registered.ID {
				t.Errorf("%s: signed in %+v", name, signedIn)
			}
			keys, err := authplugin.RowsOf[Key](f.auth).FindMany(ctx, authplugin.Query{})
			must(t, err)
			if len(keys) != 1 || keys[0].Counter != 1 {
				t.Errorf("%s: keys %v", name, keys)
			}
			must(t, f.Delete(ctx, f.user.ID, registered.ID))
		}
	})
}

// Names are those that the column takes.
func TestNames(t *testing.T) {
	t.Parallel()
	authtest.Each(t, func(t *testing.T, d authtest.Database) {
		ctx, f := t.Context(), newFixture(t, d, options(), nil)
		longest := strings.Repeat("ö", 255)
		begun, err := f.BeginRegistration(ctx, f.user.ID, passkey.RegistrationOptions{})
		must(t, err)
		response := f.device.create(t, begun.Options)
		for _, name := range []string{longest + "x", "\xff", "a\x00b"} {
			_, err = f.FinishRegistration(ctx, f.user.ID, begun.Token, response, name)
			expect(t, "the name "+name, err, authplugin.ErrInvalid)
		}
		registered, err := f.FinishRegistration(ctx, f.user.ID, begun.Token, response, longest)
		must(t, err)
		renamed, err := f.Rename(ctx, f.user.ID, registered.ID, "🔑 日本")
		must(t, err)
		if *registered.Name != longest || *renamed.Name != "🔑 日本" {
			t.Errorf("registered %v, renamed %v", registered, renamed)
		}
		for _, name := range []string{"\xff", "a\x00b"} {
			_, err = f.Rename(ctx, f.user.ID, registered.ID, name)
			expect(t, "renamed to "+name, err, authplugin.ErrInvalid)
		}
	})
}

// An id that is longer than the column fails to be registered, and to be found.
func TestLongCredentialIDs(t *testing.T) {
	t.Parallel()
	authtest.Each(t, func(t *testing.T, d authtest.Database) {
		ctx, f := t.Context(), newFixture(t, d, options(), nil)
		f.device.idLength = 1023
		begun, err := f.BeginRegistration(ctx, f.user.ID, passkey.RegistrationOptions{})
		must(t, err)
		_, err = f.FinishRegistration(ctx, f.user.ID, begun.Token, f.device.create(t, begun.Options), "")
		signIn := func() error {
			_, err := f.signIn(t)
			return err
		}
		switch f.dialect {
		case "mysql":
			expect(t, "registered", err, authplugin.ErrInvalid)
			expect(t, "signed in", signIn(), passkey.ErrUnknownCredential)
		default:
			must(t, err)
			must(t, signIn())
		}
	})
}
