package authplugin

import (
	"context"

	"gorm.io/gorm"
)

// storageTransactionKey is the key of the transaction in a storage's context.
type storageTransactionKey struct{}

// withTransaction returns a context that tells a secondary storage within which
// transaction it is called.
func withTransaction(ctx context.Context, tx *gorm.DB) context.Context {
	return context.WithValue(ctx, storageTransactionKey{}, tx)
}

// storageContext is the context with which an operation asks the storage: within the
// transaction that its Auth is bound to, if there is one.
func (o bound[T]) storageContext(ctx context.Context) context.Context {
	if !inTransaction(o.handle) {
		return ctx
	}
	return withTransaction(ctx, o.handle)
}

// TransactionOf returns the handle of the transaction within which the library calls
// a secondary storage, nil when it calls it outside of one. A storage in the same
// database must use it: a connection of its own would wait for the locks of that
// transaction, which waits for the storage.
func TransactionOf(ctx context.Context) *gorm.DB {
	tx, _ := ctx.Value(storageTransactionKey{}).(*gorm.DB)
	return tx
}
