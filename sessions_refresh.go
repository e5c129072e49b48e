package authplugin

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// refreshDue reports whether a session is to be refreshed: as in Better Auth,
// UpdateAge after its last refresh.
func (c SessionConfig) refreshDue(now, created, expires time.Time) bool {
	at, refreshes := c.refreshAt(created, expires)
	return refreshes && !at.After(now)
}

// refreshAt is when a session is to be refreshed, if it is at all. A session that was
// given a shorter life, such as one that was not to be remembered, is not; it is told
// by its length.
func (c SessionConfig) refreshAt(created, expires time.Time) (at time.Time, refreshes bool) {
	if c.DisableRefresh || expires.Sub(created) < c.expiresIn()-lifetimeTolerance {
		return time.Time{}, false
	}
	return expires.Add(c.updateAge() - c.expiresIn()), true
}

// lifetimeTolerance is by how much the time of creation and that from which a session
// lives may differ.
const lifetimeTolerance = 10 * time.Second

// Refresh extends a live session that is due for it, and writes what it is then
// into session. It reports whether it did: a session that is not due, or that
// another process has refreshed meanwhile, is left as it is. One that was
// revoked meanwhile is [ErrNotFound], and stays revoked.
func (s Sessions[S, U]) Refresh(ctx context.Context, session *S) (bool, error) {
	o, err := open[S](s.auth, ModelSession)
	if err != nil {
		return false, err
	}
	now := o.core.now()
	before := o.moment(session, "expiresAt")
	if !o.core.cfg.Session.refreshDue(now, o.moment(session, "createdAt"), before) {
		return false, nil
	}
	if o.core.sessionsIn == StorageOnly {
		return s.refreshStored(ctx, o, session, before)
	}
	token := o.text(session, "token")
	row, refreshed, err := s.refreshRow(ctx, o, ID(o.text(session, "id")), now, before)
	if errors.Is(err, ErrNotFound) && s.adoptMissing(ctx, o, revocation{token: token}) {
		row, refreshed, err = s.refreshRow(ctx, o, ID(o.text(session, "id")), now, before)
	}
	if err != nil {
		return false, err
	}
	*session = *row
	return refreshed, o.set(session, "token", token)
}

// refreshRow extends the session of a row that ends at a moment.
func (s Sessions[S, U]) refreshRow(ctx context.Context, o bound[S], id ID, now, before time.Time) (row *S, refreshed bool, err error) {
	err = o.core.atomically(o.session(ctx), func(tx *gorm.DB) error {
		// The column may hold more of the moment than was read, but nobody moves an
		// end by less than a millisecond.
		same := clause.Lt{Column: o.column("expiresAt"), Value: before.Add(time.Millisecond)}
		db := tx.Model(new(S)).Where(o.equals("id", id)).Where(o.live()).Where(same).
			Updates(map[string]any{"expiresAt": now.Add(o.core.cfg.Session.expiresIn())})
		if db.Error != nil {
			return db.Error
		}
		refreshed = db.RowsAffected == 1
		row = new(S)
		return o.latest(tx).Where(o.equals("id", id)).Where(o.live()).Take(row).Error
	})
	return row, refreshed, o.core.outcome(o.model, err)
}
