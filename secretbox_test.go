package authplugin_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/gorm-auth/authplugin"
)

func boxKey(id string) authplugin.TokenKey {
	return authplugin.TokenKey{ID: id, Secret: bytes.Repeat([]byte(id), 32)}
}

func newBox(t *testing.T, ids ...string) *authplugin.SecretBox {
	t.Helper()
	var keys []authplugin.TokenKey
	for _, id := range ids {
		keys = append(keys, boxKey(id))
	}
	box, err := authplugin.NewSecretBox(keys)
	if err != nil {
		t.Fatal(err)
	}
	return box
}

func TestSecretBox(t *testing.T) {
	t.Parallel()
	old, rotated, other := newBox(t, "a"), newBox(t, "b", "a"), newBox(t, "b")
	for _, text := range []string{"", "JBSWY3DPEHPK3PXP", "enc:v1:a:" + strings.Repeat("x", 16), "ä\x00\n", strings.Repeat("x", 10000)} {
		sealed := old.Seal(text, "twoFactor", "secret", "1")
		if text != "" && strings.Contains(sealed, text) {
			t.Errorf("%q is in %q", text, sealed)
		}
		for _, box := range []*authplugin.SecretBox{old, rotated} {
			if got, err := box.Open(sealed, "twoFactor", "secret", "1"); err != nil || got != text {
				t.Errorf("opened %q, %v; want %q", got, err, text)
			}
		}
		if old.NeedsRotation(sealed) || !rotated.NeedsRotation(sealed) || !old.NeedsRotation("plain") {
			t.Error("rotation")
		}
		places := [][]string{nil, {"twoFactor", "secret", "2"}, {"twoFactor", "secret1", ""}, {"twoFactor", "secret"}}
		for _, place := range places {
			if _, err := old.Open(sealed, place...); !errors.Is(err, authplugin.ErrSecretUnreadable) {
				t.Errorf("opened at %q: %v", place, err)
			}
		}
		changed := []byte(sealed)
		if last := &changed[len(changed)-2]; *last == 'A' {
			*last = 'B'
		} else {
			*last = 'A'
		}
		for _, bad := range []string{string(changed), sealed + "\n", strings.TrimPrefix(sealed, "enc:v1:"), "", "enc:v1:", "enc:v1::", "enc:v1:a"} {
			if _, err := old.Open(bad, "twoFactor", "secret", "1"); !errors.Is(err, authplugin.ErrSecretUnreadable) {
				t.Errorf("opened %q: %v", bad, err)
			}
		}
		_, err := other.Open(sealed, "twoFactor", "secret", "1")
		if !errors.Is(err, authplugin.ErrSecretUnreadable) || !strings.Contains(err.Error(), "the key a is not among") {
			t.Errorf("without its key: %v", err)
		}
	}
	if once, again := old.Seal("x"), old.Seal("x"); once == again {
		t.Error("the same text twice")
	}
}

func TestSecretBoxKeys(t *testing.T) {
	t.Parallel()
	for name, keys := range map[string][]authplugin.TokenKey{
		"none": nil, "short": {{ID: "a", Secret: []byte("short")}}, "same id": {boxKey("a"), boxKey("a")}, "colon": {boxKey(":")},
	} {
		box, err := authplugin.NewSecretBox(keys)
		if box != nil || len(problems(t, err)) == 0 {
			t.Errorf("%s: %v", name, err)
		}
		if len(authplugin.CheckKeys("Keys", keys)) == 0 {
			t.Errorf("%s: no mistakes", name)
		}
	}
}

func TestRandomDigits(t *testing.T) {
	t.Parallel()
	seen := map[rune]int{}
	for _, n := range []int{-1, 0, 1, 6, 20000} {
		text := authplugin.RandomDigits(n)
		if len(text) != max(n, 0) || strings.Trim(text, "0123456789") != "" {
			t.Errorf("%d digits: %d", n, len(text))
		}
		for _, digit := range text {
			seen[digit]++
		}
	}
	if len(seen) != 10 {
		t.Errorf("digits %v", seen)
	}
	if authplugin.RandomText(-1) != "" || len(authplugin.RandomText(24)) != 24 {
		t.Error("text")
	}
	if hash := authplugin.HashSecret("x"); !authplugin.IsSecretHash(hash) || authplugin.IsSecretHash("x") || !authplugin.SameSecret(hash, authplugin.HashSecret("x")) {
		t.Error("hash")
	}
}
