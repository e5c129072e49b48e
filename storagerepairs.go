package authplugin

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"gorm.io/gorm/clause"
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
	users   map[ID]endedUser
	running bool
	closed  chan struct{}
}

// repairPause is how often it is tried.
const repairPause = time.Second

func newStorageRepairs(c *core) *storageRepairs {
	return &storageRepairs{
		core: c, access: c.storage, maxAge: max(c.cfg.Session.copyMaxAge(), c.cfg.Session.expiresIn()), copies: c.copies,
		due: map[string]dueKey{}, users: map[ID]endedUser{}, closed: make(chan struct{}),
	}
}

// dueKey is a key that is to be discarded until a moment. Ended says that its session has
// ended, which may get a row before the repair when only the storage knew it.
type dueKey struct {
	until time.Time
	ended bool
}

// endedUser is a user whose sessions, but one, have ended, and when.
type endedUser struct {
	except string
	at     time.Time
}

// add has keys discarded as soon as the storage is back.
func (r *storageRepairs) add(ctx context.Context, discarded map[string]ID) {
	r.access.log.ErrorContext(ctx, "authplugin: sessions or users were written while the secondary storage is out of order; their copies are discarded when it is back", "copies", len(discarded))
	r.mu.Lock()
	defer r.mu.Unlock()
	end := time.Now().Add(r.maxAge)
	for key := range discarded {
		r.due[key] = dueKey{end, r.due[key].ended}
	}
	r.start()
}

// end has what a committed transaction ended end in the storage as well.
func (r *storageRepairs) end(stale *staleCopies) {
	r.mu.Lock()
	defer r.mu.Unlock()
	end := time.Now().Add(r.maxAge)
	for key, session := range stale.sessions {
		if session.ended {
			r.due[key] = dueKey{end, true}
		}
	}
	for id, user := range stale.users {
		if user.ended && r.core.stored != nil {
			r.users[id] = endedUser{user.except, r.core.now()}
		}
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
		if r.repair() {
			return
		}
	}
}

// repair discards what is due, and reports whether nothing is left.
func (r *storageRepairs) repair() bool {
	ctx, cancel := context.WithTimeout(context.Background(), storageTimeout)
	defer cancel()
	r.mu.Lock()
	now := time.Now()
	maps.DeleteFunc(r.due, func(_ string, due dueKey) bool { return due.until.Before(now) })
	maps.DeleteFunc(r.users, func(_ ID, user endedUser) bool { return user.at.Add(r.maxAge).Before(r.core.now()) })
	tried, users := maps.Clone(r.due), maps.Clone(r.users)
	keys := slices.Collect(maps.Keys(tried))
	ended := make([]string, 0, len(keys))
	for key, due := range tried {
		if due.ended {
			ended = append(ended, key)
		}
	}
	r.mu.Unlock()
	stored, err := r.storedOf(ctx, users)
	keys = append(keys, stored...)
	if err == nil {
		_, err = r.access.apply(ctx, discards(keys, discardedAfter)...)
	}
	if err == nil {
		err = r.endRows(ctx, ended, users)
	}
	if err == nil {
		discarded := map[string]ID{}
		for _, key := range keys {
			discarded[key] = ""
		}
		r.copies.dropLocal(ctx, discarded, nil)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err == nil {
		// What was added meanwhile is due still.
		maps.DeleteFunc(r.due, func(key string, due dueKey) bool { return due == tried[key] })
		maps.DeleteFunc(r.users, func(id ID, user endedUser) bool { return user == users[id] })
	}
	r.running = len(r.due)+len(r.users) > 0
	return !r.running
}

// endRows ends the rows that sessions got after they were revoked.
func (r *storageRepairs) endRows(ctx context.Context, keys []string, users map[ID]endedUser) error {
	if r.core.sessionsIn != StorageAndDatabase {
		return nil
	}
	o, err := open[Session](&Auth{state: r.core.owner, db: r.core.db}, ModelSession)
	if err != nil {
		return err
	}
	end := func(where ...clause.Expression) {
		if err == nil {
			_, err = o.end(ctx, o.session(ctx), append(where, o.live()))
		}
	}
	for chunk := range slices.Chunk(keys, manyTokens) {
		end(o.secretIn("token", chunk...)...)
	}
	for id, user := range users {
		end(o.equals("userId", id), clause.Lte{Column: o.column("createdAt"), Value: normalizeTime(user.at)},
			clause.Not(o.secretIn("token", user.except)[0]))
	}
	return err
}

// storedOf are the keys of the sessions of users, from before they ended, that the
// storage alone has.
func (r *storageRepairs) storedOf(ctx context.Context, users map[ID]endedUser) ([]string, error) {
	ids := slices.Collect(maps.Keys(users))
	if len(ids) == 0 {
		return nil, nil
	}
	lists, err := r.core.readLists(ctx, ids)
	if err != nil {
		return nil, err
	}
	listed := map[string]endedUser{}
	for i, id := range ids {
		for _, member := range lists[i] {
			if member.Token != users[id].except {
				listed[member.Token] = users[id]
			}
		}
	}
	keys := slices.Collect(maps.Keys(listed))
	values, err := r.access.getMany(ctx, keys)
	if err != nil {
		return nil, err
	}
	var stored []string
	for i, value := range values {
		var session Session
		read := r.core.stored.read(value, keys[i], &session, new(User))
		if read.only && read.isStored() && !session.CreatedAt.After(listed[keys[i]].at) {
			stored = append(stored, keys[i])
		}
	}
	return stored, nil
}

// close ends what runs, after one more try.
func (r *storageRepairs) close() {
	r.mu.Lock()
	due := len(r.due)+len(r.users) > 0
	select {
	case <-r.closed:
	default:
		close(r.closed)
	}
	r.mu.Unlock()
	if due {
		r.repair()
	}
}
