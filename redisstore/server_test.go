package redisstore_test

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/gorm-auth/authplugin/internal/redistest"
	"github.com/gorm-auth/authplugin/redisstore"
)

func TestServers(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, "--maxmemory", "64mb", "--maxmemory-policy", "volatile-lru", "--rename-command", "CONFIG", "")
	servers, err := recommended(t, server).Servers(t.Context())
	if err != nil || len(servers) != 1 {
		t.Fatal(servers, err)
	}
	got := servers[0]
	if got.Addr != server.Addr || !strings.Contains(got.Version, ".") || got.Policy != "volatile-lru" || got.MaxMemory != 64<<20 || got.UsedMemory == 0 || !got.Evicts() {
		t.Errorf("it says %+v", got)
	}
	if ahead := time.Until(got.Time); ahead > time.Hour || ahead < -time.Hour {
		t.Errorf("its clock is ahead by %v", ahead)
	}
}

func TestEvicts(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		options []string
		evicts  bool
	}{
		"no limit":    {nil, false},
		"policy only": {[]string{"--maxmemory-policy", "allkeys-lru"}, false},
		"noeviction":  {[]string{"--maxmemory", "64mb", "--maxmemory-policy", "noeviction"}, false},
		"evicting":    {[]string{"--maxmemory", "64mb", "--maxmemory-policy", "volatile-ttl"}, true},
		"hosted":      {[]string{"--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lfu", "--rename-command", "CONFIG", ""}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			evicts, remedy, err := recommended(t, redistest.Start(t, tc.options...)).Evicts(t.Context())
			if err != nil || evicts != tc.evicts || evicts != strings.HasPrefix(remedy, "set maxmemory-policy noeviction in Redis, which has ") {
				t.Errorf("evicts: %t, %q, %v", evicts, remedy, err)
			}
		})
	}
}

// leavesOut takes lines out of what INFO answers, as servers do that are no Redis.
type leavesOut struct{ lines *regexp.Regexp }

func (leavesOut) DialHook(next redis.DialHook) redis.DialHook { return next }

func (h leavesOut) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		err := next(ctx, cmd)
		if info, ok := cmd.(*redis.StringCmd); ok && cmd.Name() == "info" {
			info.SetVal(h.lines.ReplaceAllString(info.Val(), ""))
		}
		return err
	}
}

func (leavesOut) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

// What INFO leaves out is asked of CONFIG; if that is refused too, nobody can tell.
func TestEvictsWithoutInfo(t *testing.T) {
	t.Parallel()
	for _, lines := range []string{"maxmemory_policy:.*", "maxmemory:.*", "maxmemory.*"} {
		for _, refuses := range []bool{false, true} {
			options := []string{"--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru"}
			if refuses {
				options = append(options, "--rename-command", "CONFIG", "")
			}
			client := redis.NewUniversalClient(redisstore.Recommended(redistest.Start(t, options...).Addr))
			t.Cleanup(func() { _ = client.Close() })
			client.AddHook(leavesOut{regexp.MustCompile(lines)})
			evicts, remedy, err := redisstore.New(client).Evicts(t.Context())
			switch {
			case refuses && (err == nil || evicts || !strings.Contains(err.Error(), "does not say what it does when it is full")):
				t.Errorf("%s, CONFIG refused: %t, %q, %v", lines, evicts, remedy, err)
			case !refuses && (err != nil || !evicts):
				t.Errorf("%s: %t, %q, %v", lines, evicts, remedy, err)
			}
		}
	}
}

// A user who may not ask, a server that does not answer: errors without secrets.
func TestServersRefused(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	admin := redis.NewClient(&redis.Options{Addr: server.Addr})
	t.Cleanup(func() { _ = admin.Close() })
	if err := admin.Do(t.Context(), "ACL", "SETUSER", "ada", "on", ">hunter2", "~*", "+@all", "-info").Err(); err != nil {
		t.Fatal(err)
	}
	if err := admin.Do(t.Context(), "ACL", "SETUSER", "eve", "on", ">hunter2", "~*", "+@all", "-config", "-time").Err(); err != nil {
		t.Fatal(err)
	}
	as := func(user string) *redisstore.Store {
		options := redisstore.Recommended(server.Addr)
		options.Username, options.Password = user, "hunter2"
		client := redis.NewUniversalClient(options)
		t.Cleanup(func() { _ = client.Close() })
		return redisstore.New(client)
	}
	if _, err := as("eve").Servers(t.Context()); err != nil {
		t.Errorf("without CONFIG and TIME: %v", err)
	}
	_, _, err := as("ada").Evicts(t.Context())
	if err == nil || !strings.Contains(err.Error(), "NOPERM") || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("without INFO: %v", err)
	}
	server.Kill(t)
	if _, err := as("eve").Servers(t.Context()); err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("without a server: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := as("eve").Servers(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if _, err := redisstore.New(nil).Servers(t.Context()); err == nil {
		t.Error("without a client there is no error")
	}
}

func TestStringHasNoSecret(t *testing.T) {
	t.Parallel()
	for want, options := range map[string]*redis.UniversalOptions{
		`Redis at 10.0.0.1:6379, database 2, prefix "better-auth:"`: {Addrs: []string{"10.0.0.1:6379"}, DB: 2},
		`Redis with Sentinel, prefix "better-auth:"`:                {Addrs: []string{"10.0.0.1:26379"}, MasterName: "auth"},
		`Redis Cluster at 10.0.0.1:1, 10.0.0.2:2, prefix "better-auth:"`: {
			Addrs: []string{"10.0.0.1:1", "10.0.0.2:2"},
		},
	} {
		options.Username, options.Password, options.SentinelPassword = "ada", "hunter2", "hunter2"
		client := redis.NewUniversalClient(options)
		t.Cleanup(func() { _ = client.Close() })
		if got := redisstore.New(client).String(); got != want {
			t.Errorf("it is %q, want %q", got, want)
		}
	}
	if got := redisstore.New(nil, redisstore.Prefix("x")).String(); got != `Redis without a client, prefix "x"` {
		t.Errorf("without a client it is %q", got)
	}
	if got := redisstore.New((*redis.Client)(nil), redisstore.Prefix("x")); got.KeyPrefix() != "x" || got.String() != `Redis without a client, prefix "x"` {
		t.Errorf("without a client it is %q", got)
	}
}

// Of a Cluster all masters are asked; one that evicts is enough.
func testEvictionInCluster(t *testing.T, client *redis.ClusterClient, s *redisstore.Store) {
	t.Helper()
	ctx := t.Context()
	if servers, err := s.Servers(ctx); err != nil || len(servers) != 3 || servers[0].Addr >= servers[1].Addr {
		t.Errorf("servers %v, %v", servers, err)
	}
	if evicts, _, err := s.Evicts(ctx); evicts || err != nil {
		t.Errorf("evicts: %t, %v", evicts, err)
	}
	one, err := client.MasterForKey(ctx, "x")
	if err != nil {
		t.Fatal(err)
	}
	set := func(parameter, value string) {
		if err := one.ConfigSet(ctx, parameter, value).Err(); err != nil {
			t.Fatal(err)
		}
	}
	set("maxmemory", "1073741824")
	set("maxmemory-policy", "allkeys-random")
	if evicts, remedy, err := s.Evicts(ctx); !evicts || !strings.Contains(remedy, "allkeys-random") || err != nil {
		t.Errorf("evicts: %t, %q, %v", evicts, remedy, err)
	}
	set("maxmemory", "0")
	set("maxmemory-policy", "noeviction")
}
