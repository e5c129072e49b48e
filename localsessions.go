package authplugin

import (
	"context"
	"reflect"
	"slices"
	"time"
)

// localSession is what the in-process tier keeps of a session: the rows, and what a
// look-up would have to find out about them each time. Nobody changes it.
type localSession[S, U any] struct {
	row sessionRow[S, U]
	// session is the binding of S, for what is not known beforehand.
	session bound[S]
	copier  *sessionCopier
	// refreshes says that the session is refreshed at all, from refreshAt on.
	refreshes bool
	refreshAt time.Time
	// sessionShares and userShares are what a copy of the rows shares with them.
	sessionShares, userShares sharing
}

// findLocal finds a session in the memory of this process; nil is that nothing is known
// there, or is not to be asked.
func (s Sessions[S, U]) findLocal(ctx context.Context, c *core, token string, options []ReadOption) (*FoundSession[S, U], error) {
	copies := c.copies
	if copies == nil || copies.tier == nil || slices.Contains(options, Strict) || inTransaction(s.auth.db) {
		return nil, nil
	}
	key := c.storedToken(token)
	held, now, ok := copies.tier.get(key)
	if !ok {
		return nil, nil
	}
	local, ok := held.(*localSession[S, U])
	if !ok {
		return nil, nil // it was read into other structs
	}
	copies.access.event(ctx, StorageLocalHit)
	row := local.copy()
	if err := s.check(ctx, local.session, row); err != nil {
		return nil, err
	}
	if key != token {
		if err := local.session.set(&row.session, "token", token); err != nil {
			return nil, err
		}
	}
	row.found = FoundSession[S, U]{
		Session: &row.session, User: &row.user, RefreshDue: local.refreshes && !local.refreshAt.After(now),
	}
	return &row.found, nil
}

// keepLocal has the in-process tier keep a session that was read after a marker.
func (s Sessions[S, U]) keepLocal(o bound[S], copier *sessionCopier, row *sessionRow[S, U], key string, m marker) {
	tier := o.core.copies.tier
	if tier == nil {
		return
	}
	expires := o.moment(&row.session, "expiresAt")
	local := &localSession[S, U]{row: *copyOfRow(copier, row), session: o, copier: copier}
	local.refreshAt, local.refreshes = o.core.cfg.Session.refreshAt(o.moment(&row.session, "createdAt"), expires)
	local.sessionShares = copier.session.sharing(reflect.ValueOf(&row.session).Elem())
	local.userShares = copier.user.sharing(reflect.ValueOf(&row.user).Elem())
	tier.put(key, local, expires, m, sessionsKey(ID(o.text(&row.session, "userId"))))
}

// copy is a copy of the rows for a caller who may change it.
func (l *localSession[S, U]) copy() *sessionRow[S, U] {
	row := new(sessionRow[S, U])
	row.session, row.user = l.row.session, l.row.user
	if l.sessionShares != sharesNothing {
		l.copier.session.ownOf(l.sessionShares, reflect.ValueOf(&row.session).Elem())
	}
	if l.userShares != sharesNothing {
		l.copier.user.ownOf(l.userShares, reflect.ValueOf(&row.user).Elem())
	}
	return row
}

// copyOfRow is a copy of rows that others have, too.
func copyOfRow[S, U any](copier *sessionCopier, from *sessionRow[S, U]) *sessionRow[S, U] {
	row := new(sessionRow[S, U])
	row.session, row.user = from.session, from.user
	copier.session.own(reflect.ValueOf(&row.session).Elem())
	copier.user.own(reflect.ValueOf(&row.user).Elem())
	return row
}
