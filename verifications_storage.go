package authplugin

import (
	"context"
	"errors"
	"reflect"

	"gorm.io/gorm"
)

// errNoVerificationID is for look-ups by id among verifications that have none.
var errNoVerificationID = errors.New("authplugin: verifications are in the secondary storage only, where they are found by their identifiers: use Delete")

// storedVerification is where a stored verification is, and how it is written.
func (v Verifications[V]) storedKey(o bound[V], identifier string) (string, error) {
	if len(identifier) > maxKeyedIdentifier {
		return "", o.byName("identifier").errorf("is longer than the %d bytes that can be kept in the secondary storage", maxKeyedIdentifier)
	}
	return verificationKey(o.core.cfg.Verification.storedIdentifier(identifier)), nil
}

// createStored stores a verification, in the place of an older one; with reserve only
// where there is none.
func (v Verifications[V]) createStored(ctx context.Context, o bound[V], row *V, identifier string, reserve bool) (*V, error) {
	key, err := v.storedKey(o, identifier)
	if err != nil {
		return nil, err
	}
	if err := o.dry(ctx, func(db *gorm.DB) *gorm.DB { return db.Create(row) }); err != nil {
		return nil, err
	}
	rows := []hookRow{{row: reflect.ValueOf(row).Elem()}}
	err = o.core.runStored(ctx, o.handle, storedWrite{b: o.binding, op: OperationCreate, rows: rows, write: func(ctx context.Context) error {
		value, err := v.write(o, row, onlyVerification)
		if err != nil {
			return err
		}
		change := StorageChange{Key: key, Compare: reserve, Value: value, TTL: o.moment(row, "expiresAt").Sub(o.core.now()), Keep: true}
		done, err := o.core.storage.apply(ctx, Transition{change})
		if err == nil && !done[0] {
			// A copy of a row, or its mark, from when there were rows, is no verification.
			if change.Old, err = o.core.storage.get(ctx, key); err == nil && (len(change.Old) == 0 || !v.inStorageOnly(o, change.Old)) {
				done, err = o.core.storage.apply(ctx, Transition{change})
			}
			if errors.Is(err, ErrNotFound) || errors.Is(err, ErrForeignValue) {
				err = nil
			}
		}
		if err == nil && !done[0] {
			err = ErrDuplicate
		}
		return because(ctx, err)
	}})
	if err != nil {
		return nil, err
	}
	return row, o.set(row, "identifier", identifier)
}

// getStored reads a stored verification, under the key that has it.
func (v Verifications[V]) getStored(ctx context.Context, o bound[V], identifier string) (row *V, key string, value []byte, err error) {
	for _, key := range verificationKeys(identifier) {
		value, err := o.core.storage.get(o.storageContext(ctx), key)
		if errors.Is(err, ErrNotFound) || errors.Is(err, ErrForeignValue) {
			continue
		}
		if err != nil {
			return nil, "", nil, because(ctx, err)
		}
		if !v.inStorageOnly(o, value) {
			continue
		}
		if row := v.read(ctx, o, value, identifier); row != nil {
			return row, key, value, nil
		}
	}
	return nil, "", nil, ErrNotFound
}

// findStored finds a stored verification.
func (v Verifications[V]) findStored(ctx context.Context, o bound[V], identifier string) (*V, error) {
	row, _, _, err := v.getStored(ctx, o, identifier)
	if err != nil {
		return nil, err
	}
	return v.newest(o, []*V{row}, identifier)
}

// takeStored takes a stored verification: of many callers one gets it. In a transaction
// that is rolled back it is put back, unless there is another one by then.
func (v Verifications[V]) takeStored(ctx context.Context, o bound[V], identifier string) (*V, error) {
	row, key, value, err := v.getStored(ctx, o, identifier)
	if err != nil {
		return nil, err
	}
	take := func(ctx context.Context) error {
		done, err := o.core.storage.apply(ctx, Transition{{Key: key, Compare: true, Old: value}})
		if err == nil && !done[0] {
			err = ErrNotFound
		}
		return because(ctx, err)
	}
	w := storedWrite{b: o.binding, op: OperationDelete, rows: []hookRow{{row: reflect.ValueOf(row).Elem()}}, write: take}
	if inTransaction(o.handle) || o.binding.hooks.runs(OperationDelete) {
		w.write = nil
		w.within = func(tx *gorm.DB) error {
			if err := take(withTransaction(tx.Statement.Context, tx)); err != nil {
				return err
			}
			return o.core.afterEnd(tx, func(ctx context.Context, outcome commitOutcome) {
				if outcome == rolledBack {
					ttl := o.moment(row, "expiresAt").Sub(o.core.now())
					_, _ = o.core.storage.apply(ctx, Transition{{Key: key, Compare: true, Value: value, TTL: ttl, Keep: true}})
				}
			})
		}
	}
	if err := o.core.runStored(ctx, o.handle, w); err != nil {
		return nil, err
	}
	return row, nil
}

// consumeStored takes a stored verification that is live.
func (v Verifications[V]) consumeStored(ctx context.Context, o bound[V], identifier string) (*V, error) {
	row, err := v.takeStored(ctx, o, identifier)
	if err != nil {
		return nil, err
	}
	return v.newest(o, []*V{row}, identifier)
}

// deleteStored deletes what is stored of an identifier.
func (v Verifications[V]) deleteStored(ctx context.Context, o bound[V], identifier string) (int64, error) {
	var n int64
	for range verificationKeys(identifier) {
		_, err := v.takeStored(ctx, o, identifier)
		if errors.Is(err, ErrNotFound) {
			continue
		}
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// updateStored sets fields of a stored verification that is live.
func (v Verifications[V]) updateStored(ctx context.Context, o bound[V], identifier string, values Values) (*V, error) {
	for range swapTries {
		row, key, value, err := v.getStored(ctx, o, identifier)
		if err == nil {
			row, err = v.newest(o, []*V{row}, identifier)
		}
		if err != nil {
			return nil, err
		}
		changed := copyRowOf(o, row)
		if err := o.dry(ctx, func(db *gorm.DB) *gorm.DB { return db.Model(changed).Updates(map[string]any(values)) }); err != nil {
			return nil, err
		}
		set := Values{"updatedAt": o.moment(changed, "updatedAt")}
		for name := range values {
			f := o.lookUp(name)
			set[f.name] = o.get(o.byName(f.name), reflect.ValueOf(changed).Elem()).value
		}
		swapped := false
		rows := []hookRow{{row: reflect.ValueOf(row).Elem(), values: set}}
		err = o.core.runStored(ctx, o.handle, storedWrite{b: o.binding, op: OperationUpdate, rows: rows, write: func(ctx context.Context) error {
			if err := o.fill(row, rows[0].values); err != nil {
				return err
			}
			next, err := v.write(o, row, onlyVerification)
			if err != nil {
				return err
			}
			done, err := o.core.storage.apply(ctx, Transition{{
				Key: key, Compare: true, Old: value, Value: next, TTL: o.moment(row, "expiresAt").Sub(o.core.now()), Keep: true,
			}})
			swapped = err == nil && done[0]
			return because(ctx, err)
		}})
		if err != nil {
			return nil, err
		}
		if swapped || inTransaction(o.handle) {
			return row, o.set(row, "identifier", identifier)
		}
	}
	return nil, ErrConflict
}
