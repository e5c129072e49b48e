package redisstore_test

import (
	"context"
	"errors"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/redistest"
	"github.com/gorm-auth/authplugin/redisstore"
)

// noticed is the documented time in which a subscription ends that may miss messages.
const noticed = 5 * time.Second

// listener is a subscription, and what became of it.
type listener struct {
	live     chan struct{}
	messages chan string
	ended    chan error
	cancel   context.CancelFunc
}

// listen subscribes, and does not wait until the subscription is live.
func listen(t testing.TB, b authplugin.Broadcaster) *listener {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	l := &listener{live: make(chan struct{}, 10), messages: make(chan string, 100_000), ended: make(chan error, 1), cancel: cancel}
	var calls sync.Mutex
	oneAtATime := func() func() {
		if !calls.TryLock() {
			t.Error("two calls at once")
			return func() {}
		}
		return calls.Unlock
	}
	var done sync.WaitGroup
	done.Go(func() {
		l.ended <- b.Subscribe(ctx, func() {
			defer oneAtATime()()
			l.live <- struct{}{}
		}, func(message []byte) {
			defer oneAtATime()()
			l.messages <- string(message)
		})
	})
	t.Cleanup(func() {
		cancel()
		done.Wait()
	})
	return l
}

// listening is a subscription that is live.
func listening(t testing.TB, b authplugin.Broadcaster) *listener {
	t.Helper()
	for deadline := time.Now().Add(recovery); ; time.Sleep(50 * time.Millisecond) {
		l := listen(t, b)
		select {
		case <-l.live:
			return l
		case err := <-l.ended:
			if time.Now().After(deadline) {
				t.Fatalf("not live: %v", err)
			}
		case <-time.After(recovery):
			t.Fatal("not live")
		}
	}
}

func (l *listener) hears(t testing.TB, want string) {
	t.Helper()
	select {
	case got := <-l.messages:
		if got != want {
			t.Errorf("received %q, want %q", got, want)
		}
	case err := <-l.ended:
		t.Fatalf("ended: %v", err)
	case <-time.After(recovery):
		t.Fatalf("%q was not received", want)
	}
}

// ends expects the end, and logs how long it took.
func (l *listener) ends(t testing.TB, after string) error {
	t.Helper()
	begin := time.Now()
	select {
	case err := <-l.ended:
		took := time.Since(begin)
		t.Logf("%s: noticed after %v: %v", after, took.Round(time.Millisecond), err)
		if took > noticed {
			t.Errorf("%s: noticed after %v, want at most %v", after, took, noticed)
		}
		if err == nil {
			t.Errorf("%s: no error", after)
		}
		return err
	case <-time.After(recovery):
		t.Fatalf("%s: not noticed", after)
		return nil
	}
}

func publish(t testing.TB, b authplugin.Broadcaster, message string) {
	t.Helper()
	if err := b.Publish(t.Context(), []byte(message)); err != nil {
		t.Fatal(err)
	}
}

// expectBroadcast expects messages to pass after a fault.
func expectBroadcast(t testing.TB, b authplugin.Broadcaster) {
	t.Helper()
	l := listening(t, b)
	publish(t, b, "again")
	l.hears(t, "again")
}

// testBroadcast is what every kind of client must do.
func testBroadcast(t *testing.T, b, other authplugin.Broadcaster) {
	t.Helper()
	one, two := listening(t, b), listening(t, other)
	all := []string{"", "hello", "\x00\xff", strings.Repeat("x", 16<<10)}
	for i := range 1000 {
		all = append(all, strconv.Itoa(i))
	}
	for _, message := range all {
		publish(t, b, message)
		one.hears(t, message) // for a Cluster passes on in no order what comes from many connections
		two.hears(t, message)
	}
	one.cancel()
	if err := one.ends(t, "the end of the context"); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end of the context: %v", err)
	}
	publish(t, b, "after")
	two.hears(t, "after")
	if n := len(one.messages) + len(two.messages) + len(one.live) + len(two.live); n != 0 {
		t.Errorf("%d calls too many", n)
	}
}

func TestBroadcast(t *testing.T) {
	t.Parallel()
	client, prefix := redistest.Client(t), redistest.Prefix(t)
	s := redisstore.New(client, redisstore.Prefix(prefix))
	stranger := listening(t, redisstore.New(client, redisstore.Prefix(redistest.Prefix(t))))
	testBroadcast(t, s, redisstore.New(redistest.Client(t), redisstore.Prefix(prefix)))
	if n := len(stranger.messages); n != 0 {
		t.Errorf("another prefix has received %d messages", n)
	}
}

// The options that go-redis recommends nobody, of both protocols, and an idle time that
// is longer than all of its timeouts.
func TestBroadcastOptions(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	for name, options := range map[string]*redis.Options{
		"defaults":          {},
		"RESP 2":            {Protocol: 2},
		"ends with context": {ContextTimeoutEnabled: true, ReadTimeout: 100 * time.Millisecond},
		"never times out":   {ReadTimeout: -1, WriteTimeout: -1},
		"one connection":    {PoolSize: 1, MaxActiveConns: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			options.Addr = server.Addr
			client := redis.NewClient(options)
			t.Cleanup(func() { _ = client.Close() })
			s := redisstore.New(client, redisstore.Prefix(redistest.Prefix(t)))
			l := listening(t, s)
			time.Sleep(noticed)
			publish(t, s, "still there")
			l.hears(t, "still there")
		})
	}
}

func TestBroadcastRefuses(t *testing.T) {
	t.Parallel()
	s := redisstore.New(nil)
	if err := s.Publish(t.Context(), nil); err == nil {
		t.Error("Publish without a client is no error")
	}
	if err := s.Subscribe(t.Context(), nil, nil); err == nil {
		t.Error("Subscribe without a client is no error")
	}
	s = redisstore.New(redistest.Client(t), redisstore.Prefix(redistest.Prefix(t)))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Publish(ctx, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("Publish: %v", err)
	}
	if err := s.Subscribe(ctx, nil, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("Subscribe: %v", err)
	}
}

// A user of Redis who may not listen is told so.
func TestBroadcastWithoutPermission(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	admin := redis.NewClient(&redis.Options{Addr: server.Addr})
	t.Cleanup(func() { _ = admin.Close() })
	rules := []any{"ACL", "SETUSER", "limited", "on", ">secret", "~*", "+@all", "resetchannels"}
	if err := admin.Do(t.Context(), rules...).Err(); err != nil {
		t.Fatal(err)
	}
	client := redis.NewClient(&redis.Options{Addr: server.Addr, Username: "limited", Password: "secret"})
	t.Cleanup(func() { _ = client.Close() })
	s := redisstore.New(client)
	for name, err := range map[string]error{"Publish": s.Publish(t.Context(), nil), "Subscribe": listen(t, s).ends(t, "no permission")} {
		if err == nil || !strings.Contains(err.Error(), "NOPERM") || !strings.Contains(err.Error(), "SUBSCRIBE") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestBroadcastKilledServer(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s := recommended(t, server)
	l := listening(t, s)
	server.Kill(t)
	_ = l.ends(t, "kill -9")
	if err := s.Publish(t.Context(), nil); err == nil {
		t.Error("Publish to no server is no error")
	}
	_ = listen(t, s).ends(t, "a subscription without a server")
	server.Start(t)
	expectBroadcast(t, s)
}

func TestBroadcastPausedServer(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s := recommended(t, server)
	l := listening(t, s)
	server.Pause(t)
	_ = l.ends(t, "SIGSTOP")
	_ = listen(t, s).ends(t, "a subscription at a paused server")
	server.Resume(t)
	expectBroadcast(t, s)
}

// A server that is paused with the default options, which dial and read for seconds: the
// loss is noticed as soon.
func TestBroadcastPausedServerWithDefaults(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	client := redis.NewClient(&redis.Options{Addr: server.Addr})
	t.Cleanup(func() { _ = client.Close() })
	l := listening(t, redisstore.New(client))
	server.Pause(t)
	_ = l.ends(t, "SIGSTOP with default options")
}

// go-redis itself has a new connection at once, and says nothing.
func TestBroadcastKilledConnection(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s := recommended(t, server)
	admin := redis.NewClient(&redis.Options{Addr: server.Addr})
	t.Cleanup(func() { _ = admin.Close() })
	l := listening(t, s)
	if err := admin.ClientKillByFilter(t.Context(), "TYPE", "pubsub").Err(); err != nil {
		t.Fatal(err)
	}
	_ = l.ends(t, "CLIENT KILL")
	expectBroadcast(t, s)
}

// A receiver that does not keep up: Redis keeps some messages for it, and then closes
// the connection.
func TestBroadcastSlowReceiver(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, "--client-output-buffer-limit", "pubsub 1mb 1mb 1")
	s := recommended(t, server)
	slow, live, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var once sync.Once
	received := 0
	go func() {
		ended <- s.Subscribe(ctx, func() { close(live) }, func([]byte) {
			received++
			once.Do(func() { <-slow })
		})
	}()
	<-live
	message := []byte(strings.Repeat("x", 1<<20))
	const sent = 64
	for range sent {
		if err := s.Publish(t.Context(), message); err != nil {
			t.Fatal(err)
		}
	}
	close(slow)
	select {
	case err := <-ended:
		t.Logf("%d of %d received: %v", received, sent, err)
		if received == sent {
			t.Error("nothing was lost: the test tests nothing")
		}
	case <-time.After(recovery):
		t.Fatal("messages are lost and the subscription goes on")
	}
}

// A network that takes what is sent and brings nothing back.
func TestBroadcastSilentNetwork(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	proxy := redistest.NewProxy(t, server.Addr)
	client := redis.NewUniversalClient(redisstore.Recommended(proxy.Addr))
	t.Cleanup(func() { _ = client.Close() })
	s := redisstore.New(client)
	l := listening(t, s)
	proxy.Silence(true)
	_ = l.ends(t, "a silent network")
	proxy.Silence(false)
	l = listening(t, s)
	proxy.LoseNextAnswer()
	_ = l.ends(t, "a closed connection")
}

// Neither subscriptions that are ended nor those that were lost leave a goroutine.
func TestBroadcastLeavesNoGoroutine(t *testing.T) { //nolint:paralleltest // it counts goroutines
	server := redistest.Start(t)
	client := redis.NewClient(&redis.Options{Addr: server.Addr})
	t.Cleanup(func() { _ = client.Close() })
	s := redisstore.New(client)
	publish(t, s, "warm")
	before := runtime.NumGoroutine()
	for range 20 {
		ctx, cancel := context.WithCancel(t.Context())
		if err := s.Subscribe(ctx, cancel, func([]byte) {}); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		cancel()
	}
	var group sync.WaitGroup
	for range 5 {
		live, lost := make(chan struct{}), make(chan error, 1)
		group.Go(func() { lost <- s.Subscribe(t.Context(), func() { close(live) }, func([]byte) {}) })
		<-live
	}
	server.Pause(t)
	group.Wait()
	for deadline := time.Now().Add(recovery); runtime.NumGoroutine() > before; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			buffer := make([]byte, 1<<20)
			t.Fatalf("%d goroutines more:\n%s", runtime.NumGoroutine()-before, buffer[:runtime.Stack(buffer, true)])
		}
	}
}

func BenchmarkBroadcast(b *testing.B) {
	s := redisstore.New(redistest.Client(b), redisstore.Prefix(redistest.Prefix(b)))
	l := listening(b, s)
	message := strings.Repeat("x", 6)
	b.ReportAllocs()
	for b.Loop() {
		publish(b, s, message)
		l.hears(b, message)
	}
}
