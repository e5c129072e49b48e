package authplugin

import (
	"context"

	"gorm.io/gorm"
)

// InvalidateUser discards the copies of a user and of all of the user's sessions, for
// writes that the library does not see, such as raw SQL. Call it in the transaction of
// the write, or after it. Without a storage it does nothing.
func (s Sessions[S, U]) InvalidateUser(ctx context.Context, userID ID) error {
	o, err := open[S](s.auth, ModelSession)
	if err != nil || !o.core.sessionsIn.inStorage() {
		return err
	}
	return o.core.atomically(o.session(ctx), func(tx *gorm.DB) error {
		stale := o.core.newStaleCopies(ctx)
		stale.noteUsers([]any{userID}, false)
		if err := o.core.noteSessionsOf(tx, stale, []any{userID}); err != nil {
			return o.core.outcome(o.model, err)
		}
		return o.core.discard(tx, stale)
	})
}

// RefreshUser has every copy of a user follow the database: with [StorageOnly] the
// copies are written anew, otherwise they are discarded and made again by the next
// look-up. What is said of [Sessions.InvalidateUser] holds for it too.
func (s Sessions[S, U]) RefreshUser(ctx context.Context, userID ID) error {
	return s.InvalidateUser(ctx, userID)
}
