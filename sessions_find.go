package authplugin

import (
	"context"
	"database/sql"
	"errors"
	"slices"
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

// manyTokens is how many tokens one statement of FindMany looks for.
const manyTokens = 500

// FindMany finds the live sessions with some tokens, and their users: by their copies
// in the secondary storage, if there is one, and with one statement for every 500. They come in the order of the tokens; tokens that
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
	if o.core.sessionsIn == StorageOnly {
		return s.findManyStored(ctx, o, tokens)
	}
	byStored := map[string]*sessionRow[S, U]{}
	asked := make([]string, 0, len(tokens))
	for _, token := range tokens {
		if isPresentable(token) {
			asked = append(asked, token)
		}
	}
	if o.core.sessionsIn == StorageAndDatabase && !inTransaction(o.handle) {
		return s.findManyCopied(ctx, o, users, tokens, asked)
	}
	if err := s.findRows(ctx, o, users, asked, byStored); err != nil {
		return nil, err
	}
	if missing := s.adoptedOf(ctx, o, asked, byStored); len(missing) > 0 {
		if err := s.findRows(ctx, o, users, missing, byStored); err != nil {
			return nil, err
		}
	}
	return s.inOrder(ctx, o, tokens, byStored)
}

// findRows reads the sessions with some tokens from the database, by their stored form.
func (s Sessions[S, U]) findRows(ctx context.Context, o bound[S], users *binding, asked []string, byStored map[string]*sessionRow[S, U]) error {
	for len(asked) > 0 {
		n := min(len(asked), manyTokens)
		if err := s.findChunk(ctx, o, users, asked[:n], byStored); err != nil {
			return err
		}
		asked = asked[n:]
	}
	return nil
}

// inOrder are the live sessions among rows by their stored token, in the order of the
// tokens that were asked for.
func (s Sessions[S, U]) inOrder(ctx context.Context, o bound[S], tokens []string, byStored map[string]*sessionRow[S, U]) ([]FoundSession[S, U], error) {
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
			_, err := s.accept(ctx, o, row, token)
			if errors.Is(err, ErrNotFound) {
				continue
			}
			if err != nil {
				return nil, err
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
	text := o.core.selectShown(o.model, func(t *sqlText) {
		t.column("s", column).add(" IN (").binds(len(values)).add(")")
	})
	statement := text.compile()
	statement.unprepared = true
	args, shown := make([]any, len(values)), make([]any, len(values))
	for i, v := range values {
		args[i], shown[i] = v, hiddenParameter
	}
	reader := o.core.reader(o.binding, users)
	var found []*sessionRow[S, U]
	var sessions []*S // what callbacks of others see
	op := operation{statement: statement, args: args, shown: shown, read: func(rows *sql.Rows) (int64, error) {
		found, sessions = nil, nil
		for rows.Next() {
			row := new(sessionRow[S, U])
			if err := reader.scan(ctx, rows, &row.session, &row.user); err != nil {
				return int64(len(found)), err
			}
			found, sessions = append(found, row), append(sessions, &row.session)
		}
		return int64(len(found)), rows.Err()
	}}
	err := o.core.runOwn(ctx, o.handle, func() error {
		_, err := o.core.run(ctx, o.handle, o.handle.Callback().Query(), o.binding, &sessions, op)
		return err
	})
	for _, row := range found {
		into[o.text(&row.session, "token")] = row
	}
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
