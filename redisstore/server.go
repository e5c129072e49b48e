package redisstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/gorm-auth/authplugin"
)

var _ authplugin.EvictionReporter = (*Store)(nil)

// noEviction is the maxmemory-policy of a server that refuses writes when it is full.
// With any other it drops keys that expire, as all of a Store's do.
const noEviction = "noeviction"

var errNoPolicy = errors.New("authplugin: redisstore: the server does not say what it does when it is full")

// Server is what a Redis says of itself.
type Server struct {
	// Addr is host:port, or the path of a socket.
	Addr    string
	Version string
	// Policy is its maxmemory-policy, empty when it does not tell.
	Policy string
	// MaxMemory is its maxmemory in bytes, 0 for no limit; UsedMemory is what is used.
	MaxMemory, UsedMemory int64
	// Time is its clock, to within the time that the answer takes; zero when it does
	// not tell.
	Time time.Time
}

// Evicts reports whether the server drops values when it is full.
func (s Server) Evicts() bool { return s.MaxMemory > 0 && s.Policy != "" && s.Policy != noEviction }

// Servers asks those servers that hold values: the one there is, the master that
// Sentinel knows, or all masters of a Cluster, in the order of their addresses. It is
// for diagnosis: INFO, TIME, and CONFIG GET where INFO leaves something out. That a
// server refuses one of the last two is no error.
func (s *Store) Servers(ctx context.Context) ([]Server, error) {
	if err := s.begin(ctx); err != nil {
		return nil, err
	}
	var (
		mutex   sync.Mutex
		servers []Server
	)
	err := s.eachMaster(ctx, func(ctx context.Context, node redis.UniversalClient, addr string) error {
		server, err := inspect(ctx, node, addr)
		mutex.Lock()
		defer mutex.Unlock()
		servers = append(servers, server)
		return err
	})
	if err != nil {
		return nil, failed(ctx, "info", err)
	}
	slices.SortFunc(servers, func(a, b Server) int { return strings.Compare(a.Addr, b.Addr) })
	return servers, nil
}

func (s *Store) eachMaster(ctx context.Context, visit func(ctx context.Context, node redis.UniversalClient, addr string) error) error {
	switch c := s.client.(type) {
	case *redis.ClusterClient:
		return c.ForEachMaster(ctx, func(ctx context.Context, node *redis.Client) error { return visit(ctx, node, node.Options().Addr) })
	case *redis.Client:
		return visit(ctx, c, c.Options().Addr)
	default:
		return visit(ctx, c, "")
	}
}

// inspect asks one server.
func inspect(ctx context.Context, node redis.UniversalClient, addr string) (Server, error) {
	info, err := node.Info(ctx).Result()
	if err != nil {
		return Server{}, err
	}
	facts := map[string]string{}
	for line := range strings.Lines(info) {
		if key, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
			facts[key] = value
		}
	}
	for key, parameter := range map[string]string{"maxmemory": "maxmemory", "maxmemory_policy": "maxmemory-policy"} {
		if facts[key] != "" {
			continue
		}
		settings, _ := node.ConfigGet(ctx, parameter).Result() // hosted servers refuse it
		facts[key] = settings[parameter]
	}
	server := Server{Addr: addr, Version: facts["redis_version"], Policy: facts["maxmemory_policy"]}
	if addr == failoverAddr {
		server.Addr = "the master that Sentinel names"
	}
	if server.MaxMemory, err = strconv.ParseInt(facts["maxmemory"], 10, 64); err != nil {
		server.Policy = "" // without the limit it says nothing
	}
	server.UsedMemory, _ = strconv.ParseInt(facts["used_memory"], 10, 64)
	server.Time, _ = node.Time(ctx).Result()
	return server, nil
}

// Evicts implements [authplugin.EvictionReporter]: whether one of the servers evicts.
func (s *Store) Evicts(ctx context.Context) (evicts bool, remedy string, err error) {
	servers, err := s.Servers(ctx)
	if err != nil {
		return false, "", err
	}
	for _, server := range servers {
		if server.Evicts() {
			return true, fmt.Sprintf("set maxmemory-policy %s in Redis, which has %s", noEviction, server.Policy), nil
		}
		if server.Policy == "" {
			err = errNoPolicy
		}
	}
	return false, "", err
}

// failoverAddr is the address that go-redis gives to a client of Sentinel.
const failoverAddr = "FailoverClient"

// KeyPrefix is what stands before every key, see [Prefix].
func (s *Store) KeyPrefix() string { return s.prefix }

// String says where the store is, without user and password.
func (s *Store) String() string { return fmt.Sprintf("%s, prefix %q", s.place(), s.prefix) }

func (s *Store) place() string {
	switch c := s.client.(type) {
	case *redis.Client:
		if c == nil {
			return "Redis without a client"
		}
		if o := c.Options(); o.Addr != failoverAddr {
			return fmt.Sprintf("Redis at %s, database %d", o.Addr, o.DB)
		}
		return "Redis with Sentinel"
	case *redis.ClusterClient:
		if c == nil {
			return "Redis without a client"
		}
		return "Redis Cluster at " + strings.Join(c.Options().Addrs, ", ")
	case nil:
		return "Redis without a client"
	default:
		return "Redis"
	}
}
