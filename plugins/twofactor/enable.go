package twofactor

import (
	"context"
	"errors"
	"net/url"

	"github.com/gorm-auth/authplugin"
)

// Enable makes a secret and back-up codes for a user. Nothing is asked of the user
// until Confirm; calling it again before that makes others in their place. It is
// [ErrAlreadyEnabled] when the user has confirmed an app: Disable that one first. With
// [Options.UserColumns], which cannot say that a secret is not confirmed, it is so too
// after EnableOTP.
func (o Operations) Enable(ctx context.Context, userID authplugin.ID) (*Setup, error) {
	if o.err != nil {
		return nil, o.err
	}
	secret, codes := authplugin.RandomText(secretLength), o.plugin.newCodes()
	sealedCodes, err := o.plugin.sealCodes(codes, userID)
	if err != nil {
		return nil, err
	}
	var setup *Setup
	err = o.auth.Atomically(ctx, func(tx *authplugin.Auth) error {
		o := o.in(tx)
		e, err := o.lock(ctx, userID)
		if err != nil {
			return err
		}
		if e.hasApp() || o.plugin.options.UserColumns && e.enabled() {
			return ErrAlreadyEnabled
		}
		if setup, err = o.plugin.setup(e.user, secret, codes); err != nil {
			return err
		}
		return o.begin(ctx, e, o.plugin.seal(secret, placeSecret, userID), sealedCodes)
	})
	if err != nil {
		return nil, err
	}
	return setup, nil
}

// Confirm turns the second factor on with the first code from the app, which counts
// as used. It is [ErrTOTPNotEnabled] without Enable, and otherwise ends as VerifyTOTP
// does. The sessions of the user go on: see [authplugin.Sessions.RevokeAll].
func (o Operations) Confirm(ctx context.Context, userID authplugin.ID, code string) error {
	e, err := o.load(ctx, userID)
	if err != nil {
		return err
	}
	switch {
	case e.secret == "":
		return ErrTOTPNotEnabled
	case e.hasApp():
		return ErrAlreadyEnabled
	}
	if err := o.verifyTOTP(ctx, e, code); err != nil {
		return err
	}
	return o.auth.Atomically(ctx, func(tx *authplugin.Auth) error {
		o := o.in(tx)
		now, err := o.lock(ctx, userID)
		if err != nil {
			return err
		}
		if now.secret != e.secret {
			return ErrInvalidCode // Enable or Disable was called meanwhile
		}
		return o.confirm(ctx, now)
	})
}

// EnableOTP turns the second factor on for a user who is to be sent codes, without an
// app or back-up codes: the user must be known to get what is sent. It is
// [ErrOTPNotConfigured] without [Options.SendOTP], and no error when it is on.
func (o Operations) EnableOTP(ctx context.Context, userID authplugin.ID) error {
	if o.err != nil {
		return o.err
	}
	if o.plugin.options.SendOTP == nil {
		return ErrOTPNotConfigured
	}
	return o.auth.Atomically(ctx, func(tx *authplugin.Auth) error {
		o := o.in(tx)
		e, err := o.lock(ctx, userID)
		if err != nil || e.enabled() {
			return err
		}
		values := authplugin.Values{FieldEnabled: true}
		if o.plugin.options.UserColumns { // a secret that was not confirmed would become one that is
			values[FieldSecret], values[FieldBackupCodes] = nil, nil
		}
		return o.setUser(ctx, e, values)
	})
}

// Disable turns the second factor off and forgets the secret, the back-up codes and
// the code that was sent; devices are trusted no more. It is no error when it is off.
func (o Operations) Disable(ctx context.Context, userID authplugin.ID) error {
	if o.err != nil {
		return o.err
	}
	err := o.auth.Atomically(ctx, func(tx *authplugin.Auth) error {
		o := o.in(tx)
		e, err := o.lock(ctx, userID)
		if err != nil {
			return err
		}
		return o.end(ctx, e)
	})
	if err != nil {
		return err
	}
	_, err = o.auth.Verifications().Delete(ctx, otpIdentifier(userID))
	return err
}

// withoutURL takes the URL out of an error, which has the secret in it.
func withoutURL(err error) error {
	var wrong *url.Error
	if errors.As(err, &wrong) {
		return wrong.Err
	}
	return err
}
