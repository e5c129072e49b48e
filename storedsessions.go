package authplugin

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// storedSessions are the sessions that are in the secondary storage alone. Each is
// kept with a copy of its user, under its token; the list of a user's sessions says
// which there are; and under its id is its token.
//
// The user of a stored session follows the database by a mark: before the transaction
// that writes to the user commits, the sessions are marked as stale, with a moment
// until which nobody may put a user into them, and a name by which the writer finds its
// own mark again. A reader reads the user of a stale session from the database.
type storedSessions struct {
	core   *core
	access *storageAccess
	// copier is that of the library's own structs.
	copier *sessionCopier
}

// swapTries is how often a change of a value is tried that others change, too.
const swapTries = 32

func newStoredSessions(c *core) *storedSessions {
	declared := func(name string) *binding { return c.byType[c.schema.byName[name].declared] }
	return &storedSessions{core: c, access: c.storage, copier: c.copies.copiers[readerKey{declared(ModelSession), declared(ModelUser)}]}
}

// sessionIDKey is the key of the token of a session, by id.
func sessionIDKey(id ID) string { return "session-id-" + string(id) }

// staleMark is a mark that nobody may take off before until.
type staleMark struct {
	until time.Time
	name  string
}

func newStaleMark(until time.Time) staleMark {
	var name [10]byte
	_, _ = rand.Read(name[:])
	return staleMark{until, base32.StdEncoding.EncodeToString(name[:])}
}

// String is the mark as it is stored.
func (m staleMark) String() string { return strconv.FormatInt(m.until.UnixMilli(), 10) + "-" + m.name }

func parseStaleMark(text string) staleMark {
	number, name, _ := strings.Cut(text, "-")
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return staleMark{name: text}
	}
	return staleMark{time.UnixMilli(n), name}
}

// findStored finds a session in the storage.
func (s Sessions[S, U]) findStored(ctx context.Context, o bound[S], users *binding, token string) (*FoundSession[S, U], error) {
	copies, key := o.core.copies, o.core.storedToken(token)
	if len(key) > maxKeyedToken {
		return nil, ErrNotFound
	}
	copier := copies.copiers[readerKey{o.binding, users}]
	mark := copies.tier.mark()
	row, value, read, err := s.readStored(ctx, o, copier, key)
	if err != nil {
		return nil, err
	}
	if read.stale == "" {
		s.keepLocal(o, copier, row, key, mark)
		return s.accept(ctx, o, row, token)
	}
	if err := s.readStale(ctx, o, copier, key, row, value, read.stale); err != nil {
		return nil, err
	}
	return s.accept(ctx, o, row, token)
}

// readStored reads a stored session.
func (s Sessions[S, U]) readStored(ctx context.Context, o bound[S], copier *sessionCopier, key string) (*sessionRow[S, U], []byte, readCopy, error) {
	access := o.core.storage
	value, err := access.get(o.storageContext(ctx), key)
	switch {
	case errors.Is(err, ErrForeignValue):
		access.foreignValue(ctx)
		return nil, nil, readCopy{}, ErrNotFound
	case errors.Is(err, ErrNotFound):
		access.event(ctx, StorageMiss)
		return nil, nil, readCopy{}, ErrNotFound
	case err != nil:
		return nil, nil, readCopy{}, because(ctx, err)
	}
	row := new(sessionRow[S, U])
	read := copier.read(value, key, reflect.ValueOf(&row.session).Elem(), reflect.ValueOf(&row.user).Elem())
	switch {
	case read.isStored() && o.text(&row.session, "id") != "": // new fields of an outdated one are not set
		access.event(ctx, StorageHit)
		return row, value, read, nil
	case read.verdict == copyDiscarded, isPending(value):
	case read.verdict == copyForeign, read.isStored():
		access.foreignValue(ctx)
	default: // a copy from when there were rows
		access.event(ctx, StorageMiss)
	}
	return nil, nil, read, ErrNotFound
}

// readStale reads the user of a stale session from the database, and puts it into the
// storage if the mark allows it. A user who is gone takes the session along.
func (s Sessions[S, U]) readStale(ctx context.Context, o bound[S], copier *sessionCopier, key string, row *sessionRow[S, U], value []byte, stale string) error {
	userID := ID(o.text(&row.session, "userId"))
	user, err := Users[U](s).FindByID(ctx, userID)
	if errors.Is(err, ErrNotFound) {
		return ErrNotFound
	}
	if err != nil {
		return err
	}
	row.user = *user
	copier.user.hide(reflect.ValueOf(&row.user).Elem())
	if o.core.now().Before(parseStaleMark(stale).until) || inTransaction(o.handle) {
		return nil
	}
	fresh, err := copier.writeOnly(reflect.ValueOf(&row.session).Elem(), reflect.ValueOf(&row.user).Elem(), key, "")
	if err == nil {
		ttl := o.moment(&row.session, "expiresAt").Sub(o.core.now())
		_, _ = o.core.storage.apply(ctx, Transition{{Key: key, Compare: true, Old: value, Value: fresh, TTL: ttl}})
	}
	return nil
}

// create stores a new session with its user, whom nobody else can write to meanwhile.
func (d *storedSessions) create(ctx context.Context, copier *sessionCopier, session, user reflect.Value) error {
	token, id := copier.session.text(session, "token"), ID(copier.session.text(session, "id"))
	userID := ID(copier.session.text(session, "userId"))
	expires, _ := copier.session.value(session, "expiresAt").(time.Time)
	key, now := d.core.sessionKey(token), d.core.now()
	ttl := expires.Sub(now)
	value, err := copier.writeOnly(session, user, key, "")
	if err != nil {
		return err
	}
	done, err := d.access.apply(ctx, Transition{
		{Key: sessionsKey(userID), List: &ListEdit{Enter: []ListMember{{Token: key, ExpiresAt: expires}}, Now: now}},
		{Key: sessionIDKey(id), Value: []byte(key), TTL: ttl},
		{Key: key, Compare: true, Value: value, TTL: ttl},
	})
	if err != nil || done[0] {
		return err
	}
	if held, err := d.access.get(ctx, key); err == nil && bytes.Equal(held, value) {
		return nil // the transaction is run again
	}
	return ErrConflict // all sessions of the user were revoked at this moment
}

// replace changes a stored session by a function, which others may do at the same time.
// The function returns nil to leave it as it is.
func (d *storedSessions) replace(ctx context.Context, key string, change func(value []byte) (*storedValue, error)) error {
	for range swapTries {
		value, err := d.access.get(ctx, key)
		if err != nil {
			return err
		}
		next, err := change(value)
		if err != nil || next == nil {
			return err
		}
		transition := Transition{{Key: key, Compare: true, Old: value, Value: next.value, TTL: next.expires.Sub(d.core.now())}}
		if next.userID != "" {
			edit := &ListEdit{Enter: []ListMember{{Token: key, ExpiresAt: next.expires}}, Now: d.core.now()}
			transition = Transition{
				transition[0],
				{Key: sessionIDKey(next.id), Value: []byte(key), TTL: transition[0].TTL},
				{Key: sessionsKey(next.userID), List: edit},
			}
		}
		done, err := d.access.apply(ctx, transition)
		if err != nil {
			return err
		}
		if done[0] {
			d.core.copies.dropLocal(ctx, map[string]ID{key: ""}, nil)
			return nil
		}
	}
	return ErrConflict
}

// storedValue is what a stored session is to become. With a user, the user's list
// follows.
type storedValue struct {
	value   []byte
	expires time.Time
	userID  ID
	id      ID
}

// list is the list of a user's sessions, by key.
func (d *storedSessions) list(ctx context.Context, userID ID) ([]ListMember, error) {
	lists, err := d.core.readLists(ctx, []ID{userID})
	if err != nil {
		return nil, err
	}
	now := d.core.now()
	return slices.DeleteFunc(lists[0], func(m ListMember) bool { return !m.ExpiresAt.After(now) }), nil
}

// endTransition ends sessions of a user. A new session that is about to be stored
// under a key of the list finds the mark there, and is not.
func (d *storedSessions) endTransition(userID ID, keys []string, ids []ID) Transition {
	var t Transition
	for _, key := range keys {
		t = append(t, StorageChange{Key: key, Value: []byte{}, TTL: discardedAfter, Keep: true})
	}
	for _, id := range ids {
		t = append(t, StorageChange{Key: sessionIDKey(id)})
	}
	return append(t, StorageChange{Key: sessionsKey(userID), List: &ListEdit{Leave: keys, Now: d.core.now()}})
}

// hide empties what is hidden of a row.
func (c *rowCopier) hide(rv reflect.Value) {
	for _, bf := range c.b.fields {
		if bf.shown() {
			continue
		}
		_ = c.b.put(bf, rv, rowValue{})
	}
}

// value is a field of a row; nil when it is NULL.
func (c *rowCopier) value(rv reflect.Value, name string) any {
	return follow(c.b.get(c.byName[name].boundField, rv).value)
}
