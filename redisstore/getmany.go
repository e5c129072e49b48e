package redisstore

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/redis/go-redis/v9"
)

// readAtOnce is how many keys one command or pipeline reads.
const readAtOnce = 1000

// GetMany implements [authplugin.TransitionStorage]. A thousand keys are one round
// trip, on a Cluster one to each node. A key that holds no string counts as absent.
func (s *Store) GetMany(ctx context.Context, keys []string) ([][]byte, error) {
	if err := s.begin(ctx); err != nil {
		return nil, err
	}
	values := make([][]byte, 0, len(keys))
	for chunk := range slices.Chunk(keys, readAtOnce) {
		read := s.pipelinedGet
		if s.single() {
			read = s.multiGet
		}
		some, err := read(ctx, chunk)
		if err != nil {
			return nil, failed(ctx, "get many", err)
		}
		values = append(values, some...)
	}
	return values, nil
}

// single reports whether one node holds all keys.
func (s *Store) single() bool {
	_, single := s.client.(*redis.Client)
	return single
}

// multiGet is for keys of one node. MGET gives nil for a key of another type.
func (s *Store) multiGet(ctx context.Context, keys []string) ([][]byte, error) {
	prefixed := make([]string, len(keys))
	for i, key := range keys {
		prefixed[i] = s.prefix + key
	}
	results, err := s.client.MGet(ctx, prefixed...).Result()
	if err != nil {
		return nil, err
	}
	if len(results) != len(keys) {
		return nil, errors.New("the server answers with another number of values")
	}
	values := make([][]byte, len(keys))
	for i, result := range results {
		if text, ok := result.(string); ok {
			values[i] = []byte(text)
		}
	}
	return values, nil
}

// pipelinedGet is for keys of several nodes, since those of one MGET must be of one
// slot.
func (s *Store) pipelinedGet(ctx context.Context, keys []string) ([][]byte, error) {
	commands := make([]*redis.StringCmd, len(keys))
	_, failure := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, key := range keys {
			commands[i] = p.Get(ctx, s.prefix+key)
		}
		return nil
	})
	explained := failure == nil
	values := make([][]byte, len(keys))
	for i, command := range commands {
		value, err := command.Bytes()
		switch {
		case err == nil:
			values[i] = notNil(value)
		case errors.Is(err, redis.Nil), strings.HasPrefix(err.Error(), "WRONGTYPE"):
			explained = true
		default:
			return nil, err
		}
	}
	if !explained { // a hook did not send the commands, whose results are empty
		return nil, failure
	}
	return values, nil
}
