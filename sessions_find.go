package authplugin

import (
	"context"
	"database/sql"
	"errors"
	"slices"
)

// FoundSession is a live session with its user.
type FoundSession[S, U any] struct {
	Session *S
	User    *U
	// RefreshDue says that the session is old enough to be refreshed, see
	// [Sessions.Refresh].
	RefreshDue bool
}

// ReadOption changes where a session is looked for.
type ReadOption uint8

// Strict asks the place that decides: the database, or the storage with [StorageOnly],
// never a copy. It is for what must not happen in a session that was revoked a moment
// ago: money, keys, passwords.
const Strict ReadOption = 1

// Find finds a live session by its token, and its user: by its copy in the secondary
// storage, if there is one, or with one statement. It is [ErrNotFound] when there is
// none, and [ErrExpired], which is an ErrNotFound too, when it has expired. Hidden
// fields are left out, wherever the rows come from. A [SessionCheckPlugin] may refuse
// the session. In a transaction it always reads the database, with what the transaction
// has written.
func (s Sessions[S, U]) Find(ctx context.Context, token string, options ...ReadOption) (*FoundSession[S, U], error) {
	c, err := s.auth.ready()
	if err != nil {
		return nil, err
	}
	if found, err := s.findLocal(ctx, c, token, options); found != nil || err != nil {
		return found, err
	}
	o, err := open[S](s.auth, ModelSession)
	if err != nil {
		return nil, err
	}
	users, err := typed[U](o.core, ModelUser)
	if err != nil {
		return nil, err
	}
	if !isPresentable(token) {
		return nil, ErrNotFound // what a dump of the table shows is no token
	}
	switch {
	case o.core.sessionsIn == StorageOnly:
		return s.findStored(ctx, o, users, token)
	case o.core.sessionsIn == DatabaseOnly, slices.Contains(options, Strict), inTransaction(o.handle):
		return s.findRow(ctx, o, users, token)
	default:
		return s.findCopied(ctx, o, users, token)
	}
}

// findRow finds a session in the database.
func (s Sessions[S, U]) findRow(ctx context.Context, o bound[S], users *binding, token string) (*FoundSession[S, U], error) {
	row, err := s.readRow(ctx, o, users, token)
	if errors.Is(err, ErrNotFound) {
		row, err = s.findAdopted(ctx, o, users, token)
	}
	if err != nil {
		return nil, err
	}
	return s.accept(ctx, o, row, token)
}

// readRow reads a session and its user, as they are stored.
func (s Sessions[S, U]) readRow(ctx context.Context, o bound[S], users *binding, token string) (*sessionRow[S, U], error) {
	row := new(sessionRow[S, U])
	reader := o.core.reader(o.binding, users)
	n, err := o.query(ctx, o.core.lookUpToken(token), &row.session, func(rows *sql.Rows) (int64, error) {
		*row = sessionRow[S, U]{}
		return reader.one(ctx, rows, &row.session, &row.user)
	})
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, ErrNotFound
	}
	return row, nil
}

// sessionRow is a session with its user, in one piece.
type sessionRow[S, U any] struct {
	found   FoundSession[S, U]
	session S
	user    U
}

// lookUpToken is the look-up of a session by its token.
func (c *core) lookUpToken(token string) lookUp {
	if !c.cfg.Session.HashTokens {
		return lookUp{c.hot.sessionByToken, keyOf(true, token)}
	}
	return lookUp{c.hot.sessionByHash, keyOf(true, hashSecret(token), token)}
}

// storedToken is a token as the table holds it.
func (c *core) storedToken(token string) string {
	if c.cfg.Session.HashTokens {
		return hashSecret(token)
	}
	return token
}

// accept decides whether a row is the live session that was asked for.
func (s Sessions[S, U]) accept(ctx context.Context, o bound[S], row *sessionRow[S, U], token string) (*FoundSession[S, U], error) {
	session := &row.session
	stored := o.text(session, "token")
	hashed := isHashed(stored)
	// MySQL and SQL Server find tokens that differ in case, too.
	if (hashed && stored != hashSecret(token)) || (!hashed && stored != token) {
		return nil, ErrNotFound
	}
	now, expires := o.core.now(), o.moment(session, "expiresAt")
	if !expires.After(now) {
		return nil, ErrExpired
	}
	if err := s.check(ctx, o, row); err != nil {
		return nil, err
	}
	if o.core.cfg.Session.HashTokens && !hashed {
		s.hashStored(ctx, o, session, token)
	}
	if hashed {
		if err := o.set(session, "token", token); err != nil {
			return nil, err
		}
	}
	due := o.core.cfg.Session.refreshDue(now, o.moment(session, "createdAt"), expires)
	row.found = FoundSession[S, U]{Session: session, User: &row.user, RefreshDue: due}
	return &row.found, nil
}
