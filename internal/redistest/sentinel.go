package redistest

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
)

const (
	sentinels = 3
	// replicas are those that the Sentinels watch over.
	replicas = 1
)

// Sentinel is a master with a replica, and Sentinels that watch them. They replace the
// master only when KillMaster has killed it.
type Sentinel struct {
	// Name is the name of the master, and Addrs are the addresses of the Sentinels.
	Name  string
	Addrs []string
	// master is the master at the start.
	master *Server
}

// StartSentinel starts a master, a replica and three Sentinels.
func StartSentinel(t testing.TB) *Sentinel {
	t.Helper()
	s := &Sentinel{Name: "authplugin", master: Start(t)}
	host, port, _ := strings.Cut(s.master.Addr, ":")
	for range replicas {
		Start(t, "--replicaof", host, port).Until(t, "has the data of its master", func(ctx context.Context, client *redis.Client) bool {
			return strings.Contains(client.Info(ctx, "replication").Val(), "master_link_status:up")
		})
	}
	for range sentinels {
		sentinel := newServer(t)
		sentinel.startAsSentinel(t, s.Name, host, port)
		sentinel.Wait(t)
		s.Addrs = append(s.Addrs, sentinel.Addr)
	}
	for _, addr := range s.Addrs {
		(&Server{Addr: addr}).Until(t, "knows the other Sentinels and the replica", func(ctx context.Context, client *redis.Client) bool {
			info := client.Info(ctx, "sentinel").Val()
			return strings.Contains(info, "slaves="+strconv.Itoa(replicas)) && strings.Contains(info, "sentinels="+strconv.Itoa(sentinels))
		})
	}
	return s
}

// KillMaster kills the master, and has the replica take over within some seconds.
func (s *Sentinel) KillMaster(t testing.TB) {
	t.Helper()
	for _, addr := range s.Addrs {
		(&Server{Addr: addr}).do(t, "sentinel", "set", s.Name, "down-after-milliseconds", attentive)
	}
	s.master.Kill(t)
}

// startAsSentinel writes the configuration of a Sentinel, which it changes itself, and
// starts it.
func (s *Server) startAsSentinel(t testing.TB, name, host, port string) {
	t.Helper()
	_, own, _ := net.SplitHostPort(s.Addr)
	file := filepath.Join(s.folder, "sentinel.conf")
	text := fmt.Sprintf("port %[1]s\nbind 127.0.0.1\ndir %[2]s\nlogfile %[3]s\nsentinel monitor %[4]s %[5]s %[6]s 2\n"+
		"sentinel down-after-milliseconds %[4]s %[7]s\nsentinel failover-timeout %[4]s 5000\n", own, s.folder, s.log(), name, host, port, patient)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatalf("redistest: %v", err)
	}
	s.process = exec.CommandContext(context.WithoutCancel(t.Context()), "redis-server", file, "--sentinel") //nolint:gosec // its own file
	if err := s.process.Start(); err != nil {
		t.Fatalf("redistest: redis-server --sentinel: %v", err)
	}
}
