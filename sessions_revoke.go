package authplugin

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Revoke ends the session with a token. It is no error when there is none.
func (s Sessions[S, U]) Revoke(ctx context.Context, token string) error {
	if !isPresentable(token) {
		return nil
	}
	_, err := s.revoke(ctx, revocation{token: token}, func(o bound[S]) []clause.Expression {
		return o.secretIn("token", o.core.tokenForms(token)...)
	})
	return err
}

// RevokeByID ends the session with an id. It is no error when there is none.
func (s Sessions[S, U]) RevokeByID(ctx context.Context, id ID) error {
	_, err := s.revoke(ctx, revocation{id: id}, func(o bound[S]) []clause.Expression {
		return []clause.Expression{o.equals("id", id)}
	})
	return err
}

// RevokeAll ends all sessions of a user, and returns how many there were.
func (s Sessions[S, U]) RevokeAll(ctx context.Context, userID ID) (int64, error) {
	return s.revoke(ctx, revocation{userID: userID}, func(o bound[S]) []clause.Expression {
		return []clause.Expression{o.equals("userId", userID)}
	})
}

// RevokeOthers ends all sessions of a user but the one with a token, and returns
// how many it ended.
func (s Sessions[S, U]) RevokeOthers(ctx context.Context, userID ID, token string) (int64, error) {
	if !isPresentable(token) {
		return s.RevokeAll(ctx, userID) // no session has such a token
	}
	return s.revoke(ctx, revocation{userID: userID, except: token}, func(o bound[S]) []clause.Expression {
		return []clause.Expression{
			o.equals("userId", userID),
			clause.Not(o.secretIn("token", o.core.tokenForms(token)...)[0]),
		}
	})
}

// DeleteExpired deletes sessions that have expired, in batches, each in a
// transaction of its own unless the Auth is bound to one. It returns how many it
// deleted, also when it ends with an error. It goes by the index on expiresAt. A
// storage deletes by itself what has expired; rows of [SessionConfig.PreserveInDatabase]
// stay for PreserveFor.
func (s Sessions[S, U]) DeleteExpired(ctx context.Context) (int64, error) {
	o, err := open[S](s.auth, ModelSession)
	if err != nil {
		return 0, err
	}
	cfg := o.core.cfg.Session
	if o.core.sessionsIn == StorageOnly || cfg.PreserveInDatabase && cfg.PreserveFor == 0 {
		return 0, nil
	}
	return o.deleteExpired(ctx, cfg.PreserveFor)
}

// tokenForms are the forms in which a token may be stored.
func (c *core) tokenForms(token string) []string {
	if c.cfg.Session.HashTokens {
		return []string{hashSecret(token), token}
	}
	return []string{token}
}

// revocation is which sessions are revoked: one, or those of a user but one.
type revocation struct {
	token      string
	id, userID ID
	except     string
	// keys are those of sessions, as the storage has them.
	keys []string
}

// note notes the copies that a revocation makes wrong, also of sessions that have no
// row.
func (r revocation) note(stale *staleCopies) {
	for _, key := range r.keys {
		stale.sessions[key] = staleSession{ended: true}
	}
	switch c := stale.core; {
	case r.token != "":
		if key := c.storedToken(r.token); !tooLong(key) {
			stale.sessions[key] = staleSession{ended: true}
		}
	case r.userID != "" && r.except != "":
		stale.users[r.userID] = staleUser{ended: true, except: c.storedToken(r.except), spared: r.except, at: c.now()}
	case r.userID != "":
		stale.users[r.userID] = staleUser{ended: true, at: c.now()}
	}
}

func (s Sessions[S, U]) revoke(ctx context.Context, r revocation, where func(o bound[S]) []clause.Expression) (int64, error) {
	o, err := open[S](s.auth, ModelSession)
	if err != nil {
		return 0, err
	}
	if o.core.sessionsIn == StorageOnly {
		return s.revokeStored(ctx, o, r)
	}
	conditions := where(o)
	if o.core.cfg.Session.PreserveInDatabase {
		conditions = append(conditions, o.live())
	}
	if o.core.sessionsIn == DatabaseOnly {
		return o.end(ctx, o.session(ctx), conditions)
	}
	var n int64
	err = o.core.atomically(o.session(ctx), func(tx *gorm.DB) error {
		stale := o.core.newStaleCopies(ctx)
		r.note(stale)
		if err := o.core.discard(tx, stale); err != nil {
			return err
		}
		n, err = s.endAll(ctx, o, tx, r, conditions)
		return err
	})
	return n, err
}

// endAll ends sessions, those included that have no row yet.
func (s Sessions[S, U]) endAll(ctx context.Context, o bound[S], tx *gorm.DB, r revocation, conditions []clause.Expression) (int64, error) {
	if r.userID != "" || len(r.keys) > 0 {
		if err := s.adoptEnding(ctx, o, tx, r); err != nil {
			return 0, err
		}
		return o.end(ctx, tx, conditions)
	}
	n, err := o.end(ctx, tx, conditions)
	if n > 0 || err != nil {
		return n, err
	}
	if err := s.adoptEnding(ctx, o, tx, r); err != nil {
		return 0, err
	}
	// Also when there was nothing to adopt: somebody else may have done so just now.
	return o.end(ctx, tx, conditions)
}

// adoptEnding gives rows to sessions that are to end. One that cannot get a row ends
// without: its value is discarded like a copy.
func (s Sessions[S, U]) adoptEnding(ctx context.Context, o bound[S], tx *gorm.DB, r revocation) error {
	_, err := s.adoptOf(ctx, o, tx, r)
	if err == nil {
		return nil
	}
	if errors.Is(err, ErrStorage) {
		return s.endUnadopted(ctx, o, tx, r, err)
	}
	if ctx.Err() != nil || o.core.retryable(err) {
		return err
	}
	o.handle = tx
	keys, err := s.endingKeys(ctx, o, r)
	if err != nil || r.userID != "" {
		return err // the list of the user has them
	}
	stale := o.core.newStaleCopies(ctx)
	for _, key := range keys {
		stale.sessions[key] = staleSession{ended: true}
	}
	return o.core.discard(tx, stale)
}

// endUnadopted leaves sessions that the storage was to be asked for to a repair, if that
// is allowed: somebody else may be adopting them, and only who adopts them too waits for
// that. Which session has an id only the storage knows.
func (s Sessions[S, U]) endUnadopted(ctx context.Context, o bound[S], tx *gorm.DB, r revocation, err error) error {
	if r.id != "" || !o.core.cfg.Session.WriteWithoutStorage || isRepair(ctx) {
		return err
	}
	stale := o.core.newStaleCopies(ctx)
	stale.unadopted = true
	return o.core.discard(tx, stale)
}

// endingKeys are the keys of the sessions that a revocation means.
func (s Sessions[S, U]) endingKeys(ctx context.Context, o bound[S], r revocation) ([]string, error) {
	if len(r.keys) > 0 {
		return r.keys, nil
	}
	return s.storedKeys(ctx, o, r)
}

// end deletes sessions, or ends their rows.
func (o bound[T]) end(ctx context.Context, db *gorm.DB, where []clause.Expression) (int64, error) {
	if o.core.cfg.Session.PreserveInDatabase {
		db = db.Set(endRows, true).Session(&gorm.Session{})
	}
	if isRepair(ctx) {
		// The revocation is committed, and who asked for it is gone: a hook could only
		// keep alive what has ended.
		db = db.Session(&gorm.Session{SkipHooks: true})
	}
	return o.deleteOn(ctx, db, where...)
}

// delete deletes the rows that meet all conditions, and returns how many.
func (o bound[T]) delete(ctx context.Context, where ...clause.Expression) (int64, error) {
	return o.deleteOn(ctx, o.session(ctx), where...)
}

func (o bound[T]) deleteOn(ctx context.Context, handle *gorm.DB, where ...clause.Expression) (int64, error) {
	var n int64
	err := o.core.runOwn(ctx, handle, func() error {
		db := handle.Clauses(clause.Where{Exprs: where}).Delete(new(T))
		n = db.RowsAffected
		return db.Error
	})
	return n, o.core.outcome(o.model, err)
}

// expiredBatch is how many expired rows are deleted at a time.
const expiredBatch = 500

// deleteExpired deletes rows that have expired for longer than some time.
func (o bound[T]) deleteExpired(ctx context.Context, longer time.Duration) (int64, error) {
	return o.deletePassed(ctx, "expiresAt", longer)
}

// deletePassed deletes the rows whose date has passed for longer than some time.
func (o bound[T]) deletePassed(ctx context.Context, date string, longer time.Duration) (int64, error) {
	expired := clause.Lte{Column: o.column(date), Value: o.core.now().Add(-longer)}
	oldestFirst := clause.OrderBy{Columns: []clause.OrderByColumn{{Column: o.column(date)}}}
	var total int64
	for {
		var ids []ID
		err := o.read(ctx, func(db *gorm.DB) error {
			return o.latest(db).Model(new(T)).Clauses(clause.Where{Exprs: []clause.Expression{expired}}, oldestFirst).
				Limit(expiredBatch).Pluck(o.model.primary().column, &ids).Error
		})
		if err != nil || len(ids) == 0 {
			return total, o.core.outcome(o.model, err)
		}
		values := make([]any, len(ids))
		for i, id := range ids {
			values[i] = id
		}
		// A session may have been refreshed since it was read.
		n, err := o.delete(ctx, clause.IN{Column: o.column("id"), Values: values}, expired)
		total += n
		if err != nil {
			return total, err
		}
		if len(ids) < expiredBatch {
			return total, nil
		}
	}
}

// runOwn runs a statement again when the database gave up on it, unless it is part
// of a transaction, which then is lost as a whole.
func (c *core) runOwn(ctx context.Context, db *gorm.DB, run func() error) error {
	if inTransaction(db) {
		return because(ctx, run())
	}
	return because(ctx, c.retry(ctx, ownRetries, run))
}
