package authplugin

import (
	"hash/maphash"
	"sync/atomic"
)

// refillCounts count the copies that this process has made. Some keys share a counter:
// it only tells that a copy may have been made.
type refillCounts struct {
	seed     maphash.Seed
	counters [256]atomic.Uint64
}

func newRefillCounts() *refillCounts { return &refillCounts{seed: maphash.MakeSeed()} }

func (r *refillCounts) counter(key string) *atomic.Uint64 {
	return &r.counters[maphash.String(r.seed, key)%uint64(len(r.counters))]
}

// of is how many there are of a key.
func (r *refillCounts) of(key string) uint64 { return r.counter(key).Load() }

// add counts one of a key.
func (r *refillCounts) add(key string) { r.counter(key).Add(1) }
