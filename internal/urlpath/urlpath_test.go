package urlpath_test

import (
	"path"
	"strings"
	"testing"

	"github.com/gorm-auth/authplugin/internal/urlpath"
)

func TestClean(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"":                                  "/",
		"/":                                 "/",
		"*":                                 "/*",
		"/sign-in/email":                    "/sign-in/email",
		"sign-in/email":                     "/sign-in/email",
		"/sign-in/email///":                 "/sign-in/email",
		"//sign-in//email":                  "/sign-in/email",
		"/./sign-in/./email/.":              "/sign-in/email",
		"/x/../sign-in/y/../email":          "/sign-in/email",
		"/../../sign-in/email":              "/sign-in/email",
		"/SIGN-in/Email":                    "/sign-in/email",
		`\sign-in\email`:                    "/sign-in/email",
		"/sign-in%2Femail":                  "/sign-in/email",
		"/sign-in/%2e%2e/sign-in/%65mail":   "/sign-in/email",
		"/sign-in/%252e%252E/sign-in/email": "/sign-in/email",
		"/sign-in/%25252e%25252e/x":         "/x",
		"/\u017fign-in/ema\u0130l":          "/sign-in/email", // ſ and İ
		"/\u212Aey":                         "/key",           // the sign for Kelvin
		"/a%zz":                             "/a%zz",
		"/x/%2%65%2%65/y":                   "/y",
		"/x/%2525252525252e./y":             "/y",
		"/a\xff":                            "/a\uFFFD",
		"/.well-known/x":                    "/.well-known/x",
		"/...":                              "/...",
	} {
		if got := urlpath.Clean(given); got != want {
			t.Errorf("Clean(%q) = %q, want %q", given, got, want)
		}
	}
	for given, want := range map[string]bool{
		"/sign-in/email": true, "/Sign-In/email/": true, "/": true, "": true, "//": true, "/.well-known/x": true,
		"//x": false, "/x/../y": false, "/x%2fy": false, `/x\y`: false, "/x/.": false,
	} {
		if got := urlpath.IsPlain(given); got != want {
			t.Errorf("IsPlain(%q) = %v", given, got)
		}
	}
}

// However a path is written, Clean of it is one that nothing more can be made of.
func FuzzClean(f *testing.F) {
	for _, seed := range []string{"/a/../b", "/%2e%2e/%2F", "//\\..\\", "/%25%32%65", "/ſİK\xff", "%", "/%e", "/%2%65"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, p string) {
		clean := urlpath.Clean(p)
		if urlpath.Clean(clean) != clean {
			t.Errorf("Clean(%q) = %q, and Clean of that %q", p, clean, urlpath.Clean(clean))
		}
		if clean[0] != '/' || path.Clean(clean) != clean || strings.Contains(clean, `\`) || urlpath.Fold(clean) != clean {
			t.Errorf("Clean(%q) = %q", p, clean)
		}
		for _, same := range []string{p + "/", "/" + p, "/./" + p, "/x/../" + p, strings.ToUpper(p)} {
			if !strings.Contains(p, "%") && p == strings.ToValidUTF8(p, "") && urlpath.Clean(same) != clean && !strings.HasPrefix(p, "..") && !hasSpecialCase(p) {
				t.Errorf("Clean(%q) = %q, but Clean(%q) = %q", p, clean, same, urlpath.Clean(same))
			}
		}
	})
}

// hasSpecialCase reports whether upper case is more than another letter for each.
func hasSpecialCase(p string) bool { return urlpath.Fold(strings.ToUpper(p)) != urlpath.Fold(p) }
