package memorystore

import (
	"context"
	"fmt"

	"github.com/gorm-auth/authplugin"
)

var _ authplugin.EvictionReporter = (*Store)(nil)

// Evicts implements [authplugin.EvictionReporter]: it does, but with [NoEviction].
func (s *Store) Evicts(context.Context) (evicts bool, remedy string, err error) {
	if s.noEviction {
		return false, "", nil
	}
	return true, "make it with memorystore.NoEviction()", nil
}

// String says how large the store is.
func (s *Store) String() string {
	return fmt.Sprintf("memory of the process, at most %d values and %d MiB", s.maxEntries, s.maxBytes>>20)
}
