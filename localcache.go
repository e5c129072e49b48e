package authplugin

import "time"

// LocalCache holds decoded values in the memory of this process, in front of the
// secondary storage. The package localcache has one; an application may bring its
// own.
//
// Every method may be called by many goroutines at once and takes effect at one
// moment for each key: after a Set or a Delete has returned, no Get shows what the
// key held before. It is bounded, and may drop any value at any time. A key is a
// secret, and a value is not to be looked at: it is the library's own, which checks
// itself, on every Get, that it is still right.
type LocalCache interface {
	// Get returns the value of a key. It is on the way of every request: it should
	// take no longer than some hundred nanoseconds, and allocate nothing.
	Get(key string) (value any, ok bool)
	// Set stores a value, in place of what the key held. After ttl, which is above
	// zero, the value is of no use any more; to go on showing it is allowed.
	Set(key string, value any, ttl time.Duration)
	// Delete removes a key. A key that is absent is no error.
	Delete(key string)
	// Clear removes everything.
	Clear()
}
