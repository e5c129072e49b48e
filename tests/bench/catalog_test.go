package bench

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/gorm-auth/authplugin/internal/dialect"
)

// catalogStatement is a statement that the library asks the catalog.
type catalogStatement struct {
	query string
	args  []any
}

// catalogStatements are those of an up-to-date start.
func catalogStatements(h handles) []catalogStatement {
	version := ""
	if h.engine == "mysql" {
		version = h.version(h.tb)
	}
	d, err := dialect.New(h.engine, dialect.Server{MariaDB: strings.Contains(version, "MariaDB")})
	if err != nil {
		h.tb.Fatal(err)
	}
	r := catalogRecorder{pool: h.pool}
	if _, err := d.Inspect(h.tb.Context(), &r, []string{"users", "sessions", "accounts", "verifications"}); err != nil {
		h.tb.Fatal(err)
	}
	return r.statements
}

// catalogRecorder notes the statements that it passes on.
type catalogRecorder struct {
	pool       *sql.DB
	statements []catalogStatement
}

// QueryContext implements dialect.Querier.
func (r *catalogRecorder) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	r.statements = append(r.statements, catalogStatement{query, args})
	return r.pool.QueryContext(ctx, query, args...)
}

// read runs the statement and takes each value as the driver gives it.
func (s catalogStatement) read(ctx context.Context, pool *sql.DB) (err error) {
	rows, err := pool.QueryContext(ctx, s.query, s.args...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	values, into := make([]sql.RawBytes, len(columns)), make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	n := 0
	for ; rows.Next(); n++ {
		if err := rows.Scan(into...); err != nil {
			return err
		}
	}
	if n < 10 {
		return fmt.Errorf("the catalog gave %d rows", n)
	}
	return rows.Err()
}
