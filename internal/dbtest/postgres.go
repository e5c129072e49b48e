package dbtest

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
)

type postgresBackend struct {
	dsn string
}

var _ backend = (*postgresBackend)(nil)

func (b *postgresBackend) dialect() string { return "postgres" }

func (b *postgresBackend) help() string {
	return "Set AUTHPLUGIN_TEST_POSTGRES to a DSN, or start one: " +
		"docker run -d -p 127.0.0.1:5432:5432 -e POSTGRES_HOST_AUTH_METHOD=trust postgres:15 (or apt-get install postgresql, with trust for 127.0.0.1)"
}

func (b *postgresBackend) ping(ctx context.Context) error {
	config, err := pgx.ParseConfig(b.dsn)
	if err != nil {
		return fmt.Errorf("AUTHPLUGIN_TEST_POSTGRES: %w", err)
	}

	return ping(ctx, stdlib.GetConnector(*config), postgresFull)
}

// create makes a schema, the cheapest thing that isolates tables, indexes,
// types and sequences; or a database, for what is made outside one schema.
func (b *postgresBackend) create(ctx context.Context, _ testing.TB, ownDatabase bool) (Database, func(context.Context) error, error) {
	name := uniqueName()
	create, drop := "CREATE SCHEMA "+name, "DROP SCHEMA "+name+" CASCADE"
	d := Database{Name: name, DSN: postgresSetting(postgresSetting(b.dsn, "search_path", name), "application_name", name)}

	if ownDatabase {
		// template0 cannot be busy, and takes any encoding.
		create = "CREATE DATABASE " + name + " TEMPLATE template0 ENCODING 'UTF8'"
		drop = "DROP DATABASE " + name + " WITH (FORCE)"
		d = Database{Name: "public", DSN: postgresSetting(postgresSetting(b.dsn, "dbname", name), "application_name", name)}
	}

	connector, err := postgresConnector(b.dsn)
	if err != nil {
		return Database{}, nil, err
	}

	return d, func(ctx context.Context) error {
		// A transaction that a failed test left open would hold up the removal.
		return execute(ctx, connector, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '"+name+"'", drop)
	}, execute(ctx, connector, create)
}

func (b *postgresBackend) open(d Database) (*sql.DB, error) {
	connector, err := postgresConnector(d.DSN)
	if err != nil {
		return nil, err
	}

	return sql.OpenDB(connector), nil
}

func (b *postgresBackend) dialector(d Database, pool *sql.DB) gorm.Dialector {
	return postgres.New(postgres.Config{DSN: d.DSN, Conn: pool})
}

func (b *postgresBackend) load(ctx context.Context, d Database, script string) (err error) {
	conn, err := pgx.Connect(ctx, d.DSN)
	if err != nil {
		return err
	}

	defer func() {
		if closeErr := conn.Close(ctx); err == nil {
			err = closeErr
		}
	}()

	for _, part := range splitPsql(script) {
		if part.isCopy {
			_, err = conn.PgConn().CopyFrom(ctx, strings.NewReader(part.data), part.sql)
		} else {
			_, err = conn.PgConn().Exec(ctx, part.sql).ReadAll()
		}

		if err != nil {
			return fmt.Errorf("line %d: %w", part.line, err)
		}
	}

	return nil
}

func postgresConnector(dsn string) (driver.Connector, error) {
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, err
	}

	return patientConnector{Connector: stdlib.GetConnector(*config), full: postgresFull}, nil
}

// postgresFull recognises too_many_connections.
func postgresFull(err error) bool {
	var refused *pgconn.PgError

	return errors.As(err, &refused) && refused.Code == "53300"
}

// postgresSetting changes one setting of a DSN of either form, URL or
// "key=value key=value". The value needs no escaping.
func postgresSetting(dsn, key, value string) string {
	if u, err := url.Parse(dsn); err == nil && strings.HasPrefix(u.Scheme, "postgres") {
		if key == "dbname" {
			u.Path = "/" + value
			u.RawPath = ""
		} else {
			query := u.Query()
			query.Set(key, value)
			u.RawQuery = query.Encode()
		}

		return u.String()
	}

	// The last of two equal keys counts.
	return strings.TrimSpace(dsn + " " + key + "=" + value)
}
