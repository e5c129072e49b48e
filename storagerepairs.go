package authplugin

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"
)

// storageRepairs discards copies that could not be discarded when they had to be,
// until the storage is back or they have expired by themselves.
type storageRepairs struct {
	core   *core
	access *storageAccess
	// maxAge is how long what is not discarded may do harm.
	maxAge time.Duration
	copies *sessionCopies

	mu sync.Mutex
	// due are the keys to discard, and when that no longer matters.
	due map[string]dueKey
	// users are those whose sessions have ended, also those that only the storage knew.
	users map[ID][]endedUser
	// reported is when a failed repair was last reported.
	reported time.Time
	running  bool
	closed   chan struct{}
}

// repairPause is how often it is tried.
const repairPause = time.Second

func newStorageRepairs(c *core) *storageRepairs {
	return &storageRepairs{
		core: c, access: c.storage, maxAge: max(c.cfg.Session.copyMaxAge(), c.cfg.Session.expiresIn()), copies: c.copies,
		due: map[string]dueKey{}, users: map[ID][]endedUser{}, closed: make(chan struct{}),
	}
}

// dueKey is a key that is to be discarded until a moment.
type dueKey struct {
	until time.Time
	kind  dueKind
}

// dueKind is what there may be under a due key. Of two the greater one holds.
type dueKind int

const (
	// dueUnseen is a session whose row was not seen.
	dueUnseen dueKind = iota
	// dueCopy is a copy of a row.
	dueCopy
	// dueEnded is a session that has ended, with a row or without.
	dueEnded
)

// endedUser is a user whose sessions, but one, have ended, and when; see [staleUser].
type endedUser struct {
	except, spared string
	at             time.Time
}

// add has what a transaction is about to make wrong discarded as soon as the storage is
// back.
func (r *storageRepairs) add(ctx context.Context, stale *staleCopies) {
	r.access.log.ErrorContext(ctx, "authplugin: sessions or users were written while the secondary storage is out of order; their copies are discarded when it is back", "copies", len(stale.discarded))
	r.mu.Lock()
	defer r.mu.Unlock()
	for key := range stale.discarded {
		kind := dueCopy
		if session, noted := stale.sessions[key]; noted && session.userID == "" {
			kind = dueUnseen
		}
		r.put(key, kind)
	}
	r.start()
}

// end has what a committed transaction ended end in the storage as well, and discards
// again what it has made wrong.
func (r *storageRepairs) end(stale *staleCopies) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for key := range stale.discarded {
		switch session := stale.sessions[key]; {
		case session.ended:
			r.put(key, dueEnded)
		case session.userID != "":
			r.put(key, dueCopy)
		}
	}
	for id, user := range stale.users {
		if user.ended && r.core.stored != nil {
			r.putUser(id, endedUser{user.except, user.spared, user.at})
		}
	}
	r.start()
}

func (r *storageRepairs) put(key string, kind dueKind) {
	r.due[key] = dueKey{time.Now().Add(r.maxAge), max(kind, r.due[key].kind)}
}

// putUser keeps what each revocation has spared, since the next one may not.
func (r *storageRepairs) putUser(id ID, ended endedUser) {
	var all []endedUser
	for _, before := range r.users[id] {
		switch {
		case before.except == ended.except && before.at.After(ended.at):
			ended = before
		case before.except == ended.except, ended.except == "" && !before.at.After(ended.at):
		default:
			all = append(all, before)
		}
	}
	r.users[id] = append(all, ended)
}

// adopted has the values discarded that sessions had before they got their rows.
func (r *storageRepairs) adopted(keys []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, key := range keys {
		r.put(key, dueCopy)
	}
	r.start()
}

func (r *storageRepairs) start() {
	if !r.running && len(r.due)+len(r.users) > 0 {
		r.running = true
		go r.run()
	}
}

// run tries until nothing is due. It ends with close.
func (r *storageRepairs) run() {
	ticker := time.NewTicker(repairPause)
	defer ticker.Stop()
	for {
		select {
		case <-r.closed:
			return
		case <-ticker.C:
		}
		if r.repair(context.Background()) {
			return
		}
	}
}

// repair repairs what is due, what has ended first, and reports whether nothing is left.
func (r *storageRepairs) repair(ctx context.Context) bool {
	ctx = asRepair(ctx)
	due, users := r.pending()
	ended, others := endedOf(due)
	r.report(ctx, errors.Join(
		inBatches(ctx, users, func(ctx context.Context, users map[ID][]endedUser) error {
			err := r.endAll(ctx, users)
			if err == nil {
				r.done(nil, users)
			}
			return err
		}),
		inBatches(ctx, ended, func(ctx context.Context, keys map[string]dueKey) error {
			err := r.revoke(ctx, slices.Collect(maps.Keys(keys)))
			if err == nil {
				r.done(keys, nil)
			}
			return err
		}),
		inBatches(ctx, others, func(ctx context.Context, keys map[string]dueKey) error {
			err := r.discard(ctx, keys)
			if err == nil {
				r.done(keys, nil)
			}
			return err
		}),
	))
	r.mu.Lock()
	defer r.mu.Unlock()
	r.running = len(r.due)+len(r.users) > 0
	return !r.running
}

// done forgets what was repaired. What was added meanwhile is due still.
func (r *storageRepairs) done(due map[string]dueKey, users map[ID][]endedUser) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for key, d := range due {
		if r.due[key] == d {
			delete(r.due, key)
		}
	}
	for id, done := range users {
		var left []endedUser
		for _, ended := range r.users[id] {
			if !slices.Contains(done, ended) {
				left = append(left, ended)
			}
		}
		if r.users[id] = left; len(left) == 0 {
			delete(r.users, id)
		}
	}
}

// report says that a repair has failed, now and then; the storage's own failures are
// reported where it is asked.
func (r *storageRepairs) report(ctx context.Context, err error) {
	if err == nil || ctx.Err() != nil || errors.Is(err, ErrStorage) || !r.reports() {
		return
	}
	r.access.log.ErrorContext(ctx, "authplugin: cannot repair all that was written without the secondary storage; it is tried again", "error", err)
}

// reports says whether it is time for a report.
func (r *storageRepairs) reports() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	if now.Sub(r.reported) < foreignPause {
		return false
	}
	r.reported = now
	return true
}

// pending is what is due now. What no longer matters is forgotten.
func (r *storageRepairs) pending() (map[string]dueKey, map[ID][]endedUser) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	maps.DeleteFunc(r.due, func(_ string, d dueKey) bool { return d.until.Before(now) })
	oldest := r.core.now().Add(-r.maxAge)
	maps.DeleteFunc(r.users, func(_ ID, all []endedUser) bool {
		return !slices.ContainsFunc(all, func(ended endedUser) bool { return ended.at.After(oldest) })
	})
	return maps.Clone(r.due), maps.Clone(r.users)
}

// discard discards copies. Where no row was seen there may be a session that the storage
// alone has, which goes on unless it has ended.
func (r *storageRepairs) discard(ctx context.Context, due map[string]dueKey) error {
	discarded, unseen := map[string]ID{}, map[string]bool{}
	for key, d := range due {
		switch d.kind {
		case dueUnseen:
			unseen[key] = false
			discarded[key] = ""
		case dueCopy:
			discarded[key] = ""
		}
	}
	if len(unseen) > 0 {
		stored, err := r.core.stored.among(ctx, unseen)
		if err != nil {
			return err
		}
		for key := range stored {
			delete(discarded, key)
		}
	}
	if _, err := r.access.apply(ctx, discards(slices.Collect(maps.Keys(discarded)), discardedAfter)...); err != nil {
		return err
	}
	r.copies.dropLocal(ctx, discarded, nil)
	return nil
}

// close ends what runs, after one more try.
func (r *storageRepairs) close(ctx context.Context) {
	r.mu.Lock()
	due := len(r.due)+len(r.users) > 0
	select {
	case <-r.closed:
	default:
		close(r.closed)
	}
	r.mu.Unlock()
	if due {
		ctx, cancel := context.WithTimeout(ctx, storageTimeout)
		defer cancel()
		if !r.repair(ctx) {
			r.access.log.ErrorContext(ctx, "authplugin: closed before all was repaired that was written without the secondary storage; sessions that were revoked may be found by their copies until these expire")
		}
	}
}
