package authplugin

import (
	"context"

	"gorm.io/gorm/clause"
)

// Reserve creates a verification unless the identifier has a live one: of many
// concurrent callers exactly one does, the others get [ErrDuplicate]. Create and
// Reserve are not to be used for the same identifier at once: Create asks nobody.
//
// Where ids are not [Random] or [UUID], it is [ErrStaleSnapshot] in a transaction of
// the caller at REPEATABLE READ or SERIALIZABLE on PostgreSQL, or SNAPSHOT on SQL
// Server: that would not see the row of another winner. (SERIALIZABLE guards only
// against others that run at it, which the library does not by itself.)
func (v Verifications[V]) Reserve(ctx context.Context, identifier, value string, opts VerificationOptions) (*V, error) {
	o, row, err := v.fresh(identifier, value, opts)
	if err != nil {
		return nil, err
	}
	if o.core.verificationsIn == StorageOnly {
		return v.createStored(ctx, o, row, identifier, true)
	}
	if stored, err := v.hasStored(ctx, o, identifier); err != nil {
		return nil, err
	} else if stored {
		return nil, ErrDuplicate
	}
	key := uniqueKey{model: o.model, parts: []string{identifier}}
	for range reserveAttempts {
		won := *row
		err = v.reserve(ctx, o, key, identifier, &won)
		if err == nil {
			return &won, o.set(&won, "identifier", identifier)
		}
		if !refusedByDatabase(err) {
			return nil, err
		}
		// The primary key refused it: the row of the key is there, and was not live
		// a moment ago.
		if err := v.clear(ctx, o, key); err != nil {
			return nil, err
		}
	}
	return nil, ErrDuplicate
}

const reserveAttempts = 10

func (v Verifications[V]) reserve(ctx context.Context, o bound[V], key uniqueKey, identifier string, row *V) error {
	has := func(row *V) bool { return isIdentifier(o.text(row, "identifier"), identifier) }
	others := func() []clause.Expression { return append(o.ofIdentifier(identifier), o.live()) }
	return o.core.outcome(o.model, o.only(row, key, has, others).insert(ctx, o.session(ctx)))
}

// clear deletes the row of a key if it has expired.
func (v Verifications[V]) clear(ctx context.Context, o bound[V], key uniqueKey) error {
	id, _ := key.derivedID()
	_, err := o.delete(ctx, o.equals("id", id), clause.Lte{Column: o.column("expiresAt"), Value: o.core.now()})
	return err
}
