package twofactor

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
)

// mark creates a verification of which there can be one only: that a code was used,
// that an attempt was made. It is [authplugin.ErrDuplicate] when it is there.
func (o Operations) mark(ctx context.Context, identifier string, expiresIn time.Duration) error {
	verifications := o.auth.Verifications()
	if o.inTransaction(ctx) {
		// Verifications that are in the secondary storage only are written after the
		// commit, and found out to be duplicates too late.
		_, err := verifications.Find(ctx, identifier)
		if err == nil {
			return authplugin.ErrDuplicate
		}
		if !errors.Is(err, authplugin.ErrNotFound) {
			return err
		}
	}
	_, err := verifications.Reserve(ctx, identifier, "1", authplugin.VerificationOptions{ExpiresIn: expiresIn})
	return err
}

// unmark deletes what mark has created.
func (o Operations) unmark(ctx context.Context, identifier string) error {
	verifications := o.auth.Verifications()
	n, err := verifications.Delete(ctx, identifier)
	if err != nil || n > 0 || !o.inTransaction(ctx) {
		return err
	}
	// What this transaction has created is perhaps not there before the commit: what
	// takes its place then is gone at once.
	_, err = verifications.Create(ctx, identifier, "0", authplugin.VerificationOptions{ExpiresIn: time.Millisecond})
	return err
}

func (o Operations) inTransaction(ctx context.Context) bool {
	_, within := o.auth.DB(ctx).Statement.ConnPool.(gorm.TxCommitter)
	return within
}
