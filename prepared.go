package authplugin

import (
	"context"
	"database/sql"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"

	"gorm.io/gorm"
)

// preparedStatement is a compiled statement on one pool. Nobody waits for
// another caller that prepares it: who waits in a transaction would hold the
// very connection that the other one needs.
type preparedStatement struct {
	preparing sync.Mutex
	stmt      atomic.Pointer[sql.Stmt]
}

// get is the statement, nil while another caller prepares it.
func (p *preparedStatement) get(ctx context.Context, db *sql.DB, text string) (*sql.Stmt, error) {
	if stmt := p.stmt.Load(); stmt != nil {
		return stmt, nil
	}
	if !p.preparing.TryLock() {
		return nil, nil
	}
	defer p.preparing.Unlock()
	if stmt := p.stmt.Load(); stmt != nil {
		return stmt, nil
	}
	stmt, err := db.PrepareContext(ctx, text) //nolint:sqlclosecheck // it is kept
	if err != nil {
		return nil, err
	}
	p.stmt.Store(stmt)
	return stmt, nil
}

// drop has the statement prepared anew the next time. Whoever runs it at this
// moment finishes.
func (p *preparedStatement) drop() {
	if stmt := p.stmt.Swap(nil); stmt != nil {
		_ = stmt.Close() //nolint:sqlclosecheck // it was kept
	}
}

// neverSent reports whether database/sql has refused a prepared statement: one
// that another caller has dropped meanwhile, or that belongs to another pool than
// the transaction, which dbresolver may have begun on another source. There are
// no sentinels for it.
func neverSent(err error) bool {
	switch err.Error() {
	case "sql: statement is closed", "sql: Tx.Stmt: statement from different database used":
		return true
	default:
		return false
	}
}

// refusesPrepared reports whether the application has told GORM's driver of
// PostgreSQL to do without prepared statements. The driver is not imported.
func refusesPrepared(dialector gorm.Dialector) bool {
	v := reflect.Indirect(reflect.ValueOf(dialector))
	if v.Kind() != reflect.Struct {
		return false
	}
	config := reflect.Indirect(v.FieldByName("Config"))
	if config.Kind() != reflect.Struct {
		return false
	}
	if simple := config.FieldByName("PreferSimpleProtocol"); simple.Kind() == reflect.Bool && simple.Bool() {
		return true
	}
	dsn := config.FieldByName("DSN")
	if dsn.Kind() != reflect.String {
		return false
	}
	// pgx's only mode with statements that stay prepared is its default.
	_, mode, set := strings.Cut(dsn.String(), "default_query_exec_mode=")
	return set && !strings.HasPrefix(strings.TrimLeft(mode, "'"), "cache_statement")
}
