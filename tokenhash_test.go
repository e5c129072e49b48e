package authplugin

import (
	"regexp"
	"testing"
)

func TestHashSecret(t *testing.T) {
	t.Parallel()
	// printf %s <text> | sha256sum, in base64url
	for secret, want := range map[string]string{
		"":    "sha256$47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU",
		"abc": "sha256$ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0",
	} {
		if got := hashSecret(secret); got != want {
			t.Errorf("%q: %s", secret, got)
		}
	}
	form := regexp.MustCompile(`^sha256\$[A-Za-z0-9_-]{43}$`)
	seen := map[string]bool{}
	for range 1000 {
		token := randomText(32)
		hash := hashSecret(token)
		if !form.MatchString(hash) || !isHashed(hash) || isHashed(token) || seen[hash] || hash != hashSecret(token) {
			t.Fatalf("%s: %s", token, hash)
		}
		seen[hash] = true
	}
	// What is refused when it is presented: a hash, and what looks like one.
	for text, want := range map[string]bool{
		"": false, "sha256": false, "SHA256$x": false, "reset-password:x": false, "x-sha256$x": false,
		"sha256$": true, hashSecret("x"): true, hashSecret(hashSecret("x")): true,
	} {
		if isHashed(text) != want {
			t.Errorf("%q: %v", text, !want)
		}
	}
}
