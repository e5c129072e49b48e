package authplugin

import (
	"context"
	"reflect"
	"time"

	"gorm.io/gorm"
)

// changeStored changes a stored session, by its key, by a function, which returns what
// it sets. It is given the row to change, and returns nil to leave it as it is.
func (s Sessions[S, U]) changeStored(ctx context.Context, o bound[S], key string, change func(row *S) (Values, error)) (*S, bool, error) {
	users, err := typed[U](o.core, ModelUser)
	if err != nil {
		return nil, false, err
	}
	copier := o.core.copies.copiers[readerKey{o.binding, users}]
	before, _, _, err := s.readStored(ctx, o, copier, key)
	if err != nil {
		return nil, false, err
	}
	rows := []hookRow{{row: reflect.ValueOf(&before.session).Elem(), id: ID(o.text(&before.session, "id"))}}
	asked := *copyRowOf(o, &before.session)
	if rows[0].values, err = change(&asked); err != nil || rows[0].values == nil {
		return &asked, false, err
	}
	result, changed := &asked, false
	err = o.core.runStored(ctx, o.handle, storedWrite{b: o.binding, op: OperationUpdate, rows: rows, write: func(ctx context.Context) error {
		return o.core.stored.replace(ctx, key, func(value []byte) (*storedValue, error) {
			row := new(sessionRow[S, U])
			read := copier.read(value, key, reflect.ValueOf(&row.session).Elem(), reflect.ValueOf(&row.user).Elem())
			if !read.isStored() || !o.moment(&row.session, "expiresAt").After(o.core.now()) {
				return nil, ErrNotFound
			}
			result, changed = &row.session, false
			values, err := change(&row.session)
			if err != nil || values == nil {
				return nil, err
			}
			if err := o.fill(&row.session, rows[0].values); err != nil {
				return nil, err
			}
			changed = true
			next, err := copier.writeOnly(reflect.ValueOf(&row.session).Elem(), reflect.ValueOf(&row.user).Elem(), key, read.stale)
			return &storedValue{
				value: next, expires: o.moment(&row.session, "expiresAt"),
				userID: ID(o.text(&row.session, "userId")), id: ID(o.text(&row.session, "id")),
			}, err
		})
	}})
	return result, changed, err
}

func copyRowOf[T any](o bound[T], row *T) *T {
	copied, _ := reflect.TypeAssert[*T](o.copyRow(reflect.ValueOf(row).Elem()).Addr())
	return copied
}

// refreshStored extends a stored session.
func (s Sessions[S, U]) refreshStored(ctx context.Context, o bound[S], session *S, before time.Time) (bool, error) {
	token := o.text(session, "token")
	row, refreshed, err := s.changeStored(ctx, o, o.core.storedToken(token), func(row *S) (Values, error) {
		if o.moment(row, "expiresAt").Sub(before).Abs() >= time.Millisecond {
			return nil, nil // somebody else has refreshed it
		}
		now := normalizeTime(o.core.now())
		return Values{"expiresAt": normalizeTime(now.Add(o.core.cfg.Session.expiresIn())), "updatedAt": now}, nil
	})
	if err != nil {
		return false, err
	}
	*session = *row
	return refreshed, o.set(session, "token", token)
}

// updateStored sets additional fields of a stored session.
func (s Sessions[S, U]) updateStored(ctx context.Context, o bound[S], token string, values Values) (*S, error) {
	row, _, err := s.changeStored(ctx, o, o.core.storedToken(token), func(row *S) (Values, error) {
		return o.checkedValues(ctx, row, values)
	})
	if err != nil {
		return nil, err
	}
	return row, o.set(row, "token", token)
}

// checkedValues are values as an update of a row would write them.
func (o bound[T]) checkedValues(ctx context.Context, row *T, values Values) (Values, error) {
	checked := copyRowOf(o, row)
	err := o.dry(ctx, func(db *gorm.DB) *gorm.DB { return db.Model(checked).Updates(map[string]any(values)) })
	if err != nil {
		return nil, err
	}
	set := Values{"updatedAt": o.moment(checked, "updatedAt")}
	for name := range values {
		set[name] = o.get(o.byName(name), reflect.ValueOf(checked).Elem()).value
	}
	return set, nil
}
