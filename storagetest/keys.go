package storagetest

import (
	"crypto/rand"
	"errors"
	"strings"
	"testing"

	"github.com/gorm-auth/authplugin"
)

const (
	// longestKey is the length that every storage takes.
	longestKey = 1024
	// lengthBeyond is one that it may refuse.
	lengthBeyond = 70_000
)

// alike are keys that a careless storage takes for the same.
func alike(unique string) []string {
	return []string{
		unique, unique + " ", " " + unique, unique + "\x00", unique + "\x00x", "\x00" + unique, unique + "\n", unique + "\t",
		strings.ToUpper(unique) + "k", strings.ToLower(unique) + "k", unique + "K", unique + "\u212a", // the Kelvin sign folds to k
		unique + "é", unique + "e\u0301", unique + "e", unique + "É", // composed, decomposed, without accent
		unique + "🦊", unique + "🦝", unique + "?", unique + "\ufffd", unique + "\xff", unique + "\xfe", unique + "\xff\xfe",
		unique + "*", unique + "%", unique + "_", unique + "{a}", unique + "{b}", "{}" + unique, unique + "[ab]", unique + `\`, unique + `\\`,
		unique + ":", unique + "/", unique + "/../" + unique, unique + "%00", unique + "'", unique + `"`, unique + "\r\nDEL " + unique,
	}
}

func hostileKeys(t testing.TB, s authplugin.SecondaryStorage) {
	keys := append(alike(newKey(t, s)), "")
	for _, key := range keys {
		mustSet(t, s, register(t, s, key), []byte("of "+key), kept)
	}
	for _, key := range keys {
		expectValue(t, s, key, []byte("of "+key))
	}
	for i, key := range keys {
		mustDelete(t, s, key)
		expectAbsent(t, s, key)
		for _, other := range keys[i+1:] {
			expectValue(t, s, other, []byte("of "+other))
		}
	}
}

func hostileKeysAtomic(t testing.TB, s authplugin.AtomicStorage) {
	keys := alike(newKey(t, s))
	for _, key := range keys {
		expectSwap(t, s, register(t, s, key), nil, []byte("0"), true)
		expectCount(t, s, key, kept, 1)
	}
	for _, key := range keys {
		got, err := s.GetDelete(t.Context(), key)
		expectFound(t, "GetDelete", key, got, err, []byte("1"))
		expectAbsent(t, s, key)
	}
}

// Two long keys differ in their last byte only. Beyond the length that is promised
// a key may be refused, but must not be cut.
func longKeys(t testing.TB, s authplugin.SecondaryStorage) {
	for _, length := range []int{255, 256, 257, longestKey, longestKey + 1, lengthBeyond} {
		base := rand.Text()
		base += strings.Repeat("k", length-1-len(base))
		one, two := register(t, s, base+"1"), register(t, s, base+"2")
		if err := s.Set(t.Context(), one, []byte("1"), kept); err != nil {
			if length <= longestKey {
				t.Fatalf("Set with a key of %d bytes: %v", length, err)
			}
			if _, err := s.Get(t.Context(), one); err == nil || !errors.Is(err, authplugin.ErrNotFound) && strings.Contains(err.Error(), one) {
				t.Fatalf("Get of a key of %d bytes, which Set had refused: %v", length, err)
			}
			continue
		}
		expectAbsent(t, s, two)
		mustSet(t, s, two, []byte("2"), kept)
		expectValue(t, s, one, []byte("1"))
		expectValue(t, s, two, []byte("2"))
		mustDelete(t, s, one)
		expectValue(t, s, two, []byte("2"))
	}
}
