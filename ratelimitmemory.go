package authplugin

import (
	"context"
	"hash/maphash"
	"math"
	"sync"
	"time"
)

const (
	// maxMemoryLimits is how many counters a process keeps.
	maxMemoryLimits = 100_000
	// limitShards is how many locks they have.
	limitShards = 64
	// evictionSample is how many counters are looked at to find one that matters least.
	evictionSample = 8
)

// memoryLimits are counters in the memory of a process. They are bounded: when there
// are too many, those that are no longer in force go first, then those that have counted
// least. A flood of new clients takes the place of new clients, not of those who are
// close to their limit.
type memoryLimits struct {
	seed   maphash.Seed
	shards [limitShards]limitShard
}

type limitShard struct {
	mu       sync.Mutex
	counters map[string]*memoryLimit
	most     int
}

// memoryLimit is a counter. It has either kind of state.
type memoryLimit struct {
	fixed   limitState
	sliding *windowState
	// ends is when the counter counts no more.
	ends time.Time
}

func newMemoryLimits(most int) *memoryLimits {
	m := &memoryLimits{seed: maphash.MakeSeed()}
	for i := range m.shards {
		m.shards[i] = limitShard{counters: map[string]*memoryLimit{}, most: max(most/limitShards, evictionSample)}
	}
	return m
}

func (m *memoryLimits) take(_ context.Context, _ *Auth, key string, rule RateLimitRule, now time.Time) (Decision, error) {
	if rule.Algorithm == SlidingWindow {
		key = slidingKey(key, rule)
	}
	shard := &m.shards[maphash.String(m.seed, key)%limitShards]
	shard.mu.Lock()
	defer shard.mu.Unlock()
	counter := shard.counters[key]
	if counter == nil {
		shard.makeRoom(now)
		counter = &memoryLimit{}
		shard.counters[key] = counter
	}
	return counter.take(rule, now), nil
}

func (l *memoryLimit) take(rule RateLimitRule, now time.Time) (decision Decision) {
	if rule.Algorithm != SlidingWindow {
		if l.fixed, decision = l.fixed.take(rule, now); decision.Allowed {
			l.ends = now.Add(rule.Window)
		}
		return decision
	}
	if l.sliding == nil {
		l.sliding = &windowState{}
	}
	w := rule.windowOf(now)
	next, taken := l.sliding.take(w)
	if taken {
		*l.sliding = next
		l.ends = next.gone(w)
	}
	return next.decision(rule, w, taken)
}

// counted is how many requests the counter holds.
func (l *memoryLimit) counted() int64 {
	if l.sliding != nil {
		return l.sliding.within()
	}
	return l.fixed.count
}

// makeRoom removes a counter when there is no room for another one.
func (s *limitShard) makeRoom(now time.Time) {
	if len(s.counters) < s.most {
		return
	}
	least, counted, looked := "", int64(math.MaxInt64), 0
	for key, counter := range s.counters { // in an order that nobody can foresee
		if !counter.ends.After(now) {
			delete(s.counters, key)
			return
		}
		if n := counter.counted(); n < counted {
			least, counted = key, n
		}
		if looked++; looked >= evictionSample {
			break
		}
	}
	delete(s.counters, least)
}
