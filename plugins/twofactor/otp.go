package twofactor

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/gorm-auth/authplugin"
)

// SendOTP sends a new code to a user by [Options.SendOTP], in the place of an older
// one. It is [ErrNotEnabled] when the second factor is off, and [ErrLocked] when too
// many attempts have failed.
func (o Operations) SendOTP(ctx context.Context, userID authplugin.ID) error {
	e, err := o.load(ctx, userID)
	if err != nil {
		return err
	}
	switch {
	case o.plugin.options.SendOTP == nil:
		return ErrOTPNotConfigured
	case !e.enabled():
		return ErrNotEnabled
	}
	until, err := o.lockedUntil(ctx, e)
	if err != nil {
		return err
	}
	if !until.IsZero() {
		return ErrLocked
	}
	code := authplugin.RandomDigits(o.plugin.options.OTPDigits)
	if err := o.storeOTP(ctx, userID, sentCode{sealed: o.plugin.seal(code, placeOTP, userID)}); err != nil {
		return err
	}
	return o.plugin.options.SendOTP(ctx, e.user, code)
}

// storeTries is how often a code is stored while others store theirs.
const storeTries = 10

// storeOTP stores a code in the place of older ones.
func (o Operations) storeOTP(ctx context.Context, userID authplugin.ID, code sentCode) error {
	verifications, identifier := o.auth.Verifications(), otpIdentifier(userID)
	for range storeTries {
		if _, err := verifications.Delete(ctx, identifier); err != nil {
			return err
		}
		_, err := verifications.Reserve(ctx, identifier, code.String(), authplugin.VerificationOptions{ExpiresIn: o.plugin.options.OTPExpiresIn})
		if !errors.Is(err, authplugin.ErrDuplicate) {
			return err
		}
	}
	return authplugin.ErrConflict
}

// VerifyOTP verifies a code that was sent. It is [ErrInvalidCode] when it is wrong,
// [ErrTooManyAttempts] when that was the last attempt on it, [ErrOTPExpired] when there
// is none any more, and [ErrLocked] when too many attempts of any kind have failed.
//
// A code works once, and one attempt on it is made at a time: of those who come at
// the same time the others get ErrOTPExpired.
func (o Operations) VerifyOTP(ctx context.Context, userID authplugin.ID, code string) error {
	e, err := o.load(ctx, userID)
	if err != nil {
		return err
	}
	switch {
	case o.plugin.options.SendOTP == nil:
		return ErrOTPNotConfigured
	case !e.enabled():
		return ErrNotEnabled
	}
	try, err := o.attempt(ctx, e)
	if err != nil {
		return err
	}
	// Whoever takes the code is the only one to try it, and puts it back after a failure.
	taken, err := o.auth.Verifications().Consume(ctx, otpIdentifier(userID))
	if errors.Is(err, authplugin.ErrNotFound) {
		return ErrOTPExpired
	}
	if err != nil {
		return err
	}
	sent, err := parseSentCode(taken.Value)
	if err != nil {
		return err
	}
	right, err := o.plugin.open(sent.sealed, placeOTP, userID)
	if err != nil {
		return err
	}
	if authplugin.SameSecret(right, strings.TrimSpace(code)) {
		return try.succeed(ctx)
	}
	sent.attempts++
	if sent.attempts >= o.plugin.options.OTPAttempts {
		return ErrTooManyAttempts
	}
	left := taken.ExpiresAt.Sub(o.auth.Now())
	if left <= 0 {
		return ErrInvalidCode
	}
	// Reserve, since a new code may have been sent meanwhile.
	_, err = o.auth.Verifications().Reserve(ctx, otpIdentifier(userID), sent.String(), authplugin.VerificationOptions{ExpiresIn: left})
	if err != nil && !errors.Is(err, authplugin.ErrDuplicate) {
		return err
	}
	return ErrInvalidCode
}

func otpIdentifier(userID authplugin.ID) string { return "2fa-otp-" + string(userID) }

// sentCode is a code that was sent, as the value of a verification: the encrypted
// code and the attempts on it, as Better Auth has them.
type sentCode struct {
	sealed   string
	attempts int
}

// String is the value of the verification.
func (c sentCode) String() string { return c.sealed + ":" + strconv.Itoa(c.attempts) }

func parseSentCode(value string) (sentCode, error) {
	colon := strings.LastIndexByte(value, ':')
	if colon < 0 {
		return sentCode{}, authplugin.ErrSecretUnreadable
	}
	attempts, err := strconv.Atoi(value[colon+1:])
	if err != nil || attempts < 0 {
		return sentCode{}, fmt.Errorf("twofactor: %w", authplugin.ErrSecretUnreadable)
	}
	return sentCode{sealed: value[:colon], attempts: attempts}, nil
}
