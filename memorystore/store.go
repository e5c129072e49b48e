package memorystore

import (
	"bytes"
	"context"
	"errors"
	"math"
	"strconv"
	"sync"
	"time"

	"github.com/gorm-auth/authplugin"
)

var (
	// ErrFull means that the store has no room for a value, and nothing that it may
	// evict. What the key held before is still there.
	ErrFull = errors.New("authplugin: memorystore: full: raise MaxEntries or MaxBytes")

	errNoCounter = errors.New("authplugin: memorystore: increment: the key holds no counter, or one at its maximum: delete it")
)

var _ authplugin.AtomicStorage = (*Store)(nil)

// Store is a secondary storage in memory. Make one with [New].
type Store struct {
	maxEntries int
	maxBytes   int
	noEviction bool
	now        func() time.Time
	begin      time.Time
	broadcast  broadcast

	mutex   sync.Mutex
	entries map[string]*entry
	recent  recency
	expiry  expiryHeap
	bytes   int
}

// New returns an empty store.
func New(options ...Option) *Store {
	s := &Store{maxEntries: defaultMaxEntries, maxBytes: defaultMaxBytes, now: time.Now, entries: map[string]*entry{}}
	for _, option := range options {
		option(s)
	}
	s.begin = s.now()
	s.recent.init()
	return s
}

// Get implements [authplugin.SecondaryStorage].
func (s *Store) Get(ctx context.Context, key string) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	e := s.live(key, s.elapsed())
	if e == nil {
		return nil, authplugin.ErrNotFound
	}
	s.recent.touch(e)
	return copied(e.value), nil
}

// Set implements [authplugin.SecondaryStorage]. It is [ErrFull] when there is no
// room.
func (s *Store) Set(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	now := s.elapsed()
	return s.put(s.live(key, now), key, value, now, ttl, false)
}

// Delete implements [authplugin.SecondaryStorage]. All keys go at one moment.
func (s *Store) Delete(ctx context.Context, keys ...string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for _, key := range keys {
		s.remove(s.entries[key])
	}
	return nil
}

// GetDelete implements [authplugin.AtomicStorage].
func (s *Store) GetDelete(ctx context.Context, key string) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	e := s.live(key, s.elapsed())
	if e == nil {
		return nil, authplugin.ErrNotFound
	}
	s.remove(e)
	return e.value, nil // nobody else has it any more
}

// Increment implements [authplugin.AtomicStorage]. A new counter is [ErrFull] when
// there is no room.
func (s *Store) Increment(ctx context.Context, key string, ttl time.Duration) (int64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	now := s.elapsed()
	e := s.live(key, now)
	if e == nil || ttl <= 0 {
		return 1, s.put(e, key, []byte("1"), now, ttl, true)
	}
	n, err := strconv.ParseInt(string(e.value), 10, 64)
	if err != nil || n == math.MaxInt64 || strconv.FormatInt(n, 10) != string(e.value) {
		return 0, errNoCounter
	}
	e.value = strconv.AppendInt(e.value[:0], n+1, 10)
	s.pin(e)
	return n + 1, nil
}

// CompareAndSwap implements [authplugin.AtomicStorage]. It is [ErrFull] when there is
// no room.
func (s *Store) CompareAndSwap(ctx context.Context, key string, old, value []byte, ttl time.Duration) (bool, error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	now := s.elapsed()
	e := s.live(key, now)
	if (e == nil) != (old == nil) || e != nil && !bytes.Equal(e.value, old) {
		return false, nil
	}
	if err := s.put(e, key, value, now, ttl, true); err != nil {
		return false, err
	}
	return true, nil
}

// Len is how many values the store holds, those included that have expired and were
// not asked for since.
func (s *Store) Len() int {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return len(s.entries)
}

// elapsed is the time that expiry is counted in, which by time.Now is monotonic: a
// clock that is set does not expire anything.
func (s *Store) elapsed() time.Duration { return s.now().Sub(s.begin) }

// copied is never nil, even for nothing.
func copied(value []byte) []byte {
	c := make([]byte, len(value))
	copy(c, value)
	return c
}
