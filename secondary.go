package authplugin

import (
	"context"
	"time"
)

// SecondaryStorage is a key-value store for short-lived records: sessions,
// verifications and counters of requests. An implementation is safe for
// concurrent use by many goroutines and processes. Values are opaque bytes; a
// store copies what it is given and hands out copies.
type SecondaryStorage interface {
	// Get returns the value of a key. A key that is absent or has expired is
	// [ErrNotFound]; every other error means that the storage could not be asked.
	Get(ctx context.Context, key string) (value []byte, err error)
	// Set stores a value that expires after ttl, which is kept to the
	// millisecond. A ttl of zero or less deletes the key: there is no way to
	// store a value that never expires.
	Set(ctx context.Context, key string, value []byte, ttl time.Duration) error
	// Delete removes keys. A key that is absent is no error.
	Delete(ctx context.Context, keys ...string) error
}

// AtomicStorage is a SecondaryStorage that can also take a value exactly once,
// count, and replace a value only if nobody else has.
type AtomicStorage interface {
	SecondaryStorage
	// GetDelete returns the value of a key and removes it. Of many concurrent
	// callers exactly one gets it, the others [ErrNotFound].
	GetDelete(ctx context.Context, key string) ([]byte, error)
	// Increment adds one to a counter and returns it. A counter that is absent
	// begins at one and expires after ttl, which later calls do not change.
	Increment(ctx context.Context, key string, ttl time.Duration) (int64, error)
	// CompareAndSwap stores a value if the key holds old, and reports whether it
	// did. A nil old means that the key must be absent.
	CompareAndSwap(ctx context.Context, key string, old, value []byte, ttl time.Duration) (bool, error)
}
