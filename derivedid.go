package authplugin

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Where a table lacks the unique index that would let only one of many concurrent
// inserts of a key through, the id does: it is derived from the key, and the
// primary key refuses the second row. Where ids cannot be derived, because the
// database or a function of the application makes them, the key is locked.

// uniqueKey is a key of which a table is to hold one row at most.
type uniqueKey struct {
	model *model
	parts []string
	// idGiven says that the caller has chosen the row's id.
	idGiven bool
}

// text tells all keys of all models apart.
func (k uniqueKey) text() string {
	return k.model.name + "\x00" + strings.Join(k.parts, "\x00")
}

// derivedID is the id of the row of a key; it is not ok where ids are made by
// others, and where a row that is only marked as deleted would still have it.
func (k uniqueKey) derivedID() (ID, bool) {
	if k.idGiven || k.model.keepsDeleted() {
		return "", false
	}
	sum := sha256.Sum256([]byte(k.text()))
	switch k.model.id.spec.name {
	case Random:
		return ID(textOf(sum, randomIDSize)), true
	case UUID:
		return ID(uuid.NewHash(sha256.New(), uuid.Nil, sum[:], 5).String()), true
	default:
		return "", false
	}
}

// textOf spreads a hash over n characters of the alphabet of ids.
func textOf(seed [sha256.Size]byte, n int) string {
	const limit = 256 - 256%len(idAlphabet)
	out := make([]byte, 0, n)
	for {
		for _, b := range seed {
			if int(b) < limit {
				out = append(out, idAlphabet[int(b)%len(idAlphabet)])
				if len(out) == n {
					return string(out)
				}
			}
		}
		seed = sha256.Sum256(seed[:])
	}
}

// lock makes other transactions that lock the key wait for the end of this one.
// MySQL has no such lock that ends with a transaction; there alone guards.
func (k uniqueKey) lock(ctx context.Context, c *core, tx *gorm.DB) error {
	sum := sha256.Sum256([]byte(k.text()))
	pool := tx.Statement.ConnPool
	var err error
	switch c.dialect.Name() {
	case "sqlite":
		return c.lockWriters(tx)
	case "postgres":
		n := int64(binary.BigEndian.Uint64(sum[:])) //nolint:gosec // any 64 bits will do
		_, err = pool.ExecContext(ctx, "SELECT pg_advisory_xact_lock($1)", n)
	case "sqlserver":
		err = applicationLock(ctx, pool, textOf(sum, 64))
	}
	return c.translate(k.model, err)
}

// applicationLock takes a lock of SQL Server, until the end of the transaction.
// The procedure raises no error when it was not given, not even to the victim of
// a deadlock: its return code tells, and the transaction goes on without the lock.
func applicationLock(ctx context.Context, pool gorm.ConnPool, resource string) error {
	const call = "SET NOCOUNT ON; DECLARE @code int; " +
		"EXEC @code = sp_getapplock @Resource = @p1, @LockMode = N'Exclusive', @LockOwner = N'Transaction'; SELECT @code"
	var code int
	err := pool.QueryRowContext(ctx, call, resource).Scan(&code)
	switch {
	case err != nil:
		return err
	case code == -1 || code == -3: // not in time, victim of a deadlock
		return fmt.Errorf("%w: sp_getapplock returned %d", ErrConflict, code)
	case code < 0:
		return fmt.Errorf("authplugin: sp_getapplock returned %d", code)
	default:
		return nil
	}
}

// insertOnce inserts the row of a key, unless taken finds another one, which is
// ErrDuplicate. insert is given the id to use, if any, and returns the row's.
//
// With a derived id or a lock no two transactions do so at once. On MySQL, where
// there may be neither, it looks again after the insert, with a locking read that
// waits for the inserts of others: of two that wait for each other the database
// ends one, which then finds the other's row.
func (c *core) insertOnce(db *gorm.DB, k uniqueKey, insert func(tx *gorm.DB, id ID) (ID, error), taken func(tx *gorm.DB, own ID) (bool, error)) error {
	id, derived := k.derivedID()
	return c.atomically(db, func(tx *gorm.DB) error {
		if !derived {
			if err := k.lock(db.Statement.Context, c, tx); err != nil {
				return err
			}
		}
		if held, err := taken(tx, ""); err != nil || held {
			return orDuplicate(err)
		}
		own, err := insert(tx, id)
		if err != nil || derived || c.dialect.Name() != "mysql" {
			return err
		}
		locking := tx.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}).Session(&gorm.Session{})
		if held, err := taken(locking, own); err != nil || held {
			return orDuplicate(err)
		}
		return nil
	})
}

func orDuplicate(err error) error {
	if err != nil {
		return err
	}
	return ErrDuplicate
}
