package authplugin

import (
	"context"
	"maps"
	"slices"
	"time"

	"gorm.io/gorm"
)

// staleCopies are the copies that a transaction makes wrong. They are discarded right
// before it commits, and again after it.
type staleCopies struct {
	core *core
	// ctx is that of a statement, without its cancellation.
	ctx context.Context //nolint:containedctx // it lives as long as the transaction
	// sessions are the sessions that are written, by key.
	sessions map[string]staleSession
	// users are those who are written, with all of their sessions.
	users map[ID]staleUser
	// verifications are the keys of verifications that are written.
	verifications map[string]struct{}
	// ending are stored sessions that are revoked, by key; marked are those that were
	// marked before the commit. Beside a database they are the sessions that have no row
	// yet, see adoption.go.
	ending map[string]endingSession
	marked []markedSession
	// discarded are the keys that were discarded before the commit, with the user
	// whose list has them, if that is known.
	discarded map[string]ID
	// unadopted says that the storage did not answer when sessions without a row were
	// to end. Nothing may be discarded then but by a repair.
	unadopted bool
	// repaired says that the storage did not answer, and is repaired when it does.
	repaired bool
}

// staleSession is a session that is written.
type staleSession struct {
	userID ID
	// ended says that it is deleted; expires is its new end, zero for the old one.
	ended   bool
	expires time.Time
}

// staleUser is a user who is written, or whose sessions are.
type staleUser struct {
	// ended says that all sessions end, but the one with the key except, whose token as
	// it was given is spared. at is when.
	ended  bool
	except string
	spared string
	at     time.Time
}

func (c *core) newStaleCopies(ctx context.Context) *staleCopies {
	return &staleCopies{
		core: c, ctx: context.WithoutCancel(ctx),
		sessions: map[string]staleSession{}, users: map[ID]staleUser{}, ending: map[string]endingSession{}, verifications: map[string]struct{}{},
	}
}

func (s *staleCopies) empty() bool {
	return !s.unadopted && len(s.sessions) == 0 && len(s.users) == 0 && len(s.ending) == 0 && len(s.verifications) == 0
}

// discard has stale copies discarded around the commit of the transaction of a
// statement; without a transaction at once, which is before the statement runs.
func (c *core) discard(db *gorm.DB, stale *staleCopies) error {
	if stale.empty() {
		return nil
	}
	if tx := observedTx(db.Statement.ConnPool); tx != nil {
		return tx.queue.addBefore(stale)
	}
	if inTransaction(db) {
		return ErrUnobservedTransaction
	}
	return stale.prepare(nil)
}

// join implements beforeCommit.
func (s *staleCopies) join(other beforeCommit) beforeCommit {
	more, ok := other.(*staleCopies)
	if !ok {
		return s
	}
	all := s.core.newStaleCopies(s.ctx)
	all.unadopted = s.unadopted || more.unadopted
	maps.Copy(all.sessions, s.sessions)
	maps.Copy(all.users, s.users)
	maps.Copy(all.ending, s.ending)
	maps.Copy(all.ending, more.ending)
	maps.Copy(all.verifications, s.verifications)
	maps.Copy(all.verifications, more.verifications)
	for key, session := range more.sessions {
		before := all.sessions[key]
		session.ended = session.ended || before.ended
		if session.userID == "" {
			session.userID = before.userID
		}
		all.sessions[key] = session
	}
	for id, user := range more.users {
		if before := all.users[id]; before.ended && (!user.ended || before.except == "") {
			user = before
		}
		all.users[id] = user
	}
	return all
}

// readLists reads the lists of the sessions of users.
func (c *core) readLists(ctx context.Context, users []ID) ([][]ListMember, error) {
	keys := make([]string, len(users))
	for i, id := range users {
		keys[i] = sessionsKey(id)
	}
	values, err := c.storage.getMany(ctx, keys)
	if err != nil {
		return nil, err
	}
	lists := make([][]ListMember, len(users))
	for i, value := range values {
		lists[i] = parseListMembers(value)
	}
	return lists, nil
}

// discards are the transitions that discard copies.
func discards(keys []string, lifetime time.Duration) []Transition {
	transitions := make([]Transition, len(keys))
	for i, key := range keys {
		transitions[i] = Transition{{Key: key, Value: []byte{}, TTL: lifetime, Keep: true}}
	}
	return transitions
}

// dropLocal has the in-process tier of every process forget copies.
func (c *sessionCopies) dropLocal(ctx context.Context, discarded map[string]ID, users map[ID]staleUser) {
	if c == nil || c.tier == nil {
		return
	}
	names := slices.Collect(maps.Keys(discarded))
	for id := range users {
		names = append(names, sessionsKey(id))
	}
	if err := c.tier.drop(ctx, names...); err != nil {
		c.access.log.WarnContext(ctx, "authplugin: cannot tell other processes to forget sessions; they do so by themselves", "error", err)
	}
}
