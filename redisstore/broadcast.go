package redisstore

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/gorm-auth/authplugin"
)

const (
	// channelName is that of the messages, after the prefix.
	channelName = "invalidate"
	// pingEvery is how often the connection of a subscription is asked for a sign of
	// life, and maxSilence how long there may be none.
	pingEvery  = time.Second
	maxSilence = 2 * time.Second
)

var (
	errSilent       = errors.New("the connection gives no sign of life")
	errReconnected  = errors.New("the connection was replaced, messages may be missing")
	errNotConfirmed = errors.New("the server does not confirm the subscription")
)

var _ authplugin.Broadcaster = (*Store)(nil)

func (s *Store) channel() string { return s.prefix + channelName }

// Publish implements [authplugin.Broadcaster], by PUBLISH on the channel
// <prefix>invalidate.
func (s *Store) Publish(ctx context.Context, message []byte) error {
	if err := s.begin(ctx); err != nil {
		return err
	}
	if s.publishAtMaster(ctx, message) {
		return nil
	}
	return failed(ctx, "publish", s.client.Publish(ctx, s.channel(), message).Err())
}

// publishAtMaster sends a message to the node of a Cluster where subscriptions are made,
// the master of the channel's slot. Any node takes it, and passes it on, and go-redis asks
// one after the other: but then it depends on the connections between them.
func (s *Store) publishAtMaster(ctx context.Context, message []byte) bool {
	cluster, ok := s.client.(*redis.ClusterClient)
	if !ok {
		return false
	}
	master, err := cluster.MasterForKey(ctx, s.channel())
	return err == nil && master.Publish(ctx, s.channel(), message).Err() == nil
}

// Subscribe implements [authplugin.Broadcaster], on a connection of its own. It returns
// as soon as Redis closes that, and three seconds after its last sign of life: it is
// asked for one every second.
func (s *Store) Subscribe(ctx context.Context, live func(), receive func([]byte)) error {
	const operation = "subscribe"
	if err := s.begin(ctx); err != nil {
		return err
	}
	asked := ctx
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	sub := &subscription{
		pubsub: s.client.Subscribe(ctx, s.channel()), channel: s.channel(),
		live: live, receive: receive, begin: time.Now(), end: cancel,
	}
	// What else may be under way is a new connection, which takes as long as the client
	// allows: nothing waits for it but the end of the application.
	context.AfterFunc(ctx, func() { _ = sub.pubsub.Close() })
	var running sync.WaitGroup
	running.Go(func() { sub.read(ctx) })
	running.Go(func() { sub.ping(ctx) })
	sub.watch(ctx)
	sub.silence()
	if err := asked.Err(); err != nil {
		running.Wait()
		return err
	}
	return failed(asked, operation, context.Cause(ctx))
}

// subscription is one connection that is subscribed to a channel. go-redis's PubSub
// replaces a connection that is lost and subscribes again, and its Channel drops
// messages when it is full, both without a word: here a connection is read directly,
// and its first error, or a second confirmation, is the end.
type subscription struct {
	pubsub  *redis.PubSub
	channel string
	live    func()
	receive func([]byte)
	begin   time.Time
	end     context.CancelCauseFunc

	// heard is when the last sign of life came, since begin.
	heard atomic.Int64

	// mutex is held while live or receive run; ended says that they may not any more.
	mutex sync.Mutex
	ended bool
}

// read takes what comes in until the connection is lost.
func (s *subscription) read(ctx context.Context) {
	confirmed := false
	for {
		reply, err := s.pubsub.Receive(ctx)
		if err != nil {
			s.end(err)
			return
		}
		s.heard.Store(int64(time.Since(s.begin)))
		switch reply := reply.(type) {
		case *redis.Subscription:
			if confirmed || reply.Kind != "subscribe" {
				s.end(errReconnected)
				return
			}
			confirmed = true
			s.tell(s.live)
		case *redis.Message:
			if !confirmed || reply.Channel != s.channel {
				s.end(errNotConfirmed)
				return
			}
			s.tell(func() { s.receive([]byte(reply.Payload)) })
		}
	}
}

// tell calls back unless Subscribe is about to return.
func (s *subscription) tell(call func()) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if !s.ended {
		call()
	}
}

// silence ends the calls back.
func (s *subscription) silence() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.ended = true
}

// ping asks for signs of life.
func (s *subscription) ping(ctx context.Context) {
	ticker := time.NewTicker(pingEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if err := s.pubsub.Ping(ctx); err != nil {
			s.end(err)
			return
		}
	}
}

// watch waits for the end, and brings it about when there is no sign of life. It waits
// for neither the connection nor its lock, which go-redis holds while it dials.
func (s *subscription) watch(ctx context.Context) {
	ticker := time.NewTicker(pingEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if time.Since(s.begin)-time.Duration(s.heard.Load()) > maxSilence {
				s.end(errSilent)
				return
			}
		}
	}
}
