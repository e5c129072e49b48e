package passkey_test

import (
	"crypto"
	"crypto/x509"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
	"github.com/gorm-auth/authplugin/plugins/passkey"
)

// ceremony is one that Better Auth has done.
type ceremony struct {
	Challenge string          `json:"challenge"`
	Response  json.RawMessage `json:"response"`
	Counter   int             `json:"counter"`
}

// registered is a passkey of Better Auth, made by testdata/betterauth.mjs: its row, the
// responses that Better Auth has accepted, and the private key.
type registered struct {
	Name         string         `json:"name"`
	Label        string         `json:"label"`
	UserHandle   string         `json:"userHandle"`
	Row          map[string]any `json:"row"`
	Registration ceremony       `json:"registration"`
	SignIn       ceremony       `json:"signIn"`
	PrivateKey   []byte         `json:"privateKey"`
}

func betterAuthPasskeys(t testing.TB) []registered {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "betterauth.json"))
	must(t, err)
	var file struct {
		Passkeys []registered `json:"passkeys"`
	}
	must(t, json.Unmarshal(text, &file))
	if len(file.Passkeys) != 4 {
		t.Fatalf("%d passkeys", len(file.Passkeys))
	}
	return file.Passkeys
}

// onBetterAuth runs a test on the tables that Better Auth has made. The second handle
// knows nothing of the library.
func onBetterAuth(t *testing.T, test func(t *testing.T, f fixture, plain *gorm.DB)) {
	t.Helper()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		dump := map[string]string{"sqlite": "sqlite", "postgres": "postgres", "mysql": "mariadb"}[e.Dialect()]
		if dump == "" {
			t.Skip("there is no dump of Better Auth for " + e.Name)
		}
		script, err := os.ReadFile(filepath.Join("..", "..", "tests", "testdata", "better-auth", dump+"-plugins.sql"))
		must(t, err)
		d := e.NewWithOwnDatabase(t)
		d.Load(t, string(script))
		f := fixture{clock: &clock{now: time.Now().Truncate(time.Second)}, device: newAuthenticator()}
		f.auth = authplugin.New(authplugin.Config{
			Clock: f.clock.Now, Naming: authplugin.BetterAuthNaming, Plugins: []authplugin.Plugin{passkey.New(options())},
		})
		must(t, d.Open(t, nil).Use(f.auth))
		f.user, f.Operations = newUser(t, f.auth, "ada"), passkey.Of(f.auth)
		test(t, f, d.Open(t, nil))
	})
}

// On a database that Better Auth's plugin of that name made there is nothing to do.
func TestInteropPlansNothing(t *testing.T) {
	t.Parallel()
	onBetterAuth(t, func(t *testing.T, f fixture, _ *gorm.DB) {
		plan, err := f.auth.PlanMigration(t.Context())
		must(t, err)
		if !plan.Empty() || len(plan.Drift) > 0 {
			t.Errorf("plan %v, drift %v", plan.Steps, plan.Drift)
		}
		f.register(t)
		_, err = f.signIn(t)
		must(t, err)
	})
}

// A passkey that Better Auth has registered signs in here.
func TestInteropSignIn(t *testing.T) {
	t.Parallel()
	onBetterAuth(t, func(t *testing.T, f fixture, plain *gorm.DB) {
		for i, p := range betterAuthPasskeys(t) {
			row := map[string]any{"name": nil} // what JSON leaves out
			maps.Copy(row, p.Row)
			row["userId"], row["createdAt"] = string(f.user.ID), f.clock.Now()
			if i == 2 { // as older versions have it
				row["createdAt"], row["transports"], row["aaguid"] = nil, nil, nil
			}
			must(t, plain.Table("passkey").Create(row).Error)

			signedIn, err := f.FinishSignIn(t.Context(), f.challenge(t, "authentication", p.SignIn.Challenge, ""), p.SignIn.Response)
			must(t, err)
			if signedIn.User.ID != f.user.ID || signedIn.Passkey.Counter != p.SignIn.Counter {
				t.Errorf("%s: signed in %+v", p.Name, signedIn)
			}

			device := newAuthenticator()
			parsed, err := x509.ParsePKCS8PrivateKey(p.PrivateKey)
			must(t, err)
			signer, ok := parsed.(crypto.Signer)
			if !ok {
				t.Fatalf("a %T", parsed)
			}
			k := &key{
				id: unbase64(t, signedIn.Passkey.CredentialID), handle: unbase64(t, p.UserHandle), rpID: "example.com",
				private: signer, counter: uint32(p.SignIn.Counter),
			}
			device.keys[signedIn.Passkey.CredentialID] = k
			device.counts = k.counter > 0
			if signedIn.Passkey.DeviceType == passkey.MultiDevice {
				device.flags |= flagBackupEligible
			}
			f.device = device
			again, err := f.signIn(t)
			must(t, err)
			if again.Passkey.ID != signedIn.Passkey.ID || again.Passkey.Counter != int(k.counter) {
				t.Errorf("%s: signed in again %+v", p.Name, again)
			}
			begun, err := f.BeginSignInAs(t.Context(), f.user.ID, passkey.SignInOptions{})
			must(t, err)
			_, err = f.FinishSignInAs(t.Context(), f.user.ID, begun.Token, device.get(t, begun.Options))
			must(t, err)
		}
	})
}

// What is stored of a registration is what Better Auth stores of it, so that the
// passkey signs in there.
func TestInteropRegistration(t *testing.T) {
	t.Parallel()
	onBetterAuth(t, func(t *testing.T, f fixture, plain *gorm.DB) {
		for _, p := range betterAuthPasskeys(t) {
			token := f.challenge(t, "registration", p.Registration.Challenge, f.user.ID)
			created, err := f.FinishRegistration(t.Context(), f.user.ID, token, p.Registration.Response, p.Label)
			must(t, err)
			var rows []map[string]any
			must(t, plain.Table("passkey").Where("id = ?", string(created.ID)).Find(&rows).Error)
			if len(rows) != 1 {
				t.Fatalf("%d rows", len(rows))
			}
			got := rows[0]
			backedUp := map[any]any{true: true, false: false, int64(1): true, int64(0): false, int8(1): true, int8(0): false}[got["backedUp"]]
			counter, err := strconv.ParseFloat(strings.TrimSpace(jsonText(t, got["counter"])), 64)
			must(t, err)
			want := map[string]any{"name": nil}
			maps.Copy(want, p.Row)
			for _, name := range []string{"id", "userId", "createdAt"} {
				if got[name] == nil {
					t.Errorf("%s: %s is NULL", p.Name, name)
				}
				delete(got, name)
				delete(want, name)
			}
			got["backedUp"], got["counter"] = backedUp, counter
			wantEqual(t, p.Name, want, got)
		}
	})
}

// challenge stores a challenge of Better Auth.
func (f fixture) challenge(t testing.TB, kind, challenge string, userID authplugin.ID) (token string) {
	t.Helper()
	token = authplugin.RandomText(32)
	value := jsonText(t, map[string]any{"type": kind, "expectedChallenge": challenge, "userData": map[string]any{"id": userID}})
	_, err := f.auth.Verifications().Create(t.Context(), "passkey-"+token, value, authplugin.VerificationOptions{})
	must(t, err)
	return token
}

func jsonText(t testing.TB, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	must(t, err)
	return string(text)
}
