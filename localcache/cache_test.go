package localcache_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorm-auth/authplugin/localcache"
)

// patience is how long a test waits for what must happen.
const patience = time.Minute

func until(t testing.TB, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within %v: %s", patience, what)
		}
	}
}

func holds(t testing.TB, c *localcache.Cache, key string, want any) {
	t.Helper()
	if got, ok := c.Get(key); got != want || ok != (want != nil) {
		t.Errorf("%q: %v, %v, want %v", key, got, ok, want)
	}
}

func TestCache(t *testing.T) {
	t.Parallel()
	c := localcache.New()
	holds(t, c, "a", nil)
	c.Set("a", 1, time.Hour)
	c.Set("", 2, math.MaxInt64)
	c.Set("c", 3, time.Hour)
	holds(t, c, "a", 1)
	holds(t, c, "", 2)
	c.Set("a", "another type", time.Hour)
	holds(t, c, "a", "another type")
	c.Delete("a")
	c.Delete("a")
	holds(t, c, "a", nil)
	for _, ttl := range []time.Duration{0, -1, math.MinInt64} {
		c.Set("c", 3, time.Hour)
		c.Set("c", 4, ttl)
		holds(t, c, "c", nil)
	}
	c.Set("a", 1, time.Hour)
	c.Clear()
	holds(t, c, "a", nil)
	holds(t, c, "", nil)
	c.Set("a", 1, time.Hour)
	holds(t, c, "a", 1)
}

func TestExpiry(t *testing.T) {
	t.Parallel()
	c := localcache.New()
	c.Set("short", 1, time.Nanosecond)
	c.Set("long", 2, time.Hour)
	c.Set("replaced", 3, time.Nanosecond)
	c.Set("replaced", 4, time.Hour)
	time.Sleep(time.Millisecond)
	c.Set("a write", 0, time.Hour)
	holds(t, c, "short", nil)
	holds(t, c, "long", 2)
	holds(t, c, "replaced", 4)
	c.Set("long", 5, time.Nanosecond)
	time.Sleep(time.Millisecond)
	c.Set("a write", 0, time.Hour)
	holds(t, c, "long", nil)
}

func TestIsBounded(t *testing.T) {
	t.Parallel()
	c := localcache.New(localcache.MaxEntries(100))
	for i := range 100_000 {
		c.Set(strconv.Itoa(i), i, time.Hour)
	}
	until(t, "it has evicted", func() bool { return c.Len() <= 100 })
	for _, n := range []int{0, -1} {
		c := localcache.New(localcache.MaxEntries(n))
		for i := range 1000 {
			c.Set(strconv.Itoa(i), i, time.Hour)
		}
		if c.Len() != 1000 {
			t.Errorf("MaxEntries(%d) is not the default: %d values", n, c.Len())
		}
	}
}

// What has expired is given back by what comes after it.
func TestExpiredAreGivenBack(t *testing.T) {
	t.Parallel()
	c := localcache.New()
	for i := range 10_000 {
		c.Set(strconv.Itoa(i), i, time.Millisecond)
	}
	time.Sleep(2 * time.Millisecond)
	until(t, "the expired are gone", func() bool {
		c.Set("k", 1, time.Hour)
		return c.Len() < 100
	})
}

// After an overwrite or a delete has returned nobody sees what was there before.
func TestIsNeverStale(t *testing.T) {
	t.Parallel()
	const keys = 16
	c := localcache.New(localcache.MaxEntries(keys / 2)) // evicts all the while
	var written [keys]atomic.Int64
	stop := time.Now().Add(time.Second)
	var group sync.WaitGroup
	for w := range 4 {
		group.Go(func() { // each writes keys of its own
			for n := int64(1); time.Now().Before(stop); n++ {
				k := w*4 + rand.IntN(4)
				switch key := strconv.Itoa(k); rand.IntN(3) {
				case 0:
					c.Delete(key)
				default:
					c.Set(key, n, time.Hour)
				}
				written[k].Store(n)
			}
		})
		group.Go(func() {
			for time.Now().Before(stop) {
				k := rand.IntN(keys)
				least := written[k].Load()
				if got, ok := c.Get(strconv.Itoa(k)); ok && got.(int64) < least {
					t.Errorf("%d: %v after %v was written", k, got, least)
					return
				}
			}
		})
	}
	group.Go(func() {
		for time.Now().Before(stop) {
			time.Sleep(10 * time.Millisecond)
			c.Clear()
		}
	})
	group.Wait()
}

// A cache has no goroutine that would have to be stopped.
func TestHasNoGoroutine(t *testing.T) { //nolint:paralleltest // it counts goroutines
	before := runtime.NumGoroutine()
	caches := make([]*localcache.Cache, 20)
	for i := range caches {
		caches[i] = localcache.New(localcache.MaxEntries(10))
		for k := range 1000 {
			caches[i].Set(strconv.Itoa(k), k, time.Hour)
		}
	}
	until(t, "there are no more goroutines than before", func() bool { return runtime.NumGoroutine() <= before })
	runtime.KeepAlive(caches)
}

func TestGetAllocatesNothing(t *testing.T) { //nolint:paralleltest // it counts allocations
	c := localcache.New()
	c.Set("k", &struct{}{}, time.Hour)
	if n := testing.AllocsPerRun(1000, func() { c.Get("k") }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkCache(b *testing.B) {
	c := localcache.New()
	keys := make([]string, 10_000)
	for i := range keys {
		keys[i] = fmt.Sprintf("%032d", i)
		c.Set(keys[i], &i, time.Hour)
	}
	b.Run("get", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			c.Get(keys[i%len(keys)])
		}
	})
	b.Run("get-parallel", func(b *testing.B) {
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			for i := rand.IntN(len(keys)); pb.Next(); i++ {
				c.Get(keys[i%len(keys)])
			}
		})
	})
	b.Run("set", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			c.Set(keys[i%len(keys)], &i, time.Hour)
		}
	})
}
