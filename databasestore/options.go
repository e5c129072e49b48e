package databasestore

import "time"

const (
	defaultTable = "auth_storage"
	// defaultCleanUp is how many writes of a process have it delete a batch of
	// expired rows. A batch is larger, so that old rows do not pile up.
	defaultCleanUp = 64
)

// Option is a choice for [New].
type Option func(*Store)

// Table is the name of the table, which may have a schema before it ("auth.storage").
// Defaults to "auth_storage". It is taken as it is, whatever GORM's NamingStrategy says.
// Applications that share a database and not their sessions need different ones.
func Table(name string) Option {
	return func(s *Store) { s.table = name }
}

// CleanUp has every n-th write of a process delete up to 500 expired rows after it has
// written. Defaults to 64. With zero or less only [Store.DeleteExpired] deletes them.
func CleanUp(n int) Option {
	return func(s *Store) { s.cleanUp = max(n, 0) }
}

// Clock replaces the clock of the database, for tests. The function is called by many
// goroutines.
func Clock(now func() time.Time) Option {
	return func(s *Store) { s.now = now }
}
