package authplugin

import (
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// hashedPrefix begins every hash of a secret. A session token, 32 characters a-zA-Z0-9,
// has no $; an identifier of a verification is the application's, and may have it.
const hashedPrefix = "sha256$"

// hashSecret makes what is stored of a secret that is looked up by its value: a
// session token, the identifier of a verification. The same secret has the same
// hash, which is what makes the look-up possible.
//
// A plain SHA-256, without salt or cost, is enough for a session token: it has 190
// random bits (32 characters of 62), so that there is no list of likely ones to try.
// It hides an identifier only as far as nobody can guess that: one that carries a
// random token of 24 characters (reset-password:<token>), yes; one that is an
// address, or that carries a code of six digits, no: a million hashes are tried in
// a second. Such a code is protected by its short life and by a limit on attempts.
//
// Whoever presents text that isHashed must be refused before any look-up, or the
// stored hash would be as good as the secret.
func hashSecret(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hashedPrefix + base64.RawURLEncoding.EncodeToString(sum[:])
}

// isHashed reports whether text is a stored hash, or could be mistaken for one.
func isHashed(text string) bool { return strings.HasPrefix(text, hashedPrefix) }

// isPresentable reports whether text can be a secret that somebody presents.
func isPresentable(text string) bool { return text != "" && !isHashed(text) && storable(text) }
