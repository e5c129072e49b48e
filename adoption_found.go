package authplugin

import (
	"context"
	"errors"
	"reflect"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// adoptOf adopts the sessions that a revocation of one session means, or those of a
// user.
func (s Sessions[S, U]) adoptOf(ctx context.Context, o bound[S], handle *gorm.DB, r revocation) (int, error) {
	o.handle = handle
	if r.userID != "" {
		return s.adoptUsers(ctx, o, handle, []ID{r.userID})
	}
	keys, err := s.endingKeys(ctx, o, r)
	if err != nil {
		return 0, err
	}
	return s.adopt(ctx, o, handle, slices.DeleteFunc(slices.Clone(keys), tooLong), false)
}

func tooLong(key string) bool { return len(key) > maxKeyedToken }

// adoptMissing adopts a session that was looked for in the database in vain, and reports
// whether it could.
func (s Sessions[S, U]) adoptMissing(ctx context.Context, o bound[S], r revocation) bool {
	if o.core.sessionsIn != StorageAndDatabase || !o.core.storage.answers() {
		return false
	}
	n, err := s.adoptOf(ctx, o, o.handle, r)
	return err == nil && n > 0
}

// adoptedOf adopts those of some sessions that were not found, and returns all of them if
// there were any to adopt.
func (s Sessions[S, U]) adoptedOf(ctx context.Context, o bound[S], tokens []string, found map[string]*sessionRow[S, U]) []string {
	if o.core.sessionsIn != StorageAndDatabase || !o.core.storage.answers() {
		return nil
	}
	var missing, keys []string
	for _, token := range tokens {
		key := o.core.storedToken(token)
		if found[key] == nil && found[token] == nil && !tooLong(key) {
			missing, keys = append(missing, token), append(keys, key)
		}
	}
	if n, err := s.adopt(ctx, o, o.handle, keys, false); n == 0 || err != nil {
		return nil
	}
	return missing
}

// adoptUsers adopts the sessions of users.
func (s Sessions[S, U]) adoptUsers(ctx context.Context, o bound[S], handle *gorm.DB, userIDs []ID) (int, error) {
	if o.core.sessionsIn != StorageAndDatabase {
		return 0, nil
	}
	o.handle = handle
	lists, err := o.core.readLists(o.storageContext(ctx), userIDs)
	if err != nil {
		return 0, because(ctx, err)
	}
	var keys []string
	now := o.core.now()
	for _, list := range lists {
		for _, m := range list {
			if m.ExpiresAt.After(now) && !tooLong(m.Token) {
				keys = append(keys, m.Token)
			}
		}
	}
	adopted := 0
	for chunk := range slices.Chunk(keys, manyTokens) {
		without, err := s.withoutRow(ctx, o, chunk)
		if err != nil {
			return adopted, err
		}
		n, err := s.adopt(ctx, o, handle, without, false)
		adopted += n
		if err != nil {
			return adopted, err
		}
	}
	return adopted, nil
}

// withoutRow are the keys of sessions that have no row.
func (s Sessions[S, U]) withoutRow(ctx context.Context, o bound[S], keys []string) ([]string, error) {
	var tokens []string
	err := o.read(ctx, func(db *gorm.DB) error {
		tokens = nil
		return db.Model(new(S)).Clauses(clause.Where{Exprs: o.secretIn("token", keys...)}).
			Pluck(o.model.byName["token"].column, &tokens).Error
	})
	if err != nil {
		return nil, o.core.outcome(o.model, err)
	}
	have := make(map[string]bool, len(tokens))
	for _, token := range tokens {
		have[token] = true
	}
	return slices.DeleteFunc(slices.Clone(keys), func(key string) bool { return have[key] }), nil
}

// findAdopted finds a session in the database that the storage alone has. When it cannot
// get a row, it is found all the same, as long as its user is right.
func (s Sessions[S, U]) findAdopted(ctx context.Context, o bound[S], users *binding, token string) (*sessionRow[S, U], error) {
	key := o.core.storedToken(token)
	if o.core.sessionsIn != StorageAndDatabase || tooLong(key) || !o.core.storage.answers() {
		return nil, ErrNotFound
	}
	value, err := o.core.storage.get(o.storageContext(ctx), key)
	if err != nil || len(value) == 0 {
		return nil, ErrNotFound
	}
	row := new(sessionRow[S, U])
	copier := o.core.copies.copiers[readerKey{o.binding, users}]
	read := copier.read(value, key, reflect.ValueOf(&row.session).Elem(), reflect.ValueOf(&row.user).Elem())
	if !read.only || !read.isStored() {
		return nil, ErrNotFound
	}
	if err := s.adoptFound(ctx, o, key, read, false); err != nil {
		return row, ignored(err)
	}
	return s.readRow(ctx, o, users, token)
}

// errAsItIs means that a session cannot be adopted now, and is right as it is stored.
var errAsItIs = errors.New("authplugin: a stored session has no row")

// adoptFound adopts a session that was found in the storage.
func (s Sessions[S, U]) adoptFound(ctx context.Context, o bound[S], key string, read readCopy, left bool) error {
	_, err := s.adopt(ctx, o, o.handle, []string{key}, left)
	if err == nil || ctx.Err() != nil || read.stale != "" {
		return err
	}
	o.core.storage.log.WarnContext(ctx, "authplugin: a session that is in the secondary storage only cannot get a row in the database; it is valid all the same", "error", err)
	return errAsItIs
}

// readUnadopted adopts a session that was read just now. What is returned is that of
// readCopy.
func (s Sessions[S, U]) readUnadopted(ctx context.Context, o bound[S], key string, row *sessionRow[S, U], value []byte, read readCopy) (*sessionRow[S, U], []byte, error) {
	switch err := s.adoptFound(ctx, o, key, read, true); {
	case err == nil:
		o.core.storage.event(ctx, StorageMiss)
		return nil, value, nil // which becomes the copy of the row
	case errors.Is(err, errAsItIs):
		o.core.storage.event(ctx, StorageHit)
		return row, nil, nil
	case errors.Is(err, ErrStorage):
		return nil, nil, errAskDatabase
	default:
		return nil, nil, err
	}
}

// ignored is an error but for errAsItIs.
func ignored(err error) error {
	if errors.Is(err, errAsItIs) {
		return nil
	}
	return err
}
