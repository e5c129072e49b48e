package memorystore_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/memorystore"
	"github.com/gorm-auth/authplugin/storagetest"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	storagetest.Run(t, func(testing.TB) authplugin.SecondaryStorage { return memorystore.New() })
}

func TestConformanceOfOneStore(t *testing.T) {
	t.Parallel()
	s := memorystore.New(memorystore.NoEviction())
	storagetest.Run(t, func(testing.TB) authplugin.SecondaryStorage { return s })
}

// clock is a clock that tests set.
type clock struct {
	mutex sync.Mutex
	now   time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.now = c.now.Add(d)
}

func set(t testing.TB, s *memorystore.Store, key string, ttl time.Duration) {
	t.Helper()
	if err := s.Set(t.Context(), key, []byte("v"), ttl); err != nil {
		t.Fatalf("Set(%q): %v", key, err)
	}
}

// held are those of the keys that the store has.
func held(t testing.TB, s *memorystore.Store, keys ...string) string {
	t.Helper()
	var there []string
	for _, key := range keys {
		switch _, err := s.Get(t.Context(), key); {
		case err == nil:
			there = append(there, key)
		case !errors.Is(err, authplugin.ErrNotFound):
			t.Fatalf("Get(%q): %v", key, err)
		}
	}
	return strings.Join(there, " ")
}

func TestExpiryIsExact(t *testing.T) {
	t.Parallel()
	c := newClock()
	s := memorystore.New(memorystore.Clock(c.Now))
	set(t, s, "k", 1500*time.Millisecond)
	c.advance(1500*time.Millisecond - 1)
	if held(t, s, "k") != "k" {
		t.Fatal("gone a nanosecond too early")
	}
	c.advance(1)
	if held(t, s, "k") != "" {
		t.Fatal("still there when it has expired")
	}
	if n := s.Len(); n != 0 {
		t.Fatalf("the store holds %d values after the only one was asked for and had expired", n)
	}
}

func TestCounterWindows(t *testing.T) {
	t.Parallel()
	c := newClock()
	s := memorystore.New(memorystore.Clock(c.Now))
	var got []string
	for range 7 {
		n, err := s.Increment(t.Context(), "k", 10*time.Second)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, strconv.FormatInt(n, 10))
		c.advance(4 * time.Second)
	}
	if want := "1 2 3 1 2 3 1"; strings.Join(got, " ") != want {
		t.Fatalf("counts in windows of 10 s, every 4 s: %v, want %s", got, want)
	}
}

func TestWritesSweepWhatHasExpired(t *testing.T) {
	t.Parallel()
	c := newClock()
	s := memorystore.New(memorystore.Clock(c.Now))
	for i := range 1000 {
		set(t, s, strconv.Itoa(i), time.Duration(i%10+1)*time.Second)
	}
	c.advance(5 * time.Second)
	for i := range 10 {
		set(t, s, fmt.Sprint("new", i), time.Hour)
	}
	if n := s.Len(); n != 510 {
		t.Fatalf("the store holds %d values, want 500 that have not expired and 10 new ones", n)
	}
}

func TestEvictsTheLeastRecentlyUsed(t *testing.T) {
	t.Parallel()
	s := memorystore.New(memorystore.MaxEntries(3))
	set(t, s, "a", time.Hour)
	set(t, s, "b", time.Hour)
	set(t, s, "c", time.Hour)
	held(t, s, "a") // read
	set(t, s, "b", time.Hour)
	set(t, s, "d", time.Hour)
	if got := held(t, s, "a", "b", "c", "d"); got != "a b d" {
		t.Fatalf("the store holds %q, want a, b and d: c was used longest ago", got)
	}
	set(t, s, "b", time.Hour) // there already: needs no room
	if got := held(t, s, "a", "b", "d"); got != "a b d" {
		t.Fatalf("the store holds %q after a value was replaced", got)
	}
}

func TestExpiredGoesFirst(t *testing.T) {
	t.Parallel()
	c := newClock()
	s := memorystore.New(memorystore.MaxEntries(2), memorystore.Clock(c.Now))
	set(t, s, "old", time.Hour)
	set(t, s, "new", time.Second)
	c.advance(time.Second)
	set(t, s, "newer", time.Hour)
	if got := held(t, s, "old", "newer"); got != "old newer" {
		t.Fatalf("the store holds %q: a value was evicted for one that had expired", got)
	}
}

// What atomic operations have written answers for itself until it expires.
func TestNeverEvictsWhatIsAtomic(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s := memorystore.New(memorystore.MaxEntries(4))
	if n, err := s.Increment(ctx, "counter", time.Hour); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	if won, err := s.CompareAndSwap(ctx, "mark", nil, []byte("m"), time.Hour); !won || err != nil {
		t.Fatal(won, err)
	}
	set(t, s, "counted", time.Hour)
	if err := s.Set(ctx, "counted", []byte("5"), time.Hour); err != nil {
		t.Fatal(err)
	}
	if n, err := s.Increment(ctx, "counted", time.Hour); n != 6 || err != nil {
		t.Fatal(n, err)
	}
	for i := range 100 {
		set(t, s, strconv.Itoa(i), time.Hour)
	}
	if got := held(t, s, "counter", "mark", "counted", "98", "99"); got != "counter mark counted 99" {
		t.Fatalf("the store holds %q", got)
	}
	if won, err := s.CompareAndSwap(ctx, "mark", nil, []byte("m"), time.Hour); won || err != nil {
		t.Fatalf("a second caller: %v, %v", won, err)
	}
	if n, err := s.Increment(ctx, "fourth", time.Hour); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	// Nothing is left to evict.
	if _, err := s.Increment(ctx, "fifth", time.Hour); !errors.Is(err, memorystore.ErrFull) {
		t.Fatalf("Increment in a full store: %v, want ErrFull", err)
	}
	if won, err := s.CompareAndSwap(ctx, "fifth", nil, nil, time.Hour); won || !errors.Is(err, memorystore.ErrFull) {
		t.Fatalf("CompareAndSwap in a full store: %v, %v, want ErrFull", won, err)
	}
	if err := s.Set(ctx, "fifth", nil, time.Hour); !errors.Is(err, memorystore.ErrFull) {
		t.Fatalf("Set in a full store: %v, want ErrFull", err)
	}
	if n, err := s.Increment(ctx, "counter", time.Hour); n != 2 || err != nil {
		t.Fatalf("Increment of a counter that is there: %d, %v", n, err)
	}
	set(t, s, "mark", time.Hour) // an ordinary value again
	set(t, s, "fifth", time.Hour)
	if got := held(t, s, "mark", "fifth"); got != "fifth" {
		t.Fatalf("the store holds %q, want what Set has written to be evicted", got)
	}
}

func TestNoEviction(t *testing.T) {
	t.Parallel()
	c := newClock()
	s := memorystore.New(memorystore.MaxEntries(2), memorystore.NoEviction(), memorystore.Clock(c.Now))
	set(t, s, "a", time.Second)
	set(t, s, "b", time.Hour)
	if err := s.Set(t.Context(), "c", []byte("v"), time.Hour); !errors.Is(err, memorystore.ErrFull) {
		t.Fatalf("Set in a full store: %v, want ErrFull", err)
	}
	set(t, s, "b", time.Hour)
	if got := held(t, s, "a", "b"); got != "a b" {
		t.Fatalf("the store holds %q", got)
	}
	c.advance(time.Second)
	set(t, s, "c", time.Hour)
	if got := held(t, s, "b", "c"); got != "b c" {
		t.Fatalf("the store holds %q", got)
	}
}

func TestBoundInBytes(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s := memorystore.New(memorystore.MaxBytes(10_000))
	for i := range 20 {
		if err := s.Set(ctx, strconv.Itoa(i), make([]byte, 1000), time.Hour); err != nil {
			t.Fatal(err)
		}
	}
	if n := s.Len(); n != 8 {
		t.Fatalf("%d values of 1,000 bytes in 10,000 bytes, want 8", n)
	}
	if err := s.Set(ctx, "19", make([]byte, 10_000), time.Hour); !errors.Is(err, memorystore.ErrFull) {
		t.Fatalf("Set of a value that never fits: %v, want ErrFull", err)
	}
	if n := s.Len(); n != 8 {
		t.Fatalf("%d values after one that never fits, want the 8 from before", n)
	}
	if err := s.Set(ctx, "19", make([]byte, 9_000), time.Hour); err != nil || s.Len() != 1 {
		t.Fatalf("a value that needs all room: %v, %d values", err, s.Len())
	}
}

func TestFloodStaysBounded(t *testing.T) {
	t.Parallel()
	c := newClock()
	s := memorystore.New(memorystore.MaxEntries(1000), memorystore.Clock(c.Now))
	refused := 0
	for i := range 50_000 {
		if _, err := s.Increment(t.Context(), strconv.Itoa(i), 10*time.Second); err != nil {
			refused++
		}
		c.advance(time.Millisecond)
	}
	if s.Len() > 1000 || refused != 50_000-5*1000 {
		t.Fatalf("%d counters, %d refused of 50,000 in five windows", s.Len(), refused)
	}
}

// A plain map is the same as the store, whatever is done in whatever order.
func TestLikeAMap(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	c := newClock()
	s := memorystore.New(memorystore.Clock(c.Now))
	type value struct {
		text    string
		expires time.Time
	}
	want := map[string]value{}
	for step := range 50_000 {
		key := strconv.Itoa(random.IntN(200))
		text, ttl := strconv.Itoa(random.IntN(1000)), time.Duration(random.IntN(100)-5)*time.Second
		w, ok := want[key]
		if ok && !c.Now().Before(w.expires) {
			delete(want, key)
			ok = false
		}
		switch random.IntN(5) {
		case 0:
			if err := s.Set(t.Context(), key, []byte(text), ttl); err != nil {
				t.Fatal(err)
			}
			want[key] = value{text, c.Now().Add(ttl)}
		case 1:
			if err := s.Delete(t.Context(), key); err != nil {
				t.Fatal(err)
			}
			delete(want, key)
		case 2:
			got, err := s.GetDelete(t.Context(), key)
			if ok != (err == nil) || string(got) != w.text && ok {
				t.Fatalf("step %d: GetDelete = %s, %v, want %v %v", step, got, err, w, ok)
			}
			delete(want, key)
		case 3:
			got, err := s.Get(t.Context(), key)
			if ok != (err == nil) || string(got) != w.text && ok {
				t.Fatalf("step %d: Get = %s, %v, want %v %v", step, got, err, w, ok)
			}
		case 4:
			c.advance(time.Duration(random.IntN(2000)) * time.Millisecond)
		}
	}
}

func TestHitAllocatesTheCopyOnly(t *testing.T) {
	s := memorystore.New()
	ctx := t.Context()
	if err := s.Set(ctx, "k", make([]byte, 1000), time.Hour); err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(100, func() { _, _ = s.Get(ctx, "k") }); n != 1 {
		t.Fatalf("a hit allocates %v times, want once", n)
	}
	if n := testing.AllocsPerRun(100, func() { _, _ = s.Get(ctx, "absent") }); n != 0 {
		t.Fatalf("a miss allocates %v times", n)
	}
}

func BenchmarkGet(b *testing.B) {
	s := memorystore.New()
	for i := range 10_000 {
		if err := s.Set(b.Context(), strconv.Itoa(i), make([]byte, 700), time.Hour); err != nil {
			b.Fatal(err)
		}
	}
	ctx := b.Context()
	b.ReportAllocs()
	for b.Loop() {
		_, _ = s.Get(ctx, "5000")
	}
}
