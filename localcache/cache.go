package localcache

import (
	"time"

	"github.com/maypok86/otter/v2"

	"github.com/gorm-auth/authplugin"
)

var _ authplugin.LocalCache = (*Cache)(nil)

// Cache is an [authplugin.LocalCache]. Make one with [New].
type Cache struct {
	maxEntries int
	clock      *clock
	entries    *otter.Cache[string, entry]
}

// entry is a value and how long it lives from the moment at which it is set.
type entry struct {
	value any
	ttl   time.Duration
}

// New returns an empty cache.
func New(options ...Option) *Cache {
	c := &Cache{maxEntries: defaultMaxEntries, clock: &clock{begin: time.Now()}}
	for _, option := range options {
		option(c)
	}
	c.entries = otter.Must(&otter.Options[string, entry]{
		MaximumSize:      c.maxEntries,
		ExpiryCalculator: otter.ExpiryWritingFunc(func(e otter.Entry[string, entry]) time.Duration { return e.Value.ttl }),
		Clock:            c.clock,
	})
	return c
}

// Get implements [authplugin.LocalCache].
func (c *Cache) Get(key string) (any, bool) {
	e, ok := c.entries.GetIfPresent(key)
	return e.value, ok
}

// Set implements [authplugin.LocalCache]. A ttl of zero or less deletes the key. What
// has expired is shown until the next Set of any key: whoever needs to know compares
// the time itself, as the library does.
func (c *Cache) Set(key string, value any, ttl time.Duration) {
	if ttl <= 0 {
		c.Delete(key)
		return
	}
	c.clock.advance()
	c.entries.Set(key, entry{value: value, ttl: ttl})
}

// Delete implements [authplugin.LocalCache].
func (c *Cache) Delete(key string) { c.entries.Invalidate(key) }

// Clear implements [authplugin.LocalCache].
func (c *Cache) Clear() { c.entries.InvalidateAll() }

// Len is about how many values the cache holds, those included that have expired and
// were not yet given back.
func (c *Cache) Len() int { return c.entries.EstimatedSize() }
