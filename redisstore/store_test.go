package redisstore_test

import (
	"bytes"
	"context"
	"errors"
	"log"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/redistest"
	"github.com/gorm-auth/authplugin/redisstore"
	"github.com/gorm-auth/authplugin/storagetest"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	client, prefix := redistest.Client(t), redistest.Prefix(t)
	storagetest.Run(t, func(testing.TB) authplugin.SecondaryStorage {
		return redisstore.New(client, redisstore.Prefix(prefix))
	})
}

func TestConformanceWithRecommendedOptions(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	storagetest.Run(t, func(testing.TB) authplugin.SecondaryStorage { return recommendedUnhurried(t, server) })
}

// Before Redis 6.2 there was no GETDEL.
func TestConformanceWithoutGETDEL(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, "--rename-command", "GETDEL", "")
	storagetest.Run(t, func(testing.TB) authplugin.SecondaryStorage { return recommendedUnhurried(t, server) })
}

// unhurried are the options for what is to be done, however long it takes: a machine
// that runs other tests besides may well take longer than half a second. The faults are
// tested with the times as they are.
func unhurried(options *redis.UniversalOptions) *redis.UniversalOptions {
	const long = time.Minute
	options.DialTimeout, options.ReadTimeout, options.WriteTimeout, options.PoolTimeout = long, long, long, long
	return options
}

func recommendedUnhurried(t testing.TB, server *redistest.Server) *redisstore.Store {
	t.Helper()
	client := redis.NewUniversalClient(unhurried(redisstore.Recommended(server.Addr)))
	t.Cleanup(func() { _ = client.Close() })
	return redisstore.New(client)
}

// recommended is a store with the recommended options, and the default prefix.
func recommended(t testing.TB, server *redistest.Server) *redisstore.Store {
	t.Helper()
	client := redis.NewUniversalClient(redisstore.Recommended(server.Addr))
	t.Cleanup(func() { _ = client.Close() })
	return redisstore.New(client)
}

// What is stored is what every other client reads, byte for byte, and the other way
// round; the session is one that Better Auth wrote.
func TestOtherClientsReadAndWriteTheSame(t *testing.T) {
	t.Parallel()
	ctx, other, prefix := t.Context(), redistest.Client(t), redistest.Prefix(t)
	s := redisstore.New(redistest.Client(t), redisstore.Prefix(prefix))
	session := `{"session":{"id":"qAnFgqm1s3vOabng4W7SsCcFQ6RUnn3s","expiresAt":"2026-11-28T17:17:32.359Z","token":"sG8ZxzlMmkGSR60ldH0RZ4MpwmERJIO0"},"user":{"name":"Interop User","image":null}}`
	for name, value := range map[string]string{
		"session": session, "empty": "", "bytes": "\x00\x01\xff\r\n", "short": "1", "long": strings.Repeat("compressible ", 1000),
	} {
		for _, ttl := range []time.Duration{900 * time.Millisecond, time.Hour, 604799 * time.Second} {
			if err := s.Set(ctx, name, []byte(value), ttl); err != nil {
				t.Fatal(err)
			}
			if got, err := other.Get(ctx, prefix+name).Result(); got != value || err != nil {
				t.Errorf("GET = %q, %v, want %q", got, err, value)
			}
			if kind := other.Type(ctx, prefix+name).Val(); kind != "string" {
				t.Errorf("TYPE = %s", kind)
			}
		}
		if _, err := s.CompareAndSwap(ctx, name, []byte(value), []byte(value+"+"), time.Minute); err != nil {
			t.Fatal(err)
		}
		if got, err := other.GetDel(ctx, prefix+name).Result(); got != value+"+" || err != nil {
			t.Errorf("GETDEL = %q, %v, want %q", got, err, value+"+")
		}
		other.Set(ctx, prefix+name, value, time.Minute)
		if got, err := s.GetDelete(ctx, name); string(got) != value || err != nil {
			t.Errorf("GetDelete = %q, %v, want %q", got, err, value)
		}
	}
	if n, err := s.Increment(ctx, "count", time.Minute); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	if n, err := other.Incr(ctx, prefix+"count").Result(); n != 2 || err != nil {
		t.Errorf("INCR = %d, %v, want 2", n, err)
	}
	if got := other.Get(ctx, prefix+"count").Val(); got != "2" {
		t.Errorf("GET of a counter = %q", got)
	}
	if err := s.Delete(ctx, "count"); err != nil {
		t.Fatal(err)
	}
}

// Nothing is ever stored without expiry, however it is stored.
func TestEveryKeyExpires(t *testing.T) {
	t.Parallel()
	ctx, client, prefix := t.Context(), redistest.Client(t), redistest.Prefix(t)
	s := redisstore.New(client, redisstore.Prefix(prefix))
	for ttl, want := range map[time.Duration]time.Duration{
		400 * time.Millisecond:    400 * time.Millisecond,
		999999 * time.Microsecond: time.Second, time.Second: time.Second,
		90500 * time.Millisecond: 90500 * time.Millisecond, time.Minute + 1: time.Minute + time.Millisecond,
		math.MaxInt64: time.Duration(math.MaxInt64).Truncate(time.Millisecond),
	} {
		for name, store := range map[string]func(key string) error{
			"Set": func(key string) error { return s.Set(ctx, key, []byte("v"), ttl) },
			"Increment": func(key string) error {
				_, err := s.Increment(ctx, key, ttl)
				return err
			},
			"CompareAndSwap": func(key string) error {
				_, err := s.CompareAndSwap(ctx, key, nil, []byte("v"), ttl)
				return err
			},
			"CompareAndSwap of a value": func(key string) error {
				client.Set(ctx, prefix+key, "old", time.Hour)
				_, err := s.CompareAndSwap(ctx, key, []byte("old"), []byte("v"), ttl)
				return err
			},
		} {
			before := time.Now()
			if err := store(name); err != nil {
				t.Errorf("%s for %v: %v", name, ttl, err)
				continue
			}
			left, err := client.Do(ctx, "pttl", prefix+name).Int64()
			took := time.Since(before)
			got := time.Duration(left) * time.Millisecond
			if err != nil || got > want || left != -2 && got < want-took-2*time.Millisecond || left == -2 && took < want {
				t.Errorf("PTTL after %s for %v: %d ms, %v, after %v", name, ttl, left, err, took)
			}
			client.Del(ctx, prefix+name)
		}
	}
}

// A counter that was left without expiry, by a program that died between INCR and
// EXPIRE, gets one.
func TestIncrementGivesExpiry(t *testing.T) {
	t.Parallel()
	ctx, client, prefix := t.Context(), redistest.Client(t), redistest.Prefix(t)
	s := redisstore.New(client, redisstore.Prefix(prefix))
	client.Set(ctx, prefix+"k", "7", 0)
	if n, err := s.Increment(ctx, "k", time.Minute); n != 8 || err != nil {
		t.Fatal(n, err)
	}
	if ttl := client.PTTL(ctx, prefix+"k").Val(); ttl <= 0 || ttl > time.Minute {
		t.Fatalf("PTTL = %v, want a minute at most", ttl)
	}
	client.Del(ctx, prefix+"k")
}

func TestPrefix(t *testing.T) {
	t.Parallel()
	ctx, server := t.Context(), redistest.Start(t)
	client := redis.NewClient(&redis.Options{Addr: server.Addr})
	t.Cleanup(func() { _ = client.Close() })
	for _, s := range []*redisstore.Store{redisstore.New(client), redisstore.New(client, redisstore.Prefix("x:")), redisstore.New(client, redisstore.Prefix(""))} {
		if err := s.Set(ctx, "k", nil, time.Minute); err != nil {
			t.Fatal(err)
		}
	}
	for _, key := range []string{"better-auth:k", "x:k", "k"} {
		if n := client.Exists(ctx, key).Val(); n != 1 {
			t.Errorf("there is no key %s", key)
		}
	}
}

// Other types under a key are an error that says so, and shows nothing else.
func TestErrorsShowNoSecrets(t *testing.T) {
	t.Parallel()
	ctx, server := t.Context(), redistest.Start(t, "--maxmemory", "3mb", "--maxmemory-policy", "noeviction", "--rename-command", "EVAL", "", "--rename-command", "EVALSHA", "")
	client := redis.NewClient(&redis.Options{Addr: server.Addr, MaxRetries: -1})
	s := redisstore.New(client, redisstore.Prefix(""))
	const key, value = "secret-token", "secret-value"
	check := func(name, want string, err error) {
		t.Helper()
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") || !strings.HasPrefix(err.Error(), "authplugin: redisstore: ") {
			t.Errorf("%s: %v, want an error with %q and without the key", name, err, want)
		}
		if errors.Is(err, authplugin.ErrNotFound) {
			t.Errorf("%s: is ErrNotFound: %v", name, err)
		}
	}
	_, err := s.Increment(ctx, key, time.Minute)
	check("Increment without EVAL", "Redis answers ERR", err)
	_, err = s.CompareAndSwap(ctx, key, nil, []byte(value), time.Minute)
	check("CompareAndSwap without EVAL", "Redis answers ERR", err)
	client.SAdd(ctx, key, "a")
	_, err = s.Get(ctx, key)
	check("Get of a set", "WRONGTYPE", err)
	_, err = s.GetDelete(ctx, key)
	check("GetDelete of a set", "WRONGTYPE", err)
	check("Set in a full Redis", "OOM", fill(ctx, s, value))
	if err := s.Set(ctx, key, nil, 0); err != nil {
		t.Errorf("delete in a full Redis: %v", err)
	}
	_ = client.Close()
	_, err = s.Get(ctx, key)
	check("Get on a closed client", "closed", err)
}

// fill writes until Redis refuses.
func fill(ctx context.Context, s *redisstore.Store, beginning string) error {
	value := append([]byte(beginning), make([]byte, 100_000)...)
	for i := range 100 {
		if err := s.Set(ctx, "secret-"+strings.Repeat("k", i), value, time.Minute); err != nil {
			return err
		}
	}
	return nil
}

func TestValidate(t *testing.T) {
	t.Parallel()
	var none *redis.Client
	addrs := []string{"127.0.0.1:1"}
	cached := redis.NewClient(&redis.Options{Addr: addrs[0], ClientSideCacheConfig: &redis.ClientSideCacheConfig{}})
	replicas := redis.NewClusterClient(&redis.ClusterOptions{Addrs: addrs, ReadOnly: true})
	nearest := redis.NewUniversalClient(&redis.UniversalOptions{Addrs: addrs, MasterName: "m", RouteByLatency: true})
	ring := redis.NewRing(&redis.RingOptions{Addrs: map[string]string{"a": addrs[0]}})
	for _, c := range []redis.UniversalClient{cached, replicas, nearest, ring} {
		t.Cleanup(func() { _ = c.Close() })
	}
	for name, c := range map[string]struct {
		client redis.UniversalClient
		want   string
	}{
		"no client": {nil, "no client"}, "nil client": {none, "no client"}, "replicas": {replicas, "ReadOnly"}, "nearest": {nearest, "RouteByLatency"},
		"ring": {ring, "Ring"}, "client-side cache": {cached, "ClientSideCache"},
	} {
		s := redisstore.New(c.client)
		_, getErr := s.Get(t.Context(), "k")
		_, takeErr := s.GetDelete(t.Context(), "k")
		_, countErr := s.Increment(t.Context(), "k", time.Minute)
		_, swapErr := s.CompareAndSwap(t.Context(), "k", nil, nil, time.Minute)
		for _, err := range []error{s.Validate(), getErr, takeErr, countErr, swapErr, s.Set(t.Context(), "k", nil, time.Minute), s.Delete(t.Context(), "k")} {
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: %v, want an error with %q", name, err, c.want)
			}
		}
	}
	if err := redisstore.New(redis.NewUniversalClient(redisstore.Recommended(addrs...))).Validate(); err != nil {
		t.Errorf("the recommended options: %v", err)
	}
}

// go-redis/cache logs the keys of short ttls to the standard logger: ours must not.
func TestLogsNothing(t *testing.T) {
	var logged bytes.Buffer
	log.SetOutput(&logged)
	t.Cleanup(func() { log.SetOutput(os.Stderr) })
	s := redisstore.New(redistest.Client(t), redisstore.Prefix(redistest.Prefix(t)))
	for _, ttl := range []time.Duration{1, time.Microsecond, time.Millisecond, 999 * time.Millisecond, time.Second, 0, -1} {
		if err := s.Set(t.Context(), "k", []byte("v"), ttl); err != nil {
			t.Fatal(err)
		}
	}
	if logged.Len() > 0 {
		t.Fatalf("logged: %s", logged.String())
	}
	if err := s.Delete(t.Context(), "k"); err != nil {
		t.Fatal(err)
	}
}

func BenchmarkGet(b *testing.B) {
	client, prefix := redistest.Client(b), redistest.Prefix(b)
	s, ctx := redisstore.New(client, redisstore.Prefix(prefix)), b.Context()
	if err := s.Set(ctx, "k", make([]byte, 700), time.Hour); err != nil {
		b.Fatal(err)
	}
	b.Run("store", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := s.Get(ctx, "k"); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("raw", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := client.Get(ctx, prefix+"k").Bytes(); err != nil {
				b.Fatal(err)
			}
		}
	})
	if err := s.Delete(ctx, "k"); err != nil {
		b.Fatal(err)
	}
}
