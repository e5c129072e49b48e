package twofactor_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/authtest"
	"github.com/gorm-auth/authplugin/internal/betterauth"
	"github.com/gorm-auth/authplugin/internal/dbtest"
	"github.com/gorm-auth/authplugin/plugins/twofactor"
)

// What Better Auth 1.7.1 has made of a secret and of back-up codes (symmetricEncrypt),
// and the base32 in its otpauth URL.
const (
	betterAuthSecret = "interop-secret-0123456789-0123456789-ABCDEF"
	betterAuthTOTP   = "9bec3748a0b2a3d57abc501adb31a97274ef0fc82548fa4d9f24b5290d03fe722dc4d391f47c6c5e38628f9500ac80539839df5ab784413d834219237d3b3a741249b01611c7caef"
	betterAuthCodes  = "c672547eddbc2aaa0416611f2ce91efba1b4be979f8a7d619f724e771e36fc729ffc0a171bad0b03dc49ac2175b4ad41405f7fa96ab203c26bc8e5d7b644ee992dbd441504"
	betterAuthBase32 = "JJ4FC3JULJZDQ5CWO5MTEYSOMM3EWZBQKBTEY2BXI5ZTSQLBIVUQ"
)

func TestWhatBetterAuthWrote(t *testing.T) {
	t.Parallel()
	for name, options := range map[string]twofactor.Options{
		"with its secret": {BetterAuthSecret: betterAuthSecret},
		"with keys too":   {BetterAuthSecret: betterAuthSecret, Keys: keys()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			authtest.Each(t, func(t *testing.T, d authtest.Database) { whatBetterAuthWrote(t, d, options) })
		})
	}
}

func whatBetterAuthWrote(t *testing.T, d authtest.Database, options twofactor.Options) {
	ctx := t.Context()
	options.Issuer = "Example"
	_, auth := d.Use(t, authplugin.Config{Naming: authplugin.BetterAuthNaming, Plugins: []authplugin.Plugin{twofactor.New(options)}})
	user, err := auth.Users().Create(ctx, authplugin.User{
		Name: "Ada", Email: "ada@example.com",
		Additional: authplugin.Values{twofactor.FieldEnabled: true},
	})
	must(t, err)
	rows := authplugin.RowsOf[twofactor.TwoFactor](auth)
	row, err := rows.Create(ctx, twofactor.TwoFactor{UserID: user.ID, Secret: "$ba$3$" + betterAuthTOTP, BackupCodes: betterAuthCodes})
	must(t, err)
	code, err := totp.GenerateCode(betterAuthBase32, time.Now())
	must(t, err)
	operations := twofactor.Of(auth)
	must(t, operations.VerifyTOTP(ctx, user.ID, code))
	must(t, operations.VerifyBackupCode(ctx, user.ID, "Zz9Yy-Xx8Ww"))
	row, err = rows.FindByID(ctx, row.ID)
	must(t, err)
	if sealed := strings.HasPrefix(row.BackupCodes, "enc:v1:"); sealed != (options.Keys != nil) || row.BackupCodes == betterAuthCodes {
		t.Error("the back-up codes are stored in another form")
	}
	must(t, operations.VerifyBackupCode(ctx, user.ID, "ab3De-fGh1J"))
	for _, wrong := range []string{"", "$ba$", "$ba$3", "00", betterAuthTOTP[2:], "enc:v1:other:AAAA", `["plain"]`} {
		_, err = rows.Update(ctx, row.ID, authplugin.Values{"secret": wrong})
		if err != nil {
			continue
		}
		if err := operations.VerifyTOTP(ctx, user.ID, code); err == nil {
			t.Errorf("%q is a secret", wrong)
		}
	}
}

// Secrets are kept in the table that Better Auth's own migration made.
func TestOnBetterAuthsTables(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		ctx := t.Context()
		_, auth := betterauth.Use(t, e, twofactor.New(twofactor.Options{Issuer: "Example", Keys: keys()}))
		user, err := auth.Users().Create(ctx, authplugin.User{Name: "Ada", Email: "ada@example.com"})
		must(t, err)
		setup, err := twofactor.Of(auth).Enable(ctx, user.ID)
		must(t, err)
		code, err := totp.GenerateCode(setup.Secret(), time.Now())
		must(t, err)
		must(t, twofactor.Of(auth).Confirm(ctx, user.ID, code))
		must(t, twofactor.Of(auth).VerifyBackupCode(ctx, user.ID, setup.BackupCodes()[0]))
		must(t, twofactor.Of(auth).Disable(ctx, user.ID))
	})
}
