package redisstore_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/redistest"
	"github.com/gorm-auth/authplugin/redisstore"
)

// trips counts what a client sends: a command or a pipeline is one round trip, on a
// Cluster one to each node, which the hooks of the nodes count.
type trips struct{ n atomic.Int64 }

func (c *trips) DialHook(next redis.DialHook) redis.DialHook { return next }

func (c *trips) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		c.n.Add(1)
		return next(ctx, cmd)
	}
}

func (c *trips) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		c.n.Add(1)
		return next(ctx, cmds)
	}
}

// expect fails if a call takes more round trips.
func (c *trips) expect(t *testing.T, what string, most int64, call func() error) {
	t.Helper()
	before := c.n.Load()
	if err := call(); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	if n := c.n.Load() - before; n == 0 || n > most {
		t.Errorf("%s takes %d round trips, want %d at most", what, n, most)
	}
}

// testTrips counts the round trips for one key and for a thousand. each is how many a
// transition of three keys takes.
func testTrips(t *testing.T, client redis.UniversalClient, prefix string, each int64) {
	t.Helper()
	ctx, c := t.Context(), &trips{}
	client.AddHook(c)
	s := redisstore.New(client, redisstore.Prefix(prefix))
	if _, err := s.Apply(ctx, []authplugin.Transition{session(-1, time.Now())}); err != nil { // the scripts are there
		t.Fatal(err)
	}
	for _, n := range []int{1, 1000} {
		keys, sessions, marks := make([]string, n), make([]authplugin.Transition, n), make([]authplugin.Transition, n)
		for i := range n {
			keys[i] = fmt.Sprint("session", i)
			sessions[i] = session(i, time.Now())
			marks[i] = authplugin.Transition{{Key: keys[i], Value: []byte{}, TTL: time.Minute}}
		}
		apply := func(transitions []authplugin.Transition) func() error {
			return func() error {
				done, err := s.Apply(ctx, transitions)
				for i := range done {
					if !done[i] {
						return fmt.Errorf("transition %d was not carried out", i)
					}
				}
				return err
			}
		}
		c.expect(t, fmt.Sprint("Apply of ", n, " sessions"), each, apply(sessions))
		c.expect(t, fmt.Sprint("GetMany of ", n), 1, func() error {
			values, err := s.GetMany(ctx, keys)
			for i := range values {
				if string(values[i]) != "value" {
					return fmt.Errorf("value %d is %q", i, values[i])
				}
			}
			return err
		})
		c.expect(t, fmt.Sprint("Apply of ", n, " marks"), 1, apply(marks))
		if err := s.Delete(ctx, keys...); err != nil {
			t.Fatal(err)
		}
	}
}

// session is the transition by which a session is stored.
func session(i int, now time.Time) authplugin.Transition {
	key, expires := fmt.Sprint("session", i), now.Add(time.Minute)
	list := &authplugin.ListEdit{Enter: []authplugin.ListMember{{Token: key, ExpiresAt: expires}}, Now: now}
	return authplugin.Transition{
		{Key: fmt.Sprint("list", i/10), List: list},
		{Key: fmt.Sprint("id", i), Value: []byte(key), TTL: time.Minute},
		{Key: key, Compare: true, Value: []byte("value"), TTL: time.Minute},
	}
}

func TestRoundTrips(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	client := redis.NewUniversalClient(redisstore.Recommended(server.Addr))
	t.Cleanup(func() { _ = client.Close() })
	testTrips(t, client, redisstore.BetterAuthPrefix, 1)
}

// A server that has lost its scripts is told them once more, and no transition happens
// twice.
func TestApplyAfterScriptFlush(t *testing.T) {
	t.Parallel()
	ctx, server := t.Context(), redistest.Start(t)
	client := redis.NewClient(&redis.Options{Addr: server.Addr})
	t.Cleanup(func() { _ = client.Close() })
	c := &trips{}
	client.AddHook(c)
	s := redisstore.New(client)
	for i := range 2 {
		if err := client.ScriptFlush(ctx).Err(); err != nil {
			t.Fatal(err)
		}
		transitions := make([]authplugin.Transition, 100)
		for j := range transitions {
			transitions[j] = session(i*100+j, time.Now())
		}
		c.expect(t, "Apply without scripts", 2, func() error {
			done, err := s.Apply(ctx, transitions)
			for j := range done {
				if !done[j] {
					t.Errorf("transition %d was not carried out, or twice", j)
				}
			}
			return err
		})
	}
}

// Better Auth reads the list, and so does every other client.
func TestListIsBetterAuths(t *testing.T) {
	t.Parallel()
	ctx, client, prefix := t.Context(), redistest.Client(t), redistest.Prefix(t)
	s, now := redisstore.New(client, redisstore.Prefix(prefix)), time.UnixMilli(1_795_000_000_000)
	edit := &authplugin.ListEdit{Now: now, Enter: []authplugin.ListMember{{Token: "b</a>&", ExpiresAt: time.UnixMilli(1_795_882_737_241)}, {Token: "a", ExpiresAt: time.UnixMilli(1_795_882_737_240)}}}
	if _, err := s.Apply(ctx, []authplugin.Transition{{{Key: "list", List: edit}}}); err != nil {
		t.Fatal(err)
	}
	want, _ := edit.Edit(nil)
	got := client.Get(ctx, prefix+"list").Val()
	if got != string(want) || got != `[{"token":"a","expiresAt":1795882737240},{"token":"b</a>&","expiresAt":1795882737241}]` {
		t.Errorf("GET = %s, want %s", got, want)
	}
	if left := client.PTTL(ctx, prefix+"list").Val(); left <= 882_000*time.Second || left > 882_737_241*time.Millisecond {
		t.Errorf("PTTL = %v", left)
	}
	client.Del(ctx, prefix+"list")
}

// A key of another type is absent to readers, holds nothing that a condition asks for,
// and is no list.
func TestForeignTypes(t *testing.T) {
	t.Parallel()
	ctx, client, prefix := t.Context(), redistest.Client(t), redistest.Prefix(t)
	s, now := redisstore.New(client, redisstore.Prefix(prefix)), time.Now()
	for _, foreign := range []string{"a", "b", "c", "d"} {
		client.SAdd(ctx, prefix+foreign, "member")
		client.Expire(ctx, prefix+foreign, time.Minute)
	}
	if _, err := s.Get(ctx, "a"); !errors.Is(err, authplugin.ErrForeignValue) || errors.Is(err, authplugin.ErrNotFound) {
		t.Errorf("Get of a set: %v, want ErrForeignValue", err)
	}
	if values, err := s.GetMany(ctx, []string{"a", "none"}); err != nil || values[0] != nil || values[1] != nil {
		t.Errorf("GetMany of a set = %q, %v", values, err)
	}
	list := &authplugin.ListEdit{Enter: []authplugin.ListMember{{Token: "t", ExpiresAt: now.Add(time.Minute)}}, Now: now}
	done, err := s.Apply(ctx, []authplugin.Transition{
		{{Key: "a", Compare: true, Value: []byte("v"), TTL: time.Minute}},
		{{Key: "b", Compare: true, Old: []byte("v"), Value: []byte("v"), TTL: time.Minute}},
		{{Key: "c", List: list}},
		{{Key: "d", Value: []byte("v"), TTL: time.Minute}},
	})
	if want := "[false false true true]"; fmt.Sprint(done) != want || err != nil {
		t.Errorf("Apply = %v, %v, want %s", done, err, want)
	}
	for key, want := range map[string]string{"a": "set", "b": "set", "c": "string", "d": "string"} {
		if got := client.Type(ctx, prefix+key).Val(); got != want {
			t.Errorf("%s is a %s, want a %s", key, got, want)
		}
		client.Del(ctx, prefix+key)
	}
}

// A full Redis refuses a transition as a whole.
func TestApplyInAFullRedis(t *testing.T) {
	t.Parallel()
	ctx, server := t.Context(), redistest.Start(t, "--maxmemory", "1", "--maxmemory-policy", "noeviction")
	s := recommended(t, server)
	_, err := s.Apply(ctx, []authplugin.Transition{session(1, time.Now())})
	if err == nil || !strings.Contains(err.Error(), "OOM") || strings.Contains(err.Error(), "session1") {
		t.Errorf("Apply in a full Redis: %v", err)
	}
	if values, err := s.GetMany(ctx, []string{"list0", "id1", "session1"}); err != nil || values[0] != nil || values[1] != nil || values[2] != nil {
		t.Errorf("after it: %q, %v", values, err)
	}
}

// What a hook keeps from being sent was not carried out.
func TestHookThatSendsNothing(t *testing.T) {
	t.Parallel()
	client := redistest.Client(t)
	client.AddHook(quiet{})
	s := redisstore.New(client)
	for _, n := range []int{1, 2} {
		transitions := make([]authplugin.Transition, n)
		for i := range transitions {
			transitions[i] = session(i, time.Now())
		}
		if done, err := s.Apply(t.Context(), transitions); err == nil {
			t.Errorf("Apply = %v, though nothing was sent", done)
		}
	}
}

// quiet is a hook that sends nothing and reports no error.
type quiet struct{}

func (quiet) DialHook(next redis.DialHook) redis.DialHook { return next }
func (quiet) ProcessHook(redis.ProcessHook) redis.ProcessHook {
	return func(context.Context, redis.Cmder) error { return nil }
}

func (quiet) ProcessPipelineHook(redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(context.Context, []redis.Cmder) error { return nil }
}

func BenchmarkGetMany(b *testing.B) {
	s := redisstore.New(redistest.Client(b), redisstore.Prefix(redistest.Prefix(b)))
	for _, n := range []int{1, 1000} {
		keys := make([]string, n)
		for i := range keys {
			keys[i] = fmt.Sprint("session", i)
			if err := s.Set(b.Context(), keys[i], make([]byte, 700), time.Minute); err != nil {
				b.Fatal(err)
			}
		}
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.GetMany(b.Context(), keys); err != nil {
					b.Fatal(err)
				}
			}
		})
		_ = s.Delete(b.Context(), keys...)
	}
}

func BenchmarkApply(b *testing.B) {
	s := redisstore.New(redistest.Client(b), redisstore.Prefix(redistest.Prefix(b)))
	for _, n := range []int{1, 1000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				transitions := make([]authplugin.Transition, n)
				for i := range transitions {
					transitions[i] = session(i, time.Now())
				}
				if _, err := s.Apply(b.Context(), transitions); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
