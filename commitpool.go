package authplugin

import (
	"context"
	"database/sql"
	"time"

	"gorm.io/gorm"
)

// commitPool is a connection pool whose transactions know when they end.
type commitPool struct {
	gorm.ConnPool
	// dialect decides which names of savepoints are the same.
	dialect string
}

var (
	_ gorm.ConnPool         = (*commitPool)(nil)
	_ gorm.ConnPoolBeginner = (*commitPool)(nil)
	_ gorm.GetDBConnector   = (*commitPool)(nil)
)

// wrapPool puts a commitPool under db, inside of GORM's prepared statements. A
// pool that is wrapped already, or is a transaction, stays as it is.
func (c *core) wrapPool(db *gorm.DB) {
	if prepared, ok := db.ConnPool.(*gorm.PreparedStmtDB); ok {
		prepared.ConnPool = c.wrapped(prepared.ConnPool)
		return
	}
	db.ConnPool = c.wrapped(db.ConnPool)
	db.Statement.ConnPool = db.ConnPool
}

func (c *core) wrapped(pool gorm.ConnPool) gorm.ConnPool {
	if _, ok := pool.(gorm.TxCommitter); ok {
		return pool
	}
	if _, ok := pool.(*commitPool); ok || pool == nil {
		return pool
	}
	return &commitPool{ConnPool: pool, dialect: c.dialect.Name()}
}

// BeginTx implements gorm.ConnPoolBeginner.
func (p *commitPool) BeginTx(ctx context.Context, opts *sql.TxOptions) (gorm.ConnPool, error) {
	var (
		tx  gorm.ConnPool
		err error
	)
	switch beginner := p.ConnPool.(type) {
	case gorm.TxBeginner:
		tx, err = beginner.BeginTx(ctx, opts)
	case gorm.ConnPoolBeginner:
		tx, err = beginner.BeginTx(ctx, opts)
	default:
		err = gorm.ErrInvalidTransaction
	}
	if err != nil {
		return (*commitTx)(nil), err // GORM lets the handle of a Begin that failed be rolled back
	}
	return observe(tx, p.dialect), nil
}

// GetDBConn implements gorm.GetDBConnector, so that db.DB() goes on working.
func (p *commitPool) GetDBConn() (*sql.DB, error) {
	switch pool := p.ConnPool.(type) {
	case *sql.DB:
		return pool, nil
	case gorm.GetDBConnector:
		return pool.GetDBConn()
	default:
		return nil, gorm.ErrInvalidDB
	}
}

// Ping does what gorm.Open does to test a pool.
func (p *commitPool) Ping() error {
	if pool, ok := p.ConnPool.(interface{ Ping() error }); ok {
		return pool.Ping()
	}
	return nil
}

// The settings of a *sql.DB, which dbresolver makes on the pool itself.

// SetMaxOpenConns is that of the pool beneath.
func (p *commitPool) SetMaxOpenConns(n int) {
	if pool, ok := p.ConnPool.(interface{ SetMaxOpenConns(n int) }); ok {
		pool.SetMaxOpenConns(n)
	}
}

// SetMaxIdleConns is that of the pool beneath.
func (p *commitPool) SetMaxIdleConns(n int) {
	if pool, ok := p.ConnPool.(interface{ SetMaxIdleConns(n int) }); ok {
		pool.SetMaxIdleConns(n)
	}
}

// SetConnMaxLifetime is that of the pool beneath.
func (p *commitPool) SetConnMaxLifetime(d time.Duration) {
	if pool, ok := p.ConnPool.(interface{ SetConnMaxLifetime(d time.Duration) }); ok {
		pool.SetConnMaxLifetime(d)
	}
}

// SetConnMaxIdleTime is that of the pool beneath.
func (p *commitPool) SetConnMaxIdleTime(d time.Duration) {
	if pool, ok := p.ConnPool.(interface{ SetConnMaxIdleTime(d time.Duration) }); ok {
		pool.SetConnMaxIdleTime(d)
	}
}

// unwrapPool takes off what GORM's prepared statements and the library have put
// around a pool or a transaction: a *sql.DB, *sql.Tx or *sql.Conn is left, or
// whatever else the application opened GORM with.
func unwrapPool(pool gorm.ConnPool) gorm.ConnPool {
	for {
		switch p := pool.(type) {
		case *gorm.PreparedStmtDB:
			pool = p.ConnPool
		case *gorm.PreparedStmtTX:
			pool = p.Tx
		case *commitPool:
			pool = p.ConnPool
		case *commitTx:
			if p == nil {
				return nil
			}
			pool = p.Tx
		default:
			return pool
		}
	}
}

// observedTx is the transaction under a pool if the library sees its end, nil
// otherwise.
func observedTx(pool gorm.ConnPool) *commitTx {
	for {
		switch p := pool.(type) {
		case *commitTx:
			return p
		case *gorm.PreparedStmtTX:
			pool = p.Tx
		default:
			return nil
		}
	}
}

// SQLTx returns the transaction of database/sql under a handle of GORM, whether
// or not GORM prepares its statements and the library observes commits; for
// libraries that write in the application's transaction. It is false for a
// handle outside of a transaction.
//
// The transaction is ended through GORM only: after a Commit of the *sql.Tx
// itself, AfterCommit hooks do not run. Savepoints that are made on it directly
// are not seen.
func SQLTx(tx *gorm.DB) (*sql.Tx, bool) {
	if tx == nil || tx.Statement == nil {
		return nil, false
	}
	sqlTx, ok := unwrapPool(tx.Statement.ConnPool).(*sql.Tx)
	return sqlTx, ok && sqlTx != nil
}
