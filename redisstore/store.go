package redisstore

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/go-redis/cache/v9"
	"github.com/redis/go-redis/v9"

	"github.com/gorm-auth/authplugin"
)

// deletedAtOnce is how many keys one command or pipeline deletes.
const deletedAtOnce = 1000

var _ authplugin.AtomicStorage = (*Store)(nil)

// Store is a secondary storage in Redis. Make one with [New].
type Store struct {
	client  redis.UniversalClient
	prefix  string
	cache   *cache.Cache
	scripts scripts
	mistake error
	// noGetDelete is set once the server has said that it does not know GETDEL.
	noGetDelete atomic.Bool
}

// New returns a store on a client. It does not connect. A client that cannot be used
// is reported by [Store.Validate], and by every method.
func New(client redis.UniversalClient, options ...Option) *Store {
	s := &Store{client: client, prefix: BetterAuthPrefix, scripts: newScripts(), mistake: mistake(client)}
	for _, option := range options {
		option(s)
	}
	if s.mistake == nil {
		s.cache = cache.New(&cache.Options{Redis: client, Marshal: marshal, Unmarshal: unmarshal})
	}
	return s
}

// Validate says why the client cannot be used, nil when it can. It does not connect.
func (s *Store) Validate() error { return s.mistake }

func mistake(client redis.UniversalClient) error {
	if v := reflect.ValueOf(client); !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil() {
		return errNoClient
	}
	switch c := client.(type) {
	case *redis.Client:
		if o := c.Options(); o.ClientSideCache != nil || o.ClientSideCacheConfig != nil {
			return errClientCache
		}
	case *redis.ClusterClient:
		if o := c.Options(); o.ReadOnly || o.RouteByLatency || o.RouteRandomly {
			return errReplicas
		}
	case *redis.Ring:
		return errRing
	}
	return nil
}

// marshal leaves a value as it is, and unmarshal hands out what was read, which
// nobody else has.
func marshal(value any) ([]byte, error) {
	b, ok := value.([]byte)
	if !ok {
		return nil, fmt.Errorf("authplugin: redisstore: a %T is no value", value)
	}
	return b, nil
}

func unmarshal(b []byte, into any) error {
	value, ok := into.(*[]byte)
	if !ok {
		return fmt.Errorf("authplugin: redisstore: a %T takes no value", into)
	}
	*value = b
	return nil
}

// begin is what every method does first.
func (s *Store) begin(ctx context.Context) error {
	if s.mistake != nil {
		return s.mistake
	}
	return ctx.Err()
}

// Get implements [authplugin.SecondaryStorage].
func (s *Store) Get(ctx context.Context, key string) ([]byte, error) {
	if err := s.begin(ctx); err != nil {
		return nil, err
	}
	var value []byte
	if err := s.cache.Get(ctx, s.prefix+key, &value); err != nil {
		return nil, failed(ctx, "get", err)
	}
	return notNil(value), nil
}

// Set implements [authplugin.SecondaryStorage].
func (s *Store) Set(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	if err := s.begin(ctx); err != nil {
		return err
	}
	ttl = milliseconds(ttl)
	switch {
	case ttl <= 0:
		return s.Delete(ctx, key)
	case ttl < time.Second:
		// The cache would keep it for an hour, and log the key.
		return failed(ctx, "set", s.client.Set(ctx, s.prefix+key, notNil(value), ttl).Err())
	}
	return failed(ctx, "set", s.cache.Set(&cache.Item{Ctx: ctx, Key: s.prefix + key, Value: notNil(value), TTL: ttl}))
}

// Delete implements [authplugin.SecondaryStorage]. A thousand keys are one round
// trip, on a Cluster one to each node.
func (s *Store) Delete(ctx context.Context, keys ...string) error {
	if err := s.begin(ctx); err != nil {
		return err
	}
	for chunk := range slices.Chunk(keys, deletedAtOnce) {
		if err := s.deleteChunk(ctx, chunk); err != nil {
			return failed(ctx, "delete", err)
		}
	}
	return nil
}

func (s *Store) deleteChunk(ctx context.Context, keys []string) error {
	prefixed := make([]string, len(keys))
	for i, key := range keys {
		prefixed[i] = s.prefix + key
	}
	if _, single := s.client.(*redis.Client); single || len(keys) == 1 {
		return s.client.Del(ctx, prefixed...).Err()
	}
	// The keys of one command must be of one slot of a Cluster.
	_, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for _, key := range prefixed {
			p.Del(ctx, key)
		}
		return nil
	})
	return err
}

// GetDelete implements [authplugin.AtomicStorage].
func (s *Store) GetDelete(ctx context.Context, key string) ([]byte, error) {
	const operation = "get and delete"
	if err := s.begin(ctx); err != nil {
		return nil, err
	}
	var (
		result any
		err    error
	)
	if !s.noGetDelete.Load() {
		result, err = s.once(ctx, "getdel", s.prefix+key)
		if err != nil && strings.HasPrefix(err.Error(), "ERR unknown command") {
			s.noGetDelete.Store(true)
		}
	}
	if s.noGetDelete.Load() {
		result, err = s.run(ctx, s.scripts.getDelete, s.prefix+key)
	}
	if err != nil {
		return nil, failed(ctx, operation, err)
	}
	text, ok := result.(string)
	if !ok {
		return nil, unexpected(operation, result)
	}
	return []byte(text), nil
}

// Increment implements [authplugin.AtomicStorage]. A counter without expiry, which
// other programs may leave, gets one.
func (s *Store) Increment(ctx context.Context, key string, ttl time.Duration) (int64, error) {
	const operation = "increment"
	if err := s.begin(ctx); err != nil {
		return 0, err
	}
	ttl = milliseconds(ttl)
	if ttl <= 0 {
		if err := s.Delete(ctx, key); err != nil {
			return 0, err
		}
		return 1, nil
	}
	result, err := s.run(ctx, s.scripts.increment, s.prefix+key, ttl.Milliseconds())
	if err != nil {
		return 0, failed(ctx, operation, err)
	}
	text, _ := result.(string)
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, unexpected(operation, result)
	}
	return n, nil
}

// CompareAndSwap implements [authplugin.AtomicStorage].
func (s *Store) CompareAndSwap(ctx context.Context, key string, old, value []byte, ttl time.Duration) (bool, error) {
	const operation = "compare and swap"
	if err := s.begin(ctx); err != nil {
		return false, err
	}
	absent := 0
	if old == nil {
		absent = 1
	}
	result, err := s.run(ctx, s.scripts.compareAndSwap, s.prefix+key, absent, notNil(old), notNil(value), milliseconds(ttl).Milliseconds())
	if err != nil {
		return false, failed(ctx, operation, err)
	}
	swapped, ok := result.(int64)
	if !ok {
		return false, unexpected(operation, result)
	}
	return swapped == 1, nil
}

// milliseconds is a ttl in whole milliseconds, rounded up; zero for none.
func milliseconds(ttl time.Duration) time.Duration {
	whole := ttl.Truncate(time.Millisecond)
	switch {
	case ttl <= 0:
		return 0
	case whole < ttl && whole+time.Millisecond > 0: // but for the very longest
		return whole + time.Millisecond
	}
	return whole
}

func notNil(value []byte) []byte {
	if value == nil {
		return []byte{}
	}
	return value
}

// unexpected is an answer of a type that Redis does not give.
func unexpected(operation string, result any) error {
	return &commandError{operation: operation, cause: errors.New("the server answers with a " + fmt.Sprintf("%T", result))}
}
