package storagetest

import (
	"math"
	"testing"
	"time"

	"github.com/gorm-auth/authplugin"
)

func expectCount(t testing.TB, s authplugin.AtomicStorage, key string, ttl time.Duration, want int64) {
	t.Helper()
	if got, err := s.Increment(t.Context(), key, ttl); err != nil || got != want {
		t.Fatalf("Increment(%s, %v) = %d, %v, want %d", show(key), ttl, got, err, want)
	}
}

func expectSwap(t testing.TB, s authplugin.AtomicStorage, key string, old, value []byte, want bool) {
	t.Helper()
	expectSwapFor(t, s, key, old, value, kept, want)
}

func expectSwapFor(t testing.TB, s authplugin.AtomicStorage, key string, old, value []byte, ttl time.Duration, want bool) {
	t.Helper()
	got, err := s.CompareAndSwap(t.Context(), key, old, value, ttl)
	if err != nil || got != want {
		was := show(old)
		if old == nil {
			was = "nil"
		}
		t.Fatalf("CompareAndSwap(%s, %s, %s, %v) = %v, %v, want %v", show(key), was, show(value), ttl, got, err, want)
	}
}

func getDelete(t testing.TB, s authplugin.AtomicStorage) {
	key, other := newKey(t, s), newKey(t, s)
	got, err := s.GetDelete(t.Context(), key)
	expectNotFound(t, "GetDelete", key, got, err)
	for _, value := range []string{"v", "", "a\x00b\xff"} {
		mustSet(t, s, key, []byte(value), kept)
		mustSet(t, s, other, []byte("other"), kept)
		got, err = s.GetDelete(t.Context(), key)
		expectFound(t, "GetDelete", key, got, err, []byte(value))
		expectAbsent(t, s, key)
		got, err = s.GetDelete(t.Context(), key)
		expectNotFound(t, "GetDelete", key, got, err)
		expectValue(t, s, other, []byte("other"))
	}
}

func getDeleteExpired(t testing.TB, s authplugin.AtomicStorage) {
	key := newKey(t, s)
	mustSet(t, s, key, []byte("v"), short)
	waitExpired()
	got, err := s.GetDelete(t.Context(), key)
	expectNotFound(t, "GetDelete", key, got, err)
}

func increment(t testing.TB, s authplugin.AtomicStorage) {
	key := newKey(t, s)
	for i := range int64(12) {
		expectCount(t, s, key, kept, i+1)
	}
	expectValue(t, s, key, []byte("12"))
	mustSet(t, s, key, []byte("-2"), kept)
	expectCount(t, s, key, kept, -1)
	expectCount(t, s, key, kept, 0)
	expectValue(t, s, key, []byte("0"))
	mustDelete(t, s, key)
	expectCount(t, s, key, kept, 1)
}

func incrementTTL(t testing.TB, s authplugin.AtomicStorage) {
	key := newKey(t, s)
	expectExpiry(t, s, key, short, func() { expectCount(t, s, key, short, 1) })
	expectCount(t, s, key, kept, 1)
	expectCount(t, s, key, time.Millisecond, 2)
	time.Sleep(time.Millisecond + 2*tolerance)
	expectCount(t, s, key, time.Millisecond, 3)

	key = newKey(t, s)
	expectExpiry(t, s, key, short, func() {
		begin := time.Now()
		expectCount(t, s, key, short, 1)
		n, err := s.Increment(t.Context(), key, kept)
		switch {
		case err != nil:
			t.Fatalf("Increment of a counter that is there: %v", err)
		case n == 2:
		case n == 1 && time.Since(begin) >= short-tolerance: // it had expired, and a new one began
			mustDelete(t, s, key)
			t.Skipf("the second Increment came after %v: run it on a machine that is less busy", short)
		default:
			t.Fatalf("Increment of a counter that is there returned %d, want 2", n)
		}
	})

	key = newKey(t, s)
	expectCount(t, s, key, 1, 1)
	time.Sleep(time.Millisecond + 2*tolerance)
	expectCount(t, s, key, math.MaxInt64, 1)
	expectCount(t, s, key, math.MaxInt64, 2)
}

func incrementWithoutTTL(t testing.TB, s authplugin.AtomicStorage) {
	for _, ttl := range []time.Duration{0, -1, math.MinInt64} {
		key := newKey(t, s)
		expectCount(t, s, key, ttl, 1)
		expectAbsent(t, s, key)
		expectCount(t, s, key, ttl, 1)
		expectCount(t, s, key, kept, 1)
		expectCount(t, s, key, ttl, 1)
		expectAbsent(t, s, key)
	}
}

// Beyond 2^53 a count in floating point is wrong.
func incrementExact(t testing.TB, s authplugin.AtomicStorage) {
	key := newKey(t, s)
	mustSet(t, s, key, []byte("9007199254740992"), kept)
	expectCount(t, s, key, kept, 9007199254740993)
	mustSet(t, s, key, []byte("9223372036854775806"), kept)
	expectCount(t, s, key, kept, math.MaxInt64)
	if got, err := s.Increment(t.Context(), key, kept); err == nil {
		t.Fatalf("Increment at the maximum = %d, want an error", got)
	}
	expectValue(t, s, key, []byte("9223372036854775807"))
}

func incrementNoCounter(t testing.TB, s authplugin.AtomicStorage) {
	for _, value := range []string{"", "one", " 1", "1 ", "1.0", "0x1", "1\x00", "9223372036854775808"} {
		key := newKey(t, s)
		mustSet(t, s, key, []byte(value), kept)
		if got, err := s.Increment(t.Context(), key, kept); err == nil {
			t.Fatalf("Increment of %s = %d, want an error", show(value), got)
		}
		expectValue(t, s, key, []byte(value))
	}
}

func swap(t testing.TB, s authplugin.AtomicStorage) {
	key := newKey(t, s)
	expectSwap(t, s, key, []byte("old"), []byte("new"), false)
	expectAbsent(t, s, key)
	old := "a\x00b\xff🦊"
	mustSet(t, s, key, []byte(old), kept)
	for _, wrong := range []string{"", "a", "a\x00b", old + " ", "A" + old[1:], "other"} {
		expectSwap(t, s, key, []byte(wrong), []byte("new"), false)
		expectValue(t, s, key, []byte(old))
	}
	given := []byte("new\x00")
	expectSwap(t, s, key, []byte(old), given, true)
	given[0] = 'X'
	expectValue(t, s, key, []byte("new\x00"))
	expectSwap(t, s, key, []byte(old), []byte("newer"), false)
	expectSwap(t, s, key, []byte("new\x00"), []byte("new\x00"), true)
	expectValue(t, s, key, []byte("new\x00"))
}

func swapAbsent(t testing.TB, s authplugin.AtomicStorage) {
	key := newKey(t, s)
	expectSwapFor(t, s, key, nil, []byte("first"), short, true)
	waitExpired()
	expectSwap(t, s, key, []byte("first"), []byte("late"), false)
	expectSwap(t, s, key, nil, []byte("second"), true)
	expectSwap(t, s, key, nil, []byte("third"), false)
	expectValue(t, s, key, []byte("second"))
	mustDelete(t, s, key)
	expectSwap(t, s, key, nil, nil, true)
	expectValue(t, s, key, []byte{})
}

func swapEmpty(t testing.TB, s authplugin.AtomicStorage) {
	key := newKey(t, s)
	expectSwap(t, s, key, []byte{}, []byte("new"), false)
	expectAbsent(t, s, key)
	mustSet(t, s, key, nil, kept)
	expectSwap(t, s, key, nil, []byte("new"), false)
	expectSwap(t, s, key, []byte{}, []byte("new"), true)
	expectSwap(t, s, key, []byte("new"), nil, true)
	expectValue(t, s, key, []byte{})
}

func swapTTL(t testing.TB, s authplugin.AtomicStorage) {
	key := newKey(t, s)
	mustSet(t, s, key, []byte("old"), kept)
	expectSwapFor(t, s, key, []byte("wrong"), []byte("new"), time.Millisecond, false)
	time.Sleep(time.Millisecond + 2*tolerance)
	expectExpiry(t, s, key, short, func() { expectSwapFor(t, s, key, []byte("old"), []byte("new"), short, true) })
	expectExpiry(t, s, key, short, func() { expectSwapFor(t, s, key, nil, []byte("new"), short, true) })
	mustSet(t, s, key, []byte("old"), kept)
	expectSwapFor(t, s, key, []byte("old"), []byte("new"), 1, true)
	time.Sleep(time.Millisecond + 2*tolerance)
	expectAbsent(t, s, key)
	expectSwapFor(t, s, key, nil, []byte("new"), math.MaxInt64, true)
	expectValue(t, s, key, []byte("new"))
}

func swapWithoutTTL(t testing.TB, s authplugin.AtomicStorage) {
	for _, ttl := range []time.Duration{0, -1, math.MinInt64} {
		key := newKey(t, s)
		expectSwapFor(t, s, key, nil, []byte("new"), ttl, true)
		expectAbsent(t, s, key)
		mustSet(t, s, key, []byte("old"), kept)
		expectSwapFor(t, s, key, nil, []byte("new"), ttl, false)
		expectSwapFor(t, s, key, []byte("wrong"), []byte("new"), ttl, false)
		expectValue(t, s, key, []byte("old"))
		expectSwapFor(t, s, key, []byte("old"), []byte("new"), ttl, true)
		expectAbsent(t, s, key)
	}
}
