package redisstore

import (
	"time"

	"github.com/redis/go-redis/v9"
)

// BetterAuthPrefix is the prefix of Better Auth's keys in Redis, and the default.
const BetterAuthPrefix = "better-auth:"

// Option is a choice for [New].
type Option func(*Store)

// Prefix stands before every key. Defaults to [BetterAuthPrefix]. Applications that
// share a Redis and not their sessions need different ones. An empty prefix is
// allowed.
func Prefix(prefix string) Option {
	return func(s *Store) { s.prefix = prefix }
}

// Recommended are options for redis.NewUniversalClient that fail in about a second
// when Redis does not answer, and obey the deadlines of contexts. Change what you need
// to: user name and password, TLS, MasterName for Sentinel, PoolSize (ten for each
// CPU by default, and for each node).
func Recommended(addrs ...string) *redis.UniversalOptions {
	return &redis.UniversalOptions{
		Addrs:                 addrs,
		DialTimeout:           500 * time.Millisecond,
		DialerRetries:         1,
		ReadTimeout:           500 * time.Millisecond,
		WriteTimeout:          500 * time.Millisecond,
		PoolTimeout:           time.Second,
		ContextTimeoutEnabled: true,
		MaxRetries:            1,
		MinRetryBackoff:       10 * time.Millisecond,
		MaxRetryBackoff:       100 * time.Millisecond,
	}
}
