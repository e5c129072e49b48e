package authplugin

import (
	"context"
	"errors"
	"slices"

	"gorm.io/gorm"
)

// manyUsers is for how many users one statement of UpdateAll is.
const manyUsers = 500

// UpdateAll sets additional fields of the live sessions of some users, of those whose
// text fields are what was says, and returns how many those are. Copies follow. It is
// for what ends with something else than the session, such as the organization that
// is active in it. The fields of the core are refused.
//
// With [StorageOnly] a session is written by itself, after the commit if there is a
// transaction; when one cannot be written, the others may be.
func (s Sessions[S, U]) UpdateAll(ctx context.Context, userIDs []ID, was map[string]string, values Values) (int64, error) {
	o, err := open[S](s.auth, ModelSession)
	if err != nil {
		return 0, err
	}
	if err := o.refuseDeclared(values); err != nil {
		return 0, err
	}
	where := make([]Condition, 0, len(was)+2)
	for name, text := range was {
		f := o.lookUp(name)
		if f == nil {
			return 0, o.unknown(name)
		}
		where = append(where, Eq(f.name, text))
	}
	if len(values) == 0 || len(userIDs) == 0 {
		return 0, nil
	}
	if o.core.sessionsIn == StorageOnly {
		return s.updateAllStored(ctx, o, userIDs, was, values)
	}
	for ids := range slices.Chunk(userIDs, manyUsers) {
		if _, err := s.adoptUsers(ctx, o, o.handle, ids); err != nil && !errors.Is(err, ErrStorage) {
			return 0, err
		}
	}
	var total int64
	err = o.writing(ctx, func(tx *gorm.DB) error {
		total = 0
		for ids := range slices.Chunk(userIDs, manyUsers) {
			conditions := append(slices.Clip(where), In("userId", ids), Gt("expiresAt", o.core.now()))
			n, err := o.recordTable(tx).updateMany(conditions, values)
			if err != nil {
				return err
			}
			total += n
		}
		return nil
	})
	return total, err
}

// updateAllStored is UpdateAll for sessions that are in the storage alone.
func (s Sessions[S, U]) updateAllStored(ctx context.Context, o bound[S], userIDs []ID, was map[string]string, values Values) (int64, error) {
	is := func(row *S, userID ID) bool {
		for name, text := range was {
			if o.text(row, name) != text {
				return false
			}
		}
		return o.text(row, "userId") == string(userID)
	}
	var total int64
	for _, userID := range userIDs {
		keys, err := s.storedKeys(ctx, o, revocation{userID: userID})
		if err != nil {
			return total, err
		}
		found, err := s.readAllStored(ctx, o, keys)
		if err != nil {
			return total, err
		}
		for _, f := range found {
			if !is(&f.row.session, userID) {
				continue
			}
			_, _, err := s.changeStored(ctx, o, f.key, func(row *S) (Values, error) {
				if !is(row, userID) {
					return nil, nil
				}
				return o.checkedValues(ctx, row, values)
			})
			if errors.Is(err, ErrNotFound) {
				continue
			}
			if err != nil {
				return total, err
			}
			total++
		}
	}
	return total, nil
}
