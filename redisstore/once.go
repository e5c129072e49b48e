package redisstore

import (
	"context"
	"strings"

	"github.com/redis/go-redis/v9"
)

// onceCommand is a command that the client does not send again when the answer was
// lost: it may have had its effect.
type onceCommand struct {
	*redis.Cmd
}

// NoRetry implements redis.Cmder.
func (onceCommand) NoRetry() bool { return true }

// once sends a command.
func (s *Store) once(ctx context.Context, args ...any) (any, error) {
	cmd := onceCommand{redis.NewCmd(ctx, args...)}
	// The result has the error as well, and a hook may have changed it there.
	_ = s.client.Process(ctx, cmd)
	return cmd.Result()
}

// run runs a script on one key. A server that does not know it, since it has
// restarted or is another one, is sent its text.
func (s *Store) run(ctx context.Context, script script, key string, args ...any) (any, error) {
	result, err := s.once(ctx, append([]any{"evalsha", script.hash, 1, key}, args...)...)
	if err != nil && strings.HasPrefix(err.Error(), "NOSCRIPT") {
		return s.once(ctx, append([]any{"eval", script.text, 1, key}, args...)...)
	}
	return result, err
}
