package memorystore_test

import (
	"errors"
	"testing"
	"time"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/memorystore"
)

// A transition without room leaves everything as it was, and one that fits never evicts
// a part of itself.
func TestTransitionWithoutRoom(t *testing.T) {
	t.Parallel()
	ctx, c := t.Context(), newClock()
	s := memorystore.New(memorystore.Clock(c.Now), memorystore.MaxEntries(2))
	set(t, s, "a", time.Minute)
	set(t, s, "b", time.Minute)
	change := func(key, value string) authplugin.StorageChange {
		return authplugin.StorageChange{Key: key, Value: []byte(value), TTL: time.Hour}
	}
	_, err := s.Apply(ctx, []authplugin.Transition{{change("a", "new"), {Key: "b"}, change("c", "new"), change("d", "new")}})
	if !errors.Is(err, memorystore.ErrFull) {
		t.Fatalf("Apply of more than there is room for: %v, want ErrFull", err)
	}
	if got := held(t, s, "a", "b", "c", "d"); got != "a b" {
		t.Errorf("the store has %q, want what it had before", got)
	}
	if got, err := s.Get(ctx, "a"); string(got) != "v" || err != nil {
		t.Errorf("a = %q, %v, want its old value", got, err)
	}
	c.advance(time.Minute)
	if got := held(t, s, "a", "b"); got != "" {
		t.Errorf("%q outlives its ttl", got)
	}
	// What is not to be kept may be evicted afterwards.
	if done, err := s.Apply(ctx, []authplugin.Transition{{change("a", "v"), {Key: "b", Value: []byte("v"), TTL: time.Hour, Keep: true}}}); err != nil || !done[0] {
		t.Fatal(done, err)
	}
	set(t, s, "c", time.Minute)
	if got := held(t, s, "a", "b", "c"); got != "b c" {
		t.Errorf("the store has %q, want b, which is kept, and c", got)
	}
}
