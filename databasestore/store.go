package databasestore

import (
	"bytes"
	"context"
	"database/sql"
	"math"
	"slices"
	"sync/atomic"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dialect"
)

var _ authplugin.AtomicStorage = (*Store)(nil)

// Store is a secondary storage in a table of a database. Make one with [New], and the
// table with [Store.Migrate].
type Store struct {
	table   string
	cleanUp int
	now     func() time.Time

	mistake       error
	database      *sql.DB
	pool          gorm.ConnPool
	logger        logger.Interface
	dialect       dialect.Dialect
	transactionOf func(context.Context) *gorm.DB
	statements

	// writer is held by the one statement that writes to SQLite, which has room for one
	// at a time, and turns away or lets wait the others in no order.
	writer chan struct{}

	writes   atomic.Uint64
	cleaning atomic.Bool
}

// statements are the compiled ones. Those with many keys are compiled for some sizes.
type statements struct {
	byInsertID, prepares                              bool
	get, set, increment, swapAbsent, swap, swapDelete *statement
	take, lockedGet                                   *statement
	expired                                           *statement
	deleteKeys, deleteExpired                         []*statement
	ddl                                               []string
}

// New returns a store on a handle, which may be the application's own, with authplugin
// registered or not, or that of another database. It does not connect. A handle or a
// table's name that cannot be used is reported by [Store.Validate], and by every method.
func New(db *gorm.DB, options ...Option) *Store {
	s := &Store{table: defaultTable, cleanUp: defaultCleanUp, transactionOf: authplugin.TransactionOf}
	for _, option := range options {
		option(s)
	}
	s.mistake = s.open(db)
	return s
}

// Get implements [authplugin.SecondaryStorage]. In a transaction that reads from a
// snapshot it sees what was there when that was taken.
func (s *Store) Get(ctx context.Context, key string) ([]byte, error) {
	if err := s.begin(ctx); err != nil {
		return nil, err
	}
	return s.read(ctx, "get", s.get, key)
}

// Set implements [authplugin.SecondaryStorage].
func (s *Store) Set(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	if err := s.begin(ctx); err != nil {
		return err
	}
	if ttl <= 0 {
		return s.Delete(ctx, key)
	}
	p := parameters{key: hash(key), ttl: milliseconds(ttl)}
	p.value, p.count = columns(value)
	_, err := s.exec(ctx, "set", s.set, p)
	s.wrote(ctx, err)
	return err
}

// Delete implements [authplugin.SecondaryStorage], 500 keys in one statement.
func (s *Store) Delete(ctx context.Context, keys ...string) error {
	if err := s.begin(ctx); err != nil {
		return err
	}
	hashes := make([][]byte, len(keys))
	for i, key := range keys {
		hashes[i] = hash(key)
	}
	// Two that delete the same keys meet in the same order.
	slices.SortFunc(hashes, bytes.Compare)
	for chunk := range slices.Chunk(hashes, batch) {
		if _, err := s.execKeys(ctx, "delete", s.deleteKeys, chunk); err != nil {
			return err
		}
	}
	return nil
}

// GetDelete implements [authplugin.AtomicStorage].
func (s *Store) GetDelete(ctx context.Context, key string) ([]byte, error) {
	const operation = "get and delete"
	if err := s.begin(ctx); err != nil {
		return nil, err
	}
	if s.take != nil {
		return s.read(ctx, operation, s.take, key)
	}
	// Whoever deletes exactly what was read has taken it. Where that fails somebody
	// else has got on.
	for {
		value, err := s.read(ctx, operation, s.lockedGet, key)
		if err != nil {
			return nil, err
		}
		p := parameters{key: hash(key)}
		p.old, p.oldCount = columns(value)
		result, err := s.exec(ctx, operation, s.swapDelete, p)
		if err != nil {
			return nil, err
		}
		if result.rows > 0 {
			return value, nil
		}
	}
}

// Increment implements [authplugin.AtomicStorage].
func (s *Store) Increment(ctx context.Context, key string, ttl time.Duration) (int64, error) {
	const operation = "increment"
	if err := s.begin(ctx); err != nil {
		return 0, err
	}
	if ttl <= 0 {
		if err := s.Delete(ctx, key); err != nil {
			return 0, err
		}
		return 1, nil
	}
	p := parameters{key: hash(key), ttl: milliseconds(ttl)}
	var (
		count int64
		found bool
		err   error
	)
	if s.byInsertID {
		var result outcome
		result, err = s.exec(ctx, operation, s.increment, p)
		count, found = result.insertID, result.insertID != math.MinInt64
	} else {
		found, err = s.query(ctx, operation, s.increment, p, &count)
	}
	s.wrote(ctx, err)
	switch {
	case err != nil:
		return 0, err
	case !found:
		return 0, errNoCounter
	}
	return count, nil
}

// CompareAndSwap implements [authplugin.AtomicStorage].
func (s *Store) CompareAndSwap(ctx context.Context, key string, old, value []byte, ttl time.Duration) (bool, error) {
	const operation = "compare and swap"
	if err := s.begin(ctx); err != nil {
		return false, err
	}
	p := parameters{key: hash(key), ttl: milliseconds(ttl)}
	p.value, p.count = columns(value)
	p.old, p.oldCount = columns(old)
	statement := s.swap
	switch {
	case old == nil && ttl <= 0:
		var e entry
		found, err := s.query(ctx, operation, s.lockedGet, p, &e.value, &e.counter)
		return err == nil && !found, err
	case old == nil:
		statement = s.swapAbsent
	case ttl <= 0:
		result, err := s.exec(ctx, operation, s.swapDelete, p)
		return result.rows > 0, err
	}
	result, err := s.exec(ctx, operation, statement, p)
	s.wrote(ctx, err)
	switch {
	case err != nil:
		return false, err
	case !s.byInsertID:
		return result.rows > 0, nil
	case old == nil:
		return result.insertID != lost, nil
	}
	return result.insertID != 0, nil
}

// begin is what every method does first.
func (s *Store) begin(ctx context.Context) error {
	if s.mistake != nil {
		return s.mistake
	}
	return ctx.Err()
}

// read is the value of a key, by a statement that may delete it as well.
func (s *Store) read(ctx context.Context, operation string, by *statement, key string) ([]byte, error) {
	var e entry
	found, err := s.query(ctx, operation, by, parameters{key: hash(key)}, &e.value, &e.counter)
	switch {
	case err != nil:
		return nil, err
	case !found:
		return nil, authplugin.ErrNotFound
	}
	return e.bytes(), nil
}
