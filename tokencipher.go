package authplugin

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// encryptedPrefix begins every token that is encrypted:
// enc:v1:<key id>:<base64url of nonce and ciphertext>.
const encryptedPrefix = "enc:v1:"

// tokenCipher encrypts the OAuth tokens of accounts with AES-256-GCM. The key is
// derived by HKDF-SHA256 from the secret, with the key's id. Nonces are random, so a
// key is to be replaced before it has encrypted 2^32 tokens.
//
// A ciphertext is bound to its place, so that whoever can write to the database
// cannot make another account's token work from a row of their own. They can still
// put a token in plain text there, since those are read as they are, and bring back
// an older ciphertext of the same place.
//
// A nil cipher, that of no keys, stores and reads tokens as they are. It is immutable.
type tokenCipher struct {
	keys []sealingKey // the first one encrypts
}

type sealingKey struct {
	id   string
	aead cipher.AEAD
}

// tokenPlace is where a token stands: what stays the same for as long as the row
// is that of one account. Ids do not serve: the database may make the row's only
// when it is inserted, and an account can be given to another user. A row whose
// provider or account id is changed needs its tokens encrypted anew.
type tokenPlace struct {
	// field is the logical name: accessToken, refreshToken, idToken.
	field                 string
	providerID, accountID string
}

// additionalData is an unambiguous encoding of the place.
func (p tokenPlace) additionalData() []byte {
	var b []byte
	for _, part := range []string{ModelAccount, p.field, p.providerID, p.accountID} {
		b = binary.BigEndian.AppendUint64(b, uint64(len(part)))
		b = append(b, part...)
	}
	return b
}

// newTokenCipher makes the cipher of keys that were checked, nil if there are none.
func newTokenCipher(keys []TokenKey) (*tokenCipher, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	derived, err := deriveKeys(keys, "authplugin token encryption v1:")
	if err != nil {
		return nil, err
	}
	return &tokenCipher{keys: derived}, nil
}

// deriveKeys derives keys for one purpose from their secrets.
func deriveKeys(keys []TokenKey, purpose string) ([]sealingKey, error) {
	sealing := make([]sealingKey, len(keys))
	for i, key := range keys {
		derived, err := hkdf.Key(sha256.New, key.Secret, nil, purpose+key.ID, 32)
		if err != nil {
			return nil, fmt.Errorf("authplugin: cannot derive the token key %s: %w", key.ID, err)
		}
		block, err := aes.NewCipher(derived)
		if err != nil {
			return nil, fmt.Errorf("authplugin: token key %s: %w", key.ID, err)
		}
		aead, err := cipher.NewGCMWithRandomNonce(block)
		if err != nil {
			return nil, fmt.Errorf("authplugin: token key %s: %w", key.ID, err)
		}
		sealing[i] = sealingKey{id: key.ID, aead: aead}
	}
	return sealing, nil
}

// tokenEncoding refuses bits that do not count, so that a ciphertext has one text.
func tokenEncoding() *base64.Encoding { return base64.RawURLEncoding.Strict() }

// encrypt makes what is stored of a token, whatever its text.
func (c *tokenCipher) encrypt(token string, at tokenPlace) string {
	if c == nil {
		return token
	}
	key := c.keys[0]
	sealed := key.aead.Seal(nil, nil, []byte(token), at.additionalData()) //nolint:gosec // this AEAD makes the nonce itself
	return encryptedPrefix + key.id + ":" + tokenEncoding().EncodeToString(sealed)
}

var errTokenTampered = errors.New("authplugin: a stored token cannot be decrypted: it was changed, or belongs to another account or field")

// decrypt makes the token of what is stored. Text that is not of the encrypted form
// is a token that was stored before there were keys, and returned as it is.
func (c *tokenCipher) decrypt(stored string, at tokenPlace) (string, error) {
	keyID, text, ok := cutEncrypted(stored)
	if !ok {
		return stored, nil
	}
	if keyID == "" {
		return "", errTokenTampered
	}
	key, ok := c.key(keyID)
	if !ok {
		return "", fmt.Errorf("authplugin: a stored token is encrypted with the key %s, which is not among Account.TokenKeys", plainName(keyID))
	}
	sealed, err := tokenEncoding().DecodeString(text)
	if err != nil || strings.ContainsAny(text, "\r\n") { // base64 skips line breaks
		return "", errTokenTampered
	}
	token, err := key.aead.Open(nil, nil, sealed, at.additionalData())
	if err != nil {
		return "", errTokenTampered
	}
	return string(token), nil
}

// needsRotation reports whether a stored token is to be encrypted anew: it is not
// encrypted, or not with the first key.
func (c *tokenCipher) needsRotation(stored string) bool {
	if c == nil {
		return false
	}
	keyID, _, ok := cutEncrypted(stored)
	return !ok || keyID != c.keys[0].id
}

func (c *tokenCipher) key(id string) (sealingKey, bool) {
	if c == nil {
		return sealingKey{}, false
	}
	i := slices.IndexFunc(c.keys, func(k sealingKey) bool { return k.id == id })
	if i < 0 {
		return sealingKey{}, false
	}
	return c.keys[i], true
}

// cutEncrypted takes the encrypted form apart. The id is empty where there is none.
func cutEncrypted(stored string) (keyID, text string, ok bool) {
	rest, ok := strings.CutPrefix(stored, encryptedPrefix)
	if !ok {
		return "", "", false
	}
	if keyID, text, ok = strings.Cut(rest, ":"); !ok {
		return "", "", true
	}
	return keyID, text, true
}
