package redisstore

import (
	"context"
	"errors"
	"strings"

	"github.com/go-redis/cache/v9"
	"github.com/redis/go-redis/v9"

	"github.com/gorm-auth/authplugin"
)

var (
	errNoClient = errors.New("authplugin: redisstore: New was given no client")
	errReplicas = errors.New("authplugin: redisstore: the client reads from replicas, which show sessions after they were revoked: " +
		"set neither ReadOnly nor RouteByLatency nor RouteRandomly")
	errClientCache = errors.New("authplugin: redisstore: the client caches what it reads, and shows sessions after they were revoked: " +
		"set neither ClientSideCache nor ClientSideCacheConfig")
	errRing = errors.New("authplugin: redisstore: a redis.Ring brings old values back with a node that returns: use a Cluster")
)

// commandError is a failure of Redis, the network or the client. Its text leaves out
// what Redis says beyond the kind of error, since that repeats commands: their keys
// are tokens.
type commandError struct {
	operation string
	cause     error
}

// Error implements error.
func (e *commandError) Error() string {
	return "authplugin: redisstore: " + e.operation + ": " + reason(e.cause)
}

// Unwrap gives the error of the client. Its text may show keys.
func (e *commandError) Unwrap() error { return e.cause }

// failed is the error of an operation, for what the client returned.
func failed(ctx context.Context, operation string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, redis.Nil), errors.Is(err, cache.ErrCacheMiss):
		return authplugin.ErrNotFound
	case strings.HasPrefix(err.Error(), "WRONGTYPE"):
		err = errors.Join(authplugin.ErrForeignValue, err)
	case ctx.Err() != nil && !errors.Is(err, ctx.Err()):
		// A deadline that the client has made the connection's shows as a timeout.
		err = errors.Join(ctx.Err(), err)
	}
	return &commandError{operation: operation, cause: err}
}

// replies are the kinds of error that operators meet, with the way to mend them.
var replies = []struct{ beginning, advice string }{ //nolint:gochecknoglobals // a table
	{"OOM", "OOM: Redis is full: raise maxmemory"},
	{"WRONGTYPE", "WRONGTYPE: the key holds no string: another program uses the prefix"},
	{"READONLY", "READONLY: this node is a replica"},
	{"NOAUTH", "NOAUTH: Redis asks for a password"},
	{"WRONGPASS", "WRONGPASS: wrong user name or password"},
	{"NOPERM", "NOPERM: the user needs GET, MGET, SET, DEL, GETDEL, EVALSHA and EVAL on the keys with the prefix, " +
		"and for an in-process tier PUBLISH, SUBSCRIBE and PING on the channel invalidate with the prefix"},
	{"LOADING", "LOADING: Redis is reading its data"},
	{"MISCONF", "MISCONF: Redis cannot save to its disk"},
	{"CLUSTERDOWN", "CLUSTERDOWN: the Cluster has no master for the key"},
	{"ERR value is not an integer", "the key holds no counter: delete it"},
	{"ERR increment or decrement would overflow", "the counter is at its maximum"},
}

// reason is an error without keys and values.
func reason(err error) string {
	reply := redis.Error(nil)
	if !errors.As(err, &reply) {
		return err.Error() // of the network or the client, which know no keys
	}
	text := reply.Error()
	for _, known := range replies {
		if strings.HasPrefix(text, known.beginning) {
			return known.advice
		}
	}
	kind, _, _ := strings.Cut(text, " ")
	if strings.ToUpper(kind) != kind {
		kind = "an error"
	}
	return "Redis answers " + kind
}
