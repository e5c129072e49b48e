package localcache

const defaultMaxEntries = 100_000

// Option is a choice for [New].
type Option func(*Cache)

// MaxEntries is how many values the cache holds, some more for the moment in which it
// evicts. Defaults to 100,000, as does a number below one.
func MaxEntries(n int) Option {
	return func(c *Cache) {
		if n > 0 {
			c.maxEntries = n
		}
	}
}
