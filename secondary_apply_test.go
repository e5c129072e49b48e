package authplugin_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/memorystore"
)

// atomicOnly is a storage that has no transitions of its own.
type atomicOnly struct{ authplugin.AtomicStorage }

// A storage without transitions makes the changes in their order, up to a condition
// that does not hold.
func TestApplyInOrder(t *testing.T) {
	t.Parallel()
	ctx, s, now := t.Context(), atomicOnly{memorystore.New()}, time.Now()
	set := func(key, value string) authplugin.StorageChange {
		return authplugin.StorageChange{Key: key, Value: []byte(value), TTL: time.Minute}
	}
	list := &authplugin.ListEdit{Enter: []authplugin.ListMember{{Token: "t", ExpiresAt: now.Add(time.Minute)}}, Now: now}
	done, err := authplugin.ApplyTransitions(ctx, s, []authplugin.Transition{
		{set("a", "1"), {Key: "list", List: list}, {Key: "b", Compare: true, Value: nil, TTL: time.Minute}},
		{set("c", "1"), {Key: "b", Compare: true, Value: []byte("late"), TTL: time.Minute}, set("a", "2")},
		{{Key: "c"}, {Key: "b", Compare: true, Old: []byte{}, Value: []byte("2"), TTL: time.Minute}, {Key: "list", List: &authplugin.ListEdit{Leave: []string{"t"}, Now: now}}},
		{},
	})
	if fmt.Sprint(done) != "[true false true true]" || err != nil {
		t.Fatal(done, err)
	}
	values, err := authplugin.GetMany(ctx, s, []string{"list", "b", "a", "c", "b"})
	if fmt.Sprintf("%q", values) != `["" "2" "1" "" "2"]` || values[0] != nil || values[3] != nil || err != nil {
		t.Errorf("%q, %v", values, err)
	}
}

func TestListEditsRace(t *testing.T) {
	t.Parallel()
	const editors = 32
	ctx, s, now := t.Context(), atomicOnly{memorystore.New()}, time.Now()
	var group sync.WaitGroup
	for i := range editors {
		group.Go(func() {
			edit := &authplugin.ListEdit{Enter: []authplugin.ListMember{{Token: strconv.Itoa(i), ExpiresAt: now.Add(time.Minute)}}, Now: now}
			if _, err := authplugin.ApplyTransitions(ctx, s, []authplugin.Transition{{{Key: "list", List: edit}}}); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	value, err := s.Get(ctx, "list")
	if tokens := authplugin.ListTokens(value); len(tokens) != editors || err != nil {
		t.Errorf("the list has %d members, want %d: %v", len(tokens), editors, err)
	}
}

// contrary is a storage that fails, or whose answers are not those that were asked for.
type contrary struct {
	authplugin.TransitionStorage

	get  error
	swap bool
}

func (c contrary) Get(context.Context, string) ([]byte, error) { return nil, c.get }

func (c contrary) CompareAndSwap(context.Context, string, []byte, []byte, time.Duration) (bool, error) {
	return c.swap, nil
}

func (contrary) GetMany(context.Context, []string) ([][]byte, error) { return nil, nil }

func (contrary) Apply(context.Context, []authplugin.Transition) ([]bool, error) { return nil, nil }

func TestApplyFailures(t *testing.T) {
	t.Parallel()
	ctx, now, memory := t.Context(), time.Now(), memorystore.New()
	edit := []authplugin.Transition{{{Key: "k", List: &authplugin.ListEdit{Enter: []authplugin.ListMember{{Token: "t", ExpiresAt: now.Add(time.Minute)}}, Now: now}}}}
	broken := errors.New("out of order")
	if _, err := authplugin.ApplyTransitions(ctx, atomicOnly{contrary{memory, broken, true}}, edit); !errors.Is(err, broken) {
		t.Errorf("a list that cannot be read: %v", err)
	}
	if _, err := authplugin.GetMany(ctx, atomicOnly{contrary{memory, broken, true}}, []string{"k"}); !errors.Is(err, broken) {
		t.Errorf("a key that cannot be read: %v", err)
	}
	// What is no value counts as an empty list, and as absent.
	if err := memory.Set(ctx, "k", []byte("foreign"), time.Minute); err != nil {
		t.Fatal(err)
	}
	foreign := atomicOnly{contrary{memory, authplugin.ErrForeignValue, true}}
	if done, err := authplugin.ApplyTransitions(ctx, foreign, edit); err != nil || !done[0] || memory.Len() != 0 {
		t.Errorf("a list that is no value: %v, %v", done, err)
	}
	if values, err := authplugin.GetMany(ctx, foreign, []string{"k"}); err != nil || values[0] != nil {
		t.Errorf("a key that is no value: %q, %v", values, err)
	}
	// Whoever waits for others too long stops with the context.
	short, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
	defer cancel()
	if _, err := authplugin.ApplyTransitions(short, atomicOnly{contrary{memory, authplugin.ErrNotFound, false}}, edit); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a list that others change all the time: %v", err)
	}
	if _, err := authplugin.ApplyTransitions(ctx, contrary{TransitionStorage: memory}, edit); err == nil || !strings.Contains(err.Error(), "another number") {
		t.Errorf("no answer to a transition: %v", err)
	}
	if _, err := authplugin.GetMany(ctx, contrary{TransitionStorage: memory}, []string{"k"}); err == nil || !strings.Contains(err.Error(), "another number") {
		t.Errorf("no answer to a key: %v", err)
	}
}
