package memorystore

import (
	"math"
	"strings"
	"time"
)

const (
	// overhead is what an entry takes beside its key and value: itself, its place in
	// the map and in the heap.
	overhead = 200
	// counterDigits are enough for every counter.
	counterDigits = len("-9223372036854775808")
	// sweptPerWrite is how many expired values a write removes at most, so that no
	// caller pays for a crowd that expires at once.
	sweptPerWrite = 64
)

// entry is a value and its places in the order of use and of expiry.
type entry struct {
	key     string
	value   []byte
	expires time.Duration
	// pinned entries are in no order of use: they are not evicted.
	pinned           bool
	newer, older     *entry
	positionInExpiry int
}

// size is what a value is charged with. A counter may grow without asking for room.
func size(key string, value []byte) int {
	return overhead + len(key) + max(len(value), counterDigits)
}

// live is the entry of a key that has not expired, nil when there is none.
func (s *Store) live(key string, now time.Duration) *entry {
	e := s.entries[key]
	if e == nil {
		return nil
	}
	if e.expires <= now {
		s.remove(e)
		return nil
	}
	return e
}

// put stores a value in place of the key's live entry, if there is one.
func (s *Store) put(e *entry, key string, value []byte, now, ttl time.Duration, pinned bool) error {
	if ttl <= 0 {
		s.remove(e)
		return nil
	}
	s.sweep(now, sweptPerWrite)
	if err := s.makeRoom(e, key, value, now); err != nil {
		return err
	}
	expires := now + ttl
	if expires < now {
		expires = math.MaxInt64
	}
	if e == nil {
		// The key may be a part of a larger text, which must not be kept with it.
		e = &entry{key: strings.Clone(key)}
		s.entries[e.key] = e
		e.expires = expires
		s.expiry.push(e)
		s.recent.push(e)
	} else {
		s.bytes -= size(key, e.value)
		e.expires = expires
		s.expiry.fix(e)
	}
	e.value = copied(value)
	s.bytes += size(key, e.value)
	if pinned {
		s.pin(e)
		return nil
	}
	s.unpin(e)
	s.recent.touch(e)
	return nil
}

// makeRoom removes what it may until a value fits.
func (s *Store) makeRoom(e *entry, key string, value []byte, now time.Duration) error {
	entries, bytes := 1, size(key, value)
	if e != nil {
		entries, bytes = 0, size(key, value)-size(key, e.value)
	}
	full := func() bool { return len(s.entries)+entries > s.maxEntries || s.bytes+bytes > s.maxBytes }
	if !full() {
		return nil
	}
	s.sweep(now, len(s.entries))
	if size(key, value) > s.maxBytes {
		return ErrFull // nothing must go for what never fits
	}
	for full() {
		victim := s.recent.oldest()
		if victim != nil && victim == e {
			victim = s.recent.next(victim)
		}
		if victim == nil || s.noEviction {
			return ErrFull
		}
		s.remove(victim)
	}
	return nil
}

// sweep removes entries that have expired, the longest expired first.
func (s *Store) sweep(now time.Duration, most int) {
	for ; most > 0 && len(s.expiry) > 0 && s.expiry[0].expires <= now; most-- {
		s.remove(s.expiry[0])
	}
}

// pin takes an entry out of what may be evicted.
func (s *Store) pin(e *entry) {
	if !e.pinned {
		s.recent.remove(e)
		e.pinned = true
	}
}

// unpin lets an entry be evicted again.
func (s *Store) unpin(e *entry) {
	if e.pinned {
		e.pinned = false
		s.recent.push(e)
	}
}

// remove takes an entry out of the store; nil is none.
func (s *Store) remove(e *entry) {
	if e == nil {
		return
	}
	delete(s.entries, e.key)
	s.expiry.remove(e)
	if !e.pinned {
		s.recent.remove(e)
	}
	s.bytes -= size(e.key, e.value)
}
