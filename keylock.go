package authplugin

import (
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"

	"gorm.io/gorm"
)

// lock makes other transactions that lock the key wait for the end of this one.
// MySQL has no such lock that ends with a transaction; there alone guards.
//
// A transaction that goes on seeing what was there when it began may have begun
// before another one that held the lock has ended. It is [ErrStaleSnapshot]: the
// row of the other one cannot be seen in it. At SERIALIZABLE SQL Server sees what
// is there; PostgreSQL ends one of two, but only if both run at it.
func (k uniqueKey) lock(ctx context.Context, c *core, tx *gorm.DB) error {
	pool := tx.Statement.ConnPool
	var stale bool
	var err error
	switch c.dialect.Name() {
	case "sqlite":
		return c.lockWriters(tx)
	case "postgres":
		stale, err = k.advisoryLock(ctx, pool)
	case "sqlserver":
		stale, err = k.applicationLock(ctx, pool)
	}
	if stale {
		return fmt.Errorf("%w: %s", ErrStaleSnapshot, k.model.name)
	}
	return c.translate(k.model, err)
}

// advisoryLock takes a lock of PostgreSQL, until the end of the transaction.
func (k uniqueKey) advisoryLock(ctx context.Context, pool gorm.ConnPool) (stale bool, err error) {
	const call = "SELECT current_setting('transaction_isolation') FROM pg_advisory_xact_lock($1)"
	sum := k.hash()
	n := int64(binary.BigEndian.Uint64(sum[:])) //nolint:gosec // any 64 bits will do
	var level string
	err = pool.QueryRowContext(ctx, call, n).Scan(&level)
	return level == "repeatable read" || level == "serializable", err
}

// applicationLock takes a lock of SQL Server, until the end of the transaction.
// The procedure raises no error when it was not given, not even to the victim of
// a deadlock: its return code tells, and the transaction goes on without the lock.
func (k uniqueKey) applicationLock(ctx context.Context, pool gorm.ConnPool) (stale bool, err error) {
	const call = "SET NOCOUNT ON; DECLARE @code int; " +
		"EXEC @code = sp_getapplock @Resource = @p1, @LockMode = N'Exclusive', @LockOwner = N'Transaction'; " +
		"SELECT @code, (SELECT transaction_isolation_level FROM sys.dm_exec_sessions WHERE session_id = @@SPID)"
	const snapshot = 5
	var code int
	var level sql.NullInt64
	err = pool.QueryRowContext(ctx, call, textOf(k.hash(), 64)).Scan(&code, &level)
	switch {
	case err != nil:
		return false, err
	case code == -1 || code == -3: // not in time, victim of a deadlock
		return false, fmt.Errorf("%w: sp_getapplock returned %d", ErrConflict, code)
	case code < 0:
		return false, fmt.Errorf("authplugin: sp_getapplock returned %d", code)
	default:
		return level.Int64 == snapshot, nil
	}
}
