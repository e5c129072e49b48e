package authplugin

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// errAnswers means that a storage of the application's own breaks the contract.
var errAnswers = errors.New("authplugin: the secondary storage returns another number of answers than it was asked for: see TransitionStorage")

// getMany reads the values of keys, in one round trip if the storage can; nil for a
// key that is absent, or that holds what is no value.
func getMany(ctx context.Context, s AtomicStorage, keys []string) ([][]byte, error) {
	if many, ok := s.(TransitionStorage); ok {
		values, err := many.GetMany(ctx, keys)
		if err == nil && len(values) != len(keys) {
			err = errAnswers
		}
		return values, err
	}
	values := make([][]byte, len(keys))
	for i, key := range keys {
		value, err := s.Get(ctx, key)
		switch {
		case err == nil:
			values[i] = value
		case !errors.Is(err, ErrNotFound) && !errors.Is(err, ErrForeignValue):
			return nil, err
		}
	}
	return values, nil
}

// applyTransitions carries out transitions, in one round trip if the storage can, and
// reports of each whether all of its conditions held.
func applyTransitions(ctx context.Context, s AtomicStorage, transitions []Transition) ([]bool, error) {
	if all, ok := s.(TransitionStorage); ok {
		done, err := all.Apply(ctx, transitions)
		if err == nil && len(done) != len(transitions) {
			err = errAnswers
		}
		return done, err
	}
	done := make([]bool, len(transitions))
	for i, t := range transitions {
		var err error
		if done[i], err = applyInOrder(ctx, s, t); err != nil {
			return nil, err
		}
	}
	return done, nil
}

// applyInOrder carries out a transition change by change, up to a condition that does
// not hold.
func applyInOrder(ctx context.Context, s AtomicStorage, t Transition) (bool, error) {
	for _, change := range t {
		held, err := applyChange(ctx, s, change)
		if err != nil || !held {
			return false, err
		}
	}
	return true, nil
}

func applyChange(ctx context.Context, s AtomicStorage, change StorageChange) (bool, error) {
	switch {
	case change.List != nil:
		return true, editList(ctx, s, change.Key, *change.List)
	case change.Compare:
		held, err := s.CompareAndSwap(ctx, change.Key, change.Old, change.Value, change.TTL)
		if errors.Is(err, ErrForeignValue) {
			return false, nil
		}
		return held, err
	case change.TTL <= 0:
		return true, s.Delete(ctx, change.Key)
	default:
		return true, s.Set(ctx, change.Key, change.Value, change.TTL)
	}
}

// listTries is how often an edit of a list is tried that others edit, too. With the
// pauses in between it is some six seconds.
const listTries = 256

// editList reads a list and swaps it for the edited one, until nobody else has changed
// it in between.
func editList(ctx context.Context, s AtomicStorage, key string, edit ListEdit) error {
	for attempt := range listTries {
		held, err := listHeld(ctx, s, key)
		if err != nil {
			return err
		}
		edited, ttl := edit.Edit(held)
		if held == nil && ttl <= 0 {
			return nil
		}
		swapped, err := s.CompareAndSwap(ctx, key, held, edited, ttl)
		if swapped || err != nil {
			return err
		}
		timer := time.NewTimer(backoff(min(attempt, 5)))
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-timer.C:
		}
	}
	return fmt.Errorf("authplugin: too many change one list of the secondary storage at once: %w", ErrConflict)
}

// listHeld is the value of a list, nil when there is none. What is no value counts as
// an empty list, and goes, since it can be compared with nothing.
func listHeld(ctx context.Context, s AtomicStorage, key string) ([]byte, error) {
	held, err := s.Get(ctx, key)
	switch {
	case errors.Is(err, ErrNotFound):
		return nil, nil
	case errors.Is(err, ErrForeignValue):
		return nil, s.Delete(ctx, key)
	}
	return held, err
}
