package memorystore

import (
	"context"

	"github.com/gorm-auth/authplugin"
)

var _ authplugin.WindowStorage = (*Store)(nil)

// TakeWindow implements [authplugin.WindowStorage]. It is [ErrFull] when there is no room.
func (s *Store) TakeWindow(ctx context.Context, key string, take authplugin.WindowTake) (value []byte, taken bool, err error) {
	if err := ctx.Err(); err != nil {
		return nil, false, err
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	now := s.elapsed()
	e := s.live(key, now)
	value, ttl, taken := take.Take(valueOf(e))
	if !taken {
		return copied(value), false, nil
	}
	if err := s.put(e, key, value, now, ttl, true); err != nil {
		return nil, false, err
	}
	return copied(value), true, nil
}
