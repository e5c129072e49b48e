package authplugin

import (
	"context"
	"maps"
	"slices"
	"time"

	"gorm.io/gorm/clause"
)

// repairKey is the key in the context of a repair.
type repairKey struct{}

func asRepair(ctx context.Context) context.Context {
	return context.WithValue(ctx, repairKey{}, true)
}

// isRepair reports whether a repair is what writes, which never goes on without the
// storage: it would be its own next repair.
func isRepair(ctx context.Context) bool { return ctx.Value(repairKey{}) != nil }

// endedOf parts the keys of sessions that have ended from others.
func endedOf(due map[string]dueKey) (ended, others map[string]dueKey) {
	ended, others = map[string]dueKey{}, map[string]dueKey{}
	for key, d := range due {
		if d.kind == dueEnded {
			ended[key] = d
		} else {
			others[key] = d
		}
	}
	return ended, others
}

// endAll ends the sessions of users, but one of each, that are from before they ended.
func (r *storageRepairs) endAll(ctx context.Context, users map[ID][]endedUser) error {
	stored, err := r.storedOf(ctx, users)
	if err != nil {
		return err
	}
	if err := r.revoke(ctx, stored); err != nil {
		return err
	}
	return r.endRows(ctx, users)
}

// revoke revokes sessions that were revoked while the storage did not answer, as the
// revocation would have done: who is adopting one of them at this moment has a row that
// nobody sees yet, and only who adopts it too waits for that.
func (r *storageRepairs) revoke(ctx context.Context, keys []string) error {
	slices.Sort(keys)
	for chunk := range slices.Chunk(keys, adoptedBatch) {
		if err := r.revokeKeys(ctx, chunk); err != nil {
			return err
		}
	}
	return nil
}

// revokeKeys revokes the sessions under some keys, which have a row or get one.
func (r *storageRepairs) revokeKeys(ctx context.Context, keys []string) error {
	sessions := (&Auth{state: r.core.owner, db: r.core.db}).Sessions()
	_, err := sessions.revoke(ctx, revocation{keys: keys}, func(o bound[Session]) []clause.Expression {
		return o.secretIn("token", keys...)
	})
	return err
}

// endRows ends the rows that sessions of users got after these had ended.
func (r *storageRepairs) endRows(ctx context.Context, users map[ID][]endedUser) error {
	if r.core.sessionsIn != StorageAndDatabase {
		return nil
	}
	o, err := open[Session](&Auth{state: r.core.owner, db: r.core.db}, ModelSession)
	if err != nil {
		return err
	}
	for id, all := range users {
		for _, ended := range all {
			where := []clause.Expression{
				o.equals("userId", id), clause.Lt{Column: o.column("createdAt"), Value: ended.before()}, o.live(),
			}
			if ended.spared != "" {
				where = append(where, clause.Not(o.secretIn("token", r.core.tokenForms(ended.spared)...)[0]))
			}
			if _, err := o.end(ctx, o.session(ctx), where); err != nil {
				return err
			}
		}
	}
	return nil
}

// before is the moment before which sessions were made that have ended. None that the
// storage alone has is made while it does not answer, so that one of the same
// millisecond was made after the others had ended.
func (e endedUser) before() time.Time { return normalizeTime(e.at) }

// storedOf are the keys of the sessions of users, from before they ended, that the
// storage alone has.
func (r *storageRepairs) storedOf(ctx context.Context, users map[ID][]endedUser) ([]string, error) {
	ids := slices.Collect(maps.Keys(users))
	if len(ids) == 0 {
		return nil, nil
	}
	lists, err := r.core.readLists(ctx, ids)
	if err != nil {
		return nil, err
	}
	before := map[string]time.Time{}
	for i, id := range ids {
		for _, member := range lists[i] {
			for _, ended := range users[id] {
				if member.Token != ended.except && before[member.Token].Before(ended.before()) {
					before[member.Token] = ended.before()
				}
			}
		}
	}
	keys := slices.Collect(maps.Keys(before))
	values, err := r.access.getMany(ctx, keys)
	if err != nil {
		return nil, err
	}
	var stored []string
	for i, value := range values {
		var session Session
		read := r.core.stored.read(value, keys[i], &session, new(User))
		if read.only && read.isStored() && session.CreatedAt.Before(before[keys[i]]) {
			stored = append(stored, keys[i])
		}
	}
	return stored, nil
}
