package authplugin

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync/atomic"
	"time"

	"github.com/gorm-auth/authplugin/internal/urlpath"
)

// RateLimiter says how often clients may call. It is safe for concurrent use, in any
// number of processes that share its storage. It counts outside of the transaction that
// its Auth is bound to, so that a rollback gives nothing back; but on SQLite, where that
// would wait for the transaction, it counts within it.
//
// What it does when its storage is out of order, [RateLimitConfig.OnFailure] says.
type RateLimiter struct{ auth *Auth }

// RateLimiter is the limiter of requests.
func (a *Auth) RateLimiter() RateLimiter { return RateLimiter{a} }

// RateLimitRequest is a request that is to be counted.
type RateLimitRequest struct {
	// Path is that of the request, without the base path: "/sign-in/email". It is
	// decoded, and slashes, "." and "..", and case are brought into one form, so that
	// all that a router may take for one path has one counter.
	Path string
	// RawPath is the path as it is written, if it may mean another one than Path to the
	// handler: "/sign-in/email/../../health", to one that only looks at its beginning.
	// It is then counted by both rules, and refused if either refuses it. Defaults to
	// Path, as long as that is in no unusual form.
	RawPath string
	// IP is the address of the client. All addresses of an IPv6 network of 64 bits are
	// one client, and so are all requests whose address is not known.
	IP netip.Addr
	// Key is who is limited, instead of the IP: a user, an API key. Defaults to the IP. Of
	// a Key only the SHA-256 is kept and logged; one that can be guessed can be found by it.
	Key string
}

// Decision is what became of a request.
type Decision struct {
	// Allowed reports whether the request may go on. It was counted then.
	Allowed bool
	// Limit is how many requests there are in a Window, 0 for any number; Remaining is
	// how many of them are left now.
	Limit, Remaining int
	Window           time.Duration
	// RetryAfter is how long to wait when the request is not allowed.
	RetryAfter time.Duration
}

// limiterStore keeps counters.
type limiterStore interface {
	// take counts a request in one atomic step.
	take(ctx context.Context, handle *Auth, key string, rule RateLimitRule, now time.Time) (Decision, error)
}

// rateLimits is what the limiters of an Auth share.
type rateLimits struct {
	core   *core
	rules  []RateLimitRule
	custom func(ctx context.Context, request RateLimitRequest, rule RateLimitRule) RateLimitRule
	store  limiterStore
	memory *memoryLimits
	// keepFor is how long counters stay in the database.
	keepFor   time.Duration
	onFailure RateLimitFailure
	// warned is when the loss of the storage was last reported, 0 when it works.
	warned atomic.Int64
}

func newRateLimits(c *core) *rateLimits {
	l := &rateLimits{
		core: c, rules: c.cfg.rateLimitRules(), custom: c.cfg.RateLimit.Custom, memory: newMemoryLimits(maxMemoryLimits),
		keepFor: c.cfg.keepsFor(), onFailure: c.cfg.RateLimit.OnFailure,
	}
	switch c.cfg.RateLimit.Storage {
	case StorageDatabase:
		l.store = newDatabaseLimits(c)
	case StorageSecondary:
		l.store = storageLimits{c}
	default:
		l.store = l.memory
	}
	return l
}

// Allow counts a request by the rule of its path.
func (l RateLimiter) Allow(ctx context.Context, request RateLimitRequest) (Decision, error) {
	c, err := l.auth.ready()
	if err != nil {
		return Decision{}, err
	}
	if request.RawPath == "" && !urlpath.IsPlain(request.Path) {
		request.RawPath = request.Path
	}
	request.Path = urlpath.Clean(request.Path)
	rule, counter := c.limits.rule(ctx, request, request.Path)
	decision, err := l.takeUnlessDisabled(ctx, request, counter, rule)
	if err != nil || !decision.Allowed || request.RawPath == "" {
		return decision, err
	}
	// Nobody knows what the handler makes of a path that is written in an unusual way.
	// All that are written so that they may mean what another rule is about share a
	// counter of that rule: there is any number of them.
	written, _ := c.limits.rule(ctx, request, urlpath.Written(request.RawPath))
	if written.Path == counter {
		return decision, nil
	}
	other, err := l.takeUnlessDisabled(ctx, request, written.Path, written)
	if err != nil || !other.Allowed || decision.Limit == 0 || other.Limit > 0 && other.Remaining < decision.Remaining {
		return other, err
	}
	return decision, nil
}

func (l RateLimiter) takeUnlessDisabled(ctx context.Context, request RateLimitRequest, counter string, rule RateLimitRule) (Decision, error) {
	if rule.Disabled {
		return Decision{Allowed: true}, nil
	}
	return l.Take(ctx, request.client()+"|"+counter, rule)
}

// client is the part of a key that stands for who is limited. What the application calls
// somebody may be a secret, and is never what stands for an address, or for another path.
// It is in one case, see limiterKey.
func (r RateLimitRequest) client() string {
	if r.Key == "" {
		return ClientKey(r.IP)
	}
	sum := sha256.Sum256([]byte("key:" + r.Key)) // which is not what a hashed API key is stored as
	return "key:" + hex.EncodeToString(sum[:])
}

// Take counts a request under a key of the application's choice, such as "export|" and
// the id of a user, by a rule whose Path means nothing. The key may be kept and logged as
// it is: hash what is secret.
func (l RateLimiter) Take(ctx context.Context, key string, rule RateLimitRule) (Decision, error) {
	c, err := l.auth.ready()
	if err != nil {
		return Decision{}, err
	}
	if err := ctx.Err(); err != nil {
		return Decision{}, err
	}
	rule.Algorithm = cmp.Or(rule.Algorithm, c.cfg.RateLimit.Algorithm)
	if err := c.limits.check(rule); err != nil {
		return Decision{}, err
	}
	key, now := limiterKey(key), c.now()
	decision, err := c.limits.store.take(ctx, l.auth, key, rule, now)
	switch {
	case err == nil:
		c.limits.succeeded(ctx)
		return decision, nil
	case ctx.Err() != nil:
		return Decision{}, because(ctx, err)
	case errors.Is(err, ErrInvalid) || errors.Is(err, errNoSlots):
		return Decision{}, err
	case errors.Is(err, errTooManyTries): // who would not get a turn is over the limit
		return refused(rule, rule.Window/windowSlots), nil
	}
	return c.limits.failed(ctx, l.auth, key, rule, now, err)
}

// check finds mistakes in a rule that is no setting.
func (l *rateLimits) check(rule RateLimitRule) error {
	sliding := rule.Algorithm == SlidingWindow
	_, database := l.store.(*databaseLimits)
	switch {
	case rule.Max <= 0 || rule.Window < time.Millisecond:
		return fmt.Errorf("%w: a rate limit of %d requests in %v: both must be positive, and the window a millisecond at least", ErrInvalid, rule.Max, rule.Window)
	case sliding && (rule.Max >= countCycle || rule.Window > longestSlidingWindow):
		return fmt.Errorf("%w: a rate limit of %d requests in a sliding window of %v: there are less than %d, and a hundred years at most", ErrInvalid, rule.Max, rule.Window, countCycle)
	case !sliding && rule.Algorithm != "" && rule.Algorithm != FixedWindow:
		return fmt.Errorf("%w: a rate limit with the algorithm %q", ErrInvalid, rule.Algorithm)
	case database && rule.Window > l.keepFor:
		return fmt.Errorf("%w: a rate limit with a window of %v, longer than counters are kept: set RateLimit.KeepFor", ErrInvalid, rule.Window)
	}
	return nil
}

// maxLimiterKey is the length of the longest key that is kept as it is.
const maxLimiterKey = 200

// limiterKey is a key as it is kept: strangers choose paths, and columns of text may take
// keys for the same that differ by case, accents or spaces at the end.
func limiterKey(key string) string {
	odd := func(r rune) bool { return r < '!' && r != ' ' || r > '~' || r >= 'A' && r <= 'Z' }
	if len(key) <= maxLimiterKey && !strings.HasSuffix(key, " ") && strings.IndexFunc(key, odd) < 0 {
		return key
	}
	sum := sha256.Sum256([]byte(key))
	return "sha256$" + base64.RawURLEncoding.EncodeToString(sum[:])
}

// noAddress stands for clients whose address is not known, as in Better Auth.
const noAddress = "no-trusted-ip"

// ClientKey is the part of a key that stands for a client: its address, or its network
// of 64 bits for IPv6, since every client has all of that.
func ClientKey(ip netip.Addr) string {
	ip = ip.Unmap().WithZone("")
	switch {
	case !ip.IsValid():
		return noAddress
	case ip.Is4():
		return ip.String()
	}
	network, err := ip.Prefix(64)
	if err != nil {
		return noAddress
	}
	return network.Addr().String()
}

var errTooManyTries = errors.New("authplugin: a counter of requests is changed by too many at once")
