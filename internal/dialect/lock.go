package dialect

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

const (
	// The pause between two attempts grows from the first to the second.
	minLockPause = 10 * time.Millisecond
	maxLockPause = 250 * time.Millisecond

	// releaseLimit bounds the release of a lock, which goes on when the caller's
	// context is done.
	releaseLimit = 10 * time.Second
)

// pollLock calls try until it has the lock. It gives up with ErrLockTimeout
// after wait and with the context's error when that is done; a wait of zero is
// one attempt.
//
// Polling is used where the server could wait by itself, too: a statement that
// waits in the server can be cancelled only by breaking its connection, and
// leaves behind whether the lock was taken.
func pollLock(ctx context.Context, wait time.Duration, try func() (bool, error)) error {
	start := time.Now()
	pause := minLockPause
	for {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("waiting for the migration lock: %w", err)
		}
		locked, err := try()
		switch {
		case locked && err == nil:
			return nil
		case err != nil && ctx.Err() != nil:
			return fmt.Errorf("waiting for the migration lock: %w", ctx.Err())
		case err != nil:
			return fmt.Errorf("taking the migration lock: %w", err)
		}
		waited := time.Since(start)
		if waited >= wait {
			return fmt.Errorf("%w: waited %s", ErrLockTimeout, waited.Round(time.Millisecond))
		}
		// Replicas that started together must not ask in step.
		jittered := pause/2 + rand.N(pause/2) //nolint:gosec // a pause is no secret
		sleep(ctx, min(max(jittered, minLockPause), wait-waited))
		pause = min(2*pause, maxLockPause)
	}
}

// sleep returns early when the context is done.
func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// releaseContext keeps the values of ctx but not its cancellation: a lock must
// be given back also when the request that took it is over.
func releaseContext(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), releaseLimit)
}

// lockSum is the stable hash of what a lock is for.
func lockSum(parts ...string) [sha256.Size]byte {
	text := "authplugin migration lock"
	var textSb75 strings.Builder
	for _, part := range parts {
		textSb75.WriteString("\x00" + part)
	}
	text += textSb75.String()
	return sha256.Sum256([]byte(text))
}

// queryOne reads the single value of a query that yields one row.
func queryOne(ctx context.Context, q Querier, value any, query string, args ...any) error {
	found := false
	err := eachRow(ctx, q, query, args, func(rows *sql.Rows) error {
		found = true
		return rows.Scan(value)
	})
	if err == nil && !found {
		err = sql.ErrNoRows
	}
	return err
}

// sessionLock is a lock that belongs to the connection and is taken and given
// back by one query each.
type sessionLock struct {
	try     func(ctx context.Context) (bool, error)
	release func(ctx context.Context) (bool, error)
}

// acquire polls for the lock and returns the release function of Dialect.Lock.
func (l sessionLock) acquire(ctx context.Context, wait time.Duration) (func(context.Context, bool) error, error) {
	release := func(ctx context.Context, _ bool) error {
		ctx, cancel := releaseContext(ctx)
		defer cancel()
		released, err := l.release(ctx)
		switch {
		case err != nil:
			return fmt.Errorf("releasing the migration lock: %w", err)
		case !released:
			return errors.New("releasing the migration lock: this connection did not hold it any more")
		}
		return nil
	}
	err := pollLock(ctx, wait, func() (bool, error) {
		locked, err := l.try(ctx)
		if err != nil {
			// The server may have given the lock before the answer was lost, and
			// the connection would carry it back into the pool.
			_ = release(ctx, false)
		}
		return locked, err
	})
	if err != nil {
		return nil, err
	}
	return release, nil
}
