package redisstore_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/redisstore"
)

// testClusterTrips: a session takes three steps, one for each of its keys, however many
// sessions there are; with a hash tag in the prefix it takes one.
func testClusterTrips(t *testing.T, client *redis.ClusterClient) {
	t.Helper()
	testTrips(t, client, redisstore.BetterAuthPrefix, 3)
}

// testMovingSlot has the slot of a key move to another master: while it does, and when
// it has and the client does not know, transitions happen or are errors.
func testMovingSlot(t *testing.T, client *redis.ClusterClient) {
	t.Helper()
	ctx := t.Context()
	s := redisstore.New(client, redisstore.Prefix("{moving}:"))
	slot := client.ClusterKeySlot(ctx, "moving").Val()
	source, err := client.MasterForKey(ctx, "moving")
	if err != nil {
		t.Fatal(err)
	}
	var target *redis.Client
	var one sync.Mutex // the masters are visited at once
	if err := client.ForEachMaster(ctx, func(_ context.Context, node *redis.Client) error {
		one.Lock()
		defer one.Unlock()
		if node.Options().Addr != source.Options().Addr {
			target = node
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	from, to := source.Do(ctx, "cluster", "myid").Val(), target.Do(ctx, "cluster", "myid").Val()
	command := func(node *redis.Client, args ...any) {
		t.Helper()
		if err := node.Do(ctx, append([]any{"cluster", "setslot", slot}, args...)...).Err(); err != nil {
			t.Fatal(err)
		}
	}
	expect := func(what string) {
		t.Helper()
		for _, n := range []int{1, 3} { // one command, and a pipeline
			keys, transitions := make([]string, n), make([]authplugin.Transition, n)
			for i := range n {
				keys[i] = what + string(rune('a'+i))
				transitions[i] = authplugin.Transition{{Key: keys[i], Compare: true, Value: []byte(what), TTL: time.Minute}}
			}
			done, err := s.Apply(ctx, transitions)
			if err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			got, err := s.GetMany(ctx, keys)
			if err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			for i := range n {
				if !done[i] || string(got[i]) != what {
					t.Errorf("%s: carried out %v, value %q", what, done[i], got[i])
				}
			}
			if err := s.Delete(ctx, keys...); err != nil {
				t.Fatal(err)
			}
		}
	}
	expect("before")
	command(target, "importing", from)
	command(source, "migrating", to)
	expect("while it moves") // by ASK
	command(target, "node", to)
	command(source, "node", to)
	expect("after it has moved") // by MOVED
	command(source, "importing", to)
	command(target, "migrating", from)
	command(source, "node", from)
	command(target, "node", from)
	expect("back again")
}
