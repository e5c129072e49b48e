package twofactor

import (
	"context"
	"errors"

	"github.com/gorm-auth/authplugin"
)

// TrustDevice makes a token for a device that is not asked for a code for as long as
// [Options.TrustFor] says. It is kept in a cookie of the device, and only its hash in
// the verifications. Call it after a code was verified. It is [ErrNotEnabled] when the
// second factor is off.
func (o Operations) TrustDevice(ctx context.Context, userID authplugin.ID) (token string, err error) {
	e, err := o.load(ctx, userID)
	if err != nil {
		return "", err
	}
	if !e.enabled() {
		return "", ErrNotEnabled
	}
	token = authplugin.RandomText(secretLength)
	identifier, err := o.deviceIdentifier(e, token)
	if err != nil {
		return "", err
	}
	_, err = o.auth.Verifications().Create(ctx, identifier, string(userID), authplugin.VerificationOptions{ExpiresIn: o.plugin.options.TrustFor})
	if err != nil {
		return "", err
	}
	return token, nil
}

// IsTrusted reports whether a token is that of a device which a user trusts. One from
// before the second factor was turned off and on again is not.
func (o Operations) IsTrusted(ctx context.Context, userID authplugin.ID, token string) (bool, error) {
	e, err := o.load(ctx, userID)
	if err != nil {
		return false, err
	}
	if len(token) != secretLength || !e.enabled() {
		return false, nil
	}
	identifier, err := o.deviceIdentifier(e, token)
	if err != nil {
		return false, err
	}
	trusted, err := o.auth.Verifications().Find(ctx, identifier)
	if errors.Is(err, authplugin.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return authplugin.SameSecret(trusted.Value, string(userID)), nil
}

// DistrustDevice ends the trust in a device. It is no error when there is none.
func (o Operations) DistrustDevice(ctx context.Context, userID authplugin.ID, token string) error {
	e, err := o.load(ctx, userID)
	if err != nil || len(token) != secretLength {
		return err
	}
	identifier, err := o.deviceIdentifier(e, token)
	if err != nil {
		return err
	}
	_, err = o.auth.Verifications().Delete(ctx, identifier)
	return err
}

// deviceIdentifier is what is stored of a token. The secret of the app is part of it,
// so that another secret ends the trust in all devices at once, wherever
// verifications are kept.
func (o Operations) deviceIdentifier(e enrolment, token string) (string, error) {
	secret := ""
	if e.hasApp() {
		var err error
		if secret, err = o.plugin.open(e.secret, placeSecret, e.user.ID); err != nil {
			return "", err
		}
	}
	return "trust-device-" + authplugin.HashSecret(token+"\n"+string(e.user.ID)+"\n"+secret), nil
}
