package authplugin

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"
)

// server is what is read of the server once, at start.
type server struct {
	// offline says that there is none, see [Describe].
	offline bool
	mariaDB bool
	// autoIncrementIncrement is by how much MySQL counts.
	autoIncrementIncrement int64
	// zone is how many minutes the session is ahead of UTC.
	zone int
	// collation is what MySQL gives to the text of new tables.
	collation string
}

// readServer asks, with one statement, for what GORM does not tell, and warns of
// settings that would lose references or characters.
func readServer(ctx context.Context, db *gorm.DB) (server, error) {
	switch db.Name() {
	case "mysql":
		return readMySQL(ctx, db)
	case "sqlite":
		return server{}, warnOfForeignKeys(ctx, db)
	default:
		return server{}, nil
	}
}

// warnOfForeignKeys warns of SQLite's default, under which sessions and accounts
// outlive their user.
func warnOfForeignKeys(ctx context.Context, db *gorm.DB) error {
	var on bool
	if err := db.ConnPool.QueryRowContext(ctx, "PRAGMA foreign_keys").Scan(&on); err != nil {
		return fmt.Errorf("authplugin: cannot ask SQLite for its settings: %w", err)
	}
	if !on {
		db.Logger.Warn(ctx, "authplugin: foreign keys are off, so that sessions and accounts outlive their user; add _foreign_keys=on (mattn) or _pragma=foreign_keys(1) (modernc) to the DSN")
	}
	return nil
}

func readMySQL(ctx context.Context, db *gorm.DB) (server, error) {
	var (
		s       server
		version string
		moment  string
		noon    = time.Date(2001, 2, 3, 12, 0, 0, 0, time.UTC)
	)
	err := db.ConnPool.QueryRowContext(ctx, "SELECT VERSION(), @@auto_increment_increment, @@collation_database, TIMESTAMPDIFF(MINUTE, UTC_TIMESTAMP(), NOW()), CAST(? AS CHAR)", noon).
		Scan(&version, &s.autoIncrementIncrement, &s.collation, &s.zone, &moment)
	if err != nil {
		return s, fmt.Errorf("authplugin: cannot ask the server for its version: %w", err)
	}
	if !strings.HasPrefix(moment, noon.Format(time.DateTime)) {
		return s, errors.New("authplugin: the DSN has the driver convert times to a local zone; set loc=UTC in it, since times are stored as UTC")
	}
	s.mariaDB = strings.Contains(version, "MariaDB")
	if !strings.HasPrefix(s.collation, "utf8mb4") {
		db.Logger.Warn(ctx, "authplugin: the database's collation is %s, which cannot hold every character; create it with CHARACTER SET utf8mb4", s.collation)
	}
	return s, nil
}

// checkZone refuses a MySQL session in another zone over tables with columns of
// type timestamp, such as Better Auth's: the server would convert every moment.
// The library's own columns are of type datetime, which it leaves alone.
func (c *core) checkZone(ctx context.Context) error {
	if c.server.zone == 0 {
		return nil
	}
	catalog, err := c.inspect(ctx)
	if err != nil {
		return err
	}
	for _, m := range c.schema.tables() {
		table := catalog.Tables[m.table]
		if table == nil {
			continue
		}
		for _, column := range table.Columns {
			if f := m.byAny[column.Name]; f != nil && f.kind == Date && strings.HasPrefix(column.Type, "timestamp") {
				return fmt.Errorf("authplugin: the session's time zone is %d minutes ahead of UTC, and MySQL would convert the column %s.%s, which is of type timestamp; add time_zone=%%27%%2B00%%3A00%%27 to the DSN", c.server.zone, m.table, column.Name)
			}
		}
	}
	return nil
}
