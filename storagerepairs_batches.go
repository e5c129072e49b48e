package authplugin

import (
	"context"
	"errors"
	"maps"
	"slices"
)

const (
	// repairBatch is of how many keys, or users, a repair takes care at once. What is
	// done is not due any more, even if the storage fails again before the rest is.
	repairBatch = 100
	// repairFailures is after how many of them in a row, each by itself, a repair leaves
	// the rest to the next one.
	repairFailures = 5
)

// inBatches does something with a map, a part at a time, each within storageTimeout and
// in no order. A part that fails is done one element at a time: what cannot be repaired,
// or takes long, keeps nothing else waiting. It returns the first error of an element.
func inBatches[K comparable, V any](ctx context.Context, all map[K]V, do func(ctx context.Context, part map[K]V) error) error {
	attempt := func(keys []K) error {
		part := make(map[K]V, len(keys))
		for _, key := range keys {
			part[key] = all[key]
		}
		ctx, cancel := context.WithTimeout(ctx, storageTimeout)
		defer cancel()
		return do(ctx, part)
	}
	var first error
	failures := 0
	for keys := range slices.Chunk(slices.Collect(maps.Keys(all)), repairBatch) {
		err := attempt(keys)
		if err == nil {
			continue
		}
		if errors.Is(err, ErrStorage) || ctx.Err() != nil {
			return err
		}
		for element := range slices.Chunk(keys, 1) {
			if err = attempt(element); err == nil {
				failures = 0
				continue
			}
			if first == nil {
				first = err
			}
			if failures++; failures == repairFailures || errors.Is(err, ErrStorage) || ctx.Err() != nil {
				return first
			}
		}
	}
	return first
}
