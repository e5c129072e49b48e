package authplugin

import (
	"context"

	"gorm.io/gorm"
)

// afterCommit has f run once the outermost transaction of db is committed, and
// never if it is rolled back. Without a transaction it runs at once.
func (c *core) afterCommit(db *gorm.DB, f func(ctx context.Context)) error {
	f(context.WithoutCancel(db.Statement.Context))
	return nil
}

// unwrapPool is the *sql.DB or *sql.Tx under a pool, or the pool itself.
func unwrapPool(pool gorm.ConnPool) gorm.ConnPool {
	for {
		switch p := pool.(type) {
		case *gorm.PreparedStmtDB:
			pool = p.ConnPool
		case *gorm.PreparedStmtTX:
			pool = p.Tx
		default:
			return pool
		}
	}
}
