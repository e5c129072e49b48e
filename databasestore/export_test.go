package databasestore

import (
	"context"

	"gorm.io/gorm"
)

// InTransactionOf stands in for authplugin.TransactionOf, whose contexts only the
// library can make.
func InTransactionOf(of func(context.Context) *gorm.DB) Option {
	return func(s *Store) { s.transactionOf = of }
}
