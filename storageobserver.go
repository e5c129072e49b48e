package authplugin

import "context"

// StorageObserver is told what the library asks of the secondary storage, and what
// came of it; authotel makes metrics and traces of it. Its methods are called on hot
// paths by many goroutines at once, and must not block. They are told neither keys nor
// values.
type StorageObserver interface {
	// BeginStorageCall is called before the storage is asked, with the name of the
	// call: "get", "get many", "apply", "get and delete", "increment", "take window". The
	// storage is asked with the context that it returns, and end is called with the error, nil if
	// there is none; that a key is absent is none.
	BeginStorageCall(ctx context.Context, call string) (_ context.Context, end func(err error))
	// StorageEvent is called when something has happened that is worth counting.
	StorageEvent(ctx context.Context, event StorageEvent)
}

// StorageEvent is what has happened.
type StorageEvent string

// The events that a [StorageObserver] is told of.
const (
	// StorageHit: a read was answered by the storage.
	StorageHit StorageEvent = "hit"
	// StorageLocalHit: a read was answered by the in-process tier.
	StorageLocalHit StorageEvent = "local hit"
	// StorageMiss: the storage did not have it.
	StorageMiss StorageEvent = "miss"
	// StorageFallback: the storage was out of order, and the database answered.
	StorageFallback StorageEvent = "fallback"
	// StorageFailed: a call of the storage failed.
	StorageFailed StorageEvent = "failed"
	// StorageForeignValue: the storage had something that is no copy of a record, or
	// one that this version cannot read.
	StorageForeignValue StorageEvent = "foreign value"
	// StorageUncounted: a request could not be counted, and [RateLimitConfig.OnFailure]
	// decided. It is told of the database as well.
	StorageUncounted StorageEvent = "uncounted"
	// StorageRefill: a copy was made after a miss.
	StorageRefill StorageEvent = "refill"
	// StorageInvalidation: copies were discarded because of a write.
	StorageInvalidation StorageEvent = "invalidation"
)
