package tests

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/databasestore"
	"github.com/gorm-auth/authplugin/internal/dbtest"
	"github.com/gorm-auth/authplugin/internal/redistest"
	"github.com/gorm-auth/authplugin/memorystore"
	"github.com/gorm-auth/authplugin/redisstore"
)

// A sliding window lets Max requests through at once, and the next one when the first of
// them is out of the window, counted in sixteenths.
func TestRateLimitSlidingWindow(t *testing.T) {
	t.Parallel()
	now := time.UnixMilli(1_800_000_000_000) // where a slot begins
	cfg := withClock(authplugin.Config{}, &now)
	_, auth := migrated(t, dbtest.Named(t, "sqlite"), cfg)
	rule := authplugin.RateLimitRule{Max: 3, Window: 16 * time.Second, Algorithm: authplugin.SlidingWindow}
	take := func(after time.Duration, allowed bool, remaining int, retry time.Duration) {
		t.Helper()
		now = now.Add(after)
		got, err := auth.RateLimiter().Take(t.Context(), "k", rule)
		must(t, err)
		want := authplugin.Decision{Allowed: allowed, Limit: 3, Remaining: remaining, Window: rule.Window, RetryAfter: retry}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("at %v: (-want +got)\n%s", now, diff)
		}
	}
	take(500*time.Millisecond, true, 2, 0)
	take(0, true, 1, 0)
	take(time.Second, true, 0, 0)
	take(0, false, 0, 15500*time.Millisecond) // the first slot ends after 1 s, and is out 16 s later
	take(15499*time.Millisecond, false, 0, time.Millisecond)
	take(time.Millisecond, true, 1, 0)
	take(0, true, 0, 0)
	take(0, false, 0, time.Second)
	take(time.Second, true, 0, 0)
	take(time.Hour, true, 2, 0)
}

// Processes share one limit although their clocks are apart, by less than a window.
func TestRateLimitWithClocksApart(t *testing.T) {
	t.Parallel()
	for _, behind := range []time.Duration{time.Millisecond, time.Second, time.Hour / 2} {
		t.Run(behind.String(), func(t *testing.T) {
			t.Parallel()
			// A clock that goes back is one that is read by one process, then by another.
			limited(t, func() authplugin.Config {
				calls := 0
				return authplugin.Config{Clock: func() time.Time {
					calls++
					return noon.Add(-behind * time.Duration(calls%2))
				}}
			}, func(t *testing.T, auth *authplugin.Auth, _ *gorm.DB) {
				for _, algorithm := range algorithms() {
					allowed := 0
					for range 8 {
						d, err := auth.RateLimiter().Take(t.Context(), "k", authplugin.RateLimitRule{Max: 5, Window: time.Hour, Algorithm: algorithm})
						must(t, err)
						if d.Allowed {
							allowed++
						}
					}
					if allowed != 5 {
						t.Errorf("%s: %d of 5 were allowed", algorithm, allowed)
					}
				}
			})
		})
	}
}

// Every storage decides alike, to the millisecond; no window of any position holds more
// requests than the limit; and who waits as long as is said is allowed.
func TestRateLimitSlidingDecisions(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		now := noon
		limiter := func(storage authplugin.RateLimitStorage, secondary authplugin.SecondaryStorage) authplugin.RateLimiter {
			cfg := withClock(authplugin.Config{SecondaryStorage: secondary}, &now)
			cfg.Session.Storage, cfg.Verification.Storage = authplugin.DatabaseOnly, authplugin.DatabaseOnly
			cfg.RateLimit.Storage, cfg.RateLimit.SlidingWindows = storage, true
			_, auth := migrated(t, e, cfg)
			return auth.RateLimiter()
		}
		table := databasestore.New(e.Open(t, nil))
		must(t, table.Migrate(t.Context()))
		names := []string{"memory", "database", "memorystore", "redis", "databasestore"}
		limiters := []authplugin.RateLimiter{
			limiter(authplugin.StorageMemory, nil), limiter(authplugin.StorageDatabase, nil), limiter(authplugin.StorageSecondary, memorystore.New()),
			limiter(authplugin.StorageSecondary, redisstore.New(redistest.Client(t), redisstore.Prefix(redistest.Prefix(t)))),
			limiter(authplugin.StorageSecondary, table),
		}
		random := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 1))
		for _, window := range []time.Duration{time.Hour, time.Hour + 12345678*time.Nanosecond, 999 * time.Hour / 1000} {
			for _, limit := range []int{1, 3, 20} {
				rule := authplugin.RateLimitRule{Max: limit, Window: window, Algorithm: authplugin.SlidingWindow}
				key := fmt.Sprint(window, limit)
				var times []time.Time
				for range 60 {
					var decisions []authplugin.Decision
					for _, limiter := range limiters {
						d, err := limiter.Take(t.Context(), key, rule)
						must(t, err)
						decisions = append(decisions, d)
					}
					for i, d := range decisions {
						if diff := cmp.Diff(decisions[0], d); diff != "" {
							t.Fatalf("%s and %s differ at %v, key %s:\n%s", names[0], names[i], now, key, diff)
						}
					}
					d := decisions[0]
					wait := time.Duration(random.Int64N(int64(window) / int64(limit) * 2))
					if random.IntN(3) == 0 {
						wait = time.Duration(random.IntN(3)) * time.Microsecond * 400
					}
					if d.Allowed {
						times = append(times, now)
						begin := now.Add(-window)
						if n := len(slices.DeleteFunc(slices.Clone(times), func(at time.Time) bool { return !at.After(begin) })); n > limit {
							t.Fatalf("%d requests in a window of %d", n, limit)
						}
					} else if random.IntN(2) == 0 {
						now = now.Add(d.RetryAfter)
						if d, err := limiters[0].Take(t.Context(), key, rule); err != nil || !d.Allowed {
							t.Fatalf("refused after the time that was said: %+v, %v", d, err)
						}
						for _, limiter := range limiters[1:] {
							if d, err := limiter.Take(t.Context(), key, rule); err != nil || !d.Allowed {
								t.Fatalf("refused after the time that was said: %+v, %v", d, err)
							}
						}
						times = append(times, now)
					}
					now = now.Add(wait)
				}
			}
		}
	})
}

// The table of Better Auth has no column for sliding windows: fixed ones do without it,
// and sliding ones say what to do.
func TestRateLimitWithoutTheColumn(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		cfg := authplugin.Config{}
		cfg.RateLimit.Storage = authplugin.StorageDatabase
		d := e.New(t)
		cfg.AutoMigrate = true
		_, auth := use(t, d, cfg)
		fixed := authplugin.RateLimitRule{Max: 1, Window: time.Minute}
		sliding := authplugin.RateLimitRule{Max: 1, Window: time.Minute, Algorithm: authplugin.SlidingWindow}
		want := func(auth *authplugin.Auth, rule authplugin.RateLimitRule, problem string) {
			t.Helper()
			_, err := auth.RateLimiter().Take(t.Context(), "k", rule)
			if (err == nil) != (problem == "") || err != nil && !strings.Contains(err.Error(), problem) {
				t.Errorf("%v, want %q", err, problem)
			}
		}
		want(auth, fixed, "")
		want(auth, sliding, "set RateLimit.SlidingWindows")
		cfg.AutoMigrate, cfg.RateLimit.SlidingWindows = false, true
		_, auth = use(t, d, cfg)
		want(auth, sliding, "run Auth.Migrate")
		err := auth.Migrate(t.Context())
		must(t, err)
		want(auth, fixed, "")
		want(auth, sliding, "")
	})
}
