package memorystore

import (
	"bytes"
	"context"
	"time"

	"github.com/gorm-auth/authplugin"
)

var _ authplugin.TransitionStorage = (*Store)(nil)

// GetMany implements [authplugin.TransitionStorage]. All values are those of one moment.
func (s *Store) GetMany(ctx context.Context, keys []string) ([][]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	now := s.elapsed()
	values := make([][]byte, len(keys))
	for i, key := range keys {
		if e := s.live(key, now); e != nil {
			s.recent.touch(e)
			values[i] = copied(e.value)
		}
	}
	return values, nil
}

// Apply implements [authplugin.TransitionStorage]. Each transition happens at one
// moment. One for which there is no room is [ErrFull] and does not happen; those before
// it have happened.
func (s *Store) Apply(ctx context.Context, transitions []authplugin.Transition) ([]bool, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	done := make([]bool, len(transitions))
	for i, t := range transitions {
		var err error
		if done[i], err = s.applyOne(t); err != nil {
			return nil, err
		}
	}
	return done, nil
}

func (s *Store) applyOne(t authplugin.Transition) (bool, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	now := s.elapsed()
	for _, change := range t {
		if change.Compare && !holds(s.live(change.Key, now), change.Old) {
			return false, nil
		}
	}
	// What has changed is not evicted to make room for the rest.
	before := make([]replaced, 0, len(t))
	for _, change := range t {
		e := s.live(change.Key, now)
		value, ttl := change.Value, change.TTL
		if change.List != nil {
			value, ttl = change.List.Edit(valueOf(e))
		}
		was := replacedBy(e, change.Key)
		if err := s.put(e, change.Key, value, now, ttl, true); err != nil {
			s.putBack(before, now)
			return false, err
		}
		before = append(before, was)
	}
	for _, change := range t {
		if e := s.entries[change.Key]; e != nil && !change.Keep {
			s.unpin(e)
		}
	}
	return true, nil
}

// holds reports whether an entry, nil for none, has exactly the value; nil means that
// there must be none.
func holds(e *entry, value []byte) bool {
	if e == nil || value == nil {
		return e == nil && value == nil
	}
	return bytes.Equal(e.value, value)
}

func valueOf(e *entry) []byte {
	if e == nil {
		return nil
	}
	return e.value
}

// replaced is what a key held before a change.
type replaced struct {
	key     string
	value   []byte // nil for nothing
	expires time.Duration
	pinned  bool
}

func replacedBy(e *entry, key string) replaced {
	if e == nil {
		return replaced{key: key}
	}
	return replaced{key, e.value, e.expires, e.pinned}
}

// putBack undoes changes, the last one first. There is room: all of it was there before.
func (s *Store) putBack(before []replaced, now time.Duration) {
	for i := range before {
		was := before[len(before)-1-i]
		e := s.entries[was.key]
		if was.value == nil {
			s.remove(e)
			continue
		}
		_ = s.put(e, was.key, was.value, now, was.expires-now, was.pinned)
	}
}
