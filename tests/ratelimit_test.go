package tests

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/authhttp"
	"github.com/gorm-auth/authplugin/databasestore"
	"github.com/gorm-auth/authplugin/internal/dbtest"
	"github.com/gorm-auth/authplugin/internal/redistest"
	"github.com/gorm-auth/authplugin/memorystore"
	"github.com/gorm-auth/authplugin/redisstore"
)

// limited runs a test with counters in each storage, and in the database on each engine.
func limited(t *testing.T, cfg func() authplugin.Config, f func(t *testing.T, auth *authplugin.Auth, db *gorm.DB)) {
	t.Helper()
	with := func(t *testing.T, e dbtest.Engine, storage authplugin.RateLimitStorage, secondary authplugin.SecondaryStorage) {
		t.Helper()
		c := cfg()
		c.RateLimit.Storage = storage
		c.RateLimit.SlidingWindows = true
		c.SecondaryStorage = secondary
		c.Session.Storage, c.Verification.Storage = authplugin.DatabaseOnly, authplugin.DatabaseOnly
		db, auth := migrated(t, e, c)
		f(t, auth, db)
	}
	t.Run("memory", func(t *testing.T) {
		t.Parallel()
		with(t, dbtest.Named(t, "sqlite"), authplugin.StorageMemory, nil)
	})
	t.Run("memorystore", func(t *testing.T) {
		t.Parallel()
		with(t, dbtest.Named(t, "sqlite"), authplugin.StorageSecondary, memorystore.New())
	})
	t.Run("swapped", func(t *testing.T) {
		t.Parallel()
		with(t, dbtest.Named(t, "sqlite"), authplugin.StorageSecondary, onlyAtomic{memorystore.New()})
	})
	t.Run("databasestore", func(t *testing.T) {
		t.Parallel()
		e := dbtest.Named(t, "postgres")
		table := databasestore.New(e.Open(t, nil))
		must(t, table.Migrate(t.Context()))
		with(t, e, authplugin.StorageSecondary, table)
	})
	t.Run("redis", func(t *testing.T) {
		t.Parallel()
		with(t, dbtest.Named(t, "sqlite"), authplugin.StorageSecondary, redisstore.New(redistest.Client(t), redisstore.Prefix(redistest.Prefix(t))))
	})
	t.Run("database", func(t *testing.T) {
		t.Parallel()
		dbtest.Run(t, func(t *testing.T, e dbtest.Engine) { with(t, e, authplugin.StorageDatabase, nil) })
	})
}

// onlyAtomic is a storage that has no more than it must.
type onlyAtomic struct{ authplugin.AtomicStorage }

func algorithms() []authplugin.RateLimitAlgorithm {
	return []authplugin.RateLimitAlgorithm{authplugin.FixedWindow, authplugin.SlidingWindow}
}

// However many ask at once, as many are allowed as the limit says.
func TestRateLimitUnderConcurrency(t *testing.T) {
	t.Parallel()
	const limit, racers = 10, 64
	limited(t, func() authplugin.Config { return authplugin.Config{} }, func(t *testing.T, auth *authplugin.Auth, _ *gorm.DB) {
		for _, algorithm := range algorithms() {
			rule := authplugin.RateLimitRule{Max: limit, Window: time.Hour, Algorithm: algorithm}
			var allowed atomic.Int64
			var group sync.WaitGroup
			for range racers {
				group.Go(func() {
					decision, err := auth.RateLimiter().Take(t.Context(), "one "+string(algorithm), rule)
					switch {
					case err != nil:
						t.Error(err)
					case decision.Allowed:
						allowed.Add(1)
					case decision.RetryAfter <= 0 || decision.RetryAfter > time.Hour+time.Hour/16:
						t.Errorf("retry after %v", decision.RetryAfter)
					}
				})
			}
			group.Wait()
			if n := allowed.Load(); n != limit {
				t.Errorf("%s: %d were allowed, want %d", algorithm, n, limit)
			}
		}
	})
}

// No window of any position holds more requests than the limit, and who waits as long
// as is said is allowed.
func TestRateLimitNeverExceeds(t *testing.T) {
	t.Parallel()
	// Redis has a clock of its own, and the fixed window there is another one.
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		moment := noon
		clock := func() time.Time { return moment }
		advance := func(d time.Duration) { moment = moment.Add(d) }
		for _, storage := range []authplugin.RateLimitStorage{authplugin.StorageMemory, authplugin.StorageDatabase} {
			cfg := authplugin.Config{Clock: clock}
			cfg.RateLimit.Storage, cfg.RateLimit.SlidingWindows = storage, true
			_, auth := migrated(t, e, cfg)
			random := rand.New(rand.NewPCG(1, 2))
			for _, algorithm := range algorithms() {
				for _, limit := range []int{1, 2, 3, 7} {
					rule := authplugin.RateLimitRule{Max: limit, Window: 10 * time.Second, Algorithm: algorithm}
					key := fmt.Sprint(algorithm, limit)
					var times []time.Time
					for range 80 {
						advance(time.Duration(random.IntN(6000)) * time.Millisecond)
						decision, err := auth.RateLimiter().Take(t.Context(), key, rule)
						must(t, err)
						if !decision.Allowed {
							continue
						}
						times = append(times, clock())
						begin := times[len(times)-1].Add(-rule.Window)
						within := len(slices.DeleteFunc(slices.Clone(times), func(at time.Time) bool { return !at.After(begin) }))
						if within > limit || decision.Remaining > limit-1 || decision.Limit != limit {
							t.Fatalf("%s %s: %d requests within a window of %d, %d remain", storage, algorithm, within, limit, decision.Remaining)
						}
					}
					for {
						decision, err := auth.RateLimiter().Take(t.Context(), key, rule)
						must(t, err)
						if decision.Allowed {
							continue
						}
						advance(decision.RetryAfter)
						if decision, err = auth.RateLimiter().Take(t.Context(), key, rule); err != nil || !decision.Allowed {
							t.Errorf("%s %s %d: refused after the time that was said: %v, %v", storage, algorithm, limit, decision, err)
						}
						break
					}
					if len(times) < 8 {
						t.Errorf("%s %s %d: only %d of 80 were allowed", storage, algorithm, limit, len(times))
					}
				}
			}
		}
	})
}

// A counter of Better Auth goes on counting, in the database and in Redis.
func TestRateLimitSharesWithBetterAuth(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		cfg := authplugin.Config{Clock: fixedClock}
		cfg.RateLimit.Storage = authplugin.StorageDatabase
		db, auth := migrated(t, e, cfg)
		must(t, db.Create(&authplugin.RateLimit{Key: "203.0.113.7|/sign-in/email", Count: 2, LastRequest: noon.Add(-time.Second).UnixMilli()}).Error)
		request := authplugin.RateLimitRequest{IP: netip.MustParseAddr("::ffff:203.0.113.7"), Path: "/sign-in/email"}
		first, err := auth.RateLimiter().Allow(t.Context(), request)
		must(t, err)
		second, err := auth.RateLimiter().Allow(t.Context(), request)
		must(t, err)
		if !first.Allowed || second.Allowed || first.Limit != 3 || second.RetryAfter != 10*time.Second {
			t.Errorf("the third and the fourth request: %+v, %+v", first, second)
		}
		var row authplugin.RateLimit
		must(t, db.First(&row).Error)
		if row.Count != 3 || row.LastRequest != noon.UnixMilli() {
			t.Errorf("the row is %+v", row)
		}
		// A transaction that is rolled back gives nothing back.
		if e.Dialect() != "sqlite" {
			_ = db.Transaction(func(tx *gorm.DB) error {
				_, err := auth.WithDB(tx).RateLimiter().Take(t.Context(), "tx", authplugin.RateLimitRule{Max: 1, Window: time.Hour})
				must(t, err)
				return context.Canceled
			})
			if d, err := auth.RateLimiter().Take(t.Context(), "tx", authplugin.RateLimitRule{Max: 1, Window: time.Hour}); err != nil || d.Allowed {
				t.Errorf("after a rollback: %+v, %v", d, err)
			}
		}
	})
	client, prefix := redistest.Client(t), redistest.Prefix(t)
	cfg := authplugin.Config{SecondaryStorage: redisstore.New(client, redisstore.Prefix(prefix))}
	cfg.RateLimit.Storage = authplugin.StorageSecondary
	_, auth := migrated(t, dbtest.Named(t, "sqlite"), cfg)
	must(t, client.Set(t.Context(), prefix+"203.0.113.7|/get-session", 99, 10*time.Second).Err())
	request := authplugin.RateLimitRequest{IP: netip.MustParseAddr("203.0.113.7"), Path: "/get-session"}
	for i, want := range []bool{true, false} {
		if d, err := auth.RateLimiter().Allow(t.Context(), request); err != nil || d.Allowed != want {
			t.Errorf("request %d: %+v, %v", 100+i, d, err)
		}
	}
}

// Counters that count no more are deleted, others stay.
func TestRateLimitDeleteExpired(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		now := noon
		cfg := withClock(authplugin.Config{}, &now)
		cfg.RateLimit.Storage, cfg.RateLimit.SlidingWindows = authplugin.StorageDatabase, true
		db, auth := migrated(t, e, cfg)
		take := func(key string, algorithm authplugin.RateLimitAlgorithm) {
			_, err := auth.RateLimiter().Take(t.Context(), key, authplugin.RateLimitRule{Max: 2, Window: time.Minute, Algorithm: algorithm})
			must(t, err)
		}
		for i := range 600 { // more than one batch
			take("old "+strconv.Itoa(i), algorithms()[i%2])
		}
		now = now.Add(23 * time.Hour)
		if n, err := auth.RateLimiter().DeleteExpired(t.Context()); err != nil || n != 0 {
			t.Errorf("deleted %d before a day was over, %v", n, err)
		}
		now = now.Add(2 * time.Hour)
		for _, algorithm := range algorithms() {
			take("new "+string(algorithm), algorithm)
		}
		if cleaned, err := auth.Cleanup(t.Context()); err != nil || cleaned.RateLimits != 600 {
			t.Errorf("deleted %+v, %v", cleaned, err)
		}
		var left int64
		must(t, db.Model(&authplugin.RateLimit{}).Count(&left).Error)
		if left != 2 {
			t.Errorf("%d counters are left", left)
		}
	})
}

// A flood of clients takes bounded memory, and does not lift the limit of the one who
// has reached it.
func TestRateLimitFlood(t *testing.T) { //nolint:paralleltest // it measures the heap, which other tests fill as well
	for _, algorithm := range algorithms() {
		_, auth := migrated(t, dbtest.Named(t, "sqlite"), authplugin.Config{})
		rule := authplugin.RateLimitRule{Max: 5, Window: time.Hour, Algorithm: algorithm}
		take := func(key string) bool {
			d, err := auth.RateLimiter().Take(t.Context(), key, rule)
			must(t, err)
			return d.Allowed
		}
		for range 6 {
			take("hammering")
		}
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		for i := range 1_000_000 {
			take("flood " + strconv.Itoa(i) + strings.Repeat("x", i%64))
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 128<<20 {
			t.Errorf("%s: a million clients take %d MiB", algorithm, grown>>20)
		}
		if take("hammering") {
			t.Errorf("%s: the flood has lifted a limit", algorithm)
		}
		runtime.KeepAlive(auth)
	}
}

// Rules are found by path: the application's, the plugins', Better Auth's, the default.
func TestRateLimitRules(t *testing.T) {
	t.Parallel()
	cfg := authplugin.Config{}
	cfg.RateLimit.Max, cfg.RateLimit.Window = 50, time.Minute
	cfg.RateLimit.Rules = []authplugin.RateLimitRule{
		{Path: "/free/**", Disabled: true},
		{Path: "/sign-in/*/start", Max: 7, Window: time.Second},
		{Path: "/Sign-In/Social/", Max: 9, Window: time.Second},
		{Path: "/export/*", Max: 2, Window: time.Hour},
		{Path: "/import/*", Max: 2, Window: time.Hour, PerPath: true},
	}
	cfg.RateLimit.Custom = func(_ context.Context, r authplugin.RateLimitRequest, rule authplugin.RateLimitRule) authplugin.RateLimitRule {
		if r.Key == "vip" {
			rule.Max = 1000
		}
		return rule
	}
	_, auth := migrated(t, dbtest.Named(t, "sqlite"), cfg)
	for _, test := range []struct {
		path, key string
		limit     int
	}{
		{"/free/x/y", "", 0},
		{"/free", "", 50},
		{"/sign-in/email", "", 3},
		{"/sign-in/social", "", 9},
		{"/sign-in/a/start", "", 7},
		{"/sign-in/a/b/start", "", 3},
		{"/forget-password/x", "", 3},
		{"/anything", "", 50},
		{"", "", 50},
		{"/anything", "vip", 1000},
		{"/sign-in/SOCIAL/", "", 9},
		{"/free/../sign-in/a/b", "", 3},
		{"/sign-in/c/../../free/x", "", 3}, // to a handler that looks at the beginning
		{"/" + strings.Repeat("a", 1<<16), "", 50},
		{"/\xff\x00", "", 50},
	} {
		d, err := auth.RateLimiter().Allow(t.Context(), authplugin.RateLimitRequest{Path: test.path, Key: test.key})
		if err != nil || !d.Allowed || d.Limit != test.limit {
			t.Errorf("%.40q: %+v, %v; want a limit of %d", test.path, d, err, test.limit)
		}
	}
	for _, test := range []struct {
		path string
		want int
	}{{"/export/", 2}, {"/import/", 4}} { // together, and each
		allowed := 0
		for i := range 4 {
			for range 2 {
				d, err := auth.RateLimiter().Allow(t.Context(), authplugin.RateLimitRequest{Path: test.path + strconv.Itoa(i%2)})
				must(t, err)
				if d.Allowed {
					allowed++
				}
			}
		}
		if allowed != test.want {
			t.Errorf("%s: %d were allowed, want %d", test.path, allowed, test.want)
		}
	}
	bad := authplugin.Config{}
	bad.RateLimit.Storage = authplugin.StorageSecondary
	bad.RateLimit.Rules = []authplugin.RateLimitRule{{Path: "sign-in", Algorithm: "leaky"}}
	err := bad.Validate()
	for _, want := range []string{"set SecondaryStorage", `"sign-in" does not begin with /`, "Rules[0].Max", "Rules[0].Window", `"leaky" is not known`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
}

// The middleware counts by client and path, and says so in headers.
func TestRateLimitMiddleware(t *testing.T) {
	t.Parallel()
	_, auth := migrated(t, dbtest.Named(t, "sqlite"), authplugin.Config{Clock: fixedClock})
	var seen authplugin.Request
	handler := authhttp.RateLimit(auth, authhttp.BasePath("/api/auth/"), authhttp.TrustedProxies(netip.MustParsePrefix("10.0.0.0/8")))(
		http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen = authplugin.RequestFrom(r.Context()) }))
	serve := func(client string) (int, http.Header) {
		r := httptest.NewRequest(http.MethodPost, "/api/auth/sign-in/email/", nil)
		r.RemoteAddr = "10.1.1.1:99"
		r.Header.Set("X-Forwarded-For", client)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w.Code, w.Header()
	}
	for i := range 3 {
		status, header := serve("2001:db8::" + strconv.Itoa(i+1)) // one network
		if status != http.StatusOK || header.Get("Ratelimit-Remaining") != strconv.Itoa(2-i) || header.Get("Ratelimit-Limit") != "3" {
			t.Errorf("request %d: %d %v", i, status, header)
		}
	}
	if seen.IPAddress != "2001:db8::3" || seen.Path != "/api/auth/sign-in/email/" {
		t.Errorf("the handler sees %+v", seen)
	}
	status, header := serve("2001:db8::99")
	if status != http.StatusTooManyRequests || header.Get("Retry-After") != "10" || header.Get("X-Retry-After") != "10" || header.Get("Ratelimit-Policy") != "3;w=10" {
		t.Errorf("the fourth request: %d %v", status, header)
	}
	if status, _ := serve("2001:db8:0:1::1"); status != http.StatusOK {
		t.Errorf("another network: %d", status)
	}
}
