package dbtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	mssql "github.com/microsoft/go-mssqldb"
	"github.com/microsoft/go-mssqldb/msdsn"
	"gorm.io/driver/sqlserver"
	"gorm.io/gorm"
)

type sqlserverBackend struct {
	dsn string // empty: there is no server
}

var _ backend = (*sqlserverBackend)(nil)

var errNoServer = errors.New("AUTHPLUGIN_TEST_SQLSERVER is not set")

func (b *sqlserverBackend) dialect() string { return "sqlserver" }

func (b *sqlserverBackend) help() string {
	return "Set AUTHPLUGIN_TEST_SQLSERVER to sqlserver://sa:PASSWORD@127.0.0.1:1433 after: " +
		"docker run -d -p 127.0.0.1:1433:1433 -e ACCEPT_EULA=Y -e MSSQL_SA_PASSWORD=PASSWORD mcr.microsoft.com/mssql/server:2022-latest"
}

func (b *sqlserverBackend) ping(ctx context.Context) error {
	if b.dsn == "" {
		return errNoServer
	}

	config, err := msdsn.Parse(b.dsn)
	if err != nil {
		return fmt.Errorf("AUTHPLUGIN_TEST_SQLSERVER: %w", err)
	}

	// The driver minds no deadline while it waits for the server's greeting.
	if deadline, ok := ctx.Deadline(); ok {
		config.DialTimeout = time.Until(deadline)
		config.ConnTimeout = config.DialTimeout
	}

	return ping(ctx, mssql.NewConnectorConfig(config), func(error) bool { return false })
}

func (b *sqlserverBackend) create(ctx context.Context, _ testing.TB, _ bool) (Database, func(context.Context) error, error) {
	name := uniqueName()

	config, err := msdsn.Parse(b.dsn)
	if err != nil {
		return Database{}, nil, err
	}

	server, err := mssql.NewConnector(b.dsn)
	if err != nil {
		return Database{}, nil, err
	}

	config.Database = name

	return Database{Name: name, DSN: config.URL().String()}, func(ctx context.Context) error {
		// Connections that are still open would keep the database.
		return execute(ctx, server,
			"ALTER DATABASE ["+name+"] SET SINGLE_USER WITH ROLLBACK IMMEDIATE",
			"DROP DATABASE ["+name+"]")
	}, execute(ctx, server, "CREATE DATABASE ["+name+"]")
}

func (b *sqlserverBackend) open(d Database) (*sql.DB, error) {
	return sql.Open("sqlserver", d.DSN)
}

func (b *sqlserverBackend) dialector(d Database, pool *sql.DB) gorm.Dialector {
	return sqlserver.New(sqlserver.Config{DSN: d.DSN, Conn: pool})
}

func (b *sqlserverBackend) load(ctx context.Context, d Database, script string) error {
	connector, err := mssql.NewConnector(d.DSN)
	if err != nil {
		return err
	}

	return execute(ctx, connector, splitBatches(script)...)
}

// splitBatches cuts a script at its GO lines, which are not SQL but the
// client's own.
func splitBatches(script string) []string {
	var (
		batches []string
		batch   strings.Builder
	)

	flush := func() {
		if text := strings.TrimSpace(batch.String()); text != "" {
			batches = append(batches, text)
		}

		batch.Reset()
	}

	for line := range strings.Lines(script) {
		if strings.EqualFold(strings.TrimSpace(line), "GO") {
			flush()
		} else {
			batch.WriteString(line)
		}
	}

	flush()

	return batches
}
