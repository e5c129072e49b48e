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
	// ended says that all sessions end, but the one with the key except.
	ended  bool
	except string
}

func (c *core) newStaleCopies(ctx context.Context) *staleCopies {
	return &staleCopies{
		core: c, ctx: context.WithoutCancel(ctx),
		sessions: map[string]staleSession{}, users: map[ID]staleUser{}, ending: map[string]endingSession{}, verifications: map[string]struct{}{},
	}
}

func (s *staleCopies) empty() bool {
	return len(s.sessions) == 0 && len(s.users) == 0 && len(s.ending) == 0 && len(s.verifications) == 0
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

// prepare implements beforeCommit: it discards the copies for as long as a commit may
// take. When it cannot, the transaction is not to be committed.
func (s *staleCopies) prepare(tx gorm.ConnPool) error {
	ctx, cancel := context.WithTimeout(s.ctx, storageTimeout)
	defer cancel()
	if tx != nil {
		ctx = withTransaction(ctx, sessionOn(ctx, s.core.db, tx))
	}
	stored, err := s.find(ctx)
	if err == nil && len(stored) > 0 {
		err = s.core.stored.suspend(ctx, s, stored)
	}
	if err == nil {
		_, err = s.core.storage.apply(ctx, discards(slices.Collect(maps.Keys(s.discarded)), discardedBefore)...)
		if err != nil && len(s.marked) > 0 {
			s.core.stored.takeBack(ctx, s)
		}
	}
	s.core.copies.dropLocal(ctx, s.discarded, s.users)
	if err == nil {
		s.core.storage.event(ctx, StorageInvalidation)
		return nil
	}
	if !s.core.cfg.Session.WriteWithoutStorage || s.core.sessionsIn == StorageOnly {
		return err
	}
	s.core.repairs.add(ctx, s.discarded)
	s.repaired = true
	return nil
}

// find finds the keys to discard, and those of the sessions that are in the storage
// alone, which it returns with whether they end. Both are found by the lists of their
// users as well.
func (s *staleCopies) find(ctx context.Context) (map[string]bool, error) {
	s.discarded = make(map[string]ID, len(s.sessions)+len(s.verifications))
	for key := range s.verifications {
		s.discarded[key] = ""
	}
	for key, session := range s.sessions {
		s.discarded[key] = session.userID
	}
	if s.core.sessionsIn == StorageOnly {
		return s.core.stored.concerned(ctx, s)
	}
	if len(s.users) == 0 {
		return nil, nil
	}
	ids := slices.Collect(maps.Keys(s.users))
	lists, err := s.core.readLists(ctx, ids)
	if err != nil {
		return nil, err
	}
	// Those that have no row may be copies whose row is gone, or stored sessions.
	without := map[string]bool{}
	for i, id := range ids {
		for _, member := range lists[i] {
			if member.Token == s.users[id].except {
				continue
			}
			s.discarded[member.Token] = id
			if _, hasRow := s.sessions[member.Token]; !hasRow {
				without[member.Token] = s.users[id].ended
			}
		}
	}
	stored, err := s.core.stored.among(ctx, without)
	for key := range stored {
		delete(s.discarded, key)
	}
	return stored, err
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

// settle implements beforeCommit: it discards the copies once more, so that nobody
// puts back what was read before the commit, and has the lists of users follow. What
// fails here is mended by itself: what was discarded before stays so for a while, and
// a list may have members that are gone.
func (s *staleCopies) settle(outcome commitOutcome) {
	ctx, cancel := context.WithTimeout(s.ctx, storageTimeout)
	defer cancel()
	if s.core.sessionsIn == StorageOnly || len(s.marked) > 0 {
		s.core.stored.resume(ctx, s)
	}
	var created map[string]ID
	if outcome != rolledBack {
		created = s.findCreated(ctx)
	}
	if _, err := s.core.storage.apply(ctx, s.settlement(outcome)...); err != nil {
		s.core.storage.log.WarnContext(ctx, "authplugin: cannot have the secondary storage follow a commit; sessions that it wrote are read from the database for a minute", "error", err)
	}
	// Not before: somebody would read the copy, and keep it.
	s.core.copies.dropLocal(ctx, created, nil)
	if s.repaired && outcome == committed {
		s.core.repairs.end(s)
	}
}

// settlement is one transition for each user, and for each key without one.
func (s *staleCopies) settlement(outcome commitOutcome) []Transition {
	byUser := map[ID]Transition{}
	var transitions []Transition
	for key, id := range s.discarded {
		mark := StorageChange{Key: key, Value: []byte{}, TTL: discardedAfter, Keep: true}
		if id == "" {
			transitions = append(transitions, Transition{mark})
			continue
		}
		byUser[id] = append(byUser[id], mark)
	}
	now := s.core.now()
	for id, marks := range byUser {
		if edit := s.listEdit(id, now); outcome == committed && edit != nil {
			marks = append(marks, StorageChange{Key: sessionsKey(id), List: edit})
		}
		transitions = append(transitions, marks)
	}
	return transitions
}

// listEdit is what happens to the list of a user, nil for nothing.
func (s *staleCopies) listEdit(id ID, now time.Time) *ListEdit {
	edit := &ListEdit{Now: now}
	for key, owner := range s.discarded {
		if owner != id {
			continue
		}
		session, known := s.sessions[key]
		switch user := s.users[id]; {
		case known && session.ended, user.ended && key != user.except:
			edit.Leave = append(edit.Leave, key)
		case known && !session.expires.IsZero():
			edit.Enter = append(edit.Enter, ListMember{Token: key, ExpiresAt: session.expires})
		}
	}
	if len(edit.Enter) == 0 && len(edit.Leave) == 0 {
		return nil
	}
	return edit
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
