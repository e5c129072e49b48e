package authplugin

import (
	"context"
	"runtime"
	"sync"
)

// hashSlots bound how many hashes are made at once. They are made for slowness:
// each takes much memory, and more of them than there are processors do not
// finish sooner. The zero value is ready.
type hashSlots struct {
	once  sync.Once
	slots chan struct{}
}

// acquire waits for a slot, and returns the function that frees it. A limit of 0
// is GOMAXPROCS, a negative one is none.
func (s *hashSlots) acquire(ctx context.Context, limit int) (release func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if limit < 0 {
		return func() {}, nil
	}
	s.once.Do(func() {
		if limit == 0 {
			limit = runtime.GOMAXPROCS(0)
		}
		s.slots = make(chan struct{}, limit)
	})
	select {
	case s.slots <- struct{}{}:
		return func() { <-s.slots }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
