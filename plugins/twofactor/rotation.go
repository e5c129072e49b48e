package twofactor

import (
	"context"

	"github.com/gorm-auth/authplugin"
)

// renew encrypts a user's secret and back-up codes anew, if that is not by the first
// key. The code that was shown is right whether or not it succeeds; the next one is
// another try.
func (o Operations) renew(ctx context.Context, e enrolment) {
	if o.plugin.box == nil || !o.plugin.box.NeedsRotation(e.secret) && !o.plugin.box.NeedsRotation(e.codes) {
		return
	}
	err := o.auth.Atomically(ctx, func(tx *authplugin.Auth) error {
		o := o.in(tx)
		now, err := o.lock(ctx, e.user.ID)
		if err != nil || now.secret != e.secret {
			return err
		}
		secret, err := o.plugin.open(now.secret, placeSecret, e.user.ID)
		if err != nil {
			return err
		}
		codes, err := o.plugin.openCodes(now.codes, e.user.ID)
		if err != nil {
			return err
		}
		sealed, err := o.plugin.sealCodes(codes, e.user.ID)
		if err != nil {
			return err
		}
		return o.setSecrets(ctx, now, o.plugin.seal(secret, placeSecret, e.user.ID), sealed)
	})
	if err != nil && ctx.Err() == nil {
		o.auth.DB(ctx).Logger.Warn(ctx, "twofactor: cannot encrypt a secret anew: %v", err)
	}
}

// setSecrets stores the secret and the back-up codes.
func (o Operations) setSecrets(ctx context.Context, e enrolment, secret, codes string) error {
	if e.row == nil {
		return o.setUser(ctx, e, authplugin.Values{FieldSecret: secret, FieldBackupCodes: codes})
	}
	_, err := authplugin.RowsOf[TwoFactor](o.auth).Update(ctx, e.row.ID, authplugin.Values{"secret": secret, "backupCodes": codes})
	return err
}
