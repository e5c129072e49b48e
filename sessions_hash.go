package authplugin

import (
	"context"

	"gorm.io/gorm"
)

// hashStored replaces a token that was stored before tokens were hashed. The
// session is valid whether or not that succeeds; the next look-up tries again.
func (s Sessions[S, U]) hashStored(ctx context.Context, o bound[S], session *S, token string) {
	id := ID(o.text(session, "id"))
	err := o.unasked(ctx, func(db *gorm.DB) error { return s.storeHash(db, o, id, token) })
	if err != nil && ctx.Err() == nil {
		o.handle.Logger.Warn(ctx, "authplugin: cannot hash the token of a session that was stored before: %v", err)
	}
}

// hashBatch is how many sessions are read at a time to hash their tokens.
const hashBatch = 500

// HashStoredTokens hashes the tokens of the sessions that were created before
// [SessionConfig.HashTokens] was set and have not been found since. After it, no
// token can be read from the table. It returns how many it changed, also when it
// ends with an error. It goes through the table in batches, and may run while the
// table is in use, and again.
func (s Sessions[S, U]) HashStoredTokens(ctx context.Context) (int64, error) {
	o, err := open[S](s.auth, ModelSession)
	if err != nil || !o.core.cfg.Session.HashTokens || o.core.sessionsIn == StorageOnly {
		return 0, err
	}
	var changed int64
	err = o.eachRow(ctx, hashBatch, func(session *S) error {
		id, token := ID(o.text(session, "id")), o.text(session, "token")
		if isHashed(token) {
			return nil
		}
		err := o.core.runOwn(ctx, o.handle, func() error { return s.storeHash(o.session(ctx), o, id, token) })
		if err == nil {
			changed++
		}
		return err
	})
	return changed, err
}

// storeHash replaces a token by its hash.
func (s Sessions[S, U]) storeHash(db *gorm.DB, o bound[S], id ID, token string) error {
	return o.core.outcome(o.model, db.Model(new(S)).Where(o.equals("id", id)).Where(o.equals("token", token)).
		UpdateColumn(o.model.byName["token"].column, hashSecret(token)).Error)
}
