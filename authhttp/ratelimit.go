package authhttp

import (
	"context"
	"errors"
	"math"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/urlpath"
)

// Option changes how requests are limited.
type Option func(*options)

type options struct {
	basePath string
	clients  Clients
	key      func(*http.Request) string
	failed   func(http.ResponseWriter, *http.Request, error)
}

// BasePath is what paths begin with that rules do not have: "/api/auth". Paths that do
// not begin with it are limited as they are. Defaults to none. Paths are brought into one
// form first: case, "//", "/../", "%2F" and slashes at the end do not evade a rule.
func BasePath(path string) Option {
	return func(o *options) { o.basePath = strings.TrimSuffix(path, "/") }
}

// TrustedProxies are the networks of proxies whose word about the client's address is
// taken. Defaults to none: the client is who is connected.
func TrustedProxies(networks ...netip.Prefix) Option {
	return func(o *options) { o.clients.Trusted = networks }
}

// AddressHeader is the header in which the trusted proxies say who the client is.
// Defaults to X-Forwarded-For; see [Clients].
func AddressHeader(name string) Option {
	return func(o *options) { o.clients.Header = name }
}

// Key says who is limited instead of the client's address, "" for the address. Only its
// hash is kept, see [authplugin.RateLimitRequest].
func Key(of func(*http.Request) string) Option {
	return func(o *options) { o.key = of }
}

// OnError answers requests about which there is an error. Defaults to an answer without
// the error: 503 when they could not be counted ([authplugin.FailClosed]), else 500.
func OnError(answer func(http.ResponseWriter, *http.Request, error)) Option {
	return func(o *options) { o.failed = answer }
}

// tooMany is Better Auth's answer.
const tooMany = `{"message":"Too many requests. Please try again later."}`

// RateLimit returns middleware that counts requests, and refuses those over the limit.
// The handlers behind it find the client in the context, see [authplugin.WithRequest].
func RateLimit(auth *authplugin.Auth, opts ...Option) func(http.Handler) http.Handler {
	o := options{failed: fail}
	for _, opt := range opts {
		opt(&o)
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			client := o.clients.Address(r)
			request := authplugin.RateLimitRequest{IP: client}
			request.Path, request.RawPath = o.paths(r)
			if o.key != nil {
				request.Key = o.key(r)
			}
			decision, err := auth.RateLimiter().Allow(r.Context(), request)
			if err != nil {
				if decision.RetryAfter > 0 {
					w.Header().Set("Retry-After", seconds(decision.RetryAfter))
				}
				o.failed(w, r, err)
				return
			}
			setHeaders(w.Header(), decision)
			if !decision.Allowed {
				refuse(w, decision)
				return
			}
			next.ServeHTTP(w, r.WithContext(withRequest(r, client)))
		})
	}
}

// fail answers requests about which there is an error.
func fail(w http.ResponseWriter, _ *http.Request, err error) {
	status := http.StatusInternalServerError
	if errors.Is(err, authplugin.ErrStorage) {
		status = http.StatusServiceUnavailable
	}
	http.Error(w, http.StatusText(status), status)
}

// paths are the path that rules are for and, when it is written in an unusual way, as it
// is written.
func (o options) paths(r *http.Request) (path, raw string) {
	path = without(urlpath.Clean(o.basePath), urlpath.Clean(r.URL.Path))
	if !urlpath.IsPlain(r.URL.Path) {
		raw = without(o.basePath, r.URL.Path)
	}
	return path, raw
}

// without is a path without what all begin with.
func without(base, path string) string {
	if base == "" || base == "/" {
		return path
	}
	rest, found := strings.CutPrefix(path, base)
	switch {
	case found && rest == "":
		return "/"
	case found && rest[0] == '/':
		return rest
	default:
		return path
	}
}

func withRequest(r *http.Request, client netip.Addr) context.Context {
	request := authplugin.Request{
		ID: r.Header.Get("X-Request-ID"), UserAgent: r.UserAgent(), Method: r.Method, Path: r.URL.Path, Header: r.Header,
	}
	if client.IsValid() {
		request.IPAddress = client.String()
	}
	return authplugin.WithRequest(r.Context(), request)
}

// setHeaders says what is left of a limit.
func setHeaders(h http.Header, d authplugin.Decision) {
	if d.Limit == 0 {
		return
	}
	reset := d.Window
	if !d.Allowed {
		reset = d.RetryAfter
	}
	h.Set("Ratelimit-Limit", strconv.Itoa(d.Limit))
	h.Set("Ratelimit-Remaining", strconv.Itoa(d.Remaining))
	h.Set("Ratelimit-Reset", seconds(reset))
	h.Set("Ratelimit-Policy", strconv.Itoa(d.Limit)+";w="+seconds(d.Window))
}

func refuse(w http.ResponseWriter, d authplugin.Decision) {
	h := w.Header()
	h.Set("Retry-After", seconds(d.RetryAfter))
	h.Set("X-Retry-After", seconds(d.RetryAfter))
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusTooManyRequests)
	_, _ = w.Write([]byte(tooMany))
}

// seconds are whole seconds, rounded up.
func seconds(d time.Duration) string {
	return strconv.FormatInt(int64(math.Ceil(d.Seconds())), 10)
}
