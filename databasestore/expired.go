package databasestore

import (
	"bytes"
	"context"
	"slices"
	"time"
)

// cleanUpLimit is how long the clean-up after a write may wait for others.
const cleanUpLimit = time.Second

// DeleteExpired deletes the rows that have expired and returns how many, in batches of
// 500 so that nobody waits for it. It may be run at any time, by several processes at
// once, and when it fails has deleted those that it returns. Rows that open transactions
// hold are left for the next time.
func (s *Store) DeleteExpired(ctx context.Context) (int64, error) {
	var total int64
	for {
		if err := s.begin(ctx); err != nil {
			return total, err
		}
		found, deleted, err := s.deleteBatch(ctx)
		total += deleted
		if err != nil || found < batch || deleted == 0 {
			return total, err
		}
	}
}

// deleteBatch deletes a batch of expired rows. Of those that it finds others may have
// deleted some, or stored something under their keys.
func (s *Store) deleteBatch(ctx context.Context) (found int, deleted int64, err error) {
	const operation = "delete expired"
	var (
		keys [][]byte
		key  []byte
	)
	err = s.run(ctx, operation, s.expired, parameters{}, func(on target, args []any) (int64, error) {
		keys = nil
		return eachRow(ctx, on, args, []any{&key}, func() { keys = append(keys, bytes.Clone(key)) })
	})
	if err != nil || len(keys) == 0 {
		return 0, 0, err
	}
	slices.SortFunc(keys, bytes.Compare)
	deleted, err = s.execKeys(ctx, operation, s.deleteExpired, keys)
	return len(keys), deleted, err
}

// wrote is called after every write that may have added a row. Now and then it deletes
// expired ones, outside of the caller's transactions, and tells a failure to the logger
// alone: the write has been done.
func (s *Store) wrote(ctx context.Context, err error) {
	if err != nil || s.cleanUp == 0 || s.writes.Add(1)%uint64(s.cleanUp) != 0 { //nolint:gosec // it is not negative
		return
	}
	if _, callers := s.poolOf(ctx); callers || !s.cleaning.CompareAndSwap(false, true) {
		return
	}
	defer s.cleaning.Store(false)
	ctx, cancel := context.WithTimeout(ctx, cleanUpLimit)
	defer cancel()
	_, _, _ = s.deleteBatch(ctx) //nolint:dogsled // all that it tells is for others
}
