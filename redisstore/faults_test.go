package redisstore_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/redistest"
	"github.com/gorm-auth/authplugin/redisstore"
)

const (
	// hang is how long no operation may take with the recommended options. It is far
	// above what they add up to: a machine may be slow.
	hang = 10 * time.Second
	// recovery is how long a Redis may be away after it is back.
	recovery = time.Minute
)

// operations are all that a store does, each on a key that holds "1" or is absent.
func operations(s *redisstore.Store, key string) map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"Get":       func(ctx context.Context) error { _, err := s.Get(ctx, key); return err },
		"Set":       func(ctx context.Context) error { return s.Set(ctx, key, []byte("1"), time.Hour) },
		"Set short": func(ctx context.Context) error { return s.Set(ctx, key, []byte("1"), 900*time.Millisecond) },
		"Delete":    func(ctx context.Context) error { return s.Delete(ctx, key, key+"2") },
		"GetDelete": func(ctx context.Context) error { _, err := s.GetDelete(ctx, key); return err },
		"Increment": func(ctx context.Context) error { _, err := s.Increment(ctx, key, time.Hour); return err },
		"CompareAndSwap": func(ctx context.Context) error {
			_, err := s.CompareAndSwap(ctx, key, []byte("1"), []byte("1"), time.Hour)
			return err
		},
		"GetMany": func(ctx context.Context) error { _, err := s.GetMany(ctx, []string{key, key + "2"}); return err },
		"Apply": func(ctx context.Context) error {
			_, err := s.Apply(ctx, []authplugin.Transition{{{Key: key, Value: []byte("1"), TTL: time.Hour}}, {{Key: key + "2"}, {Key: key + "3", Compare: true}}})
			return err
		},
		"Apply one": func(ctx context.Context) error {
			list := &authplugin.ListEdit{Enter: []authplugin.ListMember{{Token: "t", ExpiresAt: time.Now().Add(time.Hour)}}, Now: time.Now()}
			_, err := s.Apply(ctx, []authplugin.Transition{{{Key: key + "list", List: list}}})
			return err
		},
	}
}

// expectFailures runs all operations at once while Redis is away: each fails, soon,
// and none takes that for an absent key.
func expectFailures(t *testing.T, s *redisstore.Store) {
	t.Helper()
	type outcome struct {
		name string
		err  error
	}
	all := operations(s, "k")
	outcomes := make(chan outcome, len(all))
	for name, run := range all {
		go func() { outcomes <- outcome{name, run(t.Context())} }()
	}
	late := time.After(hang)
	for range all {
		select {
		case o := <-outcomes:
			if o.err == nil || errors.Is(o.err, authplugin.ErrNotFound) {
				t.Errorf("%s while Redis is away: %v, want an error that is not ErrNotFound", o.name, o.err)
			}
		case <-late:
			t.Fatalf("an operation takes longer than %v while Redis is away", hang)
		}
	}
}

// expectRecovery runs all operations, with the client from before, until they work.
func expectRecovery(t *testing.T, s *redisstore.Store, key string) {
	t.Helper()
	for name, run := range operations(s, key) {
		for deadline := time.Now().Add(recovery); ; time.Sleep(50 * time.Millisecond) {
			err := run(t.Context())
			if err == nil || errors.Is(err, authplugin.ErrNotFound) {
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("%s still fails %v after Redis is back: %v", name, recovery, err)
			}
		}
	}
}

func TestKilledAndRestarted(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s := recommended(t, server)
	expectRecovery(t, s, "k") // all connections and scripts are there
	server.Kill(t)
	expectFailures(t, s)
	server.Start(t)
	server.Wait(t)
	expectRecovery(t, s, "k")
}

func TestPausedAndResumed(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s := recommended(t, server)
	expectRecovery(t, s, "k")
	server.Pause(t)
	expectFailures(t, s)
	// The deadline of a context counts, and shows.
	for name, run := range operations(s, "k") {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		if err := run(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v, want the context's error", name, err)
		}
		cancel()
	}
	server.Resume(t)
	expectRecovery(t, s, "k")
}

// What may be repeated is; what may not is an error, and has happened once.
func TestLostAnswer(t *testing.T) {
	t.Parallel()
	ctx, server := t.Context(), redistest.Start(t)
	proxy := redistest.NewProxy(t, server.Addr)
	client := redis.NewClient(&redis.Options{Addr: proxy.Addr, PoolSize: 1}) // tries four times
	t.Cleanup(func() { _ = client.Close() })
	s, direct := redisstore.New(client), recommended(t, server)
	expectRecovery(t, s, "warm")
	lost := func(name string) error {
		t.Helper()
		// The answer must be that of the operation, not that of a new connection's greeting.
		if err := client.Ping(ctx).Err(); err != nil {
			t.Fatal(err)
		}
		proxy.LoseNextAnswer()
		err := operations(s, "k")[name](ctx)
		if errors.Is(err, authplugin.ErrNotFound) {
			t.Errorf("%s: a lost answer is %v", name, err)
		}
		return err
	}
	if err := lost("Set"); err != nil {
		t.Errorf("Set is not repeated: %v", err)
	}
	if err := lost("Get"); err != nil {
		t.Errorf("Get is not repeated: %v", err)
	}
	if err := lost("Increment"); err == nil {
		t.Error("Increment is no error after a lost answer")
	}
	if got, err := direct.Get(ctx, "k"); string(got) != "2" || err != nil {
		t.Errorf("the counter is %s, %v, want 2: one, and one that was counted once", got, err)
	}
	if err := direct.Set(ctx, "k", []byte("1"), time.Hour); err != nil {
		t.Fatal(err)
	}
	if err := lost("CompareAndSwap"); err == nil {
		t.Error("CompareAndSwap is no error after a lost answer")
	}
	for _, name := range []string{"Apply", "Apply one"} {
		if err := lost(name); err == nil {
			t.Errorf("%s is no error after a lost answer", name)
		}
	}
	if err := lost("GetDelete"); err == nil {
		t.Error("GetDelete is no error after a lost answer")
	}
	if got, err := direct.Get(ctx, "k"); !errors.Is(err, authplugin.ErrNotFound) {
		t.Errorf("the value that was taken is still there: %s, %v", got, err)
	}
}
