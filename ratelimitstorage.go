package authplugin

import (
	"context"
	"errors"
	"time"
)

// storageLimits are counters in the secondary storage.
type storageLimits struct{ core *core }

func (s storageLimits) take(ctx context.Context, _ *Auth, key string, rule RateLimitRule, now time.Time) (Decision, error) {
	access := s.core.storage
	if !access.answers() {
		return Decision{}, ErrStorage
	}
	if rule.Algorithm == SlidingWindow {
		return s.slide(ctx, slidingKey(key, rule), rule, rule.windowOf(now))
	}
	n, err := access.increment(ctx, key, rule.Window)
	switch {
	case err != nil:
		return Decision{}, err
	case n > int64(rule.Max):
		return refused(rule, rule.Window), nil // the storage does not say how much of it is left
	default:
		return allowed(rule, n), nil
	}
}

func (s storageLimits) slide(ctx context.Context, key string, rule RateLimitRule, w WindowTake) (Decision, error) {
	value, taken, err := s.core.storage.takeWindow(ctx, key, w)
	if err != nil {
		return Decision{}, err
	}
	return parseWindow(value).decision(rule, w, taken), nil
}

// takeWindow counts a request in a sliding window, in one round trip if the storage can.
func (a *storageAccess) takeWindow(ctx context.Context, key string, w WindowTake) (value []byte, taken bool, err error) {
	windows, ok := a.storage.(WindowStorage)
	if !ok {
		return a.swapWindow(ctx, key, w)
	}
	called, end := a.begin(ctx, "take window")
	value, taken, err = windows.TakeWindow(called, key, w)
	end(err)
	return value, taken, a.outcome(ctx, err)
}

// windowTries is how often a window is swapped that others change at the same time. Each
// time one of them gets on.
const windowTries = 256

// swapWindow is takeWindow for other storages.
func (a *storageAccess) swapWindow(ctx context.Context, key string, w WindowTake) ([]byte, bool, error) {
	for attempt := range windowTries {
		held, err := a.get(ctx, key)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return nil, false, err
		}
		value, ttl, taken := w.Take(held)
		if !taken {
			return held, false, nil
		}
		done, err := a.apply(ctx, Transition{{Key: key, Compare: true, Old: held, Value: value, TTL: ttl, Keep: true}})
		if err != nil || done[0] {
			return value, err == nil, err
		}
		timer := time.NewTimer(backoff(min(attempt, 4)))
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil, false, ctx.Err()
		case <-timer.C:
		}
	}
	return nil, false, errTooManyTries
}
