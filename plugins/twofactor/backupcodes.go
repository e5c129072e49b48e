package twofactor

import (
	"context"

	"github.com/gorm-auth/authplugin"
)

// GenerateBackupCodes makes new back-up codes for a user, which are returned to be
// shown once; the older ones do not work any more. It is [ErrNotEnabled] when the
// second factor is off, and [ErrBackupCodesNotEnabled] when the user has no app.
func (o Operations) GenerateBackupCodes(ctx context.Context, userID authplugin.ID) ([]string, error) {
	if o.err != nil {
		return nil, o.err
	}
	codes := o.plugin.newCodes()
	sealed, err := o.plugin.sealCodes(codes, userID)
	if err != nil {
		return nil, err
	}
	err = o.auth.Atomically(ctx, func(tx *authplugin.Auth) error {
		o := o.in(tx)
		e, err := o.lock(ctx, userID)
		switch {
		case err != nil:
			return err
		case !e.enabled():
			return ErrNotEnabled
		case !e.hasApp():
			return ErrBackupCodesNotEnabled
		}
		return o.setCodes(ctx, e, sealed)
	})
	if err != nil {
		return nil, err
	}
	return codes, nil
}

// VerifyBackupCode verifies a back-up code, which does not work again: of many who
// present it at the same time one succeeds. Spaces and hyphens in it do not count.
// It is [ErrInvalidBackupCode] when it is wrong or was used before, and [ErrLocked] when
// too many attempts have failed.
func (o Operations) VerifyBackupCode(ctx context.Context, userID authplugin.ID, code string) error {
	e, err := o.load(ctx, userID)
	switch {
	case err != nil:
		return err
	case !e.enabled():
		return ErrNotEnabled
	case !e.hasApp() || e.codes == "":
		return ErrBackupCodesNotEnabled
	}
	if _, err := o.plugin.openCodes(e.codes, userID); err != nil {
		return err
	}
	try, err := o.attempt(ctx, e)
	if err != nil {
		return err
	}
	err = o.auth.Atomically(ctx, func(tx *authplugin.Auth) error {
		o := o.in(tx)
		e, err := o.lock(ctx, userID)
		if err != nil {
			return err
		}
		if !e.hasApp() {
			return ErrInvalidBackupCode // disabled meanwhile
		}
		codes, err := o.plugin.openCodes(e.codes, userID)
		if err != nil {
			return err
		}
		rest, ok := without(codes, code)
		if !ok {
			return ErrInvalidBackupCode
		}
		sealed, err := o.plugin.sealCodes(rest, userID)
		if err != nil {
			return err
		}
		return o.setCodes(ctx, e, sealed)
	})
	if err != nil {
		return err
	}
	return try.succeed(ctx)
}
