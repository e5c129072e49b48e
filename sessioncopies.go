package authplugin

import (
	"context"
	"errors"
	"reflect"
	"time"

	"golang.org/x/sync/singleflight"
)

// sessionCopies are the copies of sessions, with their users, that the secondary
// storage keeps beside the database. A copy is made when a session is created, or is
// looked for and not there; whoever writes to a session or a user discards it.
//
// A discarded copy is a mark, the empty value, which nobody replaces before it has
// expired: a reader who has read the rows before the write does not put them into the
// storage after it. Better Auth takes the mark for an absent key.
type sessionCopies struct {
	core    *core
	access  *storageAccess
	copiers map[readerKey]*sessionCopier
	maxAge  time.Duration
	tier    *localTier
	flights singleflight.Group
	refills *refillCounts
}

const (
	// discardedBefore is how long a copy stays discarded from shortly before its
	// transaction commits. It is what is left when the process dies there.
	discardedBefore = time.Minute
	// discardedAfter is how long it does once the transaction is committed.
	discardedAfter = 10 * time.Second
	// freshFor is how long after the begin of its reading a row may become a copy. It
	// is well below discardedAfter.
	freshFor = 5 * time.Second
	// refillTimeout limits a reading that several callers wait for.
	refillTimeout = 10 * time.Second
	// refillTries is how often a caller waits for somebody else's reading.
	refillTries = 4
	// maxKeyedToken is the length of the longest token that is looked for in the storage.
	maxKeyedToken = 512
)

// sessionsKey is the key of the list of a user's sessions, as in Better Auth.
func sessionsKey(userID ID) string { return "active-sessions-" + string(userID) }

// sessionKey is the key of a session by a token as it may be stored.
func (c *core) sessionKey(stored string) string {
	if c.cfg.Session.HashTokens && !isHashed(stored) {
		return hashSecret(stored)
	}
	return stored
}

func newSessionCopies(c *core) *sessionCopies {
	copies := &sessionCopies{
		core: c, access: c.storage, maxAge: c.cfg.Session.copyMaxAge(), copiers: map[readerKey]*sessionCopier{},
		tier: c.newTier(), refills: newRefillCounts(),
	}
	for _, session := range c.byType {
		for _, user := range c.byType {
			if session.model.name == ModelSession && user.model.name == ModelUser {
				copies.copiers[readerKey{session, user}] = newSessionCopier(session, user)
			}
		}
	}
	return copies
}

// findCopied finds a session by its copy, and makes the copy where there is none.
func (s Sessions[S, U]) findCopied(ctx context.Context, o bound[S], users *binding, token string) (*FoundSession[S, U], error) {
	copies, key := o.core.copies, o.core.storedToken(token)
	if len(key) > maxKeyedToken {
		return s.findRow(ctx, o, users, token)
	}
	copier := copies.copiers[readerKey{o.binding, users}]
	for range refillTries {
		arrived, refills := time.Now(), copies.refills.of(key)
		row, replaced, err := s.readCopy(ctx, o, copier, key)
		if row != nil {
			return s.accept(ctx, o, row, token)
		}
		if errors.Is(err, errAskDatabase) {
			return s.findRow(ctx, o, users, token)
		}
		if err != nil {
			return nil, err
		}
		fill, err := s.refill(ctx, o, users, copier, token, key, absentCopy{replaced, refills})
		if err != nil {
			return nil, err
		}
		if fill.asOf.Before(arrived) {
			continue // what was read may have been written to since
		}
		if fill.err != nil {
			return nil, fill.err
		}
		return s.accept(ctx, o, copyOfRow(copier, fill.row), token)
	}
	return s.findRow(ctx, o, users, token)
}

// errAskDatabase means that the storage has no say in a look-up.
var errAskDatabase = errors.New("authplugin: the database has to be asked")

// readCopy reads the copy of a session. Without one it is nil; replaced is then the
// useless value that is there, nil for none.
func (s Sessions[S, U]) readCopy(ctx context.Context, o bound[S], copier *sessionCopier, key string) (row *sessionRow[S, U], replaced []byte, err error) {
	copies := o.core.copies
	if !copies.access.answers() {
		copies.access.event(ctx, StorageFallback)
		return nil, nil, errAskDatabase
	}
	mark := copies.tier.mark()
	value, err := copies.access.get(ctx, key)
	switch {
	case errors.Is(err, ErrForeignValue):
		copies.access.foreignValue(ctx)
		return nil, nil, errAskDatabase
	case errors.Is(err, ErrNotFound):
		copies.access.event(ctx, StorageMiss)
		return nil, nil, nil
	case errors.Is(err, ErrStorage):
		copies.access.event(ctx, StorageFallback)
		return nil, nil, errAskDatabase
	case err != nil:
		return nil, nil, because(ctx, err)
	}
	row = new(sessionRow[S, U])
	read := copier.read(value, key, reflect.ValueOf(&row.session).Elem(), reflect.ValueOf(&row.user).Elem())
	if read.only && read.isStored() {
		return s.readUnadopted(ctx, o, key, row, value, read)
	}
	switch read.verdict {
	case copyUsable:
		copies.access.event(ctx, StorageHit)
		s.keepLocal(o, copier, row, key, mark)
		return row, nil, nil
	case copyDiscarded:
		copies.access.event(ctx, StorageMiss)
		return nil, nil, errAskDatabase
	case copyForeign:
		if !isPending(value) {
			copies.access.foreignValue(ctx)
		}
	case copyOutdated:
		copies.access.event(ctx, StorageMiss)
	}
	return nil, value, nil
}

// filledSession is what a reading has found that several callers may share.
type filledSession[S, U any] struct {
	row *sessionRow[S, U]
	err error
	// asOf is a moment at which the rows were as they are here. Nobody who has come
	// later may have them.
	asOf time.Time
}

// absentCopy is what somebody has found who has found no copy.
type absentCopy struct {
	// replaced is a useless value in its place, nil for none.
	replaced []byte
	// refills is how many there had been before he looked.
	refills uint64
}

// refill reads a session from the database and makes the copy, once for all who ask at
// the same time.
func (s Sessions[S, U]) refill(ctx context.Context, o bound[S], users *binding, copier *sessionCopier, token, key string, absent absentCopy) (*filledSession[S, U], error) {
	copies := o.core.copies
	flight := copies.flights.DoChan(flightKey[S, U](o, users, key), func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), refillTimeout)
		defer cancel()
		fill := &filledSession[S, U]{asOf: time.Now()}
		if copies.refills.of(key) != absent.refills {
			// Somebody has made the copy since it was looked for.
			if fill.row, absent.replaced, fill.err = s.readCopy(ctx, o, copier, key); fill.row != nil {
				return fill, nil
			}
		}
		begun := time.Now()
		if fill.row, fill.err = s.readRow(ctx, o, users, token); fill.err != nil {
			return fill, nil
		}
		if sent := time.Now(); sent.Sub(begun) < freshFor && s.storeCopy(ctx, o, copier, fill.row, key, absent.replaced) {
			// The write of somebody else would have discarded the copy first.
			fill.asOf = sent
			copies.refills.add(key)
		} else if len(absent.replaced) > 0 {
			o.core.repairs.adopted([]string{key}) // which it may be, just now
		}
		return fill, nil
	})
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case result := <-flight:
		fill, ok := result.Val.(*filledSession[S, U])
		if !ok {
			return nil, errNotRun
		}
		return fill, nil
	}
}

// flightKey keeps apart those who read the same session into other structs.
func flightKey[S, U any](o bound[S], users *binding, key string) string {
	return o.goType.String() + " " + users.goType.String() + " " + key
}

// storeCopy makes the copy of rows that were read just now, in the place of a value
// that is there. It reports whether it could, which it cannot when the rows have been
// written to meanwhile.
func (s Sessions[S, U]) storeCopy(ctx context.Context, o bound[S], copier *sessionCopier, row *sessionRow[S, U], key string, replaced []byte) bool {
	t := s.copyTransition(o, copier, row, key, replaced)
	if t == nil {
		return false
	}
	done, err := o.core.storage.apply(ctx, t)
	if err != nil || !done[0] {
		return false
	}
	o.core.storage.event(ctx, StorageRefill)
	return true
}
