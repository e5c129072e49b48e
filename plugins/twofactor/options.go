package twofactor

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/gorm-auth/authplugin"
)

// Options are the options of the plugin. Issuer, and Keys or BetterAuthSecret, have no
// default.
type Options struct {
	// Issuer is what authenticator apps call the application. It has no colon.
	Issuer string
	// Keys encrypt secrets, back-up codes and codes that are sent. The first one
	// encrypts, all decrypt; what another one has encrypted is encrypted anew when its
	// user shows a code of the app. They may be those of [authplugin.AccountConfig.TokenKeys].
	Keys []authplugin.TokenKey
	// BetterAuthSecret is the secret of a Better Auth application that shares the
	// tables, or had them before: what it has encrypted is read. Without Keys it
	// encrypts too, as Better Auth does, so that both read what the other writes.
	BetterAuthSecret string

	// Digits is how long the codes of an app are, 6 or 8. Defaults to 6.
	Digits int
	// Period is how long such a code is shown, in whole seconds. Defaults to 30 seconds.
	// Many apps know no other.
	Period time.Duration
	// Skew is how many periods before and after the present one a code is taken from,
	// for clocks that differ. Defaults to 1; negative is none.
	Skew int

	// SendOTP sends a code to a user, by mail for example. Without it there are no
	// such codes. It is called after the code is stored, and its error is returned as
	// it is, so that it must not show the code.
	SendOTP func(ctx context.Context, user *authplugin.User, code string) error
	// OTPDigits is how long such a code is. Defaults to 6.
	OTPDigits int
	// OTPExpiresIn is how long it can be used. Defaults to 3 minutes.
	OTPExpiresIn time.Duration
	// OTPAttempts is how often it can be tried. Defaults to 5.
	OTPAttempts int

	// BackupCodes is how many back-up codes a user gets. Defaults to 10.
	BackupCodes int
	// BackupCodeLength is how long one is, without the hyphen. Defaults to 10; less than
	// 8 could be guessed.
	BackupCodeLength int

	// TrustFor is how long a device is trusted. Defaults to 30 days.
	TrustFor time.Duration

	// MaxFailures is how many attempts, of every kind together, may fail in a row
	// before the user is locked out. Defaults to 10.
	MaxFailures int
	// LockFor is how long. Defaults to 15 minutes.
	LockFor time.Duration

	// UserColumns keeps secrets and back-up codes in the columns twoFactorSecret and
	// twoFactorBackupCodes of the users, as older databases have them, and not in a
	// table of their own. Failures are then counted in the verifications.
	UserColumns bool

	// Schema names tables and columns, and adds fields, by logical name of the model.
	Schema map[string]authplugin.ModelConfig
}

// Format prints the options without keys and secrets, under every verb.
func (o Options) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "twofactor.Options{Issuer: %q}", o.Issuer)
}

// withDefaults fills in what was left out.
func (o Options) withDefaults() Options {
	for _, number := range []struct {
		option *int
		by     int
	}{
		{&o.Digits, 6},
		{&o.Skew, 1},
		{&o.OTPDigits, 6},
		{&o.OTPAttempts, 5},
		{&o.BackupCodes, 10},
		{&o.BackupCodeLength, 10},
		{&o.MaxFailures, 10},
	} {
		if *number.option == 0 {
			*number.option = number.by
		}
	}
	for _, duration := range []struct {
		option *time.Duration
		by     time.Duration
	}{
		{&o.Period, 30 * time.Second},
		{&o.OTPExpiresIn, 3 * time.Minute},
		{&o.TrustFor, 30 * 24 * time.Hour},
		{&o.LockFor, 15 * time.Minute},
	} {
		if *duration.option == 0 {
			*duration.option = duration.by
		}
	}
	o.Skew = max(o.Skew, 0)
	return o
}

// mistakes finds those in options with their defaults.
func (o Options) mistakes() []*authplugin.ConfigError {
	var mistakes []*authplugin.ConfigError
	if len(o.Keys) > 0 || o.BetterAuthSecret == "" {
		mistakes = authplugin.CheckKeys("Keys", o.Keys)
	}
	add := func(path, problem string) {
		mistakes = append(mistakes, &authplugin.ConfigError{Path: path, Problem: problem})
	}
	switch {
	case o.Issuer == "":
		add("Issuer", "is required: authenticator apps show it")
	case strings.Contains(o.Issuer, ":"):
		add("Issuer", "must not contain a colon: authenticator apps take the rest for the account")
	}
	if o.Digits != 6 && o.Digits != 8 {
		add("Digits", "must be 6 or 8")
	}
	if o.Period < time.Second || o.Period%time.Second != 0 {
		add("Period", "must be a whole number of seconds")
	}
	if o.Skew > 10 {
		add("Skew", "must not exceed 10: each period makes a code easier to guess")
	}
	if o.OTPDigits < 4 || o.OTPDigits > 16 {
		add("OTPDigits", "must be between 4 and 16")
	}
	if o.OTPAttempts < 0 {
		add("OTPAttempts", "must not be negative")
	}
	if o.BackupCodes < 0 || o.BackupCodes > 100 {
		add("BackupCodes", "must be between 1 and 100")
	}
	if o.BackupCodeLength < 8 || o.BackupCodeLength > 64 {
		add("BackupCodeLength", "must be between 8 and 64")
	}
	if o.MaxFailures < 0 || o.MaxFailures > 1000 {
		add("MaxFailures", "must be between 1 and 1000")
	}
	for path, duration := range map[string]time.Duration{"OTPExpiresIn": o.OTPExpiresIn, "TrustFor": o.TrustFor, "LockFor": o.LockFor} {
		if duration < 0 {
			add(path, "must not be negative")
		}
	}
	return mistakes
}
