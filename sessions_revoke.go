package authplugin

import (
	"context"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Revoke ends the session with a token. It is no error when there is none.
func (s Sessions[S, U]) Revoke(ctx context.Context, token string) error {
	if !isPresentable(token) {
		return nil
	}
	_, err := s.revoke(ctx, func(o bound[S]) []clause.Expression {
		return o.secretIn("token", o.core.tokenForms(token)...)
	})
	return err
}

// RevokeByID ends the session with an id. It is no error when there is none.
func (s Sessions[S, U]) RevokeByID(ctx context.Context, id ID) error {
	_, err := s.revoke(ctx, func(o bound[S]) []clause.Expression {
		return []clause.Expression{o.equals("id", id)}
	})
	return err
}

// RevokeAll ends all sessions of a user, and returns how many there were.
func (s Sessions[S, U]) RevokeAll(ctx context.Context, userID ID) (int64, error) {
	return s.revoke(ctx, func(o bound[S]) []clause.Expression {
		return []clause.Expression{o.equals("userId", userID)}
	})
}

// RevokeOthers ends all sessions of a user but the one with a token, and returns
// how many it ended.
func (s Sessions[S, U]) RevokeOthers(ctx context.Context, userID ID, token string) (int64, error) {
	if !isPresentable(token) {
		return s.RevokeAll(ctx, userID) // no session has such a token
	}
	return s.revoke(ctx, func(o bound[S]) []clause.Expression {
		return []clause.Expression{
			o.equals("userId", userID),
			clause.Not(o.secretIn("token", o.core.tokenForms(token)...)[0]),
		}
	})
}

// DeleteExpired deletes sessions that have expired, in batches, each in a
// transaction of its own unless the Auth is bound to one. It returns how many it
// deleted, also when it ends with an error. It goes by the index on expiresAt.
func (s Sessions[S, U]) DeleteExpired(ctx context.Context) (int64, error) {
	o, err := open[S](s.auth, ModelSession)
	if err != nil {
		return 0, err
	}
	return o.deleteExpired(ctx)
}

// tokenForms are the forms in which a token may be stored.
func (c *core) tokenForms(token string) []string {
	if c.cfg.Session.HashTokens {
		return []string{hashSecret(token), token}
	}
	return []string{token}
}

func (s Sessions[S, U]) revoke(ctx context.Context, where func(o bound[S]) []clause.Expression) (int64, error) {
	o, err := open[S](s.auth, ModelSession)
	if err != nil {
		return 0, err
	}
	return o.delete(ctx, where(o)...)
}

// delete deletes the rows that meet all conditions, and returns how many.
func (o bound[T]) delete(ctx context.Context, where ...clause.Expression) (int64, error) {
	var n int64
	err := o.core.runOwn(ctx, o.handle, func() error {
		db := o.session(ctx).Clauses(clause.Where{Exprs: where}).Delete(new(T))
		n = db.RowsAffected
		return db.Error
	})
	return n, o.core.outcome(o.model, err)
}

// expiredBatch is how many expired rows are deleted at a time.
const expiredBatch = 500

func (o bound[T]) deleteExpired(ctx context.Context) (int64, error) {
	expired := clause.Lte{Column: o.column("expiresAt"), Value: o.core.now()}
	oldestFirst := clause.OrderBy{Columns: []clause.OrderByColumn{{Column: o.column("expiresAt")}}}
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
