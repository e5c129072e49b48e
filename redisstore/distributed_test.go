package redisstore_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/redistest"
	"github.com/gorm-auth/authplugin/redisstore"
	"github.com/gorm-auth/authplugin/storagetest"
)

func TestCluster(t *testing.T) { //nolint:tparallel // the failover comes last
	t.Parallel()
	cluster := redistest.StartCluster(t)
	connect := func(options *redis.UniversalOptions) *redis.ClusterClient {
		cluster := options.Cluster()
		cluster.ClusterStateReloadInterval = time.Second
		client := redis.NewClusterClient(cluster)
		t.Cleanup(func() { _ = client.Close() })
		return client
	}
	client := connect(unhurried(redisstore.Recommended(cluster.Addrs()...)))
	s := redisstore.New(client)
	t.Run("conformance", func(t *testing.T) {
		storagetest.Run(t, func(testing.TB) authplugin.SecondaryStorage { return s })
	})
	t.Run("eviction", func(t *testing.T) { testEvictionInCluster(t, client, s) })
	t.Run("conformance of one slot", func(t *testing.T) {
		storagetest.Run(t, func(testing.TB) authplugin.SecondaryStorage {
			return redisstore.New(client, redisstore.Prefix("{auth}:"))
		})
	})
	t.Run("broadcast", func(t *testing.T) {
		testBroadcast(t, s, s)
		l := listening(t, s)
		for _, node := range cluster.Nodes { // the Cluster passes on what any of them is told
			direct := redis.NewClient(&redis.Options{Addr: node.Addr})
			t.Cleanup(func() { _ = direct.Close() })
			publish(t, redisstore.New(direct), node.Addr)
			l.hears(t, node.Addr)
		}
	})
	testClusterTrips(t, client)
	t.Run("slot that moves", func(t *testing.T) { testMovingSlot(t, client) })
	client = connect(redisstore.Recommended(cluster.Addrs()...))
	s = redisstore.New(client)
	// Every slot counts: the dead master's are served again by its replica.
	keys := make([]string, 50)
	for i := range keys {
		keys[i] = fmt.Sprint("key", i)
	}
	l := listening(t, s)
	cluster.KillMasterOf(t, client, redisstore.BetterAuthPrefix+"invalidate")
	_ = l.ends(t, "the death of a master")
	for _, key := range keys {
		expectRecovery(t, s, key)
	}
	expectBroadcast(t, s)
}

func TestSentinel(t *testing.T) { //nolint:tparallel // the failover comes last
	t.Parallel()
	sentinel := redistest.StartSentinel(t)
	connect := func(options *redis.UniversalOptions) redis.UniversalClient {
		options.MasterName = sentinel.Name
		client := redis.NewUniversalClient(options)
		t.Cleanup(func() { _ = client.Close() })
		return client
	}
	client := connect(unhurried(redisstore.Recommended(sentinel.Addrs...)))
	s := redisstore.New(client)
	t.Run("conformance", func(t *testing.T) {
		storagetest.Run(t, func(testing.TB) authplugin.SecondaryStorage { return s })
	})
	if servers, err := s.Servers(t.Context()); err != nil || len(servers) != 1 || servers[0].Addr != "the master that Sentinel names" {
		t.Errorf("servers %v, %v", servers, err)
	}
	t.Run("broadcast", func(t *testing.T) { testBroadcast(t, s, s) })
	testTrips(t, client, redisstore.BetterAuthPrefix, 1)
	s = redisstore.New(connect(redisstore.Recommended(sentinel.Addrs...)))
	l := listening(t, s)
	sentinel.KillMaster(t)
	_ = l.ends(t, "the death of the master")
	expectRecovery(t, s, "k")
	expectBroadcast(t, s)
}
