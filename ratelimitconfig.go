package authplugin

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// RateLimitConfig configures how often clients may call, see [Auth.RateLimiter], and
// the model rateLimit.
type RateLimitConfig struct {
	ModelConfig
	// Storage is where counters are kept. Defaults to [StorageMemory].
	Storage RateLimitStorage
	// Window and Max are the limit of paths that no rule is for. Default to 10 seconds
	// and 100 requests, as in Better Auth.
	Window time.Duration
	Max    int
	// Algorithm is how requests are counted where a rule does not say. Defaults to
	// [FixedWindow].
	Algorithm RateLimitAlgorithm
	// SlidingWindows gives the table rateLimit a column for sliding windows though
	// neither Algorithm nor a rule is SlidingWindow, for those of Custom and
	// [RateLimiter.Take]. It matters with StorageDatabase only. Defaults to false.
	SlidingWindows bool
	// KeepFor is how long [Auth.Cleanup] leaves a counter in the database that nobody
	// asks for. Windows there are not longer. Defaults to the longest window of all
	// rules, and a day at least.
	KeepFor time.Duration
	// OnFailure is what becomes of requests while their counters cannot be kept, since
	// the database or the secondary storage is out of order. Defaults to [CountLocally].
	// It is reported to the log, once a minute, and of each request to
	// [Config.StorageObserver].
	OnFailure RateLimitFailure
	// Rules are limits of paths. The first one that fits counts; it takes precedence
	// over the rules of plugins, and these over Better Auth's own: 3 requests in 10
	// seconds to sign in, sign up, or change password or address, and 3 in a minute
	// for what sends mail.
	Rules []RateLimitRule
	// Custom decides about a request after the rules: it is given the rule that was
	// found and returns the one that counts. Defaults to none. It must be safe for
	// concurrent use.
	Custom func(ctx context.Context, request RateLimitRequest, rule RateLimitRule) RateLimitRule
}

// RateLimitStorage is where counters of requests are kept.
type RateLimitStorage string

// The places for counters of requests.
const (
	// StorageNone is the default, which is StorageMemory.
	StorageNone RateLimitStorage = ""
	// StorageMemory keeps counters in the memory of each process, which limits each
	// process by itself.
	StorageMemory RateLimitStorage = "memory"
	// StorageDatabase keeps counters in the table rateLimit, as Better Auth does.
	StorageDatabase RateLimitStorage = "database"
	// StorageSecondary keeps counters in [Config.SecondaryStorage], as Better Auth does.
	StorageSecondary RateLimitStorage = "secondary"
)

// RateLimitFailure is what becomes of a request that cannot be counted.
type RateLimitFailure string

// What becomes of requests that cannot be counted.
const (
	// CountLocally counts them in the memory of the process: of several processes each
	// allows as many as the limit says. Each begins to count when the storage fails, and
	// the storage goes on with what it has counted before.
	CountLocally RateLimitFailure = "local"
	// FailOpen allows them, as if there were no limit.
	FailOpen RateLimitFailure = "open"
	// FailClosed refuses them with an error that is [ErrStorage].
	FailClosed RateLimitFailure = "closed"
)

// RateLimitAlgorithm is how requests are counted.
type RateLimitAlgorithm string

// The ways to count requests. With each there are never more than Max requests in any
// interval of the length of Window, but for FixedWindow in the secondary storage.
const (
	// FixedWindow counts as Better Auth does. In memory and in the database a count
	// begins anew once nothing was allowed for a Window: whoever calls without a pause
	// is allowed Max requests, and none before a pause of a Window. In the secondary
	// storage a Window begins with its first request and ends after its length, so
	// that at its end and at the beginning of the next one there may be twice Max.
	FixedWindow RateLimitAlgorithm = "fixed"
	// SlidingWindow allows Max at once, and another request as soon as one of them is
	// a Window ago. Time is counted in sixteenths of the Window, and a request until
	// the one that it fell into is over for a Window: it may count a sixteenth too
	// long, never too short. Every storage decides alike. Max is 999,999,999 at most
	// and a Window a hundred years. A Better Auth application cannot count along.
	SlidingWindow RateLimitAlgorithm = "sliding"
)

const (
	defaultRateLimitWindow = 10 * time.Second
	defaultRateLimitMax    = 100
	// leastKept is for windows that no rule has.
	leastKept = 24 * time.Hour
)

// defaultRule is the limit of paths that no rule is for.
func (c RateLimitConfig) defaultRule() RateLimitRule {
	rule := RateLimitRule{Path: "/**", PerPath: true, Window: orDefault(c.Window, defaultRateLimitWindow), Max: c.Max, Algorithm: c.Algorithm}
	if rule.Max == 0 {
		rule.Max = defaultRateLimitMax
	}
	return rule
}

// keepsSlidingWindows reports whether the table of counters has sliding windows.
func (c Config) keepsSlidingWindows() bool {
	if c.RateLimit.Storage != StorageDatabase {
		return false
	}
	return c.RateLimit.SlidingWindows || slices.ContainsFunc(c.rateLimitRules(), func(rule RateLimitRule) bool {
		return rule.Algorithm == SlidingWindow
	})
}

// keepsFor is how long counters stay in the database.
func (c Config) keepsFor() time.Duration {
	if c.RateLimit.KeepFor > 0 {
		return c.RateLimit.KeepFor
	}
	longest := leastKept
	for _, rule := range c.rateLimitRules() {
		longest = max(longest, rule.Window)
	}
	return longest
}

// checkRateLimit checks the settings of the rate limiter, and the rules of plugins.
func (b *schemaBuilder) checkRateLimit() {
	cfg := b.cfg.RateLimit
	switch cfg.Storage {
	case StorageNone, StorageMemory, StorageDatabase:
	case StorageSecondary:
		b.checkRateLimitStorage()
	default:
		b.errorf("RateLimit.Storage", "%q is not known; it is StorageMemory, StorageDatabase or StorageSecondary", cfg.Storage)
	}
	if cfg.Window < 0 {
		b.errorf("RateLimit.Window", "must not be negative; 0 is the default")
	}
	if cfg.Max < 0 {
		b.errorf("RateLimit.Max", "must not be negative; 0 is the default")
	}
	if cfg.KeepFor < 0 {
		b.errorf("RateLimit.KeepFor", "must not be negative; 0 is the default")
	}
	switch cfg.OnFailure {
	case "", CountLocally, FailOpen, FailClosed:
	default:
		b.errorf("RateLimit.OnFailure", "%q is not known; it is CountLocally, FailOpen or FailClosed", cfg.OnFailure)
	}
	b.checkAlgorithm("RateLimit.Algorithm", cfg.Algorithm)
	if cfg.Max >= 0 && cfg.Window >= 0 {
		b.checkRule("RateLimit", cfg.defaultRule())
	}
	for i, rule := range cfg.Rules {
		b.checkRule(fmt.Sprintf("RateLimit.Rules[%d]", i), rule)
	}
	for _, rule := range betterAuthRules() {
		if cfg.Storage == StorageDatabase && cfg.KeepFor > 0 && cfg.KeepFor < rule.Window {
			b.errorf("RateLimit.KeepFor", "is %v, shorter than the window of the built-in rule for %s, %v", cfg.KeepFor, rule.Path, rule.Window)
			break
		}
	}
}

func (b *schemaBuilder) checkRateLimitStorage() {
	switch storage := b.cfg.SecondaryStorage.(type) {
	case AtomicStorage:
	case nil:
		b.errorf("RateLimit.Storage", "is StorageSecondary, but there is no storage: set SecondaryStorage, or use StorageMemory or StorageDatabase")
	default:
		b.errorf("SecondaryStorage", "%T has no Increment, which counting requests needs: give it the methods of AtomicStorage, or set RateLimit.Storage to StorageMemory or StorageDatabase", storage)
	}
}

func (b *schemaBuilder) checkAlgorithm(path string, algorithm RateLimitAlgorithm) {
	switch algorithm {
	case "", FixedWindow, SlidingWindow:
	default:
		b.errorf(path, "%q is not known; it is FixedWindow or SlidingWindow", algorithm)
	}
}
