package databasestore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/gorm-auth/authplugin/internal/dialect"
)

// lockWait is how long a migration waits for that of another process.
const lockWait = time.Minute

// errNoIndex is a table as it should be, but for the index.
var errNoIndex = errors.New("authplugin: databasestore: the table has no index on expires_at: call Migrate")

// Migrate creates the table and its index if they are not there. It never changes or
// removes anything. Any number of processes may call it at once; when nothing is to be
// done it is one or two queries of the catalog. It is not for calls from within a transaction.
func (s *Store) Migrate(ctx context.Context) (err error) {
	if err := s.begin(ctx); err != nil {
		return err
	}
	missing, err := s.missing(ctx, s.database)
	if err != nil || len(missing) == 0 {
		return err
	}
	conn, err := s.database.Conn(ctx)
	if err != nil {
		return failed(ctx, "migrate", err)
	}
	defer func() { err = errors.Join(err, failed(ctx, "migrate", conn.Close())) }()
	release, err := s.dialect.Lock(ctx, conn, "databasestore "+s.table, lockWait)
	if err != nil {
		return failed(ctx, "migrate", err)
	}
	defer func() { err = errors.Join(err, failed(ctx, "migrate", release(ctx, err == nil))) }()
	if missing, err = s.missing(ctx, conn); err != nil {
		return err
	}
	for _, statement := range missing {
		begun := time.Now()
		_, err := conn.ExecContext(ctx, statement)
		err = failed(ctx, "migrate", err)
		s.logger.Trace(ctx, begun, func() (string, int64) { return statement, 0 }, err)
		if err != nil {
			return err
		}
	}
	return nil
}

// SQL is what [Store.Migrate] executes on an empty database, for the application's own
// migrations. It is empty for a store that cannot be used.
func (s *Store) SQL() []string { return slices.Clone(s.ddl) }

// Validate says why the store cannot be used, nil when it can: a handle or a name that
// is none, a table or an index that is missing, a table that is another one. It reads
// the catalog of the database.
func (s *Store) Validate(ctx context.Context) error {
	if err := s.begin(ctx); err != nil {
		return err
	}
	missing, err := s.missing(ctx, s.database)
	switch {
	case err != nil:
		return err
	case len(missing) == 0:
		return nil
	case len(missing) == len(s.ddl):
		return fmt.Errorf("authplugin: databasestore: there is no table %s: call Migrate, or execute what SQL returns", s.table)
	}
	return errNoIndex
}

// missing are the statements that are to be executed yet.
func (s *Store) missing(ctx context.Context, on dialect.Querier) ([]string, error) {
	catalog, err := s.dialect.Inspect(ctx, on, []string{s.table})
	if err != nil {
		return nil, failed(ctx, "read the catalog", err)
	}
	table := catalog.Tables[s.table]
	if table == nil {
		return s.ddl, nil
	}
	for _, name := range []string{keyColumn, valueColumn, countColumn, expiryColumn} {
		if !slices.ContainsFunc(table.Columns, func(c dialect.Column) bool { return c.Name == name }) {
			return nil, fmt.Errorf("authplugin: databasestore: the table %s has no column %s: it is another one; choose a name with Table", s.table, name)
		}
	}
	leads := func(i dialect.Index) bool { return len(i.Columns) > 0 && i.Columns[0] == expiryColumn }
	if len(s.ddl) > 1 && !slices.ContainsFunc(table.Indexes, leads) {
		return s.ddl[1:], nil
	}
	return nil, nil
}
