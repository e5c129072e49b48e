// Package urlpath brings the path of a URL into one form, so that what routers take for
// the same place is the same to the rate limiter.
package urlpath

import (
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clean is a path that begins with a slash and ends with none, without empty segments, "."
// and "..", in one case, decoded, with slashes for backslashes. Clean of that is the same.
func Clean(p string) string {
	if isClean(p) {
		return p
	}
	return path.Clean("/" + Written(p))
}

// Written is Clean without the leave to resolve segments: what a router sees that compares
// the beginning of a path.
func Written(p string) string { return Fold(strings.ReplaceAll(decode(p), `\`, "/")) }

// IsPlain reports whether Clean changes nothing but case and slashes at the end, which is
// so of every path that clients do not write on purpose.
func IsPlain(p string) bool {
	trimmed := strings.TrimRight(p, "/")
	if trimmed == "" {
		trimmed = "/"
	}
	return Fold(trimmed) == Clean(p)
}

// isClean is what most paths are.
func isClean(p string) bool {
	if p == "" || p[0] != '/' {
		return false
	}
	for i := range len(p) {
		switch c := p[i]; {
		case c >= utf8.RuneSelf, c >= 'A' && c <= 'Z', c == '%', c == '\\':
			return false
		case c == '/' && i+1 < len(p) && (p[i+1] == '/' || p[i+1] == '.'), c == '/' && i > 0 && i+1 == len(p):
			return false
		}
	}
	return true
}

// Fold is a text in one case: letters that are equal but for that become the same.
func Fold(text string) string {
	return strings.Map(func(r rune) rune {
		if r < utf8.RuneSelf {
			return unicode.ToLower(r)
		}
		least := r
		for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
			least = min(least, next)
		}
		return unicode.ToLower(least)
	}, text)
}

// decode replaces %41 by A, and what comes of that again: proxies and routers decode once
// each. What is no such code stays.
func decode(text string) string {
	if !strings.Contains(text, "%") {
		return text
	}
	b := make([]byte, 0, len(text))
	for i := range len(text) {
		b = append(b, text[i])
		for n := len(b); n >= 3 && b[n-3] == '%'; n = len(b) {
			high, low := digit(b[n-2]), digit(b[n-1])
			if high < 0 || low < 0 {
				break
			}
			b = append(b[:n-3], byte(high<<4|low)) //nolint:gosec // two digits of four bits
		}
	}
	return string(b)
}

// digit is the value of a hexadecimal digit, -1 of anything else.
func digit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	default:
		return -1
	}
}
