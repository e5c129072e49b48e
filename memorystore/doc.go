// Package memorystore is a secondary storage in the memory of one process, for
// tests and for applications that run as a single process:
//
//	authplugin.Config{SecondaryStorage: memorystore.New()}
//
// It implements [authplugin.AtomicStorage]. What it holds is gone with the process,
// and two processes do not see each other's: an application with replicas needs a
// storage that they share, such as redisstore.
//
// It is an [authplugin.Broadcaster] among the Auths that share a store, too.
//
// # Size
//
// A store never holds more than [MaxEntries] values and [MaxBytes] bytes. When it is
// full, what has expired goes first. Then it evicts the values that were least
// recently read or written, but only those that [Store.Set] has written and nothing
// has counted or swapped since: to evict a counter would lift a limit, to evict what
// CompareAndSwap has stored would let a second caller win. When nothing is left to
// evict, a write that needs room is [ErrFull]; reads, deletes and counters that are
// there already go on.
//
// An evicted value is absent. That is harmless where the database has it as well, and
// safe for a single-use value, which is then refused. It signs users out where the
// storage is the only place of their sessions, and is no place for a mark whose
// absence allows something: write such a mark by CompareAndSwap, or switch eviction
// off with [NoEviction]. Counters of requests, whose keys strangers choose, are best
// kept in a store of their own.
//
// # Expiry
//
// A value is absent from the nanosecond on at which it expires. Its memory is given
// back when it is asked for, or by later writes; there is no goroutine and nothing to
// close.
package memorystore
