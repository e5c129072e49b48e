package authplugin_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/redistest"
	"github.com/gorm-auth/authplugin/localcache"
	"github.com/gorm-auth/authplugin/redisstore"
)

const (
	// localProcessVariable makes the test binary a process with a tier: it holds a
	// localProcessConfig.
	localProcessVariable = "AUTHPLUGIN_TEST_LOCALTIER"
	// deadConnection is the documented time in which a connection is missed that dies
	// without a word.
	deadConnection = 5 * time.Second
)

// localProcessConfig is what that process needs to know.
type localProcessConfig struct {
	Addr   string        `json:"addr"`
	MaxAge time.Duration `json:"maxAge"`
}

func (c localProcessConfig) store(t testing.TB) *redisstore.Store {
	t.Helper()
	client := redis.NewUniversalClient(redisstore.Recommended(c.Addr))
	t.Cleanup(func() { _ = client.Close() })
	return redisstore.New(client)
}

// TestLocalTierProcess is that process; by itself it does nothing. It obeys lines:
// "put KEY" says when the value was read, "get KEY" says hit or miss, "watch KEY" asks
// until there is a miss, and says when the last hit was asked for.
func TestLocalTierProcess(t *testing.T) { //nolint:paralleltest // it is a process of its own
	told := os.Getenv(localProcessVariable)
	if told == "" {
		t.Skip("this is the process that the tests of the in-process tier start")
	}
	var cfg localProcessConfig
	if err := json.Unmarshal([]byte(told), &cfg); err != nil {
		t.Fatal(err)
	}
	var mutex sync.Mutex
	say := func(words ...any) {
		mutex.Lock()
		defer mutex.Unlock()
		fmt.Println(append([]any{">"}, words...)...) //nolint:forbidigo // the parent reads it
	}
	tier := authplugin.NewLocalTier(authplugin.LocalTierConfig{
		Cache: localcache.New(), Broadcaster: cfg.store(t), MaxAge: cfg.MaxAge,
		Report: func(err error) {
			if err != nil {
				say("state", "lost")
				return
			}
			say("state", "live")
		},
	})
	tier.Start(t.Context())
	defer tier.Close()
	orders := bufio.NewScanner(os.Stdin)
	for orders.Scan() {
		switch order, key, _ := strings.Cut(orders.Text(), " "); order {
		case "put":
			read := tier.Mark()
			at := time.Now() // not earlier than the reading, of which the age counts
			tier.Put(key, "v", at.Add(time.Hour), read, key, "user")
			say("reply", at.UnixNano())
		case "get":
			if _, ok := tier.Get(key); ok {
				say("reply", "hit")
			} else {
				say("reply", "miss")
			}
		case "watch":
			var lastHit time.Time
			for {
				asked := time.Now()
				if _, ok := tier.Get(key); !ok {
					break
				}
				if lastHit.IsZero() {
					say("reply", "watching")
				}
				lastHit = asked
				time.Sleep(20 * time.Microsecond)
			}
			say("reply", lastHit.UnixNano())
		}
	}
}

// localProcess is a running TestLocalTierProcess.
type localProcess struct {
	stdin   io.Writer
	replies chan string
	states  chan string
}

func (c localProcessConfig) start(t *testing.T) *localProcess {
	t.Helper()
	told, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	// Not of the test's context: the process is to end by itself, when its input does.
	command := exec.CommandContext(context.WithoutCancel(t.Context()), os.Args[0], "-test.run=^TestLocalTierProcess$", "-test.count=1")
	command.Env = append(os.Environ(), localProcessVariable+"="+string(told))
	command.Stderr = os.Stderr
	stdin, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p := &localProcess{stdin: stdin, replies: make(chan string, 1000), states: make(chan string, 1000)}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	var reading sync.WaitGroup
	reading.Go(func() {
		for lines := bufio.NewScanner(stdout); lines.Scan(); {
			if reply, ok := strings.CutPrefix(lines.Text(), "> reply "); ok {
				p.replies <- reply
			}
			if state, ok := strings.CutPrefix(lines.Text(), "> state "); ok {
				p.states <- state
			}
		}
	})
	t.Cleanup(func() {
		_ = stdin.Close()
		reading.Wait()
		if err := command.Wait(); err != nil {
			t.Errorf("the process: %v", err)
		}
	})
	return p
}

func next(t *testing.T, from <-chan string) string {
	t.Helper()
	select {
	case said := <-from:
		return said
	case <-time.After(patience):
		t.Fatal("the process says nothing")
		return ""
	}
}

// order has the process do something.
func (p *localProcess) order(t *testing.T, order, key string) {
	t.Helper()
	if _, err := fmt.Fprintln(p.stdin, order, key); err != nil {
		t.Fatal(err)
	}
}

func (p *localProcess) expect(t *testing.T, order, key, want string) {
	t.Helper()
	p.order(t, order, key)
	if got := next(t, p.replies); got != want {
		t.Errorf("%s %s: %s, want %s", order, key, got, want)
	}
}

func (p *localProcess) becomes(t *testing.T, want string) {
	t.Helper()
	if got := next(t, p.states); got != want {
		t.Fatalf("the process is %s, want %s", got, want)
	}
}

func (p *localProcess) time(t *testing.T) time.Time {
	t.Helper()
	n, err := strconv.ParseInt(next(t, p.replies), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return time.Unix(0, n)
}

// staleness has the process watch a key, and returns how long after the beginning of
// change it still served it.
func (p *localProcess) staleness(t *testing.T, key string, change func()) time.Duration {
	t.Helper()
	p.order(t, "put", key)
	p.time(t)
	p.expect(t, "watch", key, "watching")
	begin := time.Now()
	change()
	return max(0, p.time(t).Sub(begin))
}

// With a live connection the other process hears of a change: its values live for an
// hour otherwise.
func TestLocalTierStalenessOfTwoProcesses(t *testing.T) {
	t.Parallel()
	cfg := localProcessConfig{Addr: redistest.Start(t).Addr, MaxAge: time.Hour}
	p := cfg.start(t)
	p.becomes(t, "live")
	here := startedTier(t, authplugin.LocalTierConfig{Broadcaster: cfg.store(t)})
	var measured []time.Duration
	for i := range 200 {
		key := fmt.Sprint("key ", i)
		name := key
		if i%2 == 0 {
			name = "user"
		}
		measured = append(measured, p.staleness(t, key, func() { drop(t, here, name) }))
	}
	slices.Sort(measured)
	worst := measured[len(measured)-1]
	t.Logf("served after a change in another process: median %v, worst %v", measured[len(measured)/2], worst)
	if worst > authplugin.DefaultLocalMaxAge {
		t.Errorf("served %v after the change, want at most %v", worst, authplugin.DefaultLocalMaxAge)
	}
}

// A change that the other process is never told of, on a connection that lives.
func TestLocalTierStalenessOfLostMessage(t *testing.T) {
	t.Parallel()
	cfg := localProcessConfig{Addr: redistest.Start(t).Addr} // with the default maximal age
	p := cfg.start(t)
	p.becomes(t, "live")
	p.order(t, "put", "k")
	read := p.time(t)
	p.expect(t, "watch", "k", "watching")
	served := p.time(t).Sub(read)
	t.Logf("served without a message for %v", served)
	if served > authplugin.DefaultLocalMaxAge {
		t.Errorf("served for %v, want at most %v", served, authplugin.DefaultLocalMaxAge)
	}
}

// While Redis is away a process serves nothing, and nothing from before when it is
// back.
func TestLocalTierOfProcessWithoutRedis(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]struct {
		begin, end func(*testing.T, *redistest.Server)
	}{
		"SIGSTOP": {
			func(t *testing.T, s *redistest.Server) { t.Helper(); s.Pause(t) },
			func(t *testing.T, s *redistest.Server) { t.Helper(); s.Resume(t) },
		},
		"kill -9 and restart": {
			func(t *testing.T, s *redistest.Server) { t.Helper(); s.Kill(t) },
			func(t *testing.T, s *redistest.Server) { t.Helper(); s.Start(t); s.Wait(t) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := redistest.Start(t)
			cfg := localProcessConfig{Addr: server.Addr, MaxAge: time.Hour}
			p := cfg.start(t)
			p.becomes(t, "live")
			here := startedTier(t, authplugin.LocalTierConfig{Broadcaster: cfg.store(t)})
			stale := p.staleness(t, "k", func() { fault.begin(t, server) })
			t.Logf("served after the fault for %v", stale)
			if stale > deadConnection {
				t.Errorf("served %v after the fault, want at most %v", stale, deadConnection)
			}
			p.becomes(t, "lost")
			// What changes now is not heard of.
			if err := here.Drop(t.Context(), "k"); err == nil {
				t.Error("a drop that nobody hears of is no error")
			}
			p.order(t, "put", "k2")
			p.time(t)
			p.expect(t, "get", "k", "miss")
			p.expect(t, "get", "k2", "miss")
			fault.end(t, server)
			p.becomes(t, "live")
			p.expect(t, "get", "k", "miss")
			p.expect(t, "get", "k2", "miss")
			after := p.staleness(t, "k", func() {
				until(t, "the other process can be told", func() bool { return here.Drop(t.Context(), "k") == nil })
			})
			t.Logf("served after a change, with Redis back: %v", after)
		})
	}
}
