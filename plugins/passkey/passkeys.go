package passkey

import (
	"context"
	"errors"
	"strings"

	"github.com/gorm-auth/authplugin"
)

// List returns the passkeys of a user, the oldest first, 1000 at most.
func (o Operations) List(ctx context.Context, userID authplugin.ID) ([]Passkey, error) {
	if o.err != nil {
		return nil, o.err
	}
	return o.rows().FindMany(ctx, ofUser(userID))
}

// Find finds a passkey of a user. It is [ErrPasskeyNotFound] when the user has no such
// passkey, also when somebody else has it.
func (o Operations) Find(ctx context.Context, userID, id authplugin.ID) (*Passkey, error) {
	if o.err != nil {
		return nil, o.err
	}
	row, err := o.rows().FindOne(ctx, authplugin.Query{
		Where: []authplugin.Condition{authplugin.Eq("id", id), authplugin.Eq("userId", userID)},
	})
	return row, ofOwner(err)
}

// Rename gives a passkey of a user another name, of 1 to 255 characters. It is
// [ErrPasskeyNotFound] as in Find.
func (o Operations) Rename(ctx context.Context, userID, id authplugin.ID, name string) (*Passkey, error) {
	if o.err != nil {
		return nil, o.err
	}
	name = strings.TrimSpace(name)
	if name == "" {
		return nil, invalid("name", "is required")
	}
	if err := checkName(name); err != nil {
		return nil, err
	}
	row, err := o.rows().Update(ctx, id, authplugin.Values{"name": name}, authplugin.Eq("userId", userID))
	return row, ofOwner(err)
}

// Delete deletes a passkey of a user. It is [ErrPasskeyNotFound] as in Find. Sessions go
// on: see [authplugin.Sessions.RevokeAll]. Whether another way to sign in is left, the
// application knows.
func (o Operations) Delete(ctx context.Context, userID, id authplugin.ID) error {
	if o.err != nil {
		return o.err
	}
	return o.auth.Atomically(ctx, func(tx *authplugin.Auth) error {
		o := o
		o.auth = tx
		if _, err := o.Find(ctx, userID, id); err != nil {
			return err
		}
		return ofOwner(o.rows().Delete(ctx, id))
	})
}

// ofOwner is the error of an operation on a passkey of a user.
func ofOwner(err error) error {
	if errors.Is(err, authplugin.ErrNotFound) {
		return ErrPasskeyNotFound
	}
	return err
}
