package authplugin

import (
	"testing"

	"gorm.io/gorm"
)

func TestTransactionOf(t *testing.T) {
	t.Parallel()
	if tx := TransactionOf(t.Context()); tx != nil {
		t.Errorf("a plain context has a transaction: %v", tx)
	}
	tx := &gorm.DB{}
	if got := TransactionOf(withTransaction(t.Context(), tx)); got != tx {
		t.Errorf("TransactionOf = %p, want %p", got, tx)
	}
	if got := TransactionOf(withTransaction(withTransaction(t.Context(), tx), nil)); got != nil {
		t.Errorf("TransactionOf = %p after it was taken away", got)
	}
}
