package localcache

import (
	"sync/atomic"
	"time"
)

// clock is monotonic, and moves on when something is written: to read the time would be
// a third of what a Get takes.
type clock struct {
	begin time.Time
	now   atomic.Int64
}

// advance sets the clock to the time.
func (c *clock) advance() { c.now.Store(int64(time.Since(c.begin))) }

// NowNano implements otter.Clock.
func (c *clock) NowNano() int64 { return c.now.Load() }

// Tick implements otter.Clock. Without ticks otter has no goroutine.
func (*clock) Tick(time.Duration) <-chan time.Time { return nil }
