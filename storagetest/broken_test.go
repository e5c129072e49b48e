package storagetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorm-auth/authplugin"
)

// TestModel: a storage that keeps the contract passes.
func TestModel(t *testing.T) {
	t.Parallel()
	t.Run("each its own", func(t *testing.T) {
		t.Parallel()
		Run(t, func(testing.TB) authplugin.SecondaryStorage { return newModel() })
	})
	t.Run("one for all", func(t *testing.T) {
		t.Parallel()
		shared := newModel()
		Run(t, func(testing.TB) authplugin.SecondaryStorage { return shared })
	})
	t.Run("without atomic operations", func(t *testing.T) {
		t.Parallel()
		Run(t, func(testing.TB) authplugin.SecondaryStorage {
			return struct{ authplugin.SecondaryStorage }{newModel()}
		})
	})
}

// recorder is a test that may fail without failing the one it runs in.
type recorder struct {
	testing.TB

	mutex    sync.Mutex
	failures []string
}

func (r *recorder) Errorf(format string, args ...any) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.failures = append(r.failures, fmt.Sprintf(format, args...))
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	runtime.Goexit()
}

func (r *recorder) Error(args ...any) { r.Errorf("%s", fmt.Sprint(args...)) }

func (r *recorder) Fatal(args ...any) { r.Fatalf("%s", fmt.Sprint(args...)) }

func (r *recorder) Skipf(string, ...any) { runtime.Goexit() }

// failures are what a check says of a storage.
func failures(t *testing.T, name string, s authplugin.AtomicStorage) []string {
	t.Helper()
	r := &recorder{TB: t}
	var run func()
	for _, c := range storageChecks() {
		if c.name == name {
			run = func() { c.run(r, s) }
		}
	}
	for _, c := range atomicChecks() {
		if "atomic/"+c.name == name {
			run = func() { c.run(r, s) }
		}
	}
	for _, c := range transitionChecks() {
		if "transitions/"+c.name == name {
			run = func() { c.run(r, s.(authplugin.TransitionStorage)) }
		}
	}
	for _, c := range windowChecks() {
		if "windows/"+c.name == name {
			run = func() { c.run(r, s.(authplugin.WindowStorage)) }
		}
	}
	if run == nil {
		t.Fatalf("there is no check %q", name)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		run()
	}()
	<-done
	return r.failures
}

// broken is a storage with some of its methods replaced.
type broken struct {
	*model

	get  func(m *model, ctx context.Context, key string) ([]byte, error)
	set  func(m *model, ctx context.Context, key string, value []byte, ttl time.Duration) error
	del  func(m *model, ctx context.Context, keys ...string) error
	take func(m *model, ctx context.Context, key string) ([]byte, error)
	inc  func(m *model, ctx context.Context, key string, ttl time.Duration) (int64, error)
	swap func(m *model, ctx context.Context, key string, old, value []byte, ttl time.Duration) (bool, error)
	key  func(string) string
}

func (b *broken) rename(key string) string {
	if b.key == nil {
		return key
	}
	return b.key(key)
}

func (b *broken) Get(ctx context.Context, key string) ([]byte, error) {
	if b.get == nil {
		return b.model.Get(ctx, b.rename(key))
	}
	return b.get(b.model, ctx, key)
}

func (b *broken) Set(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	if b.set == nil {
		return b.model.Set(ctx, b.rename(key), value, ttl)
	}
	return b.set(b.model, ctx, key, value, ttl)
}

func (b *broken) Delete(ctx context.Context, keys ...string) error {
	if b.del == nil {
		for _, key := range keys {
			if err := b.model.Delete(ctx, b.rename(key)); err != nil {
				return err
			}
		}
		return nil
	}
	return b.del(b.model, ctx, keys...)
}

func (b *broken) GetDelete(ctx context.Context, key string) ([]byte, error) {
	if b.take == nil {
		return b.model.GetDelete(ctx, b.rename(key))
	}
	return b.take(b.model, ctx, key)
}

func (b *broken) Increment(ctx context.Context, key string, ttl time.Duration) (int64, error) {
	if b.inc == nil {
		return b.model.Increment(ctx, b.rename(key), ttl)
	}
	return b.inc(b.model, ctx, key, ttl)
}

func (b *broken) CompareAndSwap(ctx context.Context, key string, old, value []byte, ttl time.Duration) (bool, error) {
	if b.swap == nil {
		return b.model.CompareAndSwap(ctx, b.rename(key), old, value, ttl)
	}
	return b.swap(b.model, ctx, key, old, value, ttl)
}

// ttls is a storage whose Set, Increment and CompareAndSwap take another ttl.
func ttls(change func(time.Duration) time.Duration) broken {
	return broken{
		set: func(m *model, ctx context.Context, key string, value []byte, ttl time.Duration) error {
			return m.Set(ctx, key, value, change(ttl))
		},
		inc: func(m *model, ctx context.Context, key string, ttl time.Duration) (int64, error) {
			return m.Increment(ctx, key, change(ttl))
		},
		swap: func(m *model, ctx context.Context, key string, old, value []byte, ttl time.Duration) (bool, error) {
			return m.CompareAndSwap(ctx, key, old, value, change(ttl))
		},
	}
}

// keys is a storage that changes keys.
func keys(change func(string) string) broken { return broken{key: change} }

// stored is a storage that changes values on their way in.
func stored(change func([]byte) []byte) broken {
	return broken{set: func(m *model, ctx context.Context, key string, value []byte, ttl time.Duration) error {
		return m.Set(ctx, key, change(value), ttl)
	}}
}

func between() { time.Sleep(time.Millisecond) }

// TestBroken: each of these storages has one fault, which the named checks find.
func TestBroken(t *testing.T) {
	t.Parallel()
	unlimited := func(ttl time.Duration) time.Duration {
		if ttl <= 0 {
			return time.Hour
		}
		return ttl
	}
	for name, c := range map[string]struct {
		storage broken
		found   []string
	}{
		"ttl ignored":             {ttls(func(time.Duration) time.Duration { return time.Hour }), []string{"expiry", "ttl of zero or less", "shortest ttl", "atomic/swap sets the ttl", "atomic/increment sets the ttl once"}},
		"ttl of zero is no limit": {ttls(unlimited), []string{"ttl of zero or less", "atomic/increment without ttl", "atomic/swap without ttl"}},
		"ttl in seconds, down": {
			ttls(func(d time.Duration) time.Duration { return d.Truncate(time.Second) }),
			[]string{"expiry", "atomic/increment sets the ttl once", "atomic/swap sets the ttl"},
		},
		"ttl in seconds, up": {ttls(func(d time.Duration) time.Duration {
			if d <= 0 {
				return d
			}
			return (d - 1).Truncate(time.Second) + time.Second
		}), []string{"expiry", "shortest ttl", "atomic/swap sets the ttl"}},
		"ttl below a second is an hour": {ttls(func(d time.Duration) time.Duration {
			if d > 0 && d < time.Second {
				return time.Hour
			}
			return d
		}), []string{"expiry"}},
		"ttl in milliseconds, down, zero is no limit": {ttls(func(d time.Duration) time.Duration {
			if d > 0 && d < time.Millisecond {
				return time.Hour
			}
			return d
		}), []string{"shortest ttl"}},
		"ttl capped at none": {ttls(func(d time.Duration) time.Duration {
			if d > 30*24*time.Hour {
				return 0
			}
			return d
		}), []string{"longest ttl"}},
		"negative ttl keeps the old value": {broken{set: func(m *model, ctx context.Context, key string, value []byte, ttl time.Duration) error {
			if ttl < 0 {
				return ctx.Err()
			}
			return m.Set(ctx, key, value, ttl)
		}}, []string{"ttl of zero or less"}},
		"the first ttl stays": {broken{set: func(m *model, ctx context.Context, key string, value []byte, ttl time.Duration) error {
			return m.do(ctx, key, func(now time.Time, e *modelEntry) {
				if e != nil && ttl > 0 {
					ttl = e.expires.Sub(now)
				}
				m.put(now, key, value, ttl)
			})
		}}, []string{"expiry is replaced"}},
		"reading renews": {broken{get: func(m *model, ctx context.Context, key string) ([]byte, error) {
			value, err := m.Get(ctx, key)
			if err == nil {
				err = m.Set(ctx, key, value, short)
			}
			return value, err
		}}, []string{"expiry"}},
		"absent is nil": {broken{get: func(m *model, ctx context.Context, key string) ([]byte, error) {
			value, err := m.Get(ctx, key)
			if errors.Is(err, authplugin.ErrNotFound) {
				return nil, nil
			}
			return value, err
		}}, []string{"absent", "delete", "expiry"}},
		"absent is its own error": {broken{get: func(m *model, ctx context.Context, key string) ([]byte, error) {
			value, err := m.Get(ctx, key)
			if err != nil {
				return nil, errors.New("nil reply")
			}
			return value, nil
		}}, []string{"absent"}},
		"the error shows the key": {broken{get: func(m *model, ctx context.Context, key string) ([]byte, error) {
			value, err := m.Get(ctx, key)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", key, err)
			}
			return value, nil
		}}, []string{"absent"}},
		"empty is absent": {broken{get: func(m *model, ctx context.Context, key string) ([]byte, error) {
			value, err := m.Get(ctx, key)
			if err == nil && len(value) == 0 {
				return nil, authplugin.ErrNotFound
			}
			return value, err
		}}, []string{"empty values", "set replaces"}},
		"empty is nil": {broken{get: func(m *model, ctx context.Context, key string) ([]byte, error) {
			value, err := m.Get(ctx, key)
			if len(value) == 0 {
				return nil, err
			}
			return value, err
		}}, []string{"empty values"}},
		"reading consumes": {broken{get: func(m *model, ctx context.Context, key string) ([]byte, error) { return m.GetDelete(ctx, key) }}, []string{"set and get"}},
		"deleting an absent key fails": {broken{del: func(m *model, ctx context.Context, keys ...string) error {
			for _, key := range keys {
				if _, err := m.GetDelete(ctx, key); err != nil {
					return err
				}
			}
			return nil
		}}, []string{"delete"}},
		"only the first key is deleted": {broken{del: func(m *model, ctx context.Context, keys ...string) error {
			return m.Delete(ctx, keys[:min(1, len(keys))]...)
		}}, []string{"delete", "delete many"}},
		"1,000 keys are deleted at most": {broken{del: func(m *model, ctx context.Context, keys ...string) error {
			return m.Delete(ctx, keys[:min(1000, len(keys))]...)
		}}, []string{"delete many"}},
		"delete of none deletes all": {broken{del: func(m *model, ctx context.Context, keys ...string) error {
			if len(keys) == 0 {
				clear(m.entries)
			}
			return m.Delete(ctx, keys...)
		}}, []string{"delete"}},
		"the caller's value is kept": {broken{set: func(m *model, ctx context.Context, key string, value []byte, ttl time.Duration) error {
			return m.do(ctx, key, func(now time.Time, _ *modelEntry) { m.entries[key] = modelEntry{value, now.Add(ttl)} })
		}}, []string{"values are copies"}},
		"the stored value is handed out": {broken{get: func(m *model, ctx context.Context, key string) (value []byte, err error) {
			err = authplugin.ErrNotFound
			_ = m.do(ctx, key, func(_ time.Time, e *modelEntry) {
				if e != nil {
					value, err = e.value, nil
				}
			})
			return value, err
		}}, []string{"values are copies"}},
		"swap keeps the caller's value": {broken{swap: func(m *model, ctx context.Context, key string, old, value []byte, ttl time.Duration) (bool, error) {
			won, err := m.CompareAndSwap(ctx, key, old, value, ttl)
			if won {
				m.entries[key] = modelEntry{value, time.Now().Add(ttl)}
			}
			return won, err
		}}, []string{"atomic/swap"}},
		"values end at NUL":     {stored(func(v []byte) []byte { return bytes.SplitN(v, []byte{0}, 2)[0] }), []string{"hostile values"}},
		"values are UTF-8":      {stored(func(v []byte) []byte { return bytes.ToValidUTF8(v, []byte("\ufffd")) }), []string{"hostile values", "large values"}},
		"values are trimmed":    {stored(bytes.TrimSpace), []string{"hostile values"}},
		"values are cut":        {stored(func(v []byte) []byte { return v[:min(len(v), 1<<16)] }), []string{"large values"}},
		"values get a suffix":   {stored(func(v []byte) []byte { return append(bytes.Clone(v), 0) }), []string{"set and get", "atomic/get and delete"}},
		"keys end at NUL":       {keys(func(k string) string { k, _, _ = strings.Cut(k, "\x00"); return k }), []string{"hostile keys", "atomic/hostile keys"}},
		"keys in one case":      {keys(strings.ToLower), []string{"hostile keys"}},
		"keys are trimmed":      {keys(strings.TrimSpace), []string{"hostile keys"}},
		"keys trimmed at right": {keys(func(k string) string { return strings.TrimRight(k, " ") }), []string{"hostile keys"}},
		"keys are UTF-8":        {keys(func(k string) string { return strings.ToValidUTF8(k, "\ufffd") }), []string{"hostile keys", "atomic/hostile keys"}},
		"keys are cut":          {keys(func(k string) string { return k[:min(len(k), 255)] }), []string{"long keys"}},
		"keys are cut late":     {keys(func(k string) string { return k[:min(len(k), 1<<16)] }), []string{"long keys"}},
		"contexts are ignored": {broken{
			get: func(m *model, _ context.Context, key string) ([]byte, error) { return m.Get(context.Background(), key) },
		}, []string{"ended context"}},
		"contexts are ignored by deletes": {broken{
			del: func(m *model, _ context.Context, keys ...string) error {
				return m.Delete(context.Background(), keys...)
			},
		}, []string{"ended context"}},
		"contexts are ignored by counters": {broken{
			inc: func(m *model, _ context.Context, key string, ttl time.Duration) (int64, error) {
				return m.Increment(context.Background(), key, ttl)
			},
		}, []string{"atomic/ended context"}},
		"an ended context is an absent key": {broken{get: func(m *model, ctx context.Context, key string) ([]byte, error) {
			if ctx.Err() != nil {
				return nil, authplugin.ErrNotFound
			}
			return m.Get(ctx, key)
		}}, []string{"ended context"}},
		"writes come late": {broken{set: func(m *model, ctx context.Context, key string, value []byte, ttl time.Duration) error {
			if len(value) > 1000 {
				go func() {
					between()
					_ = m.Set(context.WithoutCancel(ctx), key, value, ttl)
				}()
				return nil
			}
			return m.Set(ctx, key, value, ttl)
		}}, []string{"concurrent use", "large values"}},
		"get and delete in two steps": {broken{take: func(m *model, ctx context.Context, key string) ([]byte, error) {
			value, err := m.Get(ctx, key)
			between()
			return value, errors.Join(err, m.Delete(ctx, key))
		}}, []string{"atomic/get and delete has one winner"}},
		"get and delete does not delete": {broken{take: func(m *model, ctx context.Context, key string) ([]byte, error) { return m.Get(ctx, key) }}, []string{"atomic/get and delete"}},
		"get and delete takes what has expired": {broken{take: func(m *model, ctx context.Context, key string) ([]byte, error) {
			m.mutex.Lock()
			e, ok := m.entries[key]
			m.mutex.Unlock()
			if ok {
				return e.value, m.Delete(ctx, key)
			}
			return nil, authplugin.ErrNotFound
		}}, []string{"atomic/get and delete expired"}},
		"increment in two steps": {broken{inc: func(m *model, ctx context.Context, key string, ttl time.Duration) (int64, error) {
			value, _ := m.Get(ctx, key)
			n, _ := strconv.ParseInt(string(value), 10, 64)
			between()
			return n + 1, m.Set(ctx, key, strconv.AppendInt(nil, n+1, 10), ttl)
		}}, []string{"atomic/increment counts all", "atomic/increment sets the ttl once", "atomic/increment of no counter"}},
		"increment in floating point": {broken{inc: func(m *model, ctx context.Context, key string, ttl time.Duration) (int64, error) {
			n, err := m.Increment(ctx, key, ttl)
			return int64(float64(n)), err
		}}, []string{"atomic/increment is exact"}},
		"increment renews": {broken{inc: func(m *model, ctx context.Context, key string, ttl time.Duration) (int64, error) {
			n, err := m.Increment(ctx, key, ttl)
			if err == nil {
				err = m.Set(ctx, key, strconv.AppendInt(nil, n, 10), ttl)
			}
			return n, err
		}}, []string{"atomic/increment sets the ttl once"}},
		"increment begins anew at what is no counter": {broken{inc: func(m *model, ctx context.Context, key string, ttl time.Duration) (int64, error) {
			n, err := m.Increment(ctx, key, ttl)
			if errors.Is(err, errNoCounter) {
				return 1, m.Set(ctx, key, []byte("1"), ttl)
			}
			return n, err
		}}, []string{"atomic/increment of no counter", "atomic/increment is exact"}},
		"swap in two steps": {broken{swap: func(m *model, ctx context.Context, key string, old, value []byte, ttl time.Duration) (bool, error) {
			held, err := m.Get(ctx, key)
			between()
			if old == nil && err != nil || old != nil && err == nil && bytes.Equal(held, old) {
				return true, m.Set(ctx, key, value, ttl)
			}
			return false, ctx.Err()
		}}, []string{"atomic/swap has one winner", "atomic/swap of an absent key has one winner", "atomic/swap loses no update"}},
		"swap takes nil for empty": {broken{swap: func(m *model, ctx context.Context, key string, old, value []byte, ttl time.Duration) (bool, error) {
			if len(old) == 0 {
				old = nil
			}
			return m.CompareAndSwap(ctx, key, old, value, ttl)
		}}, []string{"atomic/swap of an empty value"}},
		"swap takes empty for absent": {broken{swap: func(m *model, ctx context.Context, key string, old, value []byte, ttl time.Duration) (bool, error) {
			if old != nil && len(old) == 0 {
				if won, err := m.CompareAndSwap(ctx, key, nil, value, ttl); won || err != nil {
					return won, err
				}
			}
			return m.CompareAndSwap(ctx, key, old, value, ttl)
		}}, []string{"atomic/swap of an empty value"}},
		"swap compares beginnings": {broken{swap: func(m *model, ctx context.Context, key string, old, value []byte, ttl time.Duration) (bool, error) {
			if held, err := m.Get(ctx, key); err == nil && len(old) > 0 && bytes.HasPrefix(held, old) {
				old = held
			}
			return m.CompareAndSwap(ctx, key, old, value, ttl)
		}}, []string{"atomic/swap"}},
		"swap ignores case": {broken{swap: func(m *model, ctx context.Context, key string, old, value []byte, ttl time.Duration) (bool, error) {
			if held, err := m.Get(ctx, key); err == nil && len(old) > 0 && bytes.EqualFold(held, old) {
				old = held
			}
			return m.CompareAndSwap(ctx, key, old, value, ttl)
		}}, []string{"atomic/swap"}},
		"swap keeps the old ttl": {broken{swap: func(m *model, ctx context.Context, key string, old, value []byte, ttl time.Duration) (bool, error) {
			m.mutex.Lock()
			held, ok := m.entries[key]
			m.mutex.Unlock()
			if ok && ttl > 0 && old != nil {
				ttl = time.Until(held.expires)
			}
			return m.CompareAndSwap(ctx, key, old, value, ttl)
		}}, []string{"atomic/swap sets the ttl"}},
		"a swap that failed sets the ttl": {broken{swap: func(m *model, ctx context.Context, key string, old, value []byte, ttl time.Duration) (bool, error) {
			won, err := m.CompareAndSwap(ctx, key, old, value, ttl)
			if held, missing := m.Get(ctx, key); !won && missing == nil {
				err = m.Set(ctx, key, held, ttl)
			}
			return won, err
		}}, []string{"atomic/swap sets the ttl", "atomic/swap without ttl"}},
	} {
		for _, check := range c.found {
			t.Run(name+"/"+strings.ReplaceAll(check, "/", " "), func(t *testing.T) {
				t.Parallel()
				s := c.storage
				s.model = newModel()
				found := failures(t, check, &s)
				if len(found) == 0 {
					t.Fatalf("the check %q does not find the fault %q", check, name)
				}
				t.Log(found[0])
			})
		}
	}
}
