package storagetest

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/memorystore"
)

// brokenBroadcaster has one fault.
type brokenBroadcaster struct {
	authplugin.Broadcaster

	publish   func(b authplugin.Broadcaster, ctx context.Context, message []byte) error
	subscribe func(b authplugin.Broadcaster, ctx context.Context, live func(), receive func([]byte)) error
}

func (b brokenBroadcaster) Publish(ctx context.Context, message []byte) error {
	if b.publish == nil {
		return b.Broadcaster.Publish(ctx, message)
	}
	return b.publish(b.Broadcaster, ctx, message)
}

func (b brokenBroadcaster) Subscribe(ctx context.Context, live func(), receive func([]byte)) error {
	if b.subscribe == nil {
		return b.Broadcaster.Subscribe(ctx, live, receive)
	}
	return b.subscribe(b.Broadcaster, ctx, live, receive)
}

// TestBroadcastFaults: a fault of a Broadcaster is found by the check that is meant to.
func TestBroadcastFaults(t *testing.T) {
	t.Parallel()
	var published atomic.Int64
	for name, c := range map[string]struct {
		broken brokenBroadcaster
		found  string
	}{
		"loses messages": {brokenBroadcaster{publish: func(b authplugin.Broadcaster, ctx context.Context, message []byte) error {
			if ctx.Err() == nil && published.Add(1)%50 == 0 {
				return nil
			}
			return b.Publish(ctx, message)
		}}, "no message of many publishers is lost"},
		"cuts messages": {brokenBroadcaster{publish: func(b authplugin.Broadcaster, ctx context.Context, message []byte) error {
			return b.Publish(ctx, message[:min(len(message), 4096)])
		}}, "messages arrive"},
		"takes a message for text": {brokenBroadcaster{publish: func(b authplugin.Broadcaster, ctx context.Context, message []byte) error {
			return b.Publish(ctx, bytes.ToValidUTF8(message, []byte("?")))
		}}, "messages arrive"},
		"hands all the same bytes": {brokenBroadcaster{subscribe: func(b authplugin.Broadcaster, ctx context.Context, live func(), receive func([]byte)) error {
			var held []byte
			return b.Subscribe(ctx, live, func(message []byte) {
				if len(held) == len(message) {
					message = held // which the receiver has overwritten
				}
				held = message
				receive(message)
			})
		}}, "messages arrive"},
		"is live too early": {brokenBroadcaster{subscribe: func(b authplugin.Broadcaster, ctx context.Context, live func(), receive func([]byte)) error {
			if ctx.Err() == nil {
				live()
				time.Sleep(10 * time.Millisecond)
			}
			return b.Subscribe(ctx, func() {}, receive)
		}}, "nothing is missed from live on"},
		"receives in goroutines": {brokenBroadcaster{subscribe: func(b authplugin.Broadcaster, ctx context.Context, live func(), receive func([]byte)) error {
			var group sync.WaitGroup
			defer group.Wait()
			return b.Subscribe(ctx, live, func(message []byte) {
				group.Go(func() { receive(message) })
			})
		}}, "messages arrive"},
		"goes on after its context": {brokenBroadcaster{subscribe: func(b authplugin.Broadcaster, ctx context.Context, live func(), receive func([]byte)) error {
			if ctx.Err() == nil {
				go func() { _ = b.Subscribe(context.WithoutCancel(ctx), live, receive) }()
				<-ctx.Done()
			}
			return ctx.Err()
		}}, "a subscription ends with its context"},
		"ends without an error": {brokenBroadcaster{subscribe: func(b authplugin.Broadcaster, ctx context.Context, live func(), receive func([]byte)) error {
			_ = b.Subscribe(ctx, live, receive)
			return nil
		}}, "a subscription ends with its context"},
		"ends with another error": {brokenBroadcaster{subscribe: func(b authplugin.Broadcaster, ctx context.Context, live func(), receive func([]byte)) error {
			_ = b.Subscribe(ctx, live, receive)
			return errors.New("ended")
		}}, "a subscription ends with its context"},
		"publishes without a context": {brokenBroadcaster{publish: func(b authplugin.Broadcaster, ctx context.Context, message []byte) error {
			return b.Publish(context.WithoutCancel(ctx), message)
		}}, "a subscription ends with its context"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := c.broken
			b.Broadcaster = memorystore.New()
			r := &recorder{TB: t}
			for _, check := range broadcastChecks() {
				if check.name == c.found {
					check.run(r, b)
				}
			}
			r.mutex.Lock()
			defer r.mutex.Unlock()
			if len(r.failures) == 0 {
				t.Fatalf("the check %q does not find it", c.found)
			}
			t.Log(r.failures[0])
		})
	}
}
