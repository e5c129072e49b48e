package authplugin

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
)

// SecretBox encrypts what a plugin keeps and has to read again, such as the secret
// of a TOTP, with AES-256-GCM under keys derived from those given. It is immutable
// and safe for concurrent use. What only has to be recognised is better hashed, see
// [HashSecret].
type SecretBox struct{ keys []sealingKey } // the first one encrypts

// NewSecretBox makes a box. The first key encrypts; all of them decrypt, so that a key
// is replaced by putting a new one before it. The keys may be those of
// [AccountConfig.TokenKeys]; what they encrypt there cannot be decrypted here, nor
// the other way round. The error is that of [CheckKeys].
func NewSecretBox(keys []TokenKey) (*SecretBox, error) {
	if mistakes := CheckKeys("Keys", keys); len(mistakes) > 0 {
		errs := make([]error, len(mistakes))
		for i, mistake := range mistakes {
			errs[i] = mistake
		}
		return nil, errors.Join(errs...)
	}
	derived, err := deriveKeys(keys, "authplugin secret box v1:")
	if err != nil {
		return nil, err
	}
	return &SecretBox{keys: derived}, nil
}

// CheckKeys are the mistakes that keys have, none of them being one too, for
// [ValidatePlugin]. The path is that of the option.
func CheckKeys(path string, keys []TokenKey) []*ConfigError {
	if len(keys) == 0 {
		return []*ConfigError{{Path: path, Problem: "needs at least one key, with a secret of 32 random bytes"}}
	}
	return checkKeys(path, keys)
}

// Seal encrypts a text for a place, such as ("twoFactor", "secret", user id). What it
// returns can be opened for the same place only, so that whoever can write to the
// database cannot make the secret of one row that of another. It is longer than the
// text by half and about 60 characters, and different each time.
func (b *SecretBox) Seal(text string, place ...string) string {
	key := b.keys[0]
	sealed := key.aead.Seal(nil, nil, []byte(text), unambiguous(place)) //nolint:gosec // this AEAD makes the nonce itself
	return encryptedPrefix + key.id + ":" + tokenEncoding().EncodeToString(sealed)
}

// Open decrypts what Seal has made for the same place. Anything else is
// [ErrSecretUnreadable].
func (b *SecretBox) Open(sealed string, place ...string) (string, error) {
	keyID, text, ok := cutEncrypted(sealed)
	if !ok || keyID == "" {
		return "", ErrSecretUnreadable
	}
	cipher := tokenCipher{keys: b.keys}
	key, ok := cipher.key(keyID)
	if !ok {
		return "", fmt.Errorf("%w: the key %s is not among those given", ErrSecretUnreadable, plainName(keyID))
	}
	data, err := tokenEncoding().DecodeString(text)
	if err != nil || strings.ContainsAny(text, "\r\n") { // base64 skips line breaks
		return "", ErrSecretUnreadable
	}
	opened, err := key.aead.Open(nil, nil, data, unambiguous(place))
	if err != nil {
		return "", ErrSecretUnreadable
	}
	return string(opened), nil
}

// NeedsRotation reports whether a stored text is to be sealed anew: it is not sealed,
// or not with the first key.
func (b *SecretBox) NeedsRotation(stored string) bool {
	cipher := tokenCipher{keys: b.keys}
	return cipher.needsRotation(stored)
}

// unambiguous encodes parts so that no others have the same encoding.
func unambiguous(parts []string) []byte {
	var b []byte
	for _, part := range parts {
		b = binary.BigEndian.AppendUint64(b, uint64(len(part)))
		b = append(b, part...)
	}
	return b
}
