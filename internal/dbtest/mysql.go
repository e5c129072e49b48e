package dbtest

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	driversql "github.com/go-sql-driver/mysql"
	"gorm.io/driver/mysql"
	"gorm.io/gorm"
)

const mysqlNoSuchThread = 1094

type mysqlBackend struct {
	dsn string
}

var _ backend = (*mysqlBackend)(nil)

func (b *mysqlBackend) dialect() string { return "mysql" }

func (b *mysqlBackend) help() string {
	return "Set AUTHPLUGIN_TEST_MYSQL to a DSN, or start one: " +
		"docker run -d -p 127.0.0.1:3306:3306 -e MARIADB_ALLOW_EMPTY_ROOT_PASSWORD=1 mariadb:10.11 (or apt-get install mariadb-server, with root allowed over TCP)"
}

func (b *mysqlBackend) ping(ctx context.Context) error {
	config, err := driversql.ParseDSN(b.dsn)
	if err != nil {
		return fmt.Errorf("AUTHPLUGIN_TEST_MYSQL: %w", err)
	}

	// The driver notices a deadline only after the connection stands.
	if deadline, ok := ctx.Deadline(); ok {
		config.Timeout = time.Until(deadline)
		config.ReadTimeout = config.Timeout
	}

	// The error says it all; the driver would print it too.
	config.Logger = &driversql.NopLogger{}

	connector, err := driversql.NewConnector(config)
	if err != nil {
		return err
	}

	return ping(ctx, connector, mysqlFull)
}

func (b *mysqlBackend) create(ctx context.Context, _ testing.TB, _ bool) (Database, func(context.Context) error, error) {
	name := uniqueName()

	config, err := driversql.ParseDSN(b.dsn)
	if err != nil {
		return Database{}, nil, err
	}

	server, err := mysqlConnector(config)
	if err != nil {
		return Database{}, nil, err
	}

	// What the library asks of a DSN, whatever the environment says: times as
	// time.Time in UTC, and matched rather than changed rows.
	config.DBName = name
	config.ParseTime = true
	config.Loc = time.UTC
	config.ClientFoundRows = true

	return Database{Name: name, DSN: config.FormatDSN()}, func(ctx context.Context) error {
		return mysqlDrop(ctx, server, name)
	}, execute(ctx, server, "CREATE DATABASE "+name+" CHARACTER SET utf8mb4")
}

// mysqlDrop first ends the connections that are left: a transaction that a
// failed test left open would hold up the removal.
func mysqlDrop(ctx context.Context, server driver.Connector, name string) (err error) {
	pool := sql.OpenDB(server)

	defer func() {
		if closeErr := pool.Close(); err == nil {
			err = closeErr
		}
	}()

	var version string
	if err := pool.QueryRowContext(ctx, "SELECT VERSION()").Scan(&version); err != nil {
		return err
	}

	// MySQL's processlist fails while a statement with a 4-byte character runs.
	query := "SELECT GROUP_CONCAT(processlist_id) FROM performance_schema.threads WHERE processlist_db = ?"
	if strings.Contains(version, "MariaDB") {
		query = "SELECT GROUP_CONCAT(id) FROM information_schema.processlist WHERE db = ?"
	}

	var ids sql.NullString
	if err := pool.QueryRowContext(ctx, query, name).Scan(&ids); err != nil {
		return err
	}

	for id := range strings.SplitSeq(ids.String, ",") {
		if id == "" {
			continue
		}

		// It may have ended by itself meanwhile.
		_, err := pool.ExecContext(ctx, "KILL "+id)

		var gone *driversql.MySQLError
		if err != nil && (!errors.As(err, &gone) || gone.Number != mysqlNoSuchThread) {
			return err
		}
	}

	_, err = pool.ExecContext(ctx, "DROP DATABASE "+name)

	return err
}

func (b *mysqlBackend) open(d Database) (*sql.DB, error) {
	config, err := driversql.ParseDSN(d.DSN)
	if err != nil {
		return nil, err
	}

	// The errors say it all, where a test cuts connections off.
	config.Logger = &driversql.NopLogger{}

	connector, err := mysqlConnector(config)
	if err != nil {
		return nil, err
	}

	return sql.OpenDB(connector), nil
}

func (b *mysqlBackend) dialector(d Database, pool *sql.DB) gorm.Dialector {
	return mysql.New(mysql.Config{DSN: d.DSN, Conn: pool})
}

func (b *mysqlBackend) load(ctx context.Context, d Database, script string) error {
	config, err := driversql.ParseDSN(d.DSN)
	if err != nil {
		return err
	}

	config.MultiStatements = true

	connector, err := mysqlConnector(config)
	if err != nil {
		return err
	}

	return execute(ctx, connector, script)
}

// mysqlConnector takes a copy of the config.
func mysqlConnector(config *driversql.Config) (driver.Connector, error) {
	connector, err := driversql.NewConnector(config)
	if err != nil {
		return nil, err
	}

	return patientConnector{Connector: connector, full: mysqlFull}, nil
}

// mysqlFull recognises ER_CON_COUNT_ERROR and ER_TOO_MANY_USER_CONNECTIONS.
func mysqlFull(err error) bool {
	var refused *driversql.MySQLError

	return errors.As(err, &refused) && (refused.Number == 1040 || refused.Number == 1203)
}
