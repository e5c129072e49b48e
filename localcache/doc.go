// Package localcache is what holds the values of the in-process tier, in front of a
// secondary storage that several processes share:
//
//	authplugin.Config{SecondaryStorage: redisstore.New(client), LocalCache: localcache.New()}
//
// It is github.com/maypok86/otter: reads take no lock, what is least useful is evicted
// when it is full (W-TinyLFU), and a value that was replaced or deleted is never shown
// again. A hit takes about a tenth of a microsecond and allocates nothing.
//
// # Size
//
// A cache holds [MaxEntries] values. Each is a decoded session with its user, a
// kilobyte or two; it goes after some seconds unless it is read again from the
// storage. There is no goroutine and nothing to close: what has expired is given back
// by later writes.
//
// A Cache belongs to one Auth. Two that share one drop each other's values.
package localcache
