package databasestore

import (
	"context"
	"database/sql"
	"errors"
	"math/rand/v2"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin/internal/dialect"
)

// patience is how long a statement is tried again while the database refuses it
// because of others: deadlocks, and SQLite without a busy_timeout.
const patience = 10 * time.Second

// outcome is what a statement without rows tells.
type outcome struct{ rows, insertID int64 }

// poolOf is where a call's statements go, and whether that is a transaction of the
// caller: the one that the context tells, if it is of this database.
func (s *Store) poolOf(ctx context.Context) (pool gorm.ConnPool, callers bool) {
	tx := s.transactionOf(ctx)
	if tx == nil || tx.Statement == nil || !isTransaction(tx.Statement.ConnPool) {
		return s.pool, false
	}
	if database, err := tx.DB(); err != nil || database != s.database {
		return s.pool, false
	}
	return tx.Statement.ConnPool, true
}

// exec runs a statement.
func (s *Store) exec(ctx context.Context, operation string, st *statement, p parameters) (outcome, error) {
	var o outcome
	err := s.run(ctx, operation, st, p, func(on target, args []any) (int64, error) {
		result, err := on.exec(ctx, args)
		if err != nil {
			return 0, err
		}
		if o.rows, err = result.RowsAffected(); err != nil || !s.byInsertID {
			return o.rows, err
		}
		o.insertID, err = result.LastInsertId()
		return o.rows, err
	})
	return o, err
}

// execKeys runs a statement with many keys, and gives how many rows it has changed.
func (s *Store) execKeys(ctx context.Context, operation string, sized []*statement, keys [][]byte) (int64, error) {
	for i, n := range sizes() {
		if n < len(keys) {
			continue
		}
		padded := make([][]byte, n)
		for j := range padded {
			padded[j] = keys[min(j, len(keys)-1)]
		}
		o, err := s.exec(ctx, operation, sized[i], parameters{keys: padded})
		return o.rows, err
	}
	return 0, nil
}

// query reads the one row of a query, and reports whether there is one.
func (s *Store) query(ctx context.Context, operation string, st *statement, p parameters, into ...any) (found bool, err error) {
	err = s.run(ctx, operation, st, p, func(on target, args []any) (int64, error) {
		n, err := eachRow(ctx, on, args, into, func() {})
		found = n > 0
		return n, err
	})
	return found, err
}

// eachRow reads rows to the last, after which a statement that writes has ended well.
func eachRow(ctx context.Context, on target, args, into []any, seen func()) (n int64, err error) {
	rows, err := on.query(ctx, args)
	if err != nil {
		return 0, err
	}
	defer func() {
		if closing := rows.Close(); err == nil {
			err = closing
		}
	}()
	for ; rows.Next(); n++ {
		if err := rows.Scan(into...); err != nil {
			return n, err
		}
		seen()
	}
	return n, rows.Err()
}

// run gives a statement to the database, and again when that has refused it without
// having done anything. In a transaction of the caller it does not: that may be lost,
// and is the caller's to begin anew.
func (s *Store) run(ctx context.Context, operation string, st *statement, p parameters, do func(target, []any) (int64, error)) error {
	if s.now != nil {
		p.clock = s.now().UnixMilli()
	}
	pool, callers := s.poolOf(ctx)
	on := target{pool: pool, sql: st.sql}
	args := st.bind(p)
	if !callers && s.writer != nil && st != s.get {
		select {
		case s.writer <- struct{}{}:
			defer func() { <-s.writer }()
		case <-ctx.Done():
			return failed(ctx, operation, ctx.Err())
		}
	}
	begun := time.Now()
	if !callers && s.prepares {
		on.prepared = st.prepare(ctx, pool)
	}
	rows, err := do(on, args)
	for attempt := 0; err != nil && !callers && time.Since(begun) < patience && s.refused(err, attempt); attempt++ {
		if !pause(ctx, attempt) {
			break
		}
		rows, err = do(on, args)
	}
	err = failed(ctx, operation, err)
	// The parameters, which are secrets, are left out.
	s.logger.Trace(ctx, begun, func() (string, int64) { return st.sql, rows }, err)
	return err
}

// refused reports whether a statement that failed has done nothing and may succeed
// now. A plan that has become stale is replaced at once, or never.
func (s *Store) refused(err error, attempt int) bool {
	switch s.dialect.ErrorKind(err) {
	case dialect.Retryable, dialect.DuplicateKey:
		return true
	}
	return attempt == 0 && s.dialect.StalePlan(err)
}

// pause waits for a random time that grows with each attempt, and reports false when
// the context has ended meanwhile.
func pause(ctx context.Context, attempt int) bool {
	limit := min(time.Millisecond<<min(attempt, 6), 10*time.Millisecond)
	timer := time.NewTimer(rand.N(limit) + time.Millisecond/4) //nolint:gosec // a pause is no secret
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// failed is the error of an operation, for what the driver returned.
func failed(ctx context.Context, operation string, err error) error {
	if err == nil {
		return nil
	}
	if ended := ctx.Err(); ended != nil && !errors.Is(err, ended) {
		// Drivers tell it as a broken connection, or an interrupted statement.
		err = errors.Join(ended, err)
	}
	if errors.Is(err, sql.ErrTxDone) {
		err = errors.Join(errEnded, err)
	}
	return &statementError{operation: operation, cause: err}
}
