package authplugin

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"
)

// EvictionReporter is what a [SecondaryStorage] may do besides: say whether it drops
// values before they expire. With [StorageOnly] that signs users out, so db.Use asks a
// storage that can be asked, waits for a second at most, and warns by [Config.Logger].
// redisstore, memorystore and databasestore implement it.
type EvictionReporter interface {
	// Evicts reports whether the storage, once it is full, drops values that have not
	// expired, and if so how it is kept from that: "set maxmemory-policy noeviction".
	// An error means that it cannot be told, for example since the server does not
	// answer or refuses the question; nothing secret is in it.
	Evicts(ctx context.Context) (evicts bool, remedy string, err error)
}

// evictionTimeout is how long db.Use waits for the answer of an EvictionReporter.
const evictionTimeout = time.Second

// warnOfEviction warns of a storage that may drop what is nowhere else. One that does
// not answer in time, or cannot tell, is no reason for a warning.
func (c *core) warnOfEviction(ctx context.Context) {
	reporter, ok := c.cfg.SecondaryStorage.(EvictionReporter)
	only := c.cfg.inStorageOnly()
	if !ok || len(only) == 0 || c.server.offline {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, evictionTimeout)
	defer cancel()
	warnings := make(chan string, 1) // a client may go on for longer than the context
	go func() {
		defer close(warnings)
		if evicts, remedy, err := evictsSafely(ctx, reporter); evicts && err == nil {
			warnings <- "authplugin: the secondary storage drops values when it is full, and is the only place of " +
				strings.Join(only, " and ") + ": " + cmp.Or(remedy, "keep it from that")
		}
	}()
	select {
	case <-ctx.Done():
	case warning, ok := <-warnings:
		if ok {
			c.storage.log.WarnContext(ctx, warning)
		}
	}
}

// evictsSafely makes an error of a panic, which would end the process.
func evictsSafely(ctx context.Context, reporter EvictionReporter) (evicts bool, remedy string, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("authplugin: the secondary storage panics: %v", r)
		}
	}()
	return reporter.Evicts(ctx)
}

// inStorageOnly names what is in the storage alone.
func (c Config) inStorageOnly() []string {
	var only []string
	if c.sessionsIn() == StorageOnly {
		only = append(only, "sessions")
	}
	if c.verificationsIn() == StorageOnly {
		only = append(only, "verifications")
	}
	return only
}
