package memorystore

import (
	"context"
	"sync"

	"github.com/gorm-auth/authplugin"
)

var _ authplugin.Broadcaster = (*Store)(nil)

// broadcast holds the subscriptions of the Auths that share a store.
type broadcast struct {
	mutex sync.RWMutex
	subs  map[*subscription]bool
}

// subscription takes one message at a time.
type subscription struct {
	mutex   sync.Mutex
	receive func([]byte)
}

// Publish implements [authplugin.Broadcaster]. Every subscription has received the
// message when it returns. It must not be called by a receiver.
func (s *Store) Publish(ctx context.Context, message []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.broadcast.mutex.RLock()
	defer s.broadcast.mutex.RUnlock()
	for sub := range s.broadcast.subs {
		sub.deliver(copied(message))
	}
	return nil
}

func (s *subscription) deliver(message []byte) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.receive(message)
}

// Subscribe implements [authplugin.Broadcaster]. It misses nothing, and ends with the
// context only.
func (s *Store) Subscribe(ctx context.Context, live func(), receive func([]byte)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	sub := &subscription{receive: receive}
	s.broadcast.add(sub, live)
	defer s.broadcast.remove(sub)
	<-ctx.Done()
	return ctx.Err()
}

// add makes a subscription live.
func (b *broadcast) add(sub *subscription, live func()) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if b.subs == nil {
		b.subs = map[*subscription]bool{}
	}
	b.subs[sub] = true
	live() // nobody publishes meanwhile
}

func (b *broadcast) remove(sub *subscription) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	delete(b.subs, sub)
}
