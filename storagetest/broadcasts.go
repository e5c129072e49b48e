package storagetest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorm-auth/authplugin"
)

const (
	// largestMessage is what the library sends at most.
	largestMessage = 16 << 10
	// arrival is how long a message, or the end of a subscription, may take before a
	// check gives up.
	arrival = 15 * time.Second
)

// subscriber is a subscription that notes what it is told. It leaves out what others
// send: the storage may serve several tests at once.
type subscriber struct {
	own    string
	live   chan struct{}
	heard  chan string
	result chan error
	cancel context.CancelFunc
	// inside counts the calls that run, returned says that none may any more.
	inside   atomic.Int32
	returned atomic.Bool
}

// subscribe waits until the subscription is live; it is nil when it never is.
func subscribe(t testing.TB, b authplugin.Broadcaster, own string) *subscriber {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	s := &subscriber{own: own, live: make(chan struct{}, 100), heard: make(chan string, 10_000), result: make(chan error, 1), cancel: cancel}
	go func() {
		err := b.Subscribe(ctx, func() {
			defer s.enter(t)()
			s.live <- struct{}{}
		}, func(message []byte) {
			defer s.enter(t)()
			if strings.HasPrefix(string(message), s.own) {
				s.heard <- string(message)
			}
			clear(message) // it is the receiver's
		})
		s.returned.Store(true)
		s.result <- err
	}()
	select {
	case <-s.live:
		return s
	case err := <-s.result:
		t.Errorf("Subscribe returned before it was live: %v", err)
	case <-time.After(arrival):
		t.Errorf("Subscribe: not live within %v", arrival)
	}
	return nil
}

func (s *subscriber) enter(t testing.TB) (leave func()) {
	t.Helper()
	if s.inside.Add(1) != 1 {
		t.Errorf("Subscribe: two calls back at once")
	}
	if s.returned.Load() {
		t.Errorf("Subscribe: a call back after it had returned")
	}
	return func() {
		time.Sleep(50 * time.Microsecond) // long enough for another call to come in
		s.inside.Add(-1)
	}
}

// expect waits for messages, in whatever order.
func (s *subscriber) expect(t testing.TB, want ...string) bool {
	t.Helper()
	missing := map[string]int{}
	for _, message := range want {
		missing[message]++
	}
	for n := len(want); n > 0; n-- {
		select {
		case got := <-s.heard:
			if missing[got] == 0 {
				t.Errorf("a subscription received a message of %d bytes that was not published, or twice: %.60q", len(got), got)
				return false
			}
			missing[got]--
		case err := <-s.result:
			t.Errorf("Subscribe ended: %v", err)
			return false
		case <-time.After(arrival):
			t.Errorf("a subscription did not receive %d of %d messages within %v", n, len(want), arrival)
			return false
		}
	}
	return true
}

func mustPublish(t testing.TB, b authplugin.Broadcaster, message string) {
	t.Helper()
	if err := b.Publish(t.Context(), []byte(message)); err != nil {
		t.Errorf("Publish: %v", err)
	}
}

// messagesArrive: each message at each subscription, as it was.
func messagesArrive(t testing.TB, b authplugin.Broadcaster) {
	own := rand.Text()
	subscribers := []*subscriber{subscribe(t, b, own), subscribe(t, b, own)}
	if slices.Contains(subscribers, nil) {
		return
	}
	messages := []string{own, own + "\x00\xff\r\n", own + strings.Repeat("x", largestMessage-len(own)), own + own}
	for i := range 100 {
		messages = append(messages, fmt.Sprint(own, i))
	}
	for _, message := range messages {
		mustPublish(t, b, message)
	}
	for _, s := range subscribers {
		s.expect(t, messages...)
	}
}

// nothingIsMissed: what is published after live has been called arrives.
func nothingIsMissed(t testing.TB, b authplugin.Broadcaster) {
	for range 20 {
		own := rand.Text()
		s := subscribe(t, b, own)
		if s == nil {
			return
		}
		mustPublish(t, b, own)
		if !s.expect(t, own) {
			return
		}
		s.cancel()
	}
}

// messagesRace: of many publishers no message is lost, and one is received at a time.
func messagesRace(t testing.TB, b authplugin.Broadcaster) {
	own := rand.Text()
	s := subscribe(t, b, own)
	if s == nil {
		return
	}
	var messages []string
	for i := range 400 {
		messages = append(messages, fmt.Sprint(own, i))
	}
	var group sync.WaitGroup
	for chunk := range slices.Chunk(messages, 50) {
		group.Go(func() {
			for _, message := range chunk {
				mustPublish(t, b, message)
			}
		})
	}
	group.Wait()
	s.expect(t, messages...)
}

// subscriptionEnds: with its context, and calls nobody any more.
func subscriptionEnds(t testing.TB, b authplugin.Broadcaster) {
	own := rand.Text()
	s, other := subscribe(t, b, own), subscribe(t, b, own)
	if s == nil || other == nil {
		return
	}
	s.cancel()
	select {
	case err := <-s.result:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("Subscribe after its context: %v, want the context's error", err)
		}
	case <-time.After(arrival):
		t.Errorf("Subscribe goes on for %v after its context", arrival)
		return
	}
	mustPublish(t, b, own)
	other.expect(t, own)
	for _, ctx := range ended(t) {
		expectEnded(ctx, t, "Publish", b.Publish(ctx, []byte(own)))
		expectEnded(ctx, t, "Subscribe", b.Subscribe(ctx, func() { t.Errorf("Subscribe with a context that has ended: it is live") }, func([]byte) {}))
	}
	mustPublish(t, b, own+"last")
	other.expect(t, own+"last")
	if n := len(s.heard) + len(s.live) + len(other.live); n != 0 {
		t.Errorf("%d calls back too many", n)
	}
}
