package authplugin

import (
	"context"
	"errors"
	"reflect"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Reserve creates a verification unless the identifier has a live one: of many
// concurrent callers exactly one does, the others get [ErrDuplicate]. Create and
// Reserve are not to be used for the same identifier at once: Create asks nobody.
//
// Where ids are not [Random] or [UUID], it must not run in a transaction of the
// caller at REPEATABLE READ on PostgreSQL, or SNAPSHOT on SQL Server: that would
// not see the row of another winner.
func (v Verifications[V]) Reserve(ctx context.Context, identifier, value string, opts VerificationOptions) (*V, error) {
	o, row, err := v.fresh(identifier, value, opts)
	if err != nil {
		return nil, err
	}
	key := uniqueKey{model: o.model, parts: []string{identifier}}
	for range reserveAttempts {
		won := *row
		err = v.reserve(ctx, o, key, identifier, &won)
		if err == nil {
			return &won, o.set(&won, "identifier", identifier)
		}
		var refused *databaseError
		if !errors.Is(err, ErrDuplicate) || !errors.As(err, &refused) {
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
	taken := func(tx *gorm.DB, own ID) (bool, error) {
		var others []V
		where := append(o.ofIdentifier(identifier), o.live())
		if own != "" {
			where = append(where, clause.Neq{Column: o.column("id"), Value: own})
		}
		err := tx.Clauses(clause.Where{Exprs: where}).Limit(1).Find(&others).Error
		return len(others) > 0, err
	}
	begin := o.beginAnew(reflect.ValueOf(row).Elem())
	return o.core.outcome(o.model, o.core.insertOnce(o.session(ctx), key, func(tx *gorm.DB, id ID) (ID, error) {
		begin()
		if id != "" {
			if err := o.set(row, "id", id); err != nil {
				return "", err
			}
		}
		err := o.core.createOnce(ctx, tx, o.binding, row)
		return ID(o.text(row, "id")), err
	}, taken))
}

// clear deletes the row of a key if it has expired.
func (v Verifications[V]) clear(ctx context.Context, o bound[V], key uniqueKey) error {
	id, _ := key.derivedID()
	_, err := o.delete(ctx, o.equals("id", id), clause.Lte{Column: o.column("expiresAt"), Value: o.core.now()})
	return err
}
