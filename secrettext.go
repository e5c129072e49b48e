package authplugin

import (
	"crypto/rand"
	"crypto/subtle"
)

// RandomText returns n characters a-zA-Z0-9 made with crypto/rand, each with 5.95
// bits of randomness: 24 are enough for a token that nobody can guess.
func RandomText(n int) string {
	if n <= 0 {
		return ""
	}
	return randomText(n)
}

// RandomDigits returns n decimal digits made with crypto/rand, for a code that a
// person types. Six of them are guessed in a million attempts at most, so that such
// a code needs a short life and a limit on attempts.
func RandomDigits(n int) string {
	const limit = 250 // bytes from here on would make small digits likelier
	digits := make([]byte, 0, max(n, 0))
	var some [32]byte
	for len(digits) < n {
		_, _ = rand.Read(some[:]) // it never fails: crypto/rand ends the program instead
		for _, c := range some {
			if c < limit && len(digits) < n {
				digits = append(digits, '0'+c%10)
			}
		}
	}
	return string(digits)
}

// HashSecret makes of a random secret what is stored of it: the same each time, so
// that it can be looked up, and none that leads back. It is a plain SHA-256, which
// is enough for a secret that has the randomness of a token; what a person can
// remember or type is guessed from it, see [PasswordHasher] and [SecretBox].
func HashSecret(secret string) string { return hashSecret(secret) }

// IsSecretHash reports whether text is a hash of HashSecret, or could be mistaken for
// one. Whoever presents it as a secret is to be refused before any look-up.
func IsSecretHash(text string) bool { return isHashed(text) }

// SameSecret compares two secrets in a time that tells nothing but their lengths.
func SameSecret(one, other string) bool {
	return subtle.ConstantTimeCompare([]byte(one), []byte(other)) == 1
}
