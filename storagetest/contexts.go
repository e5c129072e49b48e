package storagetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/gorm-auth/authplugin"
)

// ended are contexts that have ended before the call.
func ended(t testing.TB) []context.Context {
	t.Helper()
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	expired, cancelExpired := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	t.Cleanup(cancelExpired)
	return []context.Context{cancelled, expired}
}

func expectEnded(ctx context.Context, t testing.TB, method string, err error) {
	t.Helper()
	if !errors.Is(err, ctx.Err()) || errors.Is(err, authplugin.ErrNotFound) {
		t.Errorf("%s with a context that has ended: %v, want %v", method, err, ctx.Err())
	}
}

func endedContext(t testing.TB, s authplugin.SecondaryStorage) {
	for _, ctx := range ended(t) {
		key, other := newKey(t, s), newKey(t, s)
		mustSet(t, s, key, []byte("v"), kept)
		_, err := s.Get(ctx, key)
		expectEnded(ctx, t, "Get", err)
		_, err = s.Get(ctx, other)
		expectEnded(ctx, t, "Get of an absent key", err)
		expectEnded(ctx, t, "Set", s.Set(ctx, key, []byte("new"), kept))
		expectEnded(ctx, t, "Set without ttl", s.Set(ctx, key, nil, 0))
		expectEnded(ctx, t, "Set", s.Set(ctx, other, []byte("new"), kept))
		expectEnded(ctx, t, "Delete", s.Delete(ctx, key))
		expectValue(t, s, key, []byte("v"))
		expectAbsent(t, s, other)
	}
}

func endedContextAtomic(t testing.TB, s authplugin.AtomicStorage) {
	for _, ctx := range ended(t) {
		key := newKey(t, s)
		mustSet(t, s, key, []byte("1"), kept)
		_, err := s.GetDelete(ctx, key)
		expectEnded(ctx, t, "GetDelete", err)
		_, err = s.Increment(ctx, key, kept)
		expectEnded(ctx, t, "Increment", err)
		_, err = s.Increment(ctx, key, 0)
		expectEnded(ctx, t, "Increment without ttl", err)
		_, err = s.CompareAndSwap(ctx, key, []byte("1"), []byte("new"), kept)
		expectEnded(ctx, t, "CompareAndSwap", err)
		expectValue(t, s, key, []byte("1"))
	}
}

func endedContextTransitions(t testing.TB, s authplugin.TransitionStorage) {
	key := newKey(t, s)
	for _, ctx := range ended(t) {
		done, err := s.Apply(ctx, []authplugin.Transition{{store(key, "v")}})
		expectEnded(ctx, t, "Apply", err)
		if len(done) > 0 && done[0] {
			t.Fatal("Apply with an ended context reports a transition as carried out")
		}
		_, err = s.GetMany(ctx, []string{key})
		expectEnded(ctx, t, "GetMany", err)
	}
	expectAbsent(t, s, key)
}
