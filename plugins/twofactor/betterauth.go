package twofactor

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"golang.org/x/crypto/chacha20poly1305"

	"github.com/gorm-auth/authplugin"
)

// betterAuthCipher is Better Auth's encryption: XChaCha20-Poly1305 under the SHA-256
// of the secret, in hexadecimal, the nonce first. It binds a text to no place. The
// zero value decrypts nothing.
type betterAuthCipher struct{ secret []byte }

func (c betterAuthCipher) seal(text string) string {
	key := sha256.Sum256(c.secret)
	aead, err := chacha20poly1305.NewX(key[:])
	if err != nil {
		panic(err) // the key has the right length
	}
	nonce := make([]byte, chacha20poly1305.NonceSizeX, chacha20poly1305.NonceSizeX+len(text)+chacha20poly1305.Overhead)
	_, _ = rand.Read(nonce) // it never fails: crypto/rand ends the program instead
	return hex.EncodeToString(aead.Seal(nonce, nonce, []byte(text), nil))
}

// open decrypts what Better Auth has encrypted, also as $ba$<version>$<text>, which
// it writes when its secrets have versions.
func (c betterAuthCipher) open(sealed string) (string, error) {
	if versioned, ok := strings.CutPrefix(sealed, "$ba$"); ok {
		_, sealed, _ = strings.Cut(versioned, "$")
	}
	data, err := hex.DecodeString(sealed)
	if err != nil || len(data) < chacha20poly1305.NonceSizeX || len(c.secret) == 0 {
		return "", authplugin.ErrSecretUnreadable
	}
	key := sha256.Sum256(c.secret)
	aead, err := chacha20poly1305.NewX(key[:])
	if err != nil {
		return "", err
	}
	text, err := aead.Open(nil, data[:chacha20poly1305.NonceSizeX], data[chacha20poly1305.NonceSizeX:], nil)
	if err != nil {
		return "", authplugin.ErrSecretUnreadable
	}
	return string(text), nil
}
