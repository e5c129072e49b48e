package memorystore

import "time"

const (
	defaultMaxEntries = 100_000
	defaultMaxBytes   = 128 << 20
)

// Option is a choice for [New].
type Option func(*Store)

// MaxEntries is how many values the store holds. Defaults to 100,000, as does a
// number below one.
func MaxEntries(n int) Option {
	return func(s *Store) {
		if n > 0 {
			s.maxEntries = n
		}
	}
}

// MaxBytes is how many bytes the store's keys and values take, with 200 added to
// each for its place in the store. Defaults to 128 MiB, as does a number below one.
// A larger value than that is [ErrFull].
func MaxBytes(n int) Option {
	return func(s *Store) {
		if n > 0 {
			s.maxBytes = n
		}
	}
}

// NoEviction makes a full store refuse new values with [ErrFull] instead of dropping
// old ones that have not expired. It is what a store needs that is the only place of
// sessions or verifications.
func NoEviction() Option {
	return func(s *Store) { s.noEviction = true }
}

// Clock replaces time.Now, for tests. The function is called by many goroutines.
func Clock(now func() time.Time) Option {
	return func(s *Store) {
		if now != nil {
			s.now = now
		}
	}
}
