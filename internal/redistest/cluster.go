package redistest

import (
	"context"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
)

const (
	clusterNodes = 6
	// attentive is after how many milliseconds of silence a master counts as dead when
	// one is to be replaced. Until then it is patient: a machine that is busy for some
	// seconds must not cost a test its master, and with it the last writes.
	attentive = "2000"
	patient   = "120000"
)

// Cluster is a Redis Cluster of three masters and three replicas on 127.0.0.1. It
// replaces no master but one that KillMasterOf has killed.
type Cluster struct {
	Nodes []*Server
}

// StartCluster starts a Cluster, which takes some seconds.
func StartCluster(t testing.TB) *Cluster {
	t.Helper()
	if _, err := exec.LookPath("redis-cli"); err != nil {
		missing(t, "there is no redis-cli")
	}
	c := &Cluster{}
	for range clusterNodes {
		c.Nodes = append(c.Nodes, Start(t, "--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf",
			"--cluster-node-timeout", attentive, "--cluster-port", freePort(t)))
	}
	args := append(append([]string{"--cluster", "create"}, c.Addrs()...), "--cluster-replicas", "1", "--cluster-yes")
	if out, err := exec.CommandContext(t.Context(), "redis-cli", args...).CombinedOutput(); err != nil { //nolint:gosec // addresses of its own
		t.Fatalf("redistest: redis-cli --cluster create: %v\n%s", err, out)
	}
	for _, node := range c.Nodes {
		node.Until(t, "sees the whole Cluster", func(ctx context.Context, client *redis.Client) bool {
			info, nodes, replication := client.ClusterInfo(ctx).Val(), client.ClusterNodes(ctx).Val(), client.Info(ctx, "replication").Val()
			return strings.Contains(info, "cluster_state:ok") && strings.Count(nodes, "slave ") == clusterNodes/2 &&
				(strings.Contains(replication, "connected_slaves:1") || strings.Contains(replication, "master_link_status:up"))
		})
	}
	c.setTimeout(t, c.Nodes, patient)
	return c
}

// setTimeout has nodes take a master for dead after some milliseconds of silence.
func (c *Cluster) setTimeout(t testing.TB, nodes []*Server, milliseconds string) {
	t.Helper()
	for _, node := range nodes {
		node.do(t, "config", "set", "cluster-node-timeout", milliseconds)
	}
}

// Addrs are the addresses of all nodes.
func (c *Cluster) Addrs() []string {
	addrs := make([]string, len(c.Nodes))
	for i, node := range c.Nodes {
		addrs[i] = node.Addr
	}
	return addrs
}

// KillMasterOf kills the node that holds a key, and has its replica take over within
// some seconds.
func (c *Cluster) KillMasterOf(t testing.TB, client *redis.ClusterClient, key string) {
	t.Helper()
	master, err := client.MasterForKey(t.Context(), key)
	if err != nil {
		t.Fatalf("redistest: %v", err)
	}
	addr := master.Options().Addr
	i := slices.IndexFunc(c.Nodes, func(node *Server) bool { return node.Addr == addr })
	if i < 0 {
		t.Fatalf("redistest: the Cluster has no node %s", addr)
	}
	c.setTimeout(t, c.Nodes, attentive)
	c.Nodes[i].Kill(t)
}
