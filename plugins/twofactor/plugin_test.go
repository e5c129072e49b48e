package twofactor_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"gorm.io/driver/sqlserver"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/authtest"
	"github.com/gorm-auth/authplugin/plugins/twofactor"
)

// What a transaction takes back, the operations in it have not done; what it commits,
// they have.
func TestInATransaction(t *testing.T) {
	t.Parallel()
	each(t, twofactor.Options{MaxFailures: 3}, func(t *testing.T, f fixture) {
		ctx := t.Context()
		setup := f.enabled(t)
		code, errMine := setup.BackupCodes()[0], errors.New("changed my mind")
		err := f.auth.Transaction(ctx, func(tx *authplugin.Auth) error {
			in := twofactor.Of(tx)
			for _, err := range []error{
				in.VerifyBackupCode(ctx, f.user, code),
				in.VerifyTOTP(ctx, f.user, f.app(t, setup)),
				in.Disable(ctx, f.user),
			} {
				if err != nil {
					return err
				}
			}
			return errMine
		})
		expect(t, err, errMine)
		must(t, f.VerifyBackupCode(ctx, f.user, code))

		within := func(verify func(in twofactor.Operations) error) (verified error) {
			must(t, f.auth.Transaction(ctx, func(tx *authplugin.Auth) error {
				verified = verify(twofactor.Of(tx))
				return nil
			}))
			f.clock.pass(2 * time.Millisecond)
			return verified
		}
		totp := func(in twofactor.Operations) error { return in.VerifyTOTP(ctx, f.user, f.app(t, setup)) }
		must(t, within(totp))
		expect(t, within(totp), twofactor.ErrInvalidCode)
		expect(t, within(totp), twofactor.ErrInvalidCode)
		expect(t, within(totp), twofactor.ErrInvalidCode)
		expect(t, within(totp), twofactor.ErrLocked)
		expect(t, f.VerifyBackupCode(ctx, f.user, setup.BackupCodes()[1]), twofactor.ErrLocked)
	})
}

func TestMistakesInOptions(t *testing.T) {
	t.Parallel()
	err := authplugin.Config{Plugins: []authplugin.Plugin{twofactor.New(twofactor.Options{
		Issuer: "a:b", Digits: 7, Period: time.Millisecond, Skew: 11, OTPDigits: 3, OTPAttempts: -1, OTPExpiresIn: -1,
		BackupCodes: -1, BackupCodeLength: 7, TrustFor: -1, MaxFailures: -1, LockFor: -1,
		Keys:   []authplugin.TokenKey{{ID: "short", Secret: []byte("a secret")}},
		Schema: map[string]authplugin.ModelConfig{"twoFactor": {Columns: map[string]string{"secrets": "x"}}},
	})}}.Validate()
	for _, want := range []string{
		"Issuer", "Digits", "Period", "Skew", "OTPDigits", "OTPAttempts", "OTPExpiresIn", "BackupCodes", "BackupCodeLength",
		"TrustFor", "MaxFailures", "LockFor", "Keys[0].Secret",
	} {
		if err == nil || !strings.Contains(err.Error(), "Plugins[0]."+want+" (plugin two-factor): ") {
			t.Errorf("%v says nothing of %s", err, want)
		}
	}
	if err == nil || !strings.Contains(err.Error(), `did you mean "secret"?`) || strings.Contains(err.Error(), "a secret") {
		t.Error(err)
	}
	if err := (authplugin.Config{Plugins: []authplugin.Plugin{twofactor.New(twofactor.Options{})}}).Validate(); err == nil ||
		!strings.Contains(err.Error(), "Plugins[0].Keys") || !strings.Contains(err.Error(), "Plugins[0].Issuer") {
		t.Errorf("without anything: %v", err)
	}
}

// Neither the plugin nor its options show their keys.
func TestPrints(t *testing.T) {
	t.Parallel()
	options := twofactor.Options{Issuer: "Example", Keys: keys(), BetterAuthSecret: "very secret indeed"}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		text := fmt.Sprintf(verb+verb, options, twofactor.New(options))
		for _, secret := range []string{"very secret", "kkkk", "0x6b", "107 107"} {
			if strings.Contains(text, secret) {
				t.Errorf("%s: %s", verb, text)
			}
		}
	}
}

func TestUnknownUsers(t *testing.T) {
	t.Parallel()
	options := twofactor.Options{SendOTP: (&outbox{}).send}
	authtest.Each(t, func(t *testing.T, d authtest.Database) {
		f := newFixture(t, d, options, layouts()["table"])
		for _, id := range []authplugin.ID{"", "nobody", "1=1", "\x00", "\xff"} {
			for i, err := range everything(t, f.Operations, id) {
				if !errors.Is(err, authplugin.ErrNotFound) {
					t.Errorf("%d of %q: %v", i, id, err)
				}
			}
		}
	})
}

func TestWithoutThePlugin(t *testing.T) {
	t.Parallel()
	for i, err := range everything(t, twofactor.Of(authplugin.New(authplugin.Config{})), "1") {
		if !errors.Is(err, authplugin.ErrNotInitialized) {
			t.Errorf("%d before db.Use: %v", i, err)
		}
	}
	authtest.Each(t, func(t *testing.T, d authtest.Database) {
		_, auth := d.Use(t, authplugin.Config{})
		for i, err := range everything(t, twofactor.Of(auth), "1") {
			if !errors.Is(err, authplugin.ErrNoPlugin) {
				t.Errorf("%d without the plugin: %v", i, err)
			}
		}
	})
}

// everything is how each operation ends.
func everything(t *testing.T, o twofactor.Operations, id authplugin.ID) []error {
	t.Helper()
	ctx := t.Context()
	_, enabled := o.Enable(ctx, id)
	_, generated := o.GenerateBackupCodes(ctx, id)
	_, trusted := o.TrustDevice(ctx, id)
	_, trusts := o.IsTrusted(ctx, id, strings.Repeat("x", 32))
	_, status := o.Status(ctx, id)
	return []error{
		enabled, generated, trusted, trusts, status, o.Confirm(ctx, id, "123456"), o.EnableOTP(ctx, id), o.Disable(ctx, id),
		o.VerifyTOTP(ctx, id, "123456"), o.SendOTP(ctx, id), o.VerifyOTP(ctx, id, "123456"), o.VerifyBackupCode(ctx, id, "123456"),
		o.DistrustDevice(ctx, id, strings.Repeat("x", 32)),
	}
}

// The row goes with its user.
func TestUserIsDeleted(t *testing.T) {
	t.Parallel()
	authtest.Each(t, func(t *testing.T, d authtest.Database) {
		f := newFixture(t, d, twofactor.Options{}, layouts()["table"])
		f.enabled(t)
		must(t, f.auth.Users().Delete(t.Context(), f.user))
		n, err := authplugin.RowsOf[twofactor.TwoFactor](f.auth).Count(t.Context())
		must(t, err)
		if n != 0 {
			t.Errorf("%d rows are left", n)
		}
	})
}

func TestSQLServerTable(t *testing.T) {
	t.Parallel()
	described, err := authplugin.Describe(authplugin.Config{
		Naming:  authplugin.BetterAuthNaming,
		Plugins: []authplugin.Plugin{twofactor.New(twofactor.Options{Issuer: "Example", Keys: keys()})},
	}, sqlserver.Open(""))
	must(t, err)
	var script strings.Builder
	for _, step := range described.Plan.Steps {
		if step.Model == twofactor.ModelTwoFactor {
			script.WriteString(strings.Join(step.SQL, "\n") + "\n")
		}
	}
	for _, want := range []string{
		`"secret" nvarchar(255) NOT NULL`, `"backupCodes" nvarchar(max) NOT NULL`, `"verified" bit`, `"failedVerificationCount" int`,
		`"lockedUntil" datetimeoffset(3)`, `REFERENCES "user"("id") ON DELETE CASCADE`,
		`"twoFactor_secret_idx"`, `"twoFactor_userId_idx"`,
	} {
		if !strings.Contains(script.String(), want) {
			t.Errorf("%s is not in\n%s", want, script.String())
		}
	}
}

// Member is an application's own user.
type Member struct {
	authplugin.User

	Nick string `auth:"optional"`
}

func TestOwnStruct(t *testing.T) {
	t.Parallel()
	authtest.Each(t, func(t *testing.T, d authtest.Database) {
		for name, ids := range map[string]authplugin.IDStrategy{"random": authplugin.Random, "serial": authplugin.Serial, "uuid": authplugin.UUID} {
			for _, columns := range []bool{false, true} {
				f := newFixture(t, d.Another(t), twofactor.Options{}, func(options *twofactor.Options, cfg *authplugin.Config) {
					options.UserColumns = columns
					cfg.GenerateID, cfg.User.Model = ids, Member{}
					cfg.User.Columns = map[string]string{"twoFactorEnabled": "second"}
				})
				setup := f.enabled(t)
				must(t, f.VerifyTOTP(t.Context(), f.user, f.app(t, setup)))
				must(t, f.VerifyBackupCode(t.Context(), f.user, setup.BackupCodes()[0]))
				member, err := authplugin.UsersOf[Member](f.auth).FindByID(t.Context(), f.user)
				must(t, err)
				if !member.Additional.Bool(twofactor.FieldEnabled) {
					t.Errorf("%s: the member does not know: %v", name, member)
				}
			}
		}
	})
}
