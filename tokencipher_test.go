package authplugin

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"testing"
)

var somewhere = tokenPlace{field: "accessToken", providerID: "github", accountID: "42"}

// sealed is "secret", encrypted with the key 2026 for somewhere. What is in databases
// stays readable: it never changes.
const sealed = "enc:v1:2026:0q4TnvtH2A_Aexs2rnkLVi2RNy7HrYVjlE3IdPeSWdJovQ"

func testKey(id string) TokenKey {
	return TokenKey{ID: id, Secret: bytes.Repeat([]byte(id[:1]), 32)}
}

func testCipher(t testing.TB, ids ...string) *tokenCipher {
	t.Helper()
	keys := make([]TokenKey, len(ids))
	for i, id := range ids {
		keys[i] = testKey(id)
	}
	c, err := newTokenCipher(keys)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestTokenCipherRoundTrip(t *testing.T) {
	t.Parallel()
	c := testCipher(t, "2026", "2025")
	form := regexp.MustCompile(`^enc:v1:2026:[A-Za-z0-9_-]{38,}$`)
	for _, token := range []string{"", "x", "ya29.a0", "enc:v1:2026:AAAA", "enc:v1:", "\x00\xff", strings.Repeat("x", 10000)} {
		stored := c.encrypt(token, somewhere)
		if !form.MatchString(stored) || (len(token) > 2 && !strings.HasPrefix(stored, token) && strings.Contains(stored, token)) {
			t.Errorf("%.20q is stored as %.80s", token, stored)
		}
		if stored == c.encrypt(token, somewhere) {
			t.Errorf("%.20q is stored the same twice", token)
		}
		if got, err := c.decrypt(stored, somewhere); got != token || err != nil {
			t.Errorf("%.20q: %.20q, %v", token, got, err)
		}
		if c.needsRotation(stored) {
			t.Error("what the first key encrypts stays")
		}
	}
}

func TestTokenCipherReadsWhatWasStoredBefore(t *testing.T) {
	t.Parallel()
	if got, err := testCipher(t, "2026").decrypt(sealed, somewhere); got != "secret" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	for name, c := range map[string]*tokenCipher{"keys": testCipher(t, "2026"), "no keys": testCipher(t)} {
		for _, token := range []string{"", "ya29.a0", "enc:v2:2026:x", "Enc:v1:2026:x"} {
			if got, err := c.decrypt(token, somewhere); got != token || err != nil {
				t.Errorf("%s: %q: %q, %v", name, token, got, err)
			}
			if c.needsRotation(token) != (c != nil) {
				t.Errorf("%s: %q", name, token)
			}
		}
	}
	if none := testCipher(t); none.encrypt("x", somewhere) != "x" {
		t.Error("without keys a token is stored as it is")
	}
}

func TestTokenCipherNoticesEveryChange(t *testing.T) {
	t.Parallel()
	c := testCipher(t, "2026")
	stored := c.encrypt("ya29.a0-secret", somewhere)
	for i := range len(stored) {
		for bit := range 8 {
			changed := []byte(stored)
			changed[i] ^= 1 << bit
			got, err := c.decrypt(string(changed), somewhere)
			if i < len(encryptedPrefix) {
				// It is no encrypted token any more, and stands for itself.
				if got != string(changed) || err != nil {
					t.Errorf("byte %d: %q, %v", i, got, err)
				}
				continue
			}
			if got != "" || err == nil || strings.Contains(err.Error(), stored[len(stored)-20:]) {
				t.Errorf("byte %d, bit %d: %q, %v", i, bit, got, err)
			}
		}
	}
	for _, changed := range []string{stored + "A", stored[:len(stored)-1], stored + "=", stored + "\n", stored[:30] + "\n" + stored[30:], encryptedPrefix + "2026:", encryptedPrefix + "2026"} {
		if got, err := c.decrypt(changed, somewhere); got != "" || !errors.Is(err, errTokenTampered) {
			t.Errorf("%q: %q, %v", changed, got, err)
		}
	}
}

func TestTokenCipherIsBoundToItsPlace(t *testing.T) {
	t.Parallel()
	c := testCipher(t, "2026")
	stored := c.encrypt("secret", somewhere)
	for _, at := range []tokenPlace{
		{"refreshToken", "github", "42"},
		{"accessToken", "gitlab", "42"},
		{"accessToken", "github", "43"},
		{"accessToken", "github4", "2"}, // the parts do not run into one another
		{"accessTokengithub", "", "42"},
		{},
	} {
		if got, err := c.decrypt(stored, at); got != "" || !errors.Is(err, errTokenTampered) {
			t.Errorf("%v: %q, %v", at, got, err)
		}
	}
}

func TestTokenCipherRotation(t *testing.T) {
	t.Parallel()
	old := testCipher(t, "2025").encrypt("secret", somewhere)
	both := testCipher(t, "2026", "2025")
	if got, err := both.decrypt(old, somewhere); got != "secret" || err != nil || !both.needsRotation(old) {
		t.Errorf("%q, %v", got, err)
	}
	renewed := both.encrypt("secret", somewhere)
	for name, c := range map[string]*tokenCipher{"the old key only": testCipher(t, "2025"), "no keys": testCipher(t)} {
		if got, err := c.decrypt(renewed, somewhere); got != "" || err == nil || !strings.Contains(err.Error(), "the key 2026,") {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	// Another key under the same id.
	other, err := newTokenCipher([]TokenKey{{ID: "2026", Secret: make([]byte, 32)}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.decrypt(renewed, somewhere); !errors.Is(err, errTokenTampered) {
		t.Error(err)
	}
	// The id is part of the derivation: one secret under two ids is two keys.
	same, err := newTokenCipher([]TokenKey{{ID: "2027", Secret: testKey("2026").Secret}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := same.decrypt(strings.Replace(renewed, "2026", "2027", 1), somewhere); !errors.Is(err, errTokenTampered) {
		t.Error(err)
	}
}

func TestTokenKeyIsPrintedWithoutItsSecret(t *testing.T) {
	t.Parallel()
	key := TokenKey{ID: "2026", Secret: []byte("0123456789abcdef0123456789abcdef")}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "key", key)
	text, err := json.Marshal(key) //nolint:musttag // nobody means to encode it
	if err != nil {
		t.Fatal(err)
	}
	cfg := AccountConfig{TokenKeys: []TokenKey{key}}
	for _, out := range []string{fmt.Sprintf("%v %+v %s %x", key, &key, key, key), fmt.Sprintf("%+v", cfg), fmt.Sprintf("%#v", key), log.String(), string(text)} {
		for _, form := range []string{"0123456789", "48 49 50", "303132", "0x30", "MDEyMz"} {
			if strings.Contains(out, form) || !strings.Contains(out, "2026") {
				t.Errorf("%s", out)
			}
		}
	}
}

// FuzzTokenCipher: whatever is stored, reading it never shows anything but the text
// itself or a token that was encrypted for that place.
func FuzzTokenCipher(f *testing.F) {
	c := testCipher(f, "2026", "2025")
	for _, seed := range []string{"", "secret", sealed, sealed[:len(sealed)-2], "enc:v1:", "enc:v1::", "enc:v1:2025:", "enc:v1:2026:AAAA", "enc:v1:\n:x", "enc:v1:2025:" + strings.Repeat("A", 60)} {
		f.Add(seed, "github", "42")
	}
	f.Fuzz(func(t *testing.T, stored, provider, account string) {
		at := tokenPlace{"accessToken", provider, account}
		got, err := c.decrypt(stored, at)
		switch {
		case !strings.HasPrefix(stored, encryptedPrefix):
			if got != stored || err != nil {
				t.Fatalf("%q: %q, %v", stored, got, err)
			}
		case stored == sealed && at == somewhere:
			if got != "secret" || err != nil {
				t.Fatalf("%q, %v", got, err)
			}
		case err == nil || got != "":
			t.Fatalf("%q: %q, %v", stored, got, err)
		}
		again := c.encrypt(stored, at)
		if got, err = c.decrypt(again, at); got != stored || err != nil {
			t.Fatalf("%q: %q, %v", stored, got, err)
		}
		if other, err := c.decrypt(again, tokenPlace{"refreshToken", provider, account}); err == nil {
			t.Fatalf("%q in another field: %q", stored, other)
		}
	})
}
