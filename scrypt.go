package authplugin

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"strings"

	"golang.org/x/crypto/scrypt"
	"golang.org/x/text/unicode/norm"
)

// ScryptHasher makes the password hashes of Better Auth: scrypt with N=16384, r=16,
// p=1 over the NFKC form of the password, written as <salt>:<key> in hexadecimal.
// The zero value is ready; use it by a pointer, &ScryptHasher{}, and share it: the
// limit on concurrent hashes is its own. It is safe for concurrent use.
//
// A password of more than 4096 bytes is not hashed ([ErrInvalid]) and never
// matches. A context that is cancelled stops a call that waits for its turn, not
// one that computes.
type ScryptHasher struct {
	// MaxConcurrent is how many hashes are computed at once, each with 32 MiB of
	// memory; further callers wait. Defaults to GOMAXPROCS; negative means no
	// limit. It must not be changed after the first use.
	MaxConcurrent int

	slots hashSlots
}

var _ Rehasher = (*ScryptHasher)(nil)

// What Better Auth uses.
const (
	scryptN          = 16384
	scryptR          = 16
	scryptP          = 1
	scryptSaltLength = 16
	scryptKeyLength  = 64
)

// Hash implements [PasswordHasher].
func (h *ScryptHasher) Hash(ctx context.Context, password string) (string, error) {
	var random [scryptSaltLength]byte
	_, _ = rand.Read(random[:]) // it never fails: crypto/rand ends the program instead
	salt := hex.EncodeToString(random[:])
	key, err := h.key(ctx, salt, password)
	if err != nil {
		return "", err
	}
	return salt + ":" + hex.EncodeToString(key), nil
}

// Verify implements [PasswordHasher].
func (h *ScryptHasher) Verify(ctx context.Context, hash, password string) (bool, error) {
	salt, want, ok := parseScrypt(hash)
	if !ok {
		return false, ErrHashFormat
	}
	if len(password) > maxPasswordLength {
		return false, ctx.Err()
	}
	got, err := h.key(ctx, salt, password)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(got, want) == 1, nil
}

// NeedsRehash implements [Rehasher]: every hash but one of this format does.
func (h *ScryptHasher) NeedsRehash(hash string) bool {
	_, _, ok := parseScrypt(hash)
	return !ok
}

// key derives the key. The salt is its hexadecimal text, not the bytes.
func (h *ScryptHasher) key(ctx context.Context, salt, password string) ([]byte, error) {
	if len(password) > maxPasswordLength {
		return nil, errPasswordTooLong
	}
	release, err := h.slots.acquire(ctx, h.MaxConcurrent)
	if err != nil {
		return nil, err
	}
	defer release()
	return scrypt.Key([]byte(norm.NFKC.String(password)), []byte(salt), scryptN, scryptR, scryptP, scryptKeyLength)
}

func parseScrypt(hash string) (salt string, key []byte, ok bool) {
	salt, text, ok := strings.Cut(hash, ":")
	if !ok || len(salt) != hex.EncodedLen(scryptSaltLength) || len(text) != hex.EncodedLen(scryptKeyLength) {
		return "", nil, false
	}
	if _, err := hex.DecodeString(salt); err != nil {
		return "", nil, false
	}
	key, err := hex.DecodeString(text)
	return salt, key, err == nil
}
