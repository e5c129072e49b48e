package storagetest

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gorm-auth/authplugin"
)

const (
	// kept is a ttl that outlives a test.
	kept = 5 * time.Minute
	// short is a ttl that is waited for.
	short = 250 * time.Millisecond
	// tolerance is for clocks that are read in milliseconds, on both sides.
	tolerance = 5 * time.Millisecond
	// shown is how much of a value a failure shows.
	shown = 40
)

// newKey is a key that nobody else uses, removed when the test ends.
func newKey(t testing.TB, s authplugin.SecondaryStorage) string {
	t.Helper()
	return register(t, s, "storagetest-"+rand.Text())
}

// register removes a key when the test ends.
func register(t testing.TB, s authplugin.SecondaryStorage, key string) string {
	t.Helper()
	t.Cleanup(func() {
		// The test's own context has ended by now.
		_ = s.Delete(context.WithoutCancel(t.Context()), key)
	})
	return key
}

func mustSet(t testing.TB, s authplugin.SecondaryStorage, key string, value []byte, ttl time.Duration) {
	t.Helper()
	if err := s.Set(t.Context(), key, value, ttl); err != nil {
		t.Fatalf("Set(%s, %s, %v): %v", show(key), show(value), ttl, err)
	}
}

func mustDelete(t testing.TB, s authplugin.SecondaryStorage, keys ...string) {
	t.Helper()
	if err := s.Delete(t.Context(), keys...); err != nil {
		t.Fatalf("Delete of %d keys: %v", len(keys), err)
	}
}

func expectValue(t testing.TB, s authplugin.SecondaryStorage, key string, want []byte) {
	t.Helper()
	got, err := s.Get(t.Context(), key)
	expectFound(t, "Get", key, got, err, want)
}

func expectFound(t testing.TB, method, key string, got []byte, err error, want []byte) {
	t.Helper()
	switch {
	case err != nil:
		t.Fatalf("%s(%s): %v, want %s", method, show(key), err, show(want))
	case got == nil:
		t.Fatalf("%s(%s) = nil, want a value that is never nil: CompareAndSwap takes nil for absent", method, show(key))
	case !bytes.Equal(got, want):
		t.Fatalf("%s(%s) = %s, want %s", method, show(key), show(got), show(want))
	}
}

func expectAbsent(t testing.TB, s authplugin.SecondaryStorage, key string) {
	t.Helper()
	got, err := s.Get(t.Context(), key)
	expectNotFound(t, "Get", key, got, err)
}

func expectNotFound(t testing.TB, method, key string, got []byte, err error) {
	t.Helper()
	if !errors.Is(err, authplugin.ErrNotFound) {
		t.Fatalf("%s(%s) = %s, %v, want authplugin.ErrNotFound", method, show(key), show(got), err)
	}
	if strings.Contains(err.Error(), key) && key != "" {
		t.Fatalf("%s: the error shows the key, which is a secret: %v", method, err)
	}
}

// expectExpiry stores by a call, and watches the key until it is gone: not before
// the ttl has passed, and not after. What cannot be told because the machine or
// the storage was slow passes.
func expectExpiry(t testing.TB, s authplugin.SecondaryStorage, key string, ttl time.Duration, store func()) {
	t.Helper()
	begun := time.Now()
	store()
	stored := time.Now()
	for {
		asked := time.Now()
		_, err := s.Get(t.Context(), key)
		answered := time.Now()
		switch absent := errors.Is(err, authplugin.ErrNotFound); {
		case err != nil && !absent:
			t.Fatalf("Get(%s): %v", show(key), err)
		case absent && answered.Sub(begun) < ttl-tolerance:
			t.Fatalf("Get(%s): gone %v after it was stored with a ttl of %v", show(key), answered.Sub(begun), ttl)
		case absent:
			return
		case asked.Sub(stored) > ttl+tolerance:
			t.Fatalf("Get(%s): still there %v after it was stored with a ttl of %v", show(key), asked.Sub(stored), ttl)
		}
		time.Sleep(tolerance)
	}
}

// waitExpired waits until a value that was stored with [short] before the call is
// gone for sure.
func waitExpired() {
	time.Sleep(short + 2*tolerance)
}

// show is a key or a value, cut.
func show[T string | []byte](text T) string {
	if len(text) <= shown {
		return fmt.Sprintf("%q", text)
	}
	return fmt.Sprintf("%q… (%d bytes)", text[:shown], len(text))
}
