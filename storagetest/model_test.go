package storagetest

import (
	"bytes"
	"context"
	"errors"
	"math"
	"strconv"
	"sync"
	"time"

	"github.com/gorm-auth/authplugin"
)

var errNoCounter = errors.New("no counter")

// model is the contract in the fewest lines: what the broken storages are made of.
type model struct {
	mutex   sync.Mutex
	entries map[string]modelEntry
}

type modelEntry struct {
	value   []byte
	expires time.Time
}

func newModel() *model { return &model{entries: map[string]modelEntry{}} }

// do runs f on what the key holds, nil when that is nothing.
func (m *model) do(ctx context.Context, key string, f func(now time.Time, e *modelEntry)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	now := time.Now()
	if e, ok := m.entries[key]; ok && now.Before(e.expires) {
		f(now, &e)
		return nil
	}
	f(now, nil)
	return nil
}

func (m *model) put(now time.Time, key string, value []byte, ttl time.Duration) {
	if ttl <= 0 {
		delete(m.entries, key)
		return
	}
	m.entries[key] = modelEntry{value: append([]byte{}, value...), expires: now.Add(ttl)}
}

func (m *model) take(ctx context.Context, key string, remove bool) (value []byte, err error) {
	if e := m.do(ctx, key, func(_ time.Time, e *modelEntry) {
		if e == nil {
			err = authplugin.ErrNotFound
			return
		}
		value = append([]byte{}, e.value...)
		if remove {
			delete(m.entries, key)
		}
	}); e != nil {
		return nil, e
	}
	return value, err
}

func (m *model) Get(ctx context.Context, key string) ([]byte, error) { return m.take(ctx, key, false) }

func (m *model) GetDelete(ctx context.Context, key string) ([]byte, error) {
	return m.take(ctx, key, true)
}

func (m *model) Set(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	return m.do(ctx, key, func(now time.Time, _ *modelEntry) { m.put(now, key, value, ttl) })
}

func (m *model) Delete(ctx context.Context, keys ...string) error {
	for _, key := range keys {
		if err := m.do(ctx, key, func(time.Time, *modelEntry) { delete(m.entries, key) }); err != nil {
			return err
		}
	}
	return nil
}

func (m *model) Increment(ctx context.Context, key string, ttl time.Duration) (n int64, err error) {
	if e := m.do(ctx, key, func(now time.Time, e *modelEntry) {
		switch {
		case ttl <= 0:
			n = 1
			delete(m.entries, key)
			return
		case e == nil:
			n = 1
			m.put(now, key, []byte("1"), ttl)
			return
		}
		n, err = strconv.ParseInt(string(e.value), 10, 64)
		if err != nil || n == math.MaxInt64 {
			err = errNoCounter
			return
		}
		n++
		m.entries[key] = modelEntry{value: strconv.AppendInt(nil, n, 10), expires: e.expires}
	}); e != nil {
		return 0, e
	}
	return n, err
}

func (m *model) CompareAndSwap(ctx context.Context, key string, old, value []byte, ttl time.Duration) (swapped bool, err error) {
	err = m.do(ctx, key, func(now time.Time, e *modelEntry) {
		swapped = old == nil && e == nil || old != nil && e != nil && bytes.Equal(e.value, old)
		if swapped {
			m.put(now, key, value, ttl)
		}
	})
	return swapped, err
}

func (m *model) GetMany(ctx context.Context, keys []string) ([][]byte, error) {
	values := make([][]byte, len(keys))
	for i, key := range keys {
		value, err := m.Get(ctx, key)
		if err != nil && !errors.Is(err, authplugin.ErrNotFound) {
			return nil, err
		}
		values[i] = value
	}
	return values, ctx.Err()
}

func (m *model) Apply(ctx context.Context, transitions []authplugin.Transition) ([]bool, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	now := time.Now()
	done := make([]bool, len(transitions))
	for i, t := range transitions {
		if done[i] = m.hold(t, now); done[i] {
			for _, change := range t {
				m.change(change, now)
			}
		}
	}
	return done, nil
}

func (m *model) hold(t authplugin.Transition, now time.Time) bool {
	for _, change := range t {
		e, ok := m.entries[change.Key]
		ok = ok && now.Before(e.expires)
		if change.Compare && (ok != (change.Old != nil) || ok && !bytes.Equal(e.value, change.Old)) {
			return false
		}
	}
	return true
}

func (m *model) change(change authplugin.StorageChange, now time.Time) {
	if change.List != nil {
		change.Value, change.TTL = change.List.Edit(m.entries[change.Key].value)
	}
	m.put(now, change.Key, change.Value, change.TTL)
}

func (m *model) TakeWindow(ctx context.Context, key string, take authplugin.WindowTake) (value []byte, taken bool, err error) {
	err = m.do(ctx, key, func(now time.Time, e *modelEntry) {
		var held []byte
		if e != nil {
			held = e.value
		}
		var ttl time.Duration
		if value, ttl, taken = take.Take(held); taken {
			m.put(now, key, value, ttl)
		}
	})
	return value, taken, err
}
