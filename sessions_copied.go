package authplugin

import (
	"context"
	"errors"
	"maps"
	"reflect"
	"slices"
	"time"
)

// findManyCopied finds sessions by their copies, those that have none in the database,
// and makes their copies.
func (s Sessions[S, U]) findManyCopied(ctx context.Context, o bound[S], users *binding, tokens, asked []string) ([]FoundSession[S, U], error) {
	copier := o.core.copies.copiers[readerKey{o.binding, users}]
	byStored := map[string]*sessionRow[S, U]{}
	absent, others, err := s.readCopies(ctx, o, copier, asked, byStored)
	if err != nil {
		return nil, because(ctx, err)
	}
	begun := time.Now()
	if err := s.findRows(ctx, o, users, append(others, absent...), byStored); err != nil {
		return nil, err
	}
	if len(absent) > 0 && time.Since(begun) < freshFor {
		s.storeCopies(ctx, o, copier, absent, byStored)
	}
	return s.inOrder(ctx, o, tokens, byStored)
}

// readCopies reads the copies of sessions, in one round trip. Tokens without one are
// absent; others are those whose copies are of no use, or are not to be made now.
func (s Sessions[S, U]) readCopies(ctx context.Context, o bound[S], copier *sessionCopier, asked []string, byStored map[string]*sessionRow[S, U]) (absent, others []string, err error) {
	if !o.core.storage.answers() {
		o.core.storage.event(ctx, StorageFallback)
		return nil, asked, nil
	}
	keyed := slices.DeleteFunc(slices.Clone(asked), func(token string) bool {
		long := len(token) > maxKeyedToken
		if long {
			others = append(others, token)
		}
		return long
	})
	keys := make([]string, len(keyed))
	for i, token := range keyed {
		keys[i] = o.core.storedToken(token)
	}
	values, err := o.core.storage.getMany(ctx, keys)
	if errors.Is(err, ErrStorage) {
		o.core.storage.event(ctx, StorageFallback)
		return nil, asked, nil
	}
	if err != nil {
		return nil, nil, err
	}
	only := map[string]*sessionRow[S, U]{}
	stale := false
	for i, value := range values {
		if value == nil {
			absent = append(absent, keyed[i])
			continue
		}
		row := new(sessionRow[S, U])
		read := copier.read(value, keys[i], reflect.ValueOf(&row.session).Elem(), reflect.ValueOf(&row.user).Elem())
		if read.verdict == copyForeign && !isPending(value) {
			o.core.storage.foreignValue(ctx)
		}
		if read.only && read.isStored() {
			only[keys[i]] = row
			stale = stale || read.stale != ""
		}
		if read.verdict != copyUsable || read.only {
			others = append(others, keyed[i])
			continue
		}
		o.core.storage.event(ctx, StorageHit)
		byStored[keys[i]] = row
	}
	_, err = s.adopt(ctx, o, o.handle, slices.Collect(maps.Keys(only)), false)
	if err == nil || stale || ctx.Err() != nil {
		return absent, others, err
	}
	maps.Copy(byStored, only) // without a row they are valid all the same
	others = slices.DeleteFunc(others, func(token string) bool { return only[o.core.storedToken(token)] != nil })
	return absent, others, nil
}

// storeCopies makes the copies of sessions that were read just now.
func (s Sessions[S, U]) storeCopies(ctx context.Context, o bound[S], copier *sessionCopier, tokens []string, byStored map[string]*sessionRow[S, U]) {
	var transitions []Transition
	for _, token := range tokens {
		key := o.core.storedToken(token)
		row := byStored[key]
		if row == nil {
			row = byStored[token] // a token that was stored before tokens were hashed
		}
		if row == nil {
			continue
		}
		if t := s.copyTransition(o, copier, row, key, nil); t != nil {
			transitions = append(transitions, t)
		}
	}
	if _, err := o.core.storage.apply(ctx, transitions...); err == nil {
		o.core.storage.event(ctx, StorageRefill)
	}
}

// copyTransition is what makes a copy, nil when there is to be none.
func (s Sessions[S, U]) copyTransition(o bound[S], copier *sessionCopier, row *sessionRow[S, U], key string, replaced []byte) Transition {
	now, expires := o.core.now(), o.moment(&row.session, "expiresAt")
	age := min(expires.Sub(now), o.core.copies.maxAge)
	if age <= 0 {
		return nil
	}
	value, err := copier.write(reflect.ValueOf(&row.session).Elem(), reflect.ValueOf(&row.user).Elem(), key)
	if err != nil {
		return nil
	}
	return Transition{
		{Key: sessionsKey(ID(o.text(&row.session, "userId"))), List: &ListEdit{Enter: []ListMember{{Token: key, ExpiresAt: expires}}, Now: now}},
		{Key: key, Compare: true, Old: replaced, Value: value, TTL: age},
	}
}
