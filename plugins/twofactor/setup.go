package twofactor

import (
	"bytes"
	"fmt"
	"image/png"
	"log/slog"
	"slices"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"github.com/gorm-auth/authplugin"
)

// Setup is what a user is shown once, to set up an authenticator app. It holds the
// secret and the back-up codes, and prints neither.
type Setup struct {
	key   *otp.Key
	codes []string
}

var (
	_ fmt.Formatter  = (*Setup)(nil)
	_ slog.LogValuer = (*Setup)(nil)
)

// URI is the otpauth URL that an app reads from a QR code, or opens on a phone.
func (s *Setup) URI() string { return s.key.String() }

// Secret is the secret in base32, for those who type it.
func (s *Setup) Secret() string { return s.key.Secret() }

// BackupCodes are codes that work once each, for when the app is not at hand.
func (s *Setup) BackupCodes() []string { return slices.Clone(s.codes) }

// QR draws the URI as a QR code, a PNG of size × size pixels. It is an error when
// that is too small for it: 200 is enough for most, 256 looks good.
func (s *Setup) QR(size int) ([]byte, error) {
	const largest = 4096
	if size < 1 || size > largest {
		return nil, fmt.Errorf("twofactor: a QR code of %d pixels: give between 1 and %d", size, largest)
	}
	image, err := s.key.Image(size, size)
	if err != nil {
		return nil, fmt.Errorf("twofactor: cannot draw the QR code: %w", err)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, image); err != nil {
		return nil, fmt.Errorf("twofactor: cannot encode the QR code: %w", err)
	}
	return b.Bytes(), nil
}

// Format prints nothing of it, under every verb.
func (s Setup) Format(f fmt.State, _ rune) { _, _ = fmt.Fprint(f, "Setup{[hidden]}") }

// LogValue is what slog writes: the text of Format.
func (s Setup) LogValue() slog.Value { return slog.StringValue("Setup{[hidden]}") }

// setup makes the Setup of a secret.
func (p *Plugin) setup(user *authplugin.User, secret string, codes []string) (*Setup, error) {
	account := user.Email
	if account == "" {
		account = string(user.ID)
	}
	key, err := totp.Generate(totp.GenerateOpts{
		Issuer: p.options.Issuer, AccountName: account, Secret: []byte(secret),
		Period: uint(p.options.Period.Seconds()), Digits: otp.Digits(p.options.Digits), Algorithm: otp.AlgorithmSHA1,
	})
	if err != nil {
		return nil, fmt.Errorf("twofactor: cannot make the otpauth URL: %w", withoutURL(err))
	}
	return &Setup{key: key, codes: codes}, nil
}
