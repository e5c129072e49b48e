package databasestore

import (
	"context"

	"github.com/gorm-auth/authplugin"
)

var _ authplugin.EvictionReporter = (*Store)(nil)

// Evicts implements [authplugin.EvictionReporter]: a table drops nothing that has not
// expired.
func (s *Store) Evicts(context.Context) (evicts bool, remedy string, err error) {
	return false, "", nil
}

// String says which table it is.
func (s *Store) String() string { return "table " + s.table }
