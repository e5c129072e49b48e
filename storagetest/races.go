package storagetest

import (
	"bytes"
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/gorm-auth/authplugin"
)

const (
	racers = 64
	rounds = 10
	// marks tell the racers apart, by a byte for each.
	marks = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz+-"
)

// race runs a function in many goroutines that start at once, and waits for them.
func race(run func(racer int)) {
	var group sync.WaitGroup
	start := make(chan struct{})
	for i := range racers {
		group.Go(func() {
			<-start
			run(i)
		})
	}
	close(start)
	group.Wait()
}

// expectOneWinner runs a race in which a function says who has won.
func expectOneWinner(t testing.TB, what string, won func(racer int) (bool, error)) {
	t.Helper()
	var winners atomic.Int64
	race(func(racer int) {
		switch ok, err := won(racer); {
		case err != nil:
			t.Errorf("%s: %v", what, err)
		case ok:
			winners.Add(1)
		}
	})
	if n := winners.Load(); n != 1 {
		t.Fatalf("%s has %d winners of %d, want one", what, n, racers)
	}
}

func getDeleteRace(t testing.TB, s authplugin.AtomicStorage) {
	key := newKey(t, s)
	for range rounds {
		mustSet(t, s, key, []byte("v"), kept)
		expectOneWinner(t, "GetDelete", func(int) (bool, error) {
			value, err := s.GetDelete(t.Context(), key)
			if errors.Is(err, authplugin.ErrNotFound) {
				return false, nil
			}
			return string(value) == "v", err
		})
		expectAbsent(t, s, key)
	}
}

func incrementRace(t testing.TB, s authplugin.AtomicStorage) {
	key := newKey(t, s)
	var seen sync.Map
	race(func(int) {
		for range rounds {
			n, err := s.Increment(t.Context(), key, kept)
			if err != nil {
				t.Errorf("Increment: %v", err)
				return
			}
			if _, twice := seen.LoadOrStore(n, true); twice {
				t.Errorf("Increment returned %d twice", n)
			}
		}
	})
	expectValue(t, s, key, []byte(strconv.Itoa(racers*rounds)))
}

func swapRace(t testing.TB, s authplugin.AtomicStorage) {
	key := newKey(t, s)
	for range rounds {
		mustSet(t, s, key, []byte("old"), kept)
		expectOneWinner(t, "CompareAndSwap", func(racer int) (bool, error) {
			return s.CompareAndSwap(t.Context(), key, []byte("old"), []byte(strconv.Itoa(racer)), kept)
		})
	}
}

func swapAbsentRace(t testing.TB, s authplugin.AtomicStorage) {
	key := newKey(t, s)
	for range rounds {
		var winner atomic.Int64
		expectOneWinner(t, "CompareAndSwap of an absent key", func(racer int) (bool, error) {
			won, err := s.CompareAndSwap(t.Context(), key, nil, []byte(strconv.Itoa(racer)), kept)
			if won {
				winner.Store(int64(racer))
			}
			return won, err
		})
		expectValue(t, s, key, strconv.AppendInt(nil, winner.Load(), 10))
		mustDelete(t, s, key)
	}
}

// swapCounter counts by reading and swapping, which is right only if no swap
// succeeds on a value that has changed.
func swapCounter(t testing.TB, s authplugin.AtomicStorage) {
	key := newKey(t, s)
	mustSet(t, s, key, []byte("0"), kept)
	var swaps atomic.Int64
	race(func(int) {
		for range rounds {
			old, err := s.Get(t.Context(), key)
			if err != nil {
				t.Errorf("Get: %v", err)
				return
			}
			n, err := strconv.ParseInt(string(old), 10, 64)
			if err != nil {
				t.Errorf("Get = %s, which nobody stored", show(old))
				return
			}
			won, err := s.CompareAndSwap(t.Context(), key, old, strconv.AppendInt(nil, n+1, 10), kept)
			if err != nil {
				t.Errorf("CompareAndSwap: %v", err)
				return
			}
			if won {
				swaps.Add(1)
			}
		}
	})
	expectValue(t, s, key, strconv.AppendInt(nil, swaps.Load(), 10))
}

// concurrentUse reads and writes one key from many goroutines: nobody sees half a
// value, and each key of a goroutine's own is as it left it.
func concurrentUse(t testing.TB, s authplugin.SecondaryStorage) {
	shared := newKey(t, s)
	own := make([]string, racers)
	for i := range own {
		own[i] = newKey(t, s)
	}
	race(func(racer int) {
		value := bytes.Repeat([]byte{marks[racer]}, 2_000)
		for range rounds {
			if err := errors.Join(s.Set(t.Context(), shared, value, kept), s.Set(t.Context(), own[racer], value, kept)); err != nil {
				t.Errorf("Set: %v", err)
				return
			}
			got, err := s.Get(t.Context(), shared)
			if err != nil && !errors.Is(err, authplugin.ErrNotFound) {
				t.Errorf("Get: %v", err)
				return
			}
			if err == nil && !uniform(got, len(value)) {
				t.Errorf("Get returned a value that nobody stored: %s", show(got))
			}
			if racer%8 == 0 {
				if err := s.Delete(t.Context(), shared); err != nil {
					t.Errorf("Delete: %v", err)
				}
			}
			if got, err := s.Get(t.Context(), own[racer]); err != nil || !uniform(got, len(value)) || got[0] != marks[racer] {
				t.Errorf("Get right after Set = %s, %v", show(got), err)
			}
		}
	})
}

// uniform tells whether a value is of one byte and of a length.
func uniform(value []byte, length int) bool {
	if len(value) != length {
		return false
	}
	for _, b := range value {
		if b != value[0] {
			return false
		}
	}
	return true
}

// applyRace moves a number between two keys of one node; a transition that finds the one
// without the other was seen half, or has happened half.
func applyRace(t testing.TB, s authplugin.TransitionStorage) {
	keys := together(t, s, 2)
	expectApplied(t, s, "1", authplugin.Transition{store(keys[0], "0"), store(keys[1], "0")})
	var moved atomic.Int64
	race(func(racer int) {
		for range rounds {
			held, err := s.Get(t.Context(), keys[racer%2])
			if err != nil {
				t.Errorf("Get: %v", err)
				return
			}
			n, _ := strconv.Atoi(string(held))
			next := strconv.Itoa(n + 1)
			// Both keys hold the same at every moment: if the one has the old value, so has the other.
			done, err := s.Apply(t.Context(), []authplugin.Transition{
				{storeIf(keys[0], held, next), storeIf(keys[1], held, next)},
				{storeIf(keys[0], []byte(next), next), storeIf(keys[1], held, "half")},
				{storeIf(keys[1], []byte(next), next), storeIf(keys[0], held, "half")},
			})
			switch {
			case err != nil:
				t.Errorf("Apply: %v", err)
			case done[1] || done[2]:
				t.Error("Apply: a transition of two keys was seen half")
			case done[0]:
				moved.Add(1)
			}
		}
	})
	want := strconv.AppendInt(nil, moved.Load(), 10)
	expectMany(t, s, keys, want, want)
}
