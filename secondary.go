package authplugin

import (
	"context"
	"time"
)

// SecondaryStorage is a key-value store for short-lived records: sessions,
// verifications and counters of requests. redisstore, databasestore and memorystore
// implement it; an application may bring its own, and prove it by storagetest.Run.
//
// # Keys and values
//
// A key is any string of up to 1,024 bytes: empty, with NUL, not UTF-8, equal to
// another one but for the case. A longer key is an error or works; it is never cut.
// A value is any bytes, of a megabyte at least. nil and empty are the same value,
// which is not the same as an absent key. Values belong to the caller: a storage
// keeps a copy of what it is given and hands out a copy, which is never nil.
//
// # Time
//
// Every value expires. A ttl counts from the call, to the millisecond, a fraction
// of one rounded up; once it has passed the key is absent to every method. A ttl
// of zero or less never means that a value does not expire: storing with it
// removes the key. ttls may be as long as a time.Duration can be. A storage that
// is full may refuse values, or drop some before they expire; which, its own
// documentation says.
//
// # Concurrency
//
// Every method may be called by many goroutines and processes at once and takes
// effect at one moment, Delete at one for each key. Whoever calls after another
// call has returned sees what that one did: reading from a replica that lags is
// not allowed.
//
// # Errors
//
// A context that has ended before the call is its error, found by errors.Is, and
// nothing is done. After any other error than [ErrNotFound] the caller knows
// nothing: the value may be stored, removed, counted or not. Errors show neither
// keys nor values, which are secrets.
type SecondaryStorage interface {
	// Get returns the value of a key. A key that is absent or has expired is
	// [ErrNotFound]; every other error means that the storage could not be asked.
	Get(ctx context.Context, key string) (value []byte, err error)
	// Set stores a value, in place of what the key held, for ttl from now. A ttl
	// of zero or less deletes the key.
	Set(ctx context.Context, key string, value []byte, ttl time.Duration) error
	// Delete removes keys, any number of them. A key that is absent is no error.
	// When it fails some of the keys may be gone.
	Delete(ctx context.Context, keys ...string) error
}

// AtomicStorage is a SecondaryStorage that can also take a value exactly once,
// count, and replace a value only if nobody else has. No call is repeated by the
// storage itself once it may have had its effect: a lost answer is an error.
type AtomicStorage interface {
	SecondaryStorage
	// GetDelete returns the value of a key and removes it. Of many concurrent
	// callers exactly one gets it, the others [ErrNotFound].
	GetDelete(ctx context.Context, key string) ([]byte, error)
	// Increment adds one to a counter and returns it. A counter that is absent
	// begins at one and expires after ttl, which later calls do not change. With
	// a ttl of zero or less the window is over: the counter is deleted and one
	// returned.
	//
	// A counter is kept as decimal text, which Get returns and Set may store. It
	// is an error, and changes nothing, when the key holds anything else or a
	// counter that is at its maximum, math.MaxInt64.
	Increment(ctx context.Context, key string, ttl time.Duration) (int64, error)
	// CompareAndSwap stores a value for ttl from now if the key holds exactly the
	// bytes of old, and reports whether it did. A nil old means that the key must
	// be absent; an old that is empty but not nil means that it must hold the
	// empty value. With a ttl of zero or less it deletes instead of storing, on
	// the same condition.
	CompareAndSwap(ctx context.Context, key string, old, value []byte, ttl time.Duration) (bool, error)
}
