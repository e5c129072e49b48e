package storagetest

import (
	"math"
	"testing"
	"time"

	"github.com/gorm-auth/authplugin"
)

func expiry(t testing.TB, s authplugin.SecondaryStorage) {
	for _, ttl := range []time.Duration{40 * time.Millisecond, short, short + 137*time.Millisecond + 500*time.Microsecond} {
		key := newKey(t, s)
		expectExpiry(t, s, key, ttl, func() { mustSet(t, s, key, []byte("v"), ttl) })
		mustSet(t, s, key, []byte("again"), kept)
		expectValue(t, s, key, []byte("again"))
	}
	// Whole seconds and their fractions are no special case.
	key := newKey(t, s)
	expectExpiry(t, s, key, 1100*time.Millisecond, func() { mustSet(t, s, key, []byte("v"), 1100*time.Millisecond) })
}

func expiryIsReplaced(t testing.TB, s authplugin.SecondaryStorage) {
	longer, shorter := newKey(t, s), newKey(t, s)
	mustSet(t, s, longer, []byte("v"), short)
	mustSet(t, s, longer, []byte("v"), kept)
	mustSet(t, s, shorter, []byte("v"), kept)
	expectExpiry(t, s, shorter, short, func() { mustSet(t, s, shorter, []byte("v"), short) })
	waitExpired()
	expectValue(t, s, longer, []byte("v"))
}

// The shortest ttl is stored and expires: rounded down it would be no ttl, which
// some storages take for none at all.
func shortestTTL(t testing.TB, s authplugin.SecondaryStorage) {
	for _, ttl := range []time.Duration{1, time.Microsecond, time.Millisecond - 1, time.Millisecond} {
		key := newKey(t, s)
		mustSet(t, s, key, []byte("old"), kept)
		mustSet(t, s, key, []byte("v"), ttl)
		time.Sleep(time.Millisecond + 2*tolerance)
		expectAbsent(t, s, key)
	}
}

func longestTTL(t testing.TB, s authplugin.SecondaryStorage) {
	for _, ttl := range []time.Duration{24 * 400 * time.Hour, 1 << 62, math.MaxInt64} {
		key := newKey(t, s)
		mustSet(t, s, key, []byte("v"), ttl)
		expectValue(t, s, key, []byte("v"))
		mustSet(t, s, key, nil, 0)
	}
}

func nonPositiveTTL(t testing.TB, s authplugin.SecondaryStorage) {
	for _, ttl := range []time.Duration{0, -1, -time.Millisecond, -time.Hour, math.MinInt64} {
		key := newKey(t, s)
		mustSet(t, s, key, []byte("v"), ttl)
		expectAbsent(t, s, key)
		mustSet(t, s, key, []byte("old"), kept)
		mustSet(t, s, key, []byte("v"), ttl)
		expectAbsent(t, s, key)
	}
}
