package authplugin

import (
	"cmp"
	"context"
	"errors"
	"reflect"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// outside is these operations outside of the transaction that their Auth is bound to.
func (s Sessions[S, U]) outside(c *core) Sessions[S, U] {
	return Sessions[S, U]{&Auth{state: c.owner, db: c.db}}
}

// copyCreated has the storage hold a copy of a session that was created just now, once
// its transaction is committed. The session is there without it.
func (s Sessions[S, U]) copyCreated(ctx context.Context, o bound[S], token string) error {
	users, err := typed[U](o.core, ModelUser)
	if err != nil {
		return err
	}
	return o.core.afterCommit(o.session(ctx), func(ctx context.Context) {
		outside := s.outside(o.core)
		handle, err := open[S](outside.auth, ModelSession)
		if err != nil || !o.core.storage.answers() {
			return
		}
		copier := o.core.copies.copiers[readerKey{o.binding, users}]
		key := o.core.storedToken(token)
		_, _ = outside.refill(ctx, handle, users, copier, token, key, absentCopy{refills: o.core.copies.refills.of(key)})
	})
}

// dry has GORM do to a row all that a write does, but for the statement: ids, defaults,
// times, transforms, checks.
func (o bound[T]) dry(ctx context.Context, write func(db *gorm.DB) *gorm.DB) error {
	db := o.session(ctx).Session(&gorm.Session{DryRun: true, SkipDefaultTransaction: true, Logger: silent{}})
	return o.core.outcome(o.model, write(db).Error)
}

// createStored creates a session in the storage alone.
func (s Sessions[S, U]) createStored(ctx context.Context, o bound[S], session *S) error {
	users, err := typed[U](o.core, ModelUser)
	if err != nil {
		return err
	}
	if err := o.dry(ctx, func(db *gorm.DB) *gorm.DB { return db.Create(session) }); err != nil {
		return err
	}
	copier := o.core.copies.copiers[readerKey{o.binding, users}]
	rows := []hookRow{{row: reflect.ValueOf(session).Elem()}}
	return o.core.runStored(ctx, o.handle, storedWrite{b: o.binding, op: OperationCreate, rows: rows, write: func(ctx context.Context) error {
		owners, err := open[U](s.outside(o.core).auth, ModelUser)
		if err != nil {
			return err
		}
		return o.core.atomically(o.core.session(ctx, o.core.db), func(tx *gorm.DB) error {
			userID := ID(o.text(session, "userId"))
			user, err := owners.shared(tx, userID)
			if err != nil {
				return err
			}
			if err := o.core.admit(ctx, &Auth{state: o.core.owner, db: tx}, userID); err != nil {
				return err
			}
			copier.user.hide(reflect.ValueOf(user).Elem())
			return o.core.stored.create(withTransaction(ctx, tx), copier, rows[0].row, reflect.ValueOf(user).Elem())
		})
	}})
}

// shared reads a user, and keeps others from writing to it until the transaction ends:
// whoever does so afterwards finds the new session among those of the user.
func (o bound[T]) shared(tx *gorm.DB, id ID) (*T, error) {
	read := tx
	switch o.core.dialect.Name() {
	case "postgres":
		read = tx.Clauses(clause.Locking{Strength: clause.LockingStrengthShare})
	case "mysql": // MariaDB has another word for it
		read = tx.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate})
	case "sqlserver":
		read = tx.Clauses(updateLock{})
	}
	user := new(T)
	err := read.Where(o.equals("id", id)).Take(user).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, ErrForeignKey
	}
	return user, err
}

// storedRow is a stored session with its key.
type storedRow[S, U any] struct {
	key string
	row *sessionRow[S, U]
}

// readAllStored reads live sessions by key; what is none is left out.
func (s Sessions[S, U]) readAllStored(ctx context.Context, o bound[S], keys []string) ([]storedRow[S, U], error) {
	users, err := typed[U](o.core, ModelUser)
	if err != nil {
		return nil, err
	}
	values, err := o.core.storage.getMany(o.storageContext(ctx), keys)
	if err != nil {
		return nil, because(ctx, err)
	}
	copier, now := o.core.copies.copiers[readerKey{o.binding, users}], o.core.now()
	var rows []storedRow[S, U]
	for i, value := range values {
		if len(value) == 0 || isPending(value) {
			continue
		}
		row := new(sessionRow[S, U])
		read := copier.read(value, keys[i], reflect.ValueOf(&row.session).Elem(), reflect.ValueOf(&row.user).Elem())
		switch {
		case read.verdict == copyForeign:
			o.core.storage.foreignValue(ctx)
			continue
		case !read.isStored():
			continue
		case !o.moment(&row.session, "expiresAt").After(now):
			continue
		case read.stale != "":
			err := s.readStale(ctx, o, copier, keys[i], row, value, read.stale)
			if errors.Is(err, ErrNotFound) {
				continue
			}
			if err != nil {
				return nil, err
			}
		}
		rows = append(rows, storedRow[S, U]{keys[i], row})
	}
	return rows, nil
}

// listStored lists the live sessions of a user, the newest first.
func (s Sessions[S, U]) listStored(ctx context.Context, o bound[S], userID ID) ([]S, error) {
	keys, err := s.storedKeys(ctx, o, revocation{userID: userID})
	if err != nil {
		return nil, err
	}
	rows, err := s.readAllStored(ctx, o, keys)
	if err != nil {
		return nil, err
	}
	sessions := make([]S, 0, len(rows))
	for _, r := range rows {
		if o.text(&r.row.session, "userId") == string(userID) {
			sessions = append(sessions, r.row.session)
		}
	}
	slices.SortStableFunc(sessions, func(a, b S) int {
		return cmp.Or(o.moment(&b, "createdAt").Compare(o.moment(&a, "createdAt")), cmp.Compare(o.text(&b, "id"), o.text(&a, "id")))
	})
	return sessions, nil
}

// storedKeys are the keys of the sessions that are meant.
func (s Sessions[S, U]) storedKeys(ctx context.Context, o bound[S], r revocation) ([]string, error) {
	switch {
	case r.token != "":
		return []string{o.core.storedToken(r.token)}, nil
	case r.id != "":
		key, err := o.core.storage.get(o.storageContext(ctx), sessionIDKey(r.id))
		if errors.Is(err, ErrNotFound) || errors.Is(err, ErrForeignValue) {
			return nil, nil
		}
		return []string{string(key)}, because(ctx, err)
	case r.userID == "":
		return nil, nil
	}
	members, err := o.core.stored.list(o.storageContext(ctx), r.userID)
	if err != nil {
		return nil, because(ctx, err)
	}
	var keys []string
	for _, m := range members {
		if r.except == "" || m.Token != o.core.storedToken(r.except) {
			keys = append(keys, m.Token)
		}
	}
	return keys, nil
}

// revokeStored ends stored sessions. In a transaction they are marked as absent right
// before it commits.
func (s Sessions[S, U]) revokeStored(ctx context.Context, o bound[S], r revocation) (int64, error) {
	keys, err := s.storedKeys(ctx, o, r)
	if err != nil {
		return 0, err
	}
	found, err := s.readAllStored(ctx, o, keys)
	if err != nil {
		return 0, err
	}
	ended := map[ID]*endedSessions{}
	ending := map[string]endingSession{}
	var rows []hookRow
	for _, f := range found {
		id, userID := ID(o.text(&f.row.session, "id")), ID(o.text(&f.row.session, "userId"))
		if r.id != "" && id != r.id || r.userID != "" && userID != r.userID {
			continue // the key is somebody else's by now
		}
		ending[f.key] = endingSession{userID: userID, id: id}
		end(ended, markedSession{key: f.key, session: Session{ID: id, UserID: userID}})
		rows = append(rows, hookRow{row: reflect.ValueOf(&f.row.session).Elem(), id: id})
	}
	w := storedWrite{b: o.binding, op: OperationDelete, rows: rows}
	if inTransaction(o.handle) || o.binding.hooks.runs(OperationDelete) {
		w.within = func(tx *gorm.DB) error {
			stale := o.core.newStaleCopies(ctx)
			stale.ending = ending
			return o.core.discard(tx, stale)
		}
	}
	w.write = func(ctx context.Context) error {
		if w.within != nil {
			return nil
		}
		var transitions []Transition
		dropped := map[string]ID{}
		for userID, e := range ended {
			transitions = append(transitions, o.core.stored.endTransition(userID, e.keys, e.ids))
			for _, key := range e.keys {
				dropped[key] = userID
			}
		}
		_, err := o.core.storage.apply(ctx, transitions...)
		o.core.copies.dropLocal(ctx, dropped, nil)
		return because(ctx, err)
	}
	if err := o.core.runStored(ctx, o.handle, w); err != nil {
		return 0, err
	}
	if tier := o.core.copies.tier; tier != nil {
		// Who has revoked what was not there any more may not have got to it yet.
		if r.userID != "" {
			keys = append(keys, sessionsKey(r.userID))
		}
		tier.forget(keys...)
	}
	return int64(len(rows)), nil
}

// findManyStored finds stored sessions by their tokens, in one round trip.
func (s Sessions[S, U]) findManyStored(ctx context.Context, o bound[S], tokens []string) ([]FoundSession[S, U], error) {
	var keys []string
	for _, token := range tokens {
		if isPresentable(token) && len(token) <= maxKeyedToken {
			keys = append(keys, o.core.storedToken(token))
		}
	}
	rows, err := s.readAllStored(ctx, o, keys)
	if err != nil {
		return nil, err
	}
	byKey := map[string]*sessionRow[S, U]{}
	for _, r := range rows {
		byKey[r.key] = r.row
	}
	return s.inOrder(ctx, o, tokens, byKey)
}
