package authplugin

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"
)

// storageAccess is how the library asks the secondary storage: what goes wrong is
// counted, reported and, as long as it lasts, avoided.
type storageAccess struct {
	storage  AtomicStorage
	observer StorageObserver
	log      *slog.Logger
	now      func() time.Time

	// failures are those since the last success; after several the storage is left
	// alone until retryAt, in nanoseconds since 1970.
	failures, retryAt atomic.Int64
	// foreign is when values that are none of the library's were last reported.
	foreign atomic.Int64
}

const (
	// failuresAtOnce is after how many failures in a row reads no longer wait for the
	// storage.
	failuresAtOnce = 3
	// storagePause is for how long.
	storagePause = time.Second
	// storageTimeout limits calls that are not limited by a request.
	storageTimeout = 5 * time.Second
	// foreignPause is how often values of others are reported.
	foreignPause = time.Minute
)

func newStorageAccess(cfg Config) *storageAccess {
	storage, ok := cfg.SecondaryStorage.(AtomicStorage)
	if !ok {
		return nil
	}
	return &storageAccess{storage: storage, observer: cfg.StorageObserver, log: cfg.logger(), now: cfg.clock()}
}

// answers reports whether a read may expect an answer of the storage.
func (a *storageAccess) answers() bool {
	return a.failures.Load() < failuresAtOnce || time.Now().UnixNano() >= a.retryAt.Load()
}

// get is the storage's Get.
func (a *storageAccess) get(ctx context.Context, key string) ([]byte, error) {
	if a.observer != nil {
		return a.observedGet(ctx, key)
	}
	value, err := a.storage.Get(ctx, key)
	return value, a.outcome(ctx, err)
}

func (a *storageAccess) observedGet(ctx context.Context, key string) ([]byte, error) {
	ctx, end := a.observer.BeginStorageCall(ctx, "get")
	value, err := a.storage.Get(ctx, key)
	end(unlessAbsent(err))
	return value, a.outcome(ctx, err)
}

// getMany returns the values of keys, nil for those that are absent.
func (a *storageAccess) getMany(ctx context.Context, keys []string) ([][]byte, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	ctx, end := a.begin(ctx, "get many")
	values, err := getMany(ctx, a.storage, keys)
	end(err)
	return values, a.outcome(ctx, err)
}

// apply carries out transitions, and reports of each whether its conditions held.
func (a *storageAccess) apply(ctx context.Context, transitions ...Transition) ([]bool, error) {
	if len(transitions) == 0 {
		return nil, nil
	}
	ctx, end := a.begin(ctx, "apply")
	done, err := applyTransitions(ctx, a.storage, transitions)
	end(err)
	return done, a.outcome(ctx, err)
}

func (a *storageAccess) begin(ctx context.Context, call string) (context.Context, func(error)) {
	if a.observer == nil {
		return ctx, func(error) {}
	}
	return a.observer.BeginStorageCall(ctx, call)
}

func unlessAbsent(err error) error {
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrForeignValue) {
		return nil
	}
	return err
}

// outcome notes how a call has gone. An error other than ErrNotFound, and other than
// the end of the caller's context, is an ErrStorage.
func (a *storageAccess) outcome(ctx context.Context, err error) error {
	if err == nil || errors.Is(err, ErrNotFound) || errors.Is(err, ErrForeignValue) {
		if a.failures.Load() != 0 && a.failures.Swap(0) >= failuresAtOnce {
			a.log.InfoContext(ctx, "authplugin: the secondary storage answers again")
		}
		return err
	}
	if cause := ctx.Err(); cause != nil && errors.Is(err, cause) {
		return err
	}
	if a.failures.Add(1) == failuresAtOnce {
		a.log.ErrorContext(ctx, "authplugin: the secondary storage is out of order; reads go to the database where there is one", "error", err)
	}
	a.retryAt.Store(time.Now().Add(storagePause).UnixNano())
	a.event(ctx, StorageFailed)
	return fmt.Errorf("%w: %w", ErrStorage, err)
}

// event tells the observer what has happened.
func (a *storageAccess) event(ctx context.Context, event StorageEvent) {
	if a.observer != nil {
		a.observer.StorageEvent(ctx, event)
	}
}

// foreignValue reports that a key holds what the library has not written, or cannot
// read any more.
func (a *storageAccess) foreignValue(ctx context.Context) {
	a.event(ctx, StorageForeignValue)
	now := time.Now().UnixNano()
	if last := a.foreign.Load(); now-last > int64(foreignPause) && a.foreign.CompareAndSwap(last, now) {
		a.log.WarnContext(ctx, "authplugin: the secondary storage holds a value that is no copy of a session or verification; it counts as absent")
	}
}

// increment is the storage's Increment.
func (a *storageAccess) increment(ctx context.Context, key string, ttl time.Duration) (int64, error) {
	ctx, end := a.begin(ctx, "increment")
	n, err := a.storage.Increment(ctx, key, ttl)
	end(err)
	return n, a.outcome(ctx, err)
}
