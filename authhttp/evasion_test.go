package authhttp_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"path"
	"strconv"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/authhttp"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// limited is a handler behind the limiter, with rules by which more is allowed elsewhere.
func limited(tb testing.TB, next http.Handler, opts ...authhttp.Option) http.Handler {
	tb.Helper()
	cfg := authplugin.Config{}
	cfg.RateLimit.Rules = []authplugin.RateLimitRule{
		{Path: "/health/**", Disabled: true},
		{Path: "/bulk/**", Max: 1000, Window: time.Second},
		{Path: "/export/*", Max: 2, Window: time.Hour},
	}
	auth := authplugin.New(cfg)
	if err := dbtest.Named(tb, "sqlite").Open(tb, &gorm.Config{}).Use(auth); err != nil {
		tb.Fatal(err)
	}
	return authhttp.RateLimit(auth, opts...)(next)
}

// routers say whether a request is one to sign in, each as some program does.
func routers() map[string]func(p string) bool {
	const place = "/sign-in/email"
	unescaped := func(p string) string {
		if again, err := url.PathUnescape(p); err == nil {
			return again
		}
		return p
	}
	return map[string]func(p string) bool{
		"exact":           func(p string) bool { return p == place },
		"clean":           func(p string) bool { return path.Clean("/"+p) == place },
		"any case":        func(p string) bool { return strings.EqualFold(strings.TrimRight(p, "/"), place) },
		"clean, any case": func(p string) bool { return strings.EqualFold(path.Clean("/"+p), place) },
		"decodes again":   func(p string) bool { return path.Clean("/"+unescaped(p)) == place },
		"beginning":       func(p string) bool { return strings.HasPrefix(p, place+"/") },
		"beginning, decodes again, any case": func(p string) bool {
			return strings.HasPrefix(strings.ToLower(unescaped(p)), place+"/")
		},
		"backslashes": func(p string) bool { return path.Clean("/"+strings.ReplaceAll(p, `\`, "/")) == place },
	}
}

func evasions() []string {
	return []string{
		"/sign-in/email", "/sign-in/email/", "/sign-in/email///", "//sign-in/email", "/sign-in//email", "/./sign-in/email", "/sign-in/./email",
		"/x/../sign-in/email", "/health/../sign-in/email", "/health/x/../../sign-in/email/.", "/bulk/../sign-in/email", "/%2e/sign-in/email",
		"/health/%2e%2e/sign-in/email", "/health%2f..%2fsign-in%2Femail", "/health/%252e%252e/sign-in/email", "/SIGN-IN/email", "/Sign-In/Email/",
		"/sign-in/EMAIL", `/sign-in\email`, `/health\..\sign-in\email`, "/%73ign-in/email", "/sign-in/emai%6c", "/sign-in/%2565mail",
		"/sign-in/email/../../health/x", "/sign-in/email/..%2F../health/x", "/sign-in/email/%2e%2e/../bulk/x", "/Sign-In/Email/../../health/x",
		"/%2573ign-in/email/../../health/x",
	}
}

func request(p string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/", nil)
	r.URL.Path = p
	return r
}

// Whatever form a path has, it does not lead to a handler more often than the rule of the
// handler says: once in its own form and once in others that only begin like it.
func TestPathsDoNotEvade(t *testing.T) {
	t.Parallel()
	for name, routes := range routers() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			served := 0
			h := limited(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				if routes(r.URL.Path) {
					served++
				}
			}))
			for range 5 {
				for _, evasion := range evasions() {
					u, err := url.ParseRequestURI(evasion)
					if err != nil {
						t.Fatal(err)
					}
					h.ServeHTTP(httptest.NewRecorder(), request(u.Path))
				}
			}
			most := 3
			if strings.HasPrefix(name, "beginning") {
				most = 6
			}
			if served == 0 || served > most {
				t.Errorf("signed in %d times, want %d at most", served, most)
			}
		})
	}
}

// The paths of one rule share its counter, so that paths that are made up gain nothing.
func TestPathsOfOneRule(t *testing.T) {
	t.Parallel()
	served := 0
	h := limited(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { served++ }), authhttp.BasePath("/API/auth/"))
	for i := range 10 {
		h.ServeHTTP(httptest.NewRecorder(), request("/api/auth/export/"+strconv.Itoa(i)))
		h.ServeHTTP(httptest.NewRecorder(), request("//api/./auth//export/"+strconv.Itoa(i)))
	}
	if served != 2 {
		t.Errorf("%d were served, want 2", served)
	}
	served = 0
	for i := range 10 {
		h.ServeHTTP(httptest.NewRecorder(), request("/api/auth/health/"+strconv.Itoa(i)))
	}
	if served != 10 {
		t.Errorf("%d were served without a limit, want 10", served)
	}
}

// Clients that the application names are none of those that have an address.
func TestKeysDoNotMeet(t *testing.T) {
	t.Parallel()
	h := limited(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}), authhttp.Key(func(r *http.Request) string { return r.Header.Get("Key") }))
	serve := func(key, p string) int {
		r := request(p)
		r.RemoteAddr = "203.0.113.7:99"
		r.Header.Set("Key", key)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Code
	}
	for _, who := range [][2]string{{"", "/export/a"}, {"203.0.113.7", "/export/a"}, {"key:203.0.113.7", "/export/a"}, {"a", "/export/a"}, {"A", "/export/a"}, {"á", "/export/a"}, {"a ", "/export/a"}} {
		for i, want := range []int{200, 200, 429} {
			if got := serve(who[0], who[1]); got != want {
				t.Errorf("request %d of %q: %d, want %d", i+1, who[0], got, want)
			}
		}
	}
}

// FuzzPaths: whenever a router takes a path for that of the handler, the rule of the
// handler counts.
func FuzzPaths(f *testing.F) {
	for _, evasion := range evasions() {
		if u, err := url.ParseRequestURI(evasion); err == nil {
			f.Add(u.Path)
		}
	}
	h := limited(f, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	f.Fuzz(func(t *testing.T, p string) {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, request(p))
		for name, routes := range routers() {
			if limit := w.Header().Get("Ratelimit-Limit"); routes(p) && limit != "3" && limit != "2" {
				t.Errorf("%q has the limit %q, and signs in by the router %s", p, limit, name)
			}
		}
	})
}
