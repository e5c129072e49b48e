package authplugin

import (
	"fmt"

	"gorm.io/gorm"
)

// commitCallbackNames are those that registerCommitCallbacks gives, without the
// prefix.
var commitCallbackNames = []string{"observe_transaction", "mark_prepared", "lose_transaction"} //nolint:gochecknoglobals // a table that nothing writes

// registerCommitCallbacks hooks what the pool cannot see into GORM's chains.
func (c *core) registerCommitCallbacks(db *gorm.DB) error {
	if !c.observesCommits() {
		return nil
	}
	const observeName, markName, loseName = Name + ":observe_transaction", Name + ":mark_prepared", Name + ":lose_transaction"
	chains := db.Callback()
	errs := []error{
		chains.Create().After("gorm:begin_transaction").Before(Name+":prepare_create").Register(observeName, c.observeImplicit),
		chains.Update().After("gorm:begin_transaction").Before("gorm:setup_reflect_value").Register(observeName, c.observeImplicit),
		chains.Delete().After("gorm:begin_transaction").Before("gorm:before_delete").Register(observeName, c.observeImplicit),
		chains.Raw().After("gorm:raw").Register(markName, c.markPrepared),
	}
	if d, ok := c.dialect.(transactionLoser); ok {
		lose := loseTransaction(d)
		errs = append(errs,
			chains.Create().After("gorm:create").Before("gorm:commit_or_rollback_transaction").Register(loseName, lose),
			chains.Update().After("gorm:update").Before("gorm:commit_or_rollback_transaction").Register(loseName, lose),
			chains.Delete().After("gorm:delete").Before("gorm:commit_or_rollback_transaction").Register(loseName, lose),
			chains.Query().After("gorm:query").Register(loseName, lose),
			chains.Row().After("gorm:row").Register(loseName, lose),
			chains.Raw().After("gorm:raw").Register(loseName, lose),
		)
	}
	for _, err := range errs {
		if err != nil {
			return fmt.Errorf("authplugin: cannot register the GORM callbacks that observe commits: %w", err)
		}
	}
	return nil
}

// observeImplicit wraps the transaction that GORM has begun for one statement on
// a pool that is not wrapped, such as the connection of db.Connection. GORM
// then commits what was wrapped.
func (c *core) observeImplicit(db *gorm.DB) {
	pool := db.Statement.ConnPool
	if db.Error != nil || !inTransaction(db) || observedTx(pool) != nil {
		return
	}
	if _, own := db.InstanceGet("gorm:started_transaction"); own {
		db.Statement.ConnPool = observe(pool, c.dialect.Name())
	}
}

// markPrepared follows savepoints that the application sets by db.Exec: where
// GORM prepares statements, they do not come by the transaction.
func (c *core) markPrepared(db *gorm.DB) {
	prepared, ok := db.Statement.ConnPool.(*gorm.PreparedStmtTX)
	if !ok || db.DryRun {
		return
	}
	query := db.Statement.SQL.String()
	if !mayMarkSavepoint(query) {
		return
	}
	if tx := observedTx(prepared); tx != nil {
		tx.queue.mark(query, db.Error)
	}
}

// transactionLoser is a database that rolls a whole transaction back because of
// some errors, and lets a later Commit succeed all the same.
type transactionLoser interface{ LosesTransaction(err error) bool }

func loseTransaction(d transactionLoser) func(*gorm.DB) {
	return func(db *gorm.DB) {
		if db.Error == nil || !d.LosesTransaction(db.Error) {
			return
		}
		if tx := observedTx(db.Statement.ConnPool); tx != nil {
			tx.queue.lose()
		}
	}
}
