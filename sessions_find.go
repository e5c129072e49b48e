package authplugin

import (
	"context"
	"database/sql"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// FoundSession is a live session with its user.
type FoundSession[S, U any] struct {
	Session *S
	User    *U
	// RefreshDue says that the session is old enough to be refreshed, see
	// [Sessions.Refresh].
	RefreshDue bool
}

// Find finds a live session by its token, and its user, with one statement. It is
// [ErrNotFound] when there is none, and [ErrExpired], which is an ErrNotFound
// too, when it has expired.
func (s Sessions[S, U]) Find(ctx context.Context, token string) (*FoundSession[S, U], error) {
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
	row := new(sessionRow[S, U])
	reader := o.core.reader(o.binding, users)
	n, err := o.query(ctx, o.core.lookUpToken(token), &row.session, func(rows *sql.Rows) (int64, error) {
		return reader.one(ctx, rows, &row.session, &row.user)
	})
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, ErrNotFound
	}
	return s.accept(ctx, o, row, token)
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

// refreshDue reports whether a session is to be refreshed: as in Better Auth,
// UpdateAge after its last refresh. A session that was given a shorter life, such as
// one that was not to be remembered, is not refreshed; it is told by its length.
func (c SessionConfig) refreshDue(now, created, expires time.Time) bool {
	if c.DisableRefresh {
		return false
	}
	if expires.Sub(created) < c.expiresIn()-lifetimeTolerance {
		return false
	}
	return !expires.Add(c.updateAge() - c.expiresIn()).After(now)
}

// lifetimeTolerance is by how much the time of creation and that from which a session
// lives may differ.
const lifetimeTolerance = 10 * time.Second

// manyTokens is how many tokens one statement of FindMany looks for.
const manyTokens = 500

// FindMany finds the live sessions with some tokens, and their users, with one
// statement for every 500. They come in the order of the tokens; tokens that
// find nothing are left out.
func (s Sessions[S, U]) FindMany(ctx context.Context, tokens []string) ([]FoundSession[S, U], error) {
	o, err := open[S](s.auth, ModelSession)
	if err != nil {
		return nil, err
	}
	users, err := typed[U](o.core, ModelUser)
	if err != nil {
		return nil, err
	}
	byStored := map[string]*sessionRow[S, U]{}
	asked := make([]string, 0, len(tokens))
	for _, token := range tokens {
		if isPresentable(token) {
			asked = append(asked, token)
		}
	}
	for len(asked) > 0 {
		n := min(len(asked), manyTokens)
		if err := s.findChunk(ctx, o, users, asked[:n], byStored); err != nil {
			return nil, err
		}
		asked = asked[n:]
	}
	found := make([]FoundSession[S, U], 0, len(tokens))
	for _, token := range tokens {
		row, ok := byStored[o.core.storedToken(token)]
		if !ok {
			row, ok = byStored[token]
		}
		if !ok || isHashed(token) {
			continue
		}
		if row.found.Session == nil { // it may be asked for twice
			if _, err := s.accept(ctx, o, row, token); err != nil {
				continue
			}
		}
		found = append(found, row.found)
	}
	return found, nil
}

// findChunk reads the sessions with some tokens, by their stored form.
func (s Sessions[S, U]) findChunk(ctx context.Context, o bound[S], users *binding, tokens []string, into map[string]*sessionRow[S, U]) error {
	values := tokens
	if o.core.cfg.Session.HashTokens {
		values = make([]string, 0, 2*len(tokens))
		for _, token := range tokens {
			values = append(values, hashSecret(token), token)
		}
	}
	column := o.model.byName["token"]
	text := o.core.selectWithUser(o.model, func(t *sqlText) {
		t.column("s", column).add(" IN (").binds(len(values)).add(")")
	})
	statement := text.compile()
	statement.unprepared = true
	args, shown := make([]any, len(values)), make([]any, len(values))
	for i, v := range values {
		args[i], shown[i] = v, hiddenParameter
	}
	reader := o.core.reader(o.binding, users)
	var sessions []*S // what callbacks of others see
	op := operation{statement: statement, args: args, shown: shown, read: func(rows *sql.Rows) (int64, error) {
		var n int64
		for rows.Next() {
			row := new(sessionRow[S, U])
			if err := reader.scan(ctx, rows, &row.session, &row.user); err != nil {
				return n, err
			}
			into[o.text(&row.session, "token")] = row
			sessions = append(sessions, &row.session)
			n++
		}
		return n, rows.Err()
	}}
	_, err := o.core.run(ctx, o.handle, o.handle.Callback().Query(), o.binding, &sessions, op)
	return err
}

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
	id, token := ID(o.text(session, "id")), o.text(session, "token")
	refreshed := false
	var row *S
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
	if err != nil {
		return false, o.core.outcome(o.model, err)
	}
	*session = *row
	return refreshed, o.set(session, "token", token)
}
