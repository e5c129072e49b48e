package authplugin

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// defaultLocalMaxAge is how long a value is served at most after it was read. It
	// bounds what a process shows when a message is lost and the connection is not.
	defaultLocalMaxAge = 10 * time.Second

	firstResubscribe = 50 * time.Millisecond
	lastResubscribe  = 2 * time.Second
)

var errSubscriptionEnded = errors.New("authplugin: the subscription has ended")

// localTier is the in-process tier: decoded values in front of the secondary storage.
// A nil one is no tier: it has nothing and takes nothing.
//
// A value is stored under a key and may have owners besides, such as the user of a
// session. All are names: drop takes any, and a value goes with its key and with each
// of its owners. All processes name alike.
//
// It serves nothing unless its subscription is live, and nothing that was read before
// it was.
type localTier struct {
	localTierConfig

	versions *localVersions

	lifecycle sync.Mutex
	cancel    context.CancelFunc
	done      chan struct{}
}

// localTierConfig is what a tier is made of.
type localTierConfig struct {
	cache       LocalCache
	broadcaster Broadcaster
	// maxAge defaults to defaultLocalMaxAge.
	maxAge time.Duration
	now    func() time.Time
	// report is told when the subscription is live (nil), and when it is lost or
	// could not be made for the first time in a row; nil is nobody.
	report func(err error)
}

func newLocalTier(cfg localTierConfig) *localTier {
	if cfg.maxAge <= 0 {
		cfg.maxAge = defaultLocalMaxAge
	}
	if cfg.report == nil {
		cfg.report = func(error) {}
	}
	return &localTier{localTierConfig: cfg, versions: newLocalVersions()}
}

// localEntry is a value in the LocalCache, with what it takes to see that it is still
// right: no bug of the cache, and no order of calls, shows an older one.
type localEntry struct {
	tier    *localTier
	value   any
	version uint64
	// names are the slots of the key and the owners.
	names []*atomic.Uint64
	// deadline is maxAge after the reading by the monotonic clock, which stands still
	// while the machine sleeps; expires is that or the value's own expiry, the earlier
	// one, by the wall clock, which somebody may set.
	deadline, expires time.Time
}

// current reports whether nothing has changed since the value was read.
func (e *localEntry) current() bool {
	if e.version < e.tier.versions.floor.Load() {
		return false
	}
	for _, slot := range e.names {
		if e.version < slot.Load() {
			return false
		}
	}
	return true
}

// get returns the value of a key, and the time at which it is right. The value is
// shared: nobody may change it.
func (t *localTier) get(key string) (value any, at time.Time, ok bool) {
	if t == nil {
		return nil, at, false
	}
	held, ok := t.cache.Get(key)
	if !ok {
		return nil, at, false
	}
	e, ok := held.(*localEntry)
	if !ok || e.tier != t {
		return nil, at, false // somebody else's, who was given the same cache
	}
	// The time first: a change that comes after it is then seen.
	at = t.now()
	if !at.Before(e.deadline) || !at.Before(e.expires) || !e.current() {
		return nil, at, false
	}
	return e.value, at, true
}

// marker is the moment before a value is read from the storage or the database. The
// zero marker stores nothing.
type marker struct {
	version uint64
	at      time.Time
}

// mark is called before the reading of what is to be put.
func (t *localTier) mark() marker {
	if t == nil {
		return marker{}
	}
	return marker{version: t.versions.last.Load(), at: t.now()}
}

// put stores what was read after a marker, unless it may have changed since: by a drop
// of its key or an owner, here or in another process, or because the subscription was
// not live all the time. It is served until expires, and no longer than maxAge after
// the marker.
func (t *localTier) put(key string, value any, expires time.Time, m marker, owners ...string) {
	if t == nil {
		return
	}
	names := make([]*atomic.Uint64, 0, 1+len(owners))
	names = append(names, t.versions.slot(hashName(key)))
	for _, owner := range owners {
		names = append(names, t.versions.slot(hashName(owner)))
	}
	e := &localEntry{
		tier: t, value: value, version: m.version, names: names,
		deadline: m.at.Add(t.maxAge), expires: expires.Round(0),
	}
	if wall := e.deadline.Round(0); wall.Before(e.expires) {
		e.expires = wall
	}
	now := t.now()
	ttl := min(e.deadline.Sub(now), e.expires.Sub(now))
	if ttl <= 0 || !e.current() {
		return
	}
	t.cache.Set(key, e, ttl)
}

// drop is called after what is stored under names, keys or owners, was changed. Once it
// has returned this process serves nothing older; the others do not from when they
// receive the message, or else maxAge after they have read it. An error means that some
// may not be told.
func (t *localTier) drop(ctx context.Context, names ...string) error {
	if t == nil || len(names) == 0 {
		return nil
	}
	return t.publish(ctx, namesMessages(t.forget(names...))...)
}

// forget is drop in this process only.
func (t *localTier) forget(names ...string) []nameHash {
	hashes := make([]nameHash, len(names))
	for i, name := range names {
		hashes[i] = hashName(name)
	}
	t.versions.change(hashes)
	for _, name := range names {
		t.cache.Delete(name)
	}
	return hashes
}

// dropAll is drop for changes of nobody knows what.
func (t *localTier) dropAll(ctx context.Context) error {
	if t == nil {
		return nil
	}
	t.flush()
	return t.publish(ctx, allMessage())
}

func (t *localTier) publish(ctx context.Context, messages ...[]byte) error {
	for _, message := range messages {
		if err := t.broadcaster.Publish(ctx, message); err != nil {
			return fmt.Errorf("authplugin: other processes may not be told of a change, and see it %v late: %w", t.maxAge, err)
		}
	}
	return nil
}

// flush forgets everything, in this process only.
func (t *localTier) flush() {
	t.versions.changeAll()
	t.cache.Clear()
}

// receive takes a message. The process's own are no exception: they cost a miss, if a
// value was put again meanwhile, and to tell them apart would take an id of the
// process, which one that is cloned with its memory has not for itself.
func (t *localTier) receive(message []byte) {
	hashes, ok := changedNames(message)
	if !ok {
		t.flush()
		return
	}
	t.versions.change(hashes)
}

// start subscribes, in a goroutine that ends with close or the context.
func (t *localTier) start(ctx context.Context) {
	if t == nil {
		return
	}
	t.lifecycle.Lock()
	defer t.lifecycle.Unlock()
	if t.done != nil {
		return
	}
	ctx, t.cancel = context.WithCancel(ctx)
	t.done = make(chan struct{})
	go t.listen(ctx, t.done)
}

// close ends the subscription and waits for it. The tier serves nothing any more, and
// goes on telling others what it drops.
func (t *localTier) close() {
	if t == nil {
		return
	}
	t.lifecycle.Lock()
	defer t.lifecycle.Unlock()
	if t.done == nil {
		return
	}
	t.cancel()
	<-t.done
}

// listen subscribes again and again.
func (t *localTier) listen(ctx context.Context, done chan<- struct{}) {
	defer close(done)
	pause, failing := firstResubscribe, false
	for {
		live, err := t.subscribe(ctx)
		if ctx.Err() != nil {
			return
		}
		if live {
			pause, failing = firstResubscribe, false
		}
		if !failing {
			t.report(err)
			failing = true
		}
		// Processes that have lost one server do not all come back at once.
		jittered := pause/2 + rand.N(pause/2) //nolint:gosec // no secret
		select {
		case <-ctx.Done():
			return
		case <-time.After(jittered):
		}
		pause = min(2*pause, lastResubscribe)
	}
}

// subscribe serves values for as long as a subscription is live, and reports whether it
// ever was.
func (t *localTier) subscribe(ctx context.Context) (live bool, err error) {
	var wasLive atomic.Bool
	defer func() {
		t.versions.shut()
		t.cache.Clear()
	}()
	err = t.broadcaster.Subscribe(ctx, func() {
		wasLive.Store(true)
		t.versions.open()
		t.report(nil)
	}, t.receive)
	if err == nil {
		err = errSubscriptionEnded
	}
	return wasLive.Load(), err
}
