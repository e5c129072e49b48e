package storagetest

import (
	"bytes"
	"crypto/rand"
	"strconv"
	"testing"

	"github.com/gorm-auth/authplugin"
)

const (
	// manyKeys are deleted in one call.
	manyKeys = 2_500
	// largeValue is a size that every storage takes.
	largeValue = 1 << 20
)

func absent(t testing.TB, s authplugin.SecondaryStorage) {
	expectAbsent(t, s, newKey(t, s))
}

func setAndGet(t testing.TB, s authplugin.SecondaryStorage) {
	one, two := newKey(t, s), newKey(t, s)
	mustSet(t, s, one, []byte("1"), kept)
	mustSet(t, s, two, []byte("2"), kept)
	for range 2 { // reading does not consume
		expectValue(t, s, one, []byte("1"))
		expectValue(t, s, two, []byte("2"))
	}
}

func setReplaces(t testing.TB, s authplugin.SecondaryStorage) {
	key := newKey(t, s)
	for _, value := range []string{"a longer value", "short", ""} {
		mustSet(t, s, key, []byte(value), kept)
		expectValue(t, s, key, []byte(value))
	}
}

func deleteKeys(t testing.TB, s authplugin.SecondaryStorage) {
	one, two, three, never := newKey(t, s), newKey(t, s), newKey(t, s), newKey(t, s)
	for _, key := range []string{one, two, three} {
		mustSet(t, s, key, []byte("v"), kept)
	}
	mustDelete(t, s)
	mustDelete(t, s, one, never, one, two)
	expectAbsent(t, s, one)
	expectAbsent(t, s, two)
	expectValue(t, s, three, []byte("v"))
	mustDelete(t, s, one)
	mustSet(t, s, one, []byte("again"), kept)
	expectValue(t, s, one, []byte("again"))
}

func deleteMany(t testing.TB, s authplugin.SecondaryStorage) {
	base := newKey(t, s)
	keys := make([]string, manyKeys)
	for i := range keys {
		keys[i] = base + strconv.Itoa(i)
	}
	there := []string{keys[0], keys[manyKeys/2], keys[manyKeys-1]}
	for _, key := range there {
		mustSet(t, s, register(t, s, key), []byte("v"), kept)
	}
	mustDelete(t, s, keys...)
	for _, key := range there {
		expectAbsent(t, s, key)
	}
}

func valuesAreCopies(t testing.TB, s authplugin.SecondaryStorage) {
	key, want := newKey(t, s), []byte("value")
	given := bytes.Clone(want)
	mustSet(t, s, key, given, kept)
	if !bytes.Equal(given, want) {
		t.Fatalf("Set changed the value that it was given to %s", show(given))
	}
	given[0] = 'X'
	got, err := s.Get(t.Context(), key)
	expectFound(t, "Get, after the caller changed what it had given to Set,", key, got, err, want)
	got[0] = 'Y'
	_ = append(got, "tail"...)
	got, err = s.Get(t.Context(), key)
	expectFound(t, "Get, after the caller changed what Get had returned,", key, got, err, want)
	kept := bytes.Clone(got)
	mustSet(t, s, key, []byte("other"), short)
	if !bytes.Equal(got, kept) {
		t.Fatalf("Set changed what an earlier Get had returned to %s", show(got))
	}
}

func emptyValues(t testing.TB, s authplugin.SecondaryStorage) {
	for _, value := range [][]byte{nil, {}} {
		key := newKey(t, s)
		mustSet(t, s, key, value, kept)
		expectValue(t, s, key, []byte{})
	}
}

func largeValues(t testing.TB, s authplugin.SecondaryStorage) {
	key := newKey(t, s)
	want := make([]byte, largeValue)
	_, _ = rand.Read(want) // never fails
	mustSet(t, s, key, want, kept)
	expectValue(t, s, key, want)
}

func hostileValues(t testing.TB, s authplugin.SecondaryStorage) {
	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}
	key := newKey(t, s)
	for _, value := range []string{
		string(every), "\x00", "a\x00b", "🦊 4-byte 𝔯unes", "\xff\xfe not UTF-8", "  blanks \t", "one\r\ntwo\r\n", "$5\r\nhello\r\n",
		"null", "nil", "0", "1", "-1", "007", "true", `""`, `{"a":1}`, `'; DROP TABLE "user" --`, "%s%d%n", "\\x00", "\x00\x01\x01",
	} {
		mustSet(t, s, key, []byte(value), kept)
		expectValue(t, s, key, []byte(value))
	}
}
