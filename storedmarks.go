package authplugin

import (
	"context"
	"errors"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// endingSession is a stored session that a transaction revokes.
type endingSession struct {
	userID, id ID
}

// markedSession is a stored session that a transaction has marked before its commit.
type markedSession struct {
	key            string
	before, marked []byte
	session        Session
	// ending says that it is being revoked, otherwise its user is being written.
	ending bool
}

// pendingValue is the value of a session that is being revoked. It is null to whoever
// reads JSON, Better Auth included, and tells by its spaces whose it is.
func pendingValue() []byte {
	var b strings.Builder
	b.WriteString(jsonNull)
	for _, c := range randomText(randomIDSize) {
		b.WriteByte(" \t\n\r"[c%4])
	}
	return []byte(b.String())
}

// isPending reports whether a value is such a one.
func isPending(value []byte) bool {
	return len(value) == len(jsonNull)+randomIDSize && string(value[:len(jsonNull)]) == jsonNull
}

// concerned are the sessions that a transaction writes to, or whose users it does, and
// whether they end.
func (d *storedSessions) concerned(ctx context.Context, stale *staleCopies) (map[string]bool, error) {
	keys := map[string]bool{}
	for _, id := range slices.Collect(maps.Keys(stale.users)) {
		members, err := d.list(ctx, id)
		if err != nil {
			return nil, err
		}
		for _, m := range members {
			keys[m.Token] = false
		}
	}
	for key := range stale.ending {
		keys[key] = true
	}
	return keys, nil
}

// among are those of some keys under which a session is that the storage alone has.
func (d *storedSessions) among(ctx context.Context, keys map[string]bool) (map[string]bool, error) {
	asked := slices.Collect(maps.Keys(keys))
	values, err := d.access.getMany(ctx, asked)
	if err != nil {
		return nil, err
	}
	stored := map[string]bool{}
	for i, value := range values {
		var session Session
		if read := d.read(value, asked[i], &session, new(User)); read.only && read.isStored() {
			stored[asked[i]] = keys[asked[i]]
		}
	}
	return stored, nil
}

// suspend marks the sessions that a transaction is about to write to: those that it
// revokes as absent, those of the users that it writes as stale. When it fails, what
// was marked as absent is back.
func (d *storedSessions) suspend(ctx context.Context, stale *staleCopies, todo map[string]bool) error {
	for range swapTries {
		var err error
		if todo, err = d.markAll(ctx, stale, todo); err != nil {
			d.takeBack(ctx, stale)
			return err
		}
		if len(todo) == 0 {
			d.dropLocal(ctx, stale)
			return nil
		}
	}
	d.takeBack(ctx, stale)
	return ErrConflict
}

func (d *storedSessions) dropLocal(ctx context.Context, stale *staleCopies) {
	keys := map[string]ID{}
	for _, m := range stale.marked {
		keys[m.key] = m.session.UserID
	}
	d.core.copies.dropLocal(ctx, keys, stale.users)
}

// markAll marks sessions, and returns those that somebody else has changed meanwhile.
func (d *storedSessions) markAll(ctx context.Context, stale *staleCopies, todo map[string]bool) (map[string]bool, error) {
	keys := slices.Sorted(maps.Keys(todo))
	values, err := d.access.getMany(ctx, keys)
	if err != nil {
		return nil, err
	}
	var marks []markedSession
	var transitions []Transition
	now := d.core.now()
	mark := newStaleMark(now.Add(discardedBefore)).String()
	for i, value := range values {
		m := markedSession{key: keys[i], before: value, ending: todo[keys[i]]}
		if !d.decode(value, m.key, &m.session, new(User)) || !m.session.ExpiresAt.After(now) {
			continue
		}
		if m.marked = pendingValue(); !m.ending {
			m.marked = withStale(value, mark)
		}
		marks = append(marks, m)
		transitions = append(transitions, Transition{{
			Key: m.key, Compare: true, Old: value, Value: m.marked, TTL: m.session.ExpiresAt.Sub(now), Keep: true,
		}})
	}
	done, err := d.access.apply(ctx, transitions...)
	if err != nil {
		return nil, err
	}
	left := map[string]bool{}
	for i, m := range marks {
		if done[i] {
			stale.marked = append(stale.marked, m)
		} else {
			left[m.key] = m.ending
		}
	}
	return left, nil
}

// decode reads a stored session into the library's own structs.
func (d *storedSessions) decode(value []byte, key string, session *Session, user *User) bool {
	read := d.read(value, key, session, user)
	return read.isStored() && session.ID != ""
}

func (d *storedSessions) read(value []byte, key string, session *Session, user *User) readCopy {
	return d.copier.read(value, key, reflect.ValueOf(session).Elem(), reflect.ValueOf(user).Elem())
}

// takeBack has sessions that are not revoked after all be there again.
func (d *storedSessions) takeBack(ctx context.Context, stale *staleCopies) {
	transitions := make([]Transition, 0, len(stale.marked))
	now := d.core.now()
	for _, m := range stale.marked {
		transitions = append(transitions, Transition{{
			Key: m.key, Compare: true, Old: m.marked, Value: m.before, TTL: m.session.ExpiresAt.Sub(now), Keep: true,
		}})
	}
	if _, err := d.access.apply(ctx, transitions...); err != nil {
		d.access.log.ErrorContext(ctx, "authplugin: cannot put back sessions that a transaction did not revoke after all; their users have to sign in again", "sessions", len(transitions), "error", err)
	}
}

// resume is called once the transaction has committed, or may have. What it revoked is
// deleted; the others get their user as the database has it. Where that fails, sessions
// stay absent, or their user is read by whoever finds them.
func (d *storedSessions) resume(ctx context.Context, stale *staleCopies) {
	var err error
	users := map[ID]*User{}
	ended := map[ID]*endedSessions{}
	var transitions []Transition
	now := d.core.now()
	for _, m := range stale.marked {
		if user := stale.users[m.session.UserID]; m.ending || user.ended {
			end(ended, m)
			continue
		}
		user, known := users[m.session.UserID]
		if !known {
			user, err = d.user(ctx, m.session.UserID)
			users[m.session.UserID] = user
		}
		if err != nil {
			break
		}
		if user == nil {
			end(ended, m)
			continue
		}
		fresh, writeErr := d.copier.writeOnly(reflect.ValueOf(&m.session).Elem(), reflect.ValueOf(user).Elem(), m.key, "")
		if writeErr == nil {
			transitions = append(transitions, Transition{{
				Key: m.key, Compare: true, Old: m.marked, Value: fresh, TTL: m.session.ExpiresAt.Sub(now), Keep: true,
			}})
		}
	}
	for userID, e := range ended {
		transitions = append(transitions, d.endTransition(userID, e.keys, e.ids))
	}
	_, applyErr := d.access.apply(ctx, transitions...)
	d.dropLocal(ctx, stale)
	if err = errors.Join(err, applyErr); err != nil {
		d.access.log.WarnContext(ctx, "authplugin: cannot have stored sessions follow a commit; their users are read from the database", "error", err)
	}
}

type endedSessions struct {
	keys []string
	ids  []ID
}

func end(ended map[ID]*endedSessions, m markedSession) {
	e := ended[m.session.UserID]
	if e == nil {
		e = &endedSessions{}
		ended[m.session.UserID] = e
	}
	e.keys, e.ids = append(e.keys, m.key), append(e.ids, m.session.ID)
}

// user reads a user without what is hidden, nil if there is none.
func (d *storedSessions) user(ctx context.Context, id ID) (*User, error) {
	user, err := (&Auth{state: d.core.owner, db: d.core.db}).Users().FindByID(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	d.copier.user.hide(reflect.ValueOf(user).Elem())
	return user, nil
}

// withStale is a stored session with a mark.
func withStale(value []byte, mark string) []byte {
	to := make([]byte, 0, len(value)+64)
	to = append(to, '{')
	members := membersOf(string(value), isPlainJSON(value))
	for name, raw, ok := members.next(); ok; name, raw, ok = members.next() {
		if name != staleMember {
			to = append(to, '"')
			to = append(to, name...)
			to = append(to, `":`...)
			to = append(to, raw...)
			to = append(to, ',')
		}
	}
	return append(to, `"`+staleMember+`":"`+mark+`"}`...)
}
