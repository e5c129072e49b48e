package twofactor

import (
	"context"
	"encoding/base32"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"github.com/gorm-auth/authplugin"
)

// secretLength is that of Better Auth: 190 bits of randomness.
const secretLength = 32

// VerifyTOTP verifies a code of a user's authenticator app. It is [ErrInvalidCode]
// when it is wrong or was used before, [ErrLocked] when too many attempts have
// failed, and [ErrTOTPNotEnabled] when the user has no app.
//
// A code works once: of many who present it at the same time one succeeds.
func (o Operations) VerifyTOTP(ctx context.Context, userID authplugin.ID, code string) error {
	e, err := o.load(ctx, userID)
	if err != nil {
		return err
	}
	if !e.hasApp() {
		return ErrTOTPNotEnabled
	}
	if err := o.verifyTOTP(ctx, e, code); err != nil {
		return err
	}
	o.renew(ctx, e)
	return nil
}

// verifyTOTP verifies a code of an app, confirmed or not.
func (o Operations) verifyTOTP(ctx context.Context, e enrolment, code string) error {
	secret, err := o.plugin.open(e.secret, placeSecret, e.user.ID)
	if err != nil {
		return err
	}
	try, err := o.attempt(ctx, e)
	if err != nil {
		return err
	}
	counter, ok := o.plugin.counterOf(code, secret, o.auth.Now())
	if !ok {
		return ErrInvalidCode
	}
	if err := o.use(ctx, e.user.ID, secret, counter); err != nil {
		return err
	}
	return try.succeed(ctx)
}

// counterOf finds the period that a code belongs to.
func (p *Plugin) counterOf(code, secret string, now time.Time) (counter uint64, ok bool) {
	period := int64(p.options.Period / time.Second)
	present := now.Unix() / period
	key := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString([]byte(secret))
	skew := int64(p.options.Skew)
	for at := present - skew; at <= present+skew; at++ {
		if at < 0 {
			continue
		}
		same, err := hotp.ValidateCustom(code, uint64(at), key, hotp.ValidateOpts{
			Digits: otp.Digits(p.options.Digits), Algorithm: otp.AlgorithmSHA1,
		})
		if err == nil && same {
			counter, ok = uint64(at), true
		}
	}
	return counter, ok
}

// use marks a code as used, by a verification that lives until the code is out of
// its window. No column says which code was the last. The secret is part of it, since
// those of another one say nothing.
func (o Operations) use(ctx context.Context, userID authplugin.ID, secret string, counter uint64) error {
	window := time.Duration(2*o.plugin.options.Skew+1) * o.plugin.options.Period
	identifier := "2fa-totp-" + authplugin.HashSecret(string(userID)+"\n"+secret+"\n"+strconv.FormatUint(counter, 10))
	err := o.mark(ctx, identifier, window)
	if errors.Is(err, authplugin.ErrDuplicate) {
		return ErrInvalidCode
	}
	if err != nil {
		return fmt.Errorf("twofactor: cannot mark a code as used: %w", err)
	}
	return nil
}
