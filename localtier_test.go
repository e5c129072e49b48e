package authplugin_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/localcache"
	"github.com/gorm-auth/authplugin/memorystore"
)

// patience is how long a test waits for what must happen.
const patience = time.Minute

// until waits for something.
func until(t testing.TB, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within %v: %s", patience, what)
		}
	}
}

// startedTier is a tier whose subscription is live.
func startedTier(t testing.TB, cfg authplugin.LocalTierConfig) *authplugin.LocalTier {
	t.Helper()
	if cfg.Cache == nil {
		cfg.Cache = localcache.New()
	}
	live := make(chan struct{}, 1000)
	report := cfg.Report
	cfg.Report = func(err error) {
		if report != nil {
			report(err)
		}
		if err == nil {
			live <- struct{}{}
		}
	}
	tier := authplugin.NewLocalTier(cfg)
	tier.Start(t.Context())
	t.Cleanup(tier.Close)
	select {
	case <-live:
	case <-time.After(patience):
		t.Fatal("the subscription is not live")
	}
	return tier
}

// put stores a value that does not expire by itself.
func put(tier *authplugin.LocalTier, key string, value any, owners ...string) {
	tier.Put(key, value, time.Now().Add(time.Hour), tier.Mark(), owners...)
}

// serves fails the test unless a tier has exactly a value, nil for none.
func serves(t testing.TB, tier *authplugin.LocalTier, key string, want any) {
	t.Helper()
	if got, ok := tier.Get(key); got != want || ok != (want != nil) {
		t.Errorf("%q: %v, %v, want %v", key, got, ok, want)
	}
}

func drop(t testing.TB, tier *authplugin.LocalTier, names ...string) {
	t.Helper()
	if err := tier.Drop(t.Context(), names...); err != nil {
		t.Fatal(err)
	}
}

func TestLocalTierDrops(t *testing.T) {
	t.Parallel()
	store := memorystore.New()
	a := startedTier(t, authplugin.LocalTierConfig{Broadcaster: store})
	b := startedTier(t, authplugin.LocalTierConfig{Broadcaster: store})
	fill := func() {
		for _, tier := range []*authplugin.LocalTier{a, b} {
			put(tier, "token 1", 1, "user 1", "session 1")
			put(tier, "token 2", 2, "user 1", "session 2")
			put(tier, "token 3", 3, "user 2", "session 3")
			put(tier, "token 4", 4)
		}
	}
	both := func(one, two, three, four any) {
		t.Helper()
		for _, tier := range []*authplugin.LocalTier{a, b} {
			serves(t, tier, "token 1", one)
			serves(t, tier, "token 2", two)
			serves(t, tier, "token 3", three)
			serves(t, tier, "token 4", four)
		}
	}
	fill()
	both(1, 2, 3, 4)
	drop(t, a)
	both(1, 2, 3, 4)
	drop(t, a, "token 1", "token 4")
	both(nil, 2, 3, nil)
	fill()
	drop(t, b, "user 1")
	both(nil, nil, 3, 4)
	fill()
	drop(t, a, "session 2", "session 3")
	both(1, nil, nil, 4)
	fill()
	if err := a.DropAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	both(nil, nil, nil, nil)
	fill()
	both(1, 2, 3, 4)
	// A drop of more names than fit into one message.
	names := []string{"token 1"}
	for i := range 20_000 {
		names = append(names, fmt.Sprint("no key ", i))
	}
	drop(t, a, append(names, "user 2")...)
	serves(t, b, "token 1", nil)
	serves(t, b, "token 3", nil)
}

// What was read before a change is not stored after it.
func TestLocalTierMarker(t *testing.T) {
	t.Parallel()
	store := memorystore.New()
	a := startedTier(t, authplugin.LocalTierConfig{Broadcaster: store})
	b := startedTier(t, authplugin.LocalTierConfig{Broadcaster: store})
	later := time.Now().Add(time.Hour)
	for name, change := range map[string]func(){
		"its key, here":        func() { drop(t, a, "k") },
		"its key, elsewhere":   func() { drop(t, b, "k") },
		"its owner, here":      func() { drop(t, a, "o") },
		"its owner, elsewhere": func() { drop(t, b, "o") },
		"all, elsewhere": func() {
			if err := b.DropAll(t.Context()); err != nil {
				t.Error(err)
			}
		},
	} {
		m := a.Mark()
		change()
		a.Put("k", "old", later, m, "o")
		if got, ok := a.Get("k"); ok {
			t.Errorf("%s: serves %v", name, got)
		}
		put(a, "k", "new", "o")
		serves(t, a, "k", "new")
		a.Put("k", "old", later, m, "o") // the late one drops the new one, and is not served
		if got, _ := a.Get("k"); got == "old" {
			t.Errorf("%s: serves %v", name, got)
		}
	}
	a.Put("k", "unmarked", later, authplugin.LocalMarker{}, "o")
	if got, _ := a.Get("k"); got == "unmarked" {
		t.Error("a value without a marker is served")
	}
	m := a.Mark()
	drop(t, a, "another")
	a.Put("k2", "v", later, m, "o")
	serves(t, a, "k2", "v")
}

// testClock is a clock that tests set.
type testClock struct{ now atomic.Pointer[time.Time] }

func (c *testClock) set(now time.Time) { c.now.Store(&now) }
func (c *testClock) Now() time.Time    { return *c.now.Load() }

func TestLocalTierExpires(t *testing.T) {
	t.Parallel()
	begin := time.Now()
	for _, c := range []struct {
		name string
		// expires, read and asked are when the value expires, was read, is asked for.
		expires, read, asked time.Duration
		served               bool
	}{
		{"at once", time.Hour, 0, 0, true},
		{"just before the maximal age", time.Hour, 0, time.Minute - 1, true},
		{"at the maximal age", time.Hour, 0, time.Minute, false},
		{"just before it expires", 30 * time.Second, 0, 30*time.Second - 1, true},
		{"at its expiry", 30 * time.Second, 0, 30 * time.Second, false},
		{"expired when it is stored", time.Second, 0, 30 * time.Second, false},
		{"a reading that took too long", time.Hour, -time.Minute, 0, false},
		{"a reading that took long", time.Hour, -30 * time.Second, 30*time.Second - 1, true},
		{"a reading that took long, asked later", time.Hour, -30 * time.Second, 30 * time.Second, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			// Without a monotonic reading, as after a sleep of the machine, and with one.
			for _, begin := range []time.Time{begin, begin.Round(0)} {
				clock := &testClock{}
				clock.set(begin)
				tier := startedTier(t, authplugin.LocalTierConfig{Broadcaster: memorystore.New(), MaxAge: time.Minute, Now: clock.Now})
				clock.set(begin.Add(c.read))
				m := tier.Mark()
				clock.set(begin)
				tier.Put("k", "v", begin.Add(c.expires).Round(0).UTC(), m)
				clock.set(begin.Add(c.asked))
				if _, ok := tier.Get("k"); ok != c.served {
					t.Errorf("served: %v", ok)
				}
			}
		})
	}
}

// The wall clock alone moves on while a machine sleeps, and the monotonic one alone
// cannot be set back.
func TestLocalTierClocks(t *testing.T) {
	t.Parallel()
	clock := &testClock{}
	begin := time.Now()
	clock.set(begin)
	tier := startedTier(t, authplugin.LocalTierConfig{Broadcaster: memorystore.New(), MaxAge: time.Minute, Now: clock.Now})
	tier.Put("k", "v", begin.Add(time.Hour), tier.Mark())
	clock.set(begin.Add(time.Minute).Round(0)) // only the wall clock
	serves(t, tier, "k", nil)
	clock.set(begin)
	serves(t, tier, "k", "v")
}

// faultyBroadcaster is a storage's, whose subscriptions the test ends and refuses.
type faultyBroadcaster struct {
	authplugin.Broadcaster

	refuses atomic.Bool
	mutex   sync.Mutex
	end     context.CancelFunc
}

var errFault = errors.New("a fault of the test")

func (f *faultyBroadcaster) Publish(ctx context.Context, message []byte) error {
	if f.refuses.Load() {
		return errFault
	}
	return f.Broadcaster.Publish(ctx, message)
}

func (f *faultyBroadcaster) Subscribe(ctx context.Context, live func(), receive func([]byte)) error {
	if f.refuses.Load() {
		return errFault
	}
	ctx, end := context.WithCancel(ctx)
	defer end()
	f.mutex.Lock()
	f.end = end
	f.mutex.Unlock()
	_ = f.Broadcaster.Subscribe(ctx, live, receive)
	return errFault
}

func (f *faultyBroadcaster) lose() {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.end()
}

// Without a live subscription nothing is served, nothing is stored, and what was there
// does not come back.
func TestLocalTierWithoutSubscription(t *testing.T) {
	t.Parallel()
	reports := make(chan error, 1000)
	faulty := &faultyBroadcaster{Broadcaster: memorystore.New()}
	tier := startedTier(t, authplugin.LocalTierConfig{Broadcaster: faulty, Report: func(err error) { reports <- err }})
	expectReport := func(want error) {
		t.Helper()
		select {
		case err := <-reports:
			if !errors.Is(err, want) {
				t.Errorf("reported: %v, want %v", err, want)
			}
		case <-time.After(patience):
			t.Fatalf("nothing reported, want %v", want)
		}
	}
	expectReport(nil)
	put(tier, "k", "v")
	before := tier.Mark()
	faulty.refuses.Store(true)
	faulty.lose()
	expectReport(errFault)
	serves(t, tier, "k", nil)
	put(tier, "k", "v")
	during := tier.Mark()
	serves(t, tier, "k", nil)
	if err := tier.Drop(t.Context(), "secret"); !errors.Is(err, errFault) || strings.Contains(err.Error(), "secret") {
		t.Errorf("drop: %v", err)
	}
	if err := tier.DropAll(t.Context()); !errors.Is(err, errFault) {
		t.Errorf("drop of all: %v", err)
	}
	serves(t, tier, "k", nil)
	faulty.refuses.Store(false)
	expectReport(nil) // and no report for each time that it was refused
	serves(t, tier, "k", nil)
	for _, m := range []authplugin.LocalMarker{before, during} {
		tier.Put("k", "old", time.Now().Add(time.Hour), m)
		serves(t, tier, "k", nil)
	}
	put(tier, "k", "new")
	serves(t, tier, "k", "new")
	tier.Close()
	tier.Close()
	serves(t, tier, "k", nil)
	put(tier, "k", "new")
	serves(t, tier, "k", nil)
	drop(t, tier, "k") // still tells the others
}

func TestLocalTierNeverStarted(t *testing.T) {
	t.Parallel()
	for name, tier := range map[string]*authplugin.LocalTier{
		"none":        authplugin.NoLocalTier(),
		"not started": authplugin.NewLocalTier(authplugin.LocalTierConfig{Cache: localcache.New(), Broadcaster: memorystore.New()}),
	} {
		put(tier, "k", "v", "o")
		if _, ok := tier.Get("k"); ok {
			t.Errorf("%s: serves", name)
		}
		drop(t, tier, "k")
		if err := tier.DropAll(t.Context()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		tier.Close()
	}
	authplugin.NoLocalTier().Start(t.Context())
}

// Two Auths that were given one cache do not see each other's values.
func TestLocalTierSharedCache(t *testing.T) {
	t.Parallel()
	cache := localcache.New()
	a := startedTier(t, authplugin.LocalTierConfig{Cache: cache, Broadcaster: memorystore.New()})
	b := startedTier(t, authplugin.LocalTierConfig{Cache: cache, Broadcaster: memorystore.New()})
	put(a, "k", "v")
	serves(t, b, "k", nil)
	cache.Set("k", "of somebody else", time.Hour)
	serves(t, a, "k", nil)
}

// recordingBroadcaster keeps what is published.
type recordingBroadcaster struct {
	authplugin.Broadcaster

	mutex    sync.Mutex
	messages [][]byte
}

func (r *recordingBroadcaster) Publish(ctx context.Context, message []byte) error {
	r.mutex.Lock()
	r.messages = append(r.messages, message)
	r.mutex.Unlock()
	return r.Broadcaster.Publish(ctx, message)
}

// The format is fixed: processes of several versions run side by side.
func TestLocalTierMessages(t *testing.T) {
	t.Parallel()
	recorder := &recordingBroadcaster{Broadcaster: memorystore.New()}
	tier := startedTier(t, authplugin.LocalTierConfig{Broadcaster: recorder})
	drop(t, tier, "abc", "")
	if err := tier.DropAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	drop(t, tier, make([]string, 4001)...)
	want := [][]byte{
		{1, 1, 0xba, 0x78, 0x16, 0xbf, 0xe3, 0xb0, 0xc4, 0x42}, // SHA-256 of abc and of nothing begin so
		{1, 2},
	}
	for i, message := range want {
		if got := recorder.messages[i]; !bytes.Equal(got, message) {
			t.Errorf("message %d: %x, want %x", i, got, message)
		}
	}
	if n := len(recorder.messages); n != 4 {
		t.Errorf("%d messages", n)
	}
	for _, message := range recorder.messages {
		if len(message) > 16<<10 {
			t.Errorf("a message of %d bytes", len(message))
		}
	}
}

// What is not understood may be a change of anything.
func TestLocalTierForeignMessages(t *testing.T) {
	t.Parallel()
	store := memorystore.New()
	tier := startedTier(t, authplugin.LocalTierConfig{Broadcaster: store})
	for _, message := range []string{"", "\x01", "\x01\x01\x00", "\x01\x01\x00\x00\x00", "\x02\x01", "\x01\x03", "hello", strings.Repeat("x", 1<<20)} {
		put(tier, "k", "v")
		serves(t, tier, "k", "v")
		if err := store.Publish(t.Context(), []byte(message)); err != nil {
			t.Fatal(err)
		}
		serves(t, tier, "k", nil)
	}
	put(tier, "k", "v")
	if err := store.Publish(t.Context(), []byte{1, 1}); err != nil {
		t.Fatal(err)
	}
	serves(t, tier, "k", "v") // no name has changed
}

// Writers raise a value and drop it, readers fill and read: nobody is served less than
// what was written before it asked.
func TestLocalTierIsNeverStale(t *testing.T) {
	t.Parallel()
	store := memorystore.New()
	tiers := []*authplugin.LocalTier{
		startedTier(t, authplugin.LocalTierConfig{Broadcaster: store}),
		startedTier(t, authplugin.LocalTierConfig{Broadcaster: store}),
	}
	const keys = 8
	// truth is what the storage holds, dropped what all processes have been told of.
	var truth, dropped [keys]atomic.Int64
	var locks [keys]sync.Mutex
	var hits atomic.Int64
	stop := time.Now().Add(time.Second)
	var group sync.WaitGroup
	for w := range 2 {
		group.Go(func() {
			for time.Now().Before(stop) {
				k := rand.IntN(keys)
				locks[k].Lock()
				n := truth[k].Add(1)
				name := fmt.Sprint("key ", k)
				if n%3 == 0 {
					name = fmt.Sprint("owner ", k%2)
				}
				if err := tiers[w].Drop(context.Background(), name); err != nil {
					t.Error(err)
				}
				dropped[k].Store(n)
				locks[k].Unlock()
				time.Sleep(10 * time.Microsecond)
			}
		})
	}
	for r := range 6 {
		tier := tiers[r%2]
		group.Go(func() {
			for time.Now().Before(stop) {
				k := rand.IntN(keys)
				key := fmt.Sprint("key ", k)
				least := dropped[k].Load()
				if got, ok := tier.Get(key); ok {
					hits.Add(1)
					if got.(int64) < least {
						t.Errorf("%s: %v is served after %v was dropped", key, got, least)
						return
					}
					continue
				}
				m := tier.Mark()
				n := truth[k].Load()
				runtime.Gosched()
				tier.Put(key, n, time.Now().Add(time.Hour), m, fmt.Sprint("owner ", k%2))
			}
		})
	}
	group.Wait()
	if hits.Load() == 0 {
		t.Error("there was no hit")
	}
}

// Neither close nor the end of the context leaves a goroutine.
func TestLocalTierLeavesNoGoroutine(t *testing.T) { //nolint:paralleltest // it counts goroutines
	before := runtime.NumGoroutine()
	ctx, cancel := context.WithCancel(t.Context())
	var tiers []*authplugin.LocalTier
	for i := range 20 {
		faulty := &faultyBroadcaster{Broadcaster: memorystore.New()}
		faulty.refuses.Store(i%4 == 0)
		tier := authplugin.NewLocalTier(authplugin.LocalTierConfig{Cache: localcache.New(), Broadcaster: faulty})
		tier.Start(ctx)
		tier.Start(ctx)
		tiers = append(tiers, tier)
	}
	for _, tier := range tiers[:10] {
		tier.Close()
	}
	cancel()
	until(t, "all goroutines have ended", func() bool { return runtime.NumGoroutine() <= before })
	for _, tier := range tiers {
		tier.Close()
	}
}

func TestLocalTierGetAllocatesNothing(t *testing.T) { //nolint:paralleltest // it counts allocations
	tier := startedTier(t, authplugin.LocalTierConfig{Broadcaster: memorystore.New()})
	put(tier, "k", "v", "o")
	if n := testing.AllocsPerRun(1000, func() {
		if _, ok := tier.Get("k"); !ok {
			t.Error("a miss")
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkLocalTier(b *testing.B) {
	tier := startedTier(b, authplugin.LocalTierConfig{Broadcaster: memorystore.New(), MaxAge: time.Hour})
	keys := make([]string, 10_000)
	for i := range keys {
		keys[i] = fmt.Sprintf("%032d", i)
		put(tier, keys[i], &i, fmt.Sprint("session ", i), fmt.Sprint("user ", i))
	}
	b.Run("hit", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			if _, ok := tier.Get(keys[i%len(keys)]); !ok {
				b.Fatal("a miss")
			}
		}
	})
	b.Run("hit-parallel", func(b *testing.B) {
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			for i := rand.IntN(len(keys)); pb.Next(); i++ {
				if _, ok := tier.Get(keys[i%len(keys)]); !ok {
					b.Error("a miss")
				}
			}
		})
	})
	b.Run("miss", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			tier.Get("no such key")
		}
	})
	b.Run("mark and put", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			put(tier, keys[i%len(keys)], &i, "session", "user")
		}
	})
	b.Run("drop", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			drop(b, tier, keys[i%len(keys)])
		}
	})
}
