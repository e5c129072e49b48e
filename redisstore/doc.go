// Package redisstore is a secondary storage in Redis 5 or later, or Valkey, for any
// number of processes:
//
//	client := redis.NewUniversalClient(redisstore.Recommended("127.0.0.1:6379"))
//	authplugin.Config{SecondaryStorage: redisstore.New(client)}
//
// The client belongs to the application, which closes it. It may be a single node's,
// Sentinel's or a Cluster's; a client that reads from replicas or caches what it
// reads is refused, since it shows sessions for a while after they were revoked, and so
// is a Ring, which moves keys when a node is away and brings back old ones with it.
//
// # What is in Redis
//
// A value is under its key, with the prefix, as a plain string of exactly its bytes:
// GET shows what was stored, and Better Auth, which keeps its data in the same way,
// reads it; its prefix is [BetterAuthPrefix], the default. Every key expires, by PX in
// milliseconds.
//
// Plain reads and writes go through github.com/go-redis/cache, which leaves byte
// slices as they are: neither msgpack nor compression, which it has for other types, is
// used. Its local cache is not, either: that would go on showing what other processes
// have replaced. It turns a ttl below a second into an hour and logs the key, so such
// writes are sent by the client itself, as are all atomic operations: GETDEL and Lua
// scripts, of one key each, which is what a Cluster can do. Keys are never scanned.
//
// A transition is one script as well, if one node holds its keys: always on a single
// node and with Sentinel, on a Cluster with a hash tag in the prefix, such as
// Prefix("{auth}:"), which then keeps all keys on one node. Without it a Cluster makes
// the changes of a transition one after the other.
//
// # Messages
//
// A Store is an [authplugin.Broadcaster], for the in-process tier: messages go by
// PUBLISH over the channel "invalidate" with the prefix, and nothing of them is kept. A
// subscription is a connection besides those of the pool, which is lost within three
// seconds when Redis gives no sign of life. It is not replaced in silence, as go-redis
// does: whoever may have missed a message is told.
//
// # Options of the client
//
// By default go-redis waits for five seconds for a Redis that hangs, whatever the
// deadline of the context (measured with 9.22). [Recommended] has options that obey it,
// and fail in about a second at the latest. For Sentinel set
// MasterName in them. For a Cluster:
//
//	options := redisstore.Recommended("10.0.0.1:6379", "10.0.0.2:6379").Cluster()
//	options.ClusterStateReloadInterval = time.Second // default is a minute, for which a dead master is still asked
//	client := redis.NewClusterClient(options)
//
// GETDEL, the scripts and transitions are sent once, whatever MaxRetries says: a second time they
// could count twice, or not see that the first one has won.
//
// # The server
//
// Set maxmemory-policy to noeviction, which [Store.Evicts] looks at: a session that Redis evicts is a user who is
// signed out where the database does not have it, and an evicted counter is a limit
// lifted. Redis replicates asynchronously: a failover may lose the last writes.
package redisstore
