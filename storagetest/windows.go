package storagetest

import (
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorm-auth/authplugin"
)

func windowChecks() []check[authplugin.WindowStorage] {
	return []check[authplugin.WindowStorage]{
		{"takes", takeWindows},
		{"expires", windowExpires},
		{"of what is none", windowForeign},
		{"counts all", windowRace},
		{"ended context", endedContextWindows},
	}
}

// aWindow is long enough not to expire while a test runs.
func aWindow(limit int, now time.Time) authplugin.WindowTake {
	return authplugin.WindowTake{Max: limit, Window: time.Hour, Now: now}
}

// expectTaken takes from a window, and expects what [authplugin.WindowTake.Take] makes of
// what it held. It returns what it holds then.
func expectTaken(t testing.TB, s authplugin.WindowStorage, key string, held []byte, take authplugin.WindowTake) []byte {
	t.Helper()
	want, _, wantTaken := take.Take(held)
	got, taken, err := s.TakeWindow(t.Context(), key, take)
	if err != nil || taken != wantTaken || string(got) != string(want) {
		t.Fatalf("TakeWindow of %s at %v = %s, %v, %v; want %s, %v", show(held), take.Now, show(got), taken, err, show(want), wantTaken)
	}
	expectValue(t, s, key, want)
	return want
}

// takeWindows goes through requests at random times, also such that go back.
func takeWindows(t testing.TB, s authplugin.WindowStorage) {
	random := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 2)) //nolint:gosec // times are no secret
	for _, limit := range []int{1, 2, 5, 40, 999_999_999} {
		key := newKey(t, s)
		var held []byte
		now := time.Now()
		for range 120 {
			held = expectTaken(t, s, key, held, aWindow(limit, now))
			switch random.IntN(4) {
			case 0:
				now = now.Add(time.Duration(random.Int64N(int64(time.Hour))))
			case 1:
				now = now.Add(-time.Duration(random.Int64N(int64(time.Minute))))
			default:
				now = now.Add(time.Duration(random.Int64N(int64(2 * time.Minute))))
			}
		}
	}
	// The count begins anew after nine digits.
	key, now := newKey(t, s), time.Now()
	held, _, _ := aWindow(9, now).Take(nil)
	at := len(held) - 17*9 - 1
	for i := range 9 {
		held[at-1-i] = '9'
	}
	for i := at + 1; i < len(held); i++ {
		held[i] = '9'
	}
	mustSet(t, s, key, held, kept)
	for i := range 12 {
		held = expectTaken(t, s, key, held, aWindow(9, now.Add(time.Duration(i)*10*time.Minute)))
	}
}

// windowExpires: a window is gone when nothing of it counts any more, which a request that
// is refused does not change.
func windowExpires(t testing.TB, s authplugin.WindowStorage) {
	key := newKey(t, s)
	begin := time.Now()
	take := authplugin.WindowTake{Max: 1, Window: 4 * short, Now: begin}
	_, ttl, _ := take.Take(nil)
	if _, taken, err := s.TakeWindow(t.Context(), key, take); err != nil || !taken {
		t.Fatalf("TakeWindow = %v, %v; want that there is room", taken, err)
	}
	expires := time.Now().Add(ttl)
	if _, taken, err := s.TakeWindow(t.Context(), key, take); err != nil || taken && time.Since(begin) < ttl {
		t.Fatalf("TakeWindow = %v, %v; want that there is no room", taken, err)
	} else if taken {
		expires = time.Now().Add(ttl)
	}
	time.Sleep(time.Until(expires) + 2*tolerance)
	expectAbsent(t, s, key)
}

func windowForeign(t testing.TB, s authplugin.WindowStorage) {
	now := time.Now()
	whole, _, _ := aWindow(1, now).Take(nil)
	for _, foreign := range [][]byte{{}, []byte("1"), []byte("\xff\x00"), whole[:len(whole)-1], append([]byte("x"), whole...), append([]byte(nil), append(whole, '0')...)} {
		key := newKey(t, s)
		mustSet(t, s, key, foreign, kept)
		expectTaken(t, s, key, foreign, aWindow(1, now))
	}
}

func windowRace(t testing.TB, s authplugin.WindowStorage) {
	const limit = racers / 4
	for range rounds {
		key, now := newKey(t, s), time.Now()
		var taken atomic.Int64
		race(func(racer int) {
			// Their clocks are not the same.
			_, ok, err := s.TakeWindow(t.Context(), key, aWindow(limit, now.Add(-time.Duration(racer)*time.Second)))
			switch {
			case err != nil:
				t.Errorf("TakeWindow: %v", err)
			case ok:
				taken.Add(1)
			}
		})
		if n := taken.Load(); n != limit {
			t.Fatalf("%d of %d were taken from a window with room for %d", n, racers, limit)
		}
	}
}

func endedContextWindows(t testing.TB, s authplugin.WindowStorage) {
	key := newKey(t, s)
	for _, ctx := range ended(t) {
		_, _, err := s.TakeWindow(ctx, key, aWindow(1, time.Now()))
		expectEnded(ctx, t, "TakeWindow", err)
	}
	expectAbsent(t, s, key)
}
