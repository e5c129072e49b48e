package authplugin

import (
	"cmp"
	"context"
	"fmt"
	"time"
)

// failurePause is when to come again with a request that was refused since it could not
// be counted.
const failurePause = time.Second

// failed decides about a request that could not be counted.
func (l *rateLimits) failed(ctx context.Context, auth *Auth, key string, rule RateLimitRule, now time.Time, err error) (Decision, error) {
	l.report(ctx, err)
	switch l.onFailure {
	case FailOpen:
		return Decision{Allowed: true}, nil
	case FailClosed:
		return Decision{Limit: rule.Max, Window: rule.Window, RetryAfter: failurePause}, fmt.Errorf("%w: a request could not be counted: %w", ErrStorage, err)
	default:
		return l.memory.take(ctx, auth, key, rule, now)
	}
}

// report says that the storage of counters is out of order.
func (l *rateLimits) report(ctx context.Context, err error) {
	c := l.core
	if c.cfg.StorageObserver != nil {
		c.cfg.StorageObserver.StorageEvent(ctx, StorageUncounted)
	}
	now := time.Now().UnixNano()
	if last := l.warned.Load(); now-last > int64(foreignPause) && l.warned.CompareAndSwap(last, now) {
		c.cfg.logger().ErrorContext(ctx, "authplugin: requests cannot be counted, since the storage of counters fails",
			"error", err, "onFailure", string(cmp.Or(l.onFailure, CountLocally)))
	}
}

// succeeded says that the storage works again.
func (l *rateLimits) succeeded(ctx context.Context) {
	if last := l.warned.Load(); last != 0 && l.warned.CompareAndSwap(last, 0) {
		l.core.cfg.logger().InfoContext(ctx, "authplugin: requests are counted in their storage again")
	}
}
