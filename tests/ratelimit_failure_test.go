package tests

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/authhttp"
	"github.com/gorm-auth/authplugin/internal/dbtest"
	"github.com/gorm-auth/authplugin/internal/redistest"
)

// lockedBuffer is a log that several goroutines write.
type lockedBuffer struct {
	mutex sync.Mutex
	bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.Buffer.Write(p)
}

func (b *lockedBuffer) count(text string) int {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return strings.Count(b.String(), text)
}

func policies() []authplugin.RateLimitFailure {
	return []authplugin.RateLimitFailure{"", authplugin.CountLocally, authplugin.FailOpen, authplugin.FailClosed}
}

// expectPolicy asks six times for three requests while counters cannot be kept.
func expectPolicy(t *testing.T, auth *authplugin.Auth, policy authplugin.RateLimitFailure, algorithm authplugin.RateLimitAlgorithm) {
	t.Helper()
	rule := authplugin.RateLimitRule{Max: 3, Window: time.Hour, Algorithm: algorithm}
	for i := range 6 {
		d, err := auth.RateLimiter().Take(t.Context(), "k "+string(algorithm), rule)
		wantAllowed, wantFailed := i < 3, policy == authplugin.FailClosed
		if policy == authplugin.FailOpen {
			wantAllowed = true
		}
		if wantFailed {
			wantAllowed = false
		}
		if d.Allowed != wantAllowed || (err != nil) != wantFailed || err != nil && !errors.Is(err, authplugin.ErrStorage) {
			t.Errorf("%q, request %d: %+v, %v", policy, i+1, d, err)
		}
		if wantFailed && d.RetryAfter <= 0 {
			t.Errorf("%q: it is not said when to come again: %+v", policy, d)
		}
	}
}

// With Redis stopped the policy decides, which is reported; when it is back it counts again.
func TestRateLimitWithRedisStopped(t *testing.T) {
	t.Parallel()
	for _, policy := range policies() {
		t.Run("policy "+string(policy), func(t *testing.T) {
			t.Parallel()
			server := redistest.Start(t)
			log, uncounted := &lockedBuffer{}, &atomic.Int64{}
			cfg := authplugin.Config{
				SecondaryStorage: recommendedStore(t, server.Addr), Logger: slog.New(slog.NewTextHandler(log, nil)),
				StorageObserver: counter{authplugin.StorageUncounted: uncounted},
			}
			cfg.Session.Storage, cfg.Verification.Storage = authplugin.DatabaseOnly, authplugin.DatabaseOnly
			cfg.RateLimit.Storage, cfg.RateLimit.OnFailure = authplugin.StorageSecondary, policy
			_, auth := migrated(t, dbtest.Named(t, "sqlite"), cfg)
			server.Kill(t)
			for _, algorithm := range algorithms() {
				expectPolicy(t, auth, policy, algorithm)
			}
			if n := log.count("requests cannot be counted"); n != 1 {
				t.Errorf("it was reported %d times to the log, want once", n)
			}
			if n := uncounted.Load(); n != 12 {
				t.Errorf("the observer was told of %d requests, want 12", n)
			}
			server.Start(t)
			server.Wait(t)
			rule := authplugin.RateLimitRule{Max: 1000, Window: time.Hour}
			eventually(t, "requests are counted in Redis again", func() bool {
				before := uncounted.Load()
				_, _ = auth.RateLimiter().Take(t.Context(), "back", rule)
				return uncounted.Load() == before
			})
			if n := log.count("counted in their storage again"); n != 1 {
				t.Errorf("that it is well again was reported %d times, want once", n)
			}
		})
	}
}

// The same holds for a database without the table.
func TestRateLimitWithoutItsTable(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		for _, policy := range policies() {
			cfg := authplugin.Config{Logger: slog.New(slog.DiscardHandler)}
			cfg.RateLimit.Storage, cfg.RateLimit.OnFailure, cfg.RateLimit.SlidingWindows = authplugin.StorageDatabase, policy, true
			db, auth := migrated(t, e, cfg)
			must(t, db.Migrator().DropTable(&authplugin.RateLimit{}))
			for _, algorithm := range algorithms() {
				expectPolicy(t, auth, policy, algorithm)
			}
		}
	})
}

// A mistake of the caller is no failure of the storage, and the end of a context neither.
func TestRateLimitMistakesAreNoFailure(t *testing.T) {
	t.Parallel()
	limited(t, func() authplugin.Config {
		cfg := authplugin.Config{}
		cfg.RateLimit.OnFailure = authplugin.FailOpen
		return cfg
	}, func(t *testing.T, auth *authplugin.Auth, _ *gorm.DB) {
		for _, rule := range []authplugin.RateLimitRule{
			{Max: 0, Window: time.Hour},
			{Max: -1, Window: time.Hour},
			{Max: 1, Window: 0},
			{Max: 1, Window: time.Microsecond},
			{Max: 1, Window: time.Hour, Algorithm: "leaky"},
			{Max: 1_000_000_000, Window: time.Hour, Algorithm: authplugin.SlidingWindow},
			{Max: 1, Window: 200 * 365 * 24 * time.Hour, Algorithm: authplugin.SlidingWindow},
		} {
			if d, err := auth.RateLimiter().Take(t.Context(), "k", rule); !errors.Is(err, authplugin.ErrInvalid) || d.Allowed {
				t.Errorf("%+v: %+v, %v", rule, d, err)
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if d, err := auth.RateLimiter().Take(ctx, "k", authplugin.RateLimitRule{Max: 1, Window: time.Hour}); !errors.Is(err, context.Canceled) || d.Allowed {
			t.Errorf("%+v, %v", d, err)
		}
	})
}

// A request that could not be counted is answered 503 when it is refused for that.
func TestRateLimitMiddlewareFailsClosed(t *testing.T) {
	t.Parallel()
	cfg := authplugin.Config{Logger: slog.New(slog.DiscardHandler)}
	cfg.RateLimit.Storage, cfg.RateLimit.OnFailure = authplugin.StorageDatabase, authplugin.FailClosed
	db, auth := migrated(t, dbtest.Named(t, "sqlite"), cfg)
	must(t, db.Migrator().DropTable(&authplugin.RateLimit{}))
	w := httptest.NewRecorder()
	authhttp.RateLimit(auth)(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it was let through") })).
		ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/x", nil))
	if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") != "1" || strings.Contains(w.Body.String(), "rate_limits") {
		t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
	}
}
