package memorystore_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/gorm-auth/authplugin/memorystore"
)

func TestBroadcast(t *testing.T) {
	t.Parallel()
	s := memorystore.New()
	const subscriptions, publishers, messages = 4, 4, 250
	ctx, cancel := context.WithCancel(t.Context())
	var running, live sync.WaitGroup
	received := make([][]string, subscriptions)
	for i := range subscriptions {
		live.Add(1)
		running.Go(func() {
			err := s.Subscribe(ctx, live.Done, func(message []byte) {
				received[i] = append(received[i], string(message))
				message[0] = 'x' // it is its own
			})
			if !errors.Is(err, context.Canceled) {
				t.Errorf("Subscribe: %v", err)
			}
		})
	}
	live.Wait()
	var publishing sync.WaitGroup
	for p := range publishers {
		publishing.Go(func() {
			for m := range messages {
				if err := s.Publish(t.Context(), fmt.Appendf(nil, "%d of %d", m, p)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	publishing.Wait()
	cancel()
	running.Wait()
	for i, got := range received {
		slices.Sort(got)
		if n := len(slices.Compact(got)); n != publishers*messages {
			t.Errorf("subscription %d has received %d messages", i, n)
		}
	}
	if err := s.Publish(t.Context(), []byte("to nobody")); err != nil {
		t.Error(err)
	}
	if err := s.Publish(ctx, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("Publish with an ended context: %v", err)
	}
	if err := s.Subscribe(ctx, nil, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("Subscribe with an ended context: %v", err)
	}
}
