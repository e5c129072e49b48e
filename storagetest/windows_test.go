package storagetest

import (
	"context"
	"testing"
	"time"

	"github.com/gorm-auth/authplugin"
)

// brokenWindow is a storage that counts requests in another way.
type brokenWindow struct {
	*model

	takeWindow func(m *model, ctx context.Context, key string, take authplugin.WindowTake) ([]byte, bool, error)
}

func (b *brokenWindow) TakeWindow(ctx context.Context, key string, take authplugin.WindowTake) ([]byte, bool, error) {
	return b.takeWindow(b.model, ctx, key, take)
}

// The checks of windows find what implementations get wrong.
func TestBrokenWindows(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		take  func(m *model, ctx context.Context, key string, take authplugin.WindowTake) ([]byte, bool, error)
		check string
	}{
		"in two steps": {func(m *model, ctx context.Context, key string, take authplugin.WindowTake) ([]byte, bool, error) {
			held, _ := m.Get(ctx, key)
			value, ttl, taken := take.Take(held)
			between()
			if !taken {
				return value, false, nil
			}
			return value, true, m.Set(ctx, key, value, ttl)
		}, "windows/counts all"},
		"one too many": {func(m *model, ctx context.Context, key string, take authplugin.WindowTake) ([]byte, bool, error) {
			take.Max++
			return m.TakeWindow(ctx, key, take)
		}, "windows/takes"},
		"a clock that goes back": {func(m *model, ctx context.Context, key string, take authplugin.WindowTake) ([]byte, bool, error) {
			if held, err := m.Get(ctx, key); err == nil {
				if _, _, taken := take.Take(held); taken {
					_ = m.Delete(ctx, key)
				}
			}
			return m.TakeWindow(ctx, key, take)
		}, "windows/takes"},
		"refused renews": {func(m *model, ctx context.Context, key string, take authplugin.WindowTake) ([]byte, bool, error) {
			value, taken, err := m.TakeWindow(ctx, key, take)
			if err == nil && !taken {
				err = m.Set(ctx, key, value, time.Minute)
			}
			return value, taken, err
		}, "windows/expires"},
		"what is none is full": {func(m *model, ctx context.Context, key string, take authplugin.WindowTake) ([]byte, bool, error) {
			if held, err := m.Get(ctx, key); err == nil && len(held) < 100 {
				return held, false, nil
			}
			return m.TakeWindow(ctx, key, take)
		}, "windows/of what is none"},
		"the context does not matter": {func(m *model, ctx context.Context, key string, take authplugin.WindowTake) ([]byte, bool, error) {
			return m.TakeWindow(context.WithoutCancel(ctx), key, take)
		}, "windows/ended context"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found := failures(t, c.check, &brokenWindow{newModel(), c.take})
			if len(found) == 0 {
				t.Fatalf("the check %q does not find it", c.check)
			}
			t.Log(found[0])
		})
	}
}
