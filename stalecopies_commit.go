package authplugin

import (
	"context"
	"maps"
	"slices"
	"time"

	"gorm.io/gorm"
)

// prepare implements beforeCommit: it discards the copies for as long as a commit may
// take. When it cannot, the transaction is not to be committed.
func (s *staleCopies) prepare(tx gorm.ConnPool) error {
	ctx, cancel := context.WithTimeout(s.ctx, storageTimeout)
	defer cancel()
	if tx != nil {
		ctx = withTransaction(ctx, sessionOn(ctx, s.core.db, tx))
	}
	s.note()
	if s.unadopted {
		s.leave(ctx)
		return nil
	}
	stored, err := s.find(ctx)
	if err == nil && len(stored) > 0 {
		err = s.suspend(ctx, stored)
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
	if !s.core.cfg.Session.WriteWithoutStorage || s.core.sessionsIn == StorageOnly || isRepair(ctx) {
		return err
	}
	s.leave(ctx)
	return nil
}

// leave leaves the copies to a repair.
func (s *staleCopies) leave(ctx context.Context) {
	s.core.repairs.add(ctx, s)
	s.core.copies.dropLocal(ctx, s.discarded, s.users)
	s.repaired = true
}

// ends reports whether the session with a key ends, of a user if that is known.
func (s *staleCopies) ends(key string, userID ID) bool {
	if session := s.sessions[key]; session.ended || session.userID != "" {
		return session.ended // its row was seen, maybe one from after the others ended
	}
	user := s.users[userID]
	return user.ended && key != user.except
}

// note notes the keys that are to be discarded as they are known by themselves.
func (s *staleCopies) note() {
	s.discarded = make(map[string]ID, len(s.sessions)+len(s.verifications))
	for key := range s.verifications {
		s.discarded[key] = ""
	}
	for key, session := range s.sessions {
		s.discarded[key] = session.userID
	}
}

// suspend marks sessions that are in the storage alone, instead of discarding them.
// What is none any more once they are marked has become a copy, perhaps of rows that
// this transaction has not seen, and is discarded.
func (s *staleCopies) suspend(ctx context.Context, stored map[string]bool) error {
	if err := s.core.stored.suspend(ctx, s, stored); err != nil {
		for key := range stored {
			delete(s.discarded, key)
		}
		return err
	}
	for _, m := range s.marked {
		delete(s.discarded, m.key)
	}
	return nil
}

// find finds the keys to discard that are in the lists of users, and those of the
// sessions that are in the storage alone, which it returns with whether they end.
func (s *staleCopies) find(ctx context.Context) (map[string]bool, error) {
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
	if err != nil {
		maps.DeleteFunc(s.discarded, func(key string, _ ID) bool { _, ok := without[key]; return ok })
	}
	return stored, err
}

// settle implements beforeCommit: it discards the copies once more, so that nobody
// puts back what was read before the commit, and has the lists of users follow. What
// fails here is mended by itself: what was discarded before stays so for a while, and
// a list may have members that are gone.
func (s *staleCopies) settle(outcome commitOutcome) {
	ctx, cancel := context.WithTimeout(s.ctx, storageTimeout)
	defer cancel()
	if s.repaired && outcome == committed {
		s.core.repairs.end(s)
	}
	if s.repaired && outcome != unknown {
		// A repair ends them, or nobody does. Who discards them now ends those that have
		// no row, and no longer waits for their adoption.
		maps.DeleteFunc(s.discarded, s.ends)
	}
	if !s.repaired && (s.core.sessionsIn == StorageOnly || len(s.marked) > 0) {
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
		switch session := s.sessions[key]; {
		case s.ends(key, id):
			edit.Leave = append(edit.Leave, key)
		case !session.expires.IsZero():
			edit.Enter = append(edit.Enter, ListMember{Token: key, ExpiresAt: session.expires})
		}
	}
	if len(edit.Enter) == 0 && len(edit.Leave) == 0 {
		return nil
	}
	return edit
}
