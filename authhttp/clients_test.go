package authhttp_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"github.com/gorm-auth/authplugin/authhttp"
)

func TestAddress(t *testing.T) {
	t.Parallel()
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8:1::/48")}
	for _, test := range []struct {
		name, peer, header string
		values             []string
		trusted            []netip.Prefix
		want               string
	}{
		{name: "no proxies are trusted", peer: "10.0.0.1:80", values: []string{"203.0.113.7"}, want: "10.0.0.1"},
		{name: "the peer is no proxy", peer: "198.51.100.1:80", values: []string{"203.0.113.7"}, trusted: trusted, want: "198.51.100.1"},
		{name: "one proxy", peer: "10.0.0.1:80", values: []string{"203.0.113.7"}, trusted: trusted, want: "203.0.113.7"},
		{name: "two proxies", peer: "10.0.0.1:80", values: []string{"203.0.113.7, 10.0.0.2"}, trusted: trusted, want: "203.0.113.7"},
		{name: "what the client wrote", peer: "10.0.0.1:80", values: []string{"127.0.0.1, 203.0.113.7"}, trusted: trusted, want: "203.0.113.7"},
		{name: "several headers", peer: "10.0.0.1:80", values: []string{"127.0.0.1", "203.0.113.7", "10.0.0.3"}, trusted: trusted, want: "203.0.113.7"},
		{name: "all are proxies", peer: "10.0.0.1:80", values: []string{"10.0.0.9, 10.0.0.2"}, trusted: trusted, want: "10.0.0.9"},
		{name: "no header", peer: "10.0.0.1:80", trusted: trusted, want: "10.0.0.1"},
		{name: "nonsense", peer: "10.0.0.1:80", values: []string{"203.0.113.7, unknown"}, trusted: trusted, want: "invalid IP"},
		{name: "empty", peer: "10.0.0.1:80", values: []string{""}, trusted: trusted, want: "invalid IP"},
		{name: "IPv6 with a port", peer: "[2001:db8:1::1]:80", values: []string{"[2001:db8:2::7]:4711"}, trusted: trusted, want: "2001:db8:2::7"},
		{name: "IPv4 in IPv6", peer: "[::ffff:10.0.0.1]:80", values: []string{"::ffff:203.0.113.7"}, trusted: trusted, want: "203.0.113.7"},
		{name: "a zone", peer: "[fe80::1%eth0]:80", want: "fe80::1"},
		{name: "Forwarded", peer: "10.0.0.1:80", header: "Forwarded", values: []string{`for=127.0.0.1, for="[2001:db8:2::7]:80";proto=https;by=10.0.0.1`}, trusted: trusted, want: "2001:db8:2::7"},
		{name: "Forwarded, hidden", peer: "10.0.0.1:80", header: "Forwarded", values: []string{`for=_gazonk`}, trusted: trusted, want: "invalid IP"},
		{name: "one address", peer: "10.0.0.1:80", header: "X-Real-IP", values: []string{"203.0.113.7"}, trusted: trusted, want: "203.0.113.7"},
		{name: "no peer", peer: "@", values: []string{"203.0.113.7"}, trusted: trusted, want: "invalid IP"},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = test.peer
		header := test.header
		if header == "" {
			header = "X-Forwarded-For"
		}
		for _, value := range test.values {
			r.Header.Add(header, value)
		}
		if got := (authhttp.Clients{Trusted: test.trusted, Header: test.header}).Address(r); got.String() != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}

// Whatever a header says, the client is an address or unknown, and never one that only
// the client has written.
func FuzzAddress(f *testing.F) {
	f.Add("203.0.113.7, 10.0.0.2", "X-Forwarded-For")
	f.Add(`for="[2001:db8::1]:80";by=x, for=unknown`, "Forwarded")
	f.Add(",,,", "X-Real-IP")
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	f.Fuzz(func(t *testing.T, value, header string) {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = "198.51.100.1:80"
		r.Header = http.Header{http.CanonicalHeaderKey(header): {value}}
		if got := (authhttp.Clients{Trusted: trusted, Header: header}).Address(r); got.String() != "198.51.100.1" {
			t.Errorf("%s although the peer is no proxy", got)
		}
		r.RemoteAddr = "10.0.0.1:80"
		if got := (authhttp.Clients{Trusted: trusted, Header: header}).Address(r); got.Zone() != "" || got.Is4In6() {
			t.Errorf("%s is not in its plain form", got)
		}
	})
}
