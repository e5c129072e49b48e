package authplugin

import (
	"context"
	"errors"

	"gorm.io/gorm"
)

// SetPassword sets the password of a user, and makes the account for it where the
// user has none. It is [ErrForeignKey] when there is no such user, and [ErrInvalid]
// when the password is empty. The user's sessions go on: see [Sessions.RevokeAll].
func (a Accounts[A, U]) SetPassword(ctx context.Context, userID ID, password string) error {
	o, err := open[A](a.auth, ModelAccount)
	if err != nil {
		return err
	}
	hash, err := o.core.hashPassword(ctx, password)
	if err != nil {
		return err
	}
	for range setPasswordAttempts {
		err = a.storePassword(ctx, o, userID, hash)
		if !errors.Is(err, ErrDuplicate) {
			return err
		}
	}
	return err
}

// hashPassword hashes a password that is to be stored. How long it must be is the
// application's to say; but an empty one is a field that a form lacked.
func (c *core) hashPassword(ctx context.Context, password string) (string, error) {
	if password == "" {
		return "", c.schema.byName[ModelAccount].byName["password"].errorf("is required")
	}
	return c.hasher.Hash(ctx, password)
}

// decoyHash is the hash of a password that nobody knows.
func (c *core) decoyHash(ctx context.Context) (string, error) {
	if known := c.decoy.Load(); known != nil {
		return *known, nil
	}
	hash, err := c.hasher.Hash(ctx, randomText(tokenSize))
	if err != nil {
		return "", err
	}
	c.decoy.Store(&hash)
	return hash, nil
}

// setPasswordAttempts is how often a password is stored when the account for it
// comes and goes meanwhile.
const setPasswordAttempts = 3

func (a Accounts[A, U]) storePassword(ctx context.Context, o bound[A], userID ID, hash string) error {
	db := o.session(ctx)
	updated := int64(0)
	err := o.core.runOwn(ctx, db, func() error {
		tx := db.Model(new(A)).Where(o.equals("userId", userID)).Where(o.equals("providerId", CredentialProvider)).
			Updates(map[string]any{"password": hash})
		updated = tx.RowsAffected
		return tx.Error
	})
	if err != nil || updated > 0 {
		return o.core.outcome(o.model, err)
	}
	account := new(A)
	err = o.fill(account, Values{"userId": userID, "accountId": string(userID), "providerId": CredentialProvider, "password": hash})
	if err != nil {
		return err
	}
	return o.core.outcome(o.model, a.link(ctx, o, db, account))
}

// VerifyPassword reports whether a password is that of a user. A user without a
// password, and one that does not exist, take as long as a wrong password, and end
// like it: so call it, with an empty id, also when nobody has the e-mail address. A
// hash that the configured hasher would make anew is replaced on the way.
func (a Accounts[A, U]) VerifyPassword(ctx context.Context, userID ID, password string) (bool, error) {
	o, err := open[A](a.auth, ModelAccount)
	if err != nil {
		return false, err
	}
	// Before anything is known of the user, since it takes its time once.
	decoy, err := o.core.decoyHash(ctx)
	if err != nil {
		return false, err
	}
	account := new(A)
	err = o.read(ctx, func(db *gorm.DB) error {
		return db.Where(o.equals("userId", userID)).Where(o.equals("providerId", CredentialProvider)).Take(account).Error
	})
	if err != nil && !errors.Is(err, gorm.ErrRecordNotFound) {
		return false, o.core.outcome(o.model, err)
	}
	hash := o.text(account, "password")
	if err != nil || hash == "" {
		_, err = o.core.hasher.Verify(ctx, decoy, password)
		return false, err
	}
	ok, err := o.core.hasher.Verify(ctx, hash, password)
	if err != nil || !ok {
		return false, err
	}
	a.rehash(ctx, o, ID(o.text(account, "id")), hash, password)
	return true, nil
}

// rehash replaces a hash that is out of date, unless the password has been changed
// meanwhile. The password is right whether or not that succeeds; the next time is
// another try.
func (a Accounts[A, U]) rehash(ctx context.Context, o bound[A], id ID, hash, password string) {
	renewer, ok := o.core.hasher.(Rehasher)
	if !ok || !renewer.NeedsRehash(hash) {
		return
	}
	renewed, err := o.core.hasher.Hash(ctx, password)
	if err == nil {
		err = o.unasked(ctx, func(db *gorm.DB) error {
			return db.Model(new(A)).Where(o.equals("id", id)).Where(o.equals("password", hash)).
				UpdateColumn(o.model.byName["password"].column, renewed).Error
		})
	}
	if err != nil && ctx.Err() == nil {
		o.handle.Logger.Warn(ctx, "authplugin: cannot renew the hash of a password: %v", o.core.outcome(o.model, err))
	}
}
