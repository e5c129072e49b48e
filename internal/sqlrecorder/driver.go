package sqlrecorder

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"

	mssql "github.com/microsoft/go-mssqldb"
)

var (
	errNoLastInsertID = errors.New("sqlrecorder: LastInsertId is not supported, as with SQL Server; use OUTPUT")
	errNoDSN          = errors.New("sqlrecorder: the driver has no data source names, use Open")
)

// connector makes connections that all record to one place. It is its own
// driver, so that nothing is registered with database/sql.
type connector struct {
	recording *Recording
}

func (c *connector) Connect(context.Context) (driver.Conn, error) {
	return &conn{c.recording}, nil
}

func (c *connector) Driver() driver.Driver { return c }

func (c *connector) Open(string) (driver.Conn, error) { return nil, errNoDSN }

type conn struct {
	recording *Recording
}

var (
	_ driver.ConnBeginTx        = (*conn)(nil)
	_ driver.ConnPrepareContext = (*conn)(nil)
	_ driver.ExecerContext      = (*conn)(nil)
	_ driver.QueryerContext     = (*conn)(nil)
	_ driver.NamedValueChecker  = (*conn)(nil)
	_ driver.Pinger             = (*conn)(nil)
)

func (c *conn) Ping(context.Context) error { return nil }

func (c *conn) Close() error { return nil }

func (c *conn) Prepare(query string) (driver.Stmt, error) {
	return &stmt{c, query}, nil
}

func (c *conn) PrepareContext(_ context.Context, query string) (driver.Stmt, error) {
	return c.Prepare(query)
}

func (c *conn) Begin() (driver.Tx, error) {
	if err := c.recording.record("BEGIN", nil).Err; err != nil {
		return nil, err
	}

	return tx{c}, nil
}

// BeginTx ignores the isolation level, which is no part of the statement with
// SQL Server's driver either.
func (c *conn) BeginTx(context.Context, driver.TxOptions) (driver.Tx, error) {
	return c.Begin()
}

func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}

	answer := c.recording.record(query, args)
	if answer.Err != nil {
		return nil, answer.Err
	}

	return result(answer.RowsAffected), nil
}

func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}

	answer := c.recording.record(query, args)
	if answer.Err != nil {
		return nil, answer.Err
	}

	return &rows{columns: answer.Columns, values: answer.Rows}, nil
}

// CheckNamedValue refuses what go-mssqldb refuses, by asking it, and brings the
// rest to the few types of driver.Value, so that a recording does not depend on
// whether the caller passed an int or an int32.
func (c *conn) CheckNamedValue(value *driver.NamedValue) error {
	if err := new(mssql.Conn).CheckNamedValue(value); err != nil {
		return err
	}

	if valuer, ok := value.Value.(driver.Valuer); ok {
		converted, err := driver.DefaultParameterConverter.ConvertValue(valuer)
		if err != nil {
			return err
		}

		value.Value = converted

		return nil
	}

	switch value.Value.(type) {
	case mssql.VarChar, mssql.VarCharMax, mssql.NVarCharMax, mssql.NChar:
		// The type tells how the text is sent.
		return nil
	}

	if converted, err := driver.DefaultParameterConverter.ConvertValue(value.Value); err == nil {
		value.Value = converted
	}

	return nil
}

// stmt is a prepared statement. The parameters are not counted.
type stmt struct {
	conn  *conn
	query string
}

var (
	_ driver.StmtExecContext  = (*stmt)(nil)
	_ driver.StmtQueryContext = (*stmt)(nil)
)

func (s *stmt) Close() error { return nil }

func (s *stmt) NumInput() int { return -1 }

func (s *stmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	return s.conn.ExecContext(ctx, s.query, args)
}

func (s *stmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	return s.conn.QueryContext(ctx, s.query, args)
}

// Exec implements driver.Stmt. database/sql calls ExecContext instead.
func (s *stmt) Exec([]driver.Value) (driver.Result, error) { return nil, driver.ErrSkip }

// Query implements driver.Stmt. database/sql calls QueryContext instead.
func (s *stmt) Query([]driver.Value) (driver.Rows, error) { return nil, driver.ErrSkip }

type tx struct {
	conn *conn
}

func (t tx) Commit() error { return t.conn.recording.record("COMMIT", nil).Err }

func (t tx) Rollback() error { return t.conn.recording.record("ROLLBACK", nil).Err }

type result int64

func (r result) LastInsertId() (int64, error) { return 0, errNoLastInsertID }

func (r result) RowsAffected() (int64, error) { return int64(r), nil }

type rows struct {
	columns []string
	values  [][]driver.Value
}

func (r *rows) Columns() []string { return r.columns }

func (r *rows) Close() error { return nil }

func (r *rows) Next(row []driver.Value) error {
	if len(r.values) == 0 {
		return io.EOF
	}

	copy(row, r.values[0])
	r.values = r.values[1:]

	return nil
}
