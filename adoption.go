package authplugin

import (
	"context"
	"errors"
	"maps"
	"reflect"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// A session that was created with StorageOnly has no row. With StorageAndDatabase it is
// adopted: it gets its row as soon as somebody finds it, or wants to write to it.
//
// One that has been revoked must not come back by that. The row goes in under the id
// and the token of the session, which are unique, and before the commit the value in
// the storage must still be the one that the row was made of. Whoever revokes a
// session that has no row adopts it first: either that waits for the row of somebody
// who adopts it at the same moment, or it discards the value before that one compares.
// After the commit the value becomes a copy like any other.

// adoption is a session that is being adopted.
type adoption[S any] struct {
	key   string
	value []byte
	row   *S
}

// errAdoptAgain means that a session was written to while it was adopted.
var errAdoptAgain = errors.New("authplugin: a stored session changes while it gets its row")

// adopt gives rows to the sessions under some keys that have none, and returns how many
// those are. Those whose user is gone stay as they are. It is part of a transaction of
// the caller's; what is in the storage follows its commit, unless left says that the
// caller sees to that.
func (s Sessions[S, U]) adopt(ctx context.Context, o bound[S], handle *gorm.DB, keys []string, left bool) (int, error) {
	if o.core.sessionsIn != StorageAndDatabase || len(keys) == 0 {
		return 0, nil
	}
	for range swapTries {
		waiting, err := s.unadopted(ctx, o, handle, keys)
		if err != nil || len(waiting) == 0 {
			return 0, err
		}
		n := 0
		err = o.core.atomically(o.core.session(ctx, handle), func(tx *gorm.DB) (err error) {
			n, err = s.insertAdopted(ctx, o, tx, waiting, left)
			return err
		})
		if !errors.Is(err, errAdoptAgain) {
			return n, o.core.outcome(o.model, err)
		}
	}
	return 0, ErrConflict
}

// unadopted are the live sessions under some keys that have no row.
func (s Sessions[S, U]) unadopted(ctx context.Context, o bound[S], handle *gorm.DB, keys []string) (map[ID][]adoption[S], error) {
	users, err := typed[U](o.core, ModelUser)
	if err != nil {
		return nil, err
	}
	o.handle = handle
	values, err := o.core.storage.getMany(o.storageContext(ctx), keys)
	if err != nil {
		return nil, because(ctx, err)
	}
	copier, now := o.core.copies.copiers[readerKey{o.binding, users}], o.core.now()
	waiting := map[ID][]adoption[S]{}
	for i, value := range values {
		row := new(sessionRow[S, U])
		read := copier.read(value, keys[i], reflect.ValueOf(&row.session).Elem(), reflect.ValueOf(&row.user).Elem())
		if !read.only || !read.isStored() || !o.moment(&row.session, "expiresAt").After(now) {
			continue
		}
		userID := ID(o.text(&row.session, "userId"))
		waiting[userID] = append(waiting[userID], adoption[S]{keys[i], value, &row.session})
	}
	return waiting, nil
}

// insertAdopted inserts rows, those of each user while nobody else writes to the user.
func (s Sessions[S, U]) insertAdopted(ctx context.Context, o bound[S], tx *gorm.DB, waiting map[ID][]adoption[S], left bool) (int, error) {
	users, err := open[U](s.outside(o.core).auth, ModelUser)
	if err != nil {
		return 0, err
	}
	var inserted []adoption[S]
	for _, userID := range slices.Sorted(maps.Keys(waiting)) { // who locks users does so in one order
		sessions := waiting[userID]
		if _, err := users.shared(tx, userID); errors.Is(err, ErrForeignKey) {
			continue
		} else if err != nil {
			return 0, err
		}
		rows := make([]*S, len(sessions))
		for i, session := range sessions {
			rows[i] = copyRowOf(o, session.row)
		}
		// They were created, with their hooks, long ago.
		quiet := tx.Session(&gorm.Session{SkipHooks: true}).Clauses(clause.OnConflict{DoNothing: true})
		for chunk := range slices.Chunk(rows, adoptedBatch) {
			if err := quiet.Create(&chunk).Error; err != nil {
				return 0, again(err)
			}
		}
		inserted = append(inserted, sessions...)
	}
	if err := s.stillThere(withTransaction(ctx, tx), o, inserted); err != nil || left {
		return len(inserted), err
	}
	return len(inserted), o.core.afterCommit(tx, func(ctx context.Context) { s.discardAdopted(ctx, o, inserted) })
}

// again is the error of an insert of rows that may be there. SQL Server sees those that
// come at the same moment only when it is too late.
func again(err error) error {
	if errors.Is(err, ErrDuplicate) {
		return errAdoptAgain
	}
	return err
}

// adoptedBatch is how many rows are inserted by one statement.
const adoptedBatch = 100

// stillThere compares the sessions in the storage with those that got rows.
func (s Sessions[S, U]) stillThere(ctx context.Context, o bound[S], sessions []adoption[S]) error {
	transitions := make([]Transition, len(sessions))
	for i, a := range sessions {
		ttl := o.moment(a.row, "expiresAt").Sub(o.core.now())
		transitions[i] = Transition{{Key: a.key, Compare: true, Old: a.value, Value: a.value, TTL: ttl, Keep: true}}
	}
	done, err := o.core.storage.apply(ctx, transitions...)
	if err == nil && slices.Contains(done, false) {
		err = errAdoptAgain
	}
	return err
}

// discardAdopted has whoever looks for an adopted session read its row. Where that
// fails, the session is adopted once more, which finds the row.
func (s Sessions[S, U]) discardAdopted(ctx context.Context, o bound[S], sessions []adoption[S]) {
	transitions := make([]Transition, len(sessions))
	for i, a := range sessions {
		transitions[i] = Transition{
			{Key: a.key, Compare: true, Old: a.value, Value: []byte{}, TTL: discardedAfter, Keep: true},
			{Key: sessionIDKey(ID(o.text(a.row, "id")))},
		}
	}
	if _, err := o.core.storage.apply(ctx, transitions...); err != nil {
		keys := make([]string, len(sessions))
		for i, a := range sessions {
			keys[i] = a.key
		}
		o.core.repairs.adopted(keys)
	}
}
