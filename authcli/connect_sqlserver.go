package authcli

import (
	"database/sql"
	"errors"
	"net/url"

	mssql "github.com/microsoft/go-mssqldb"
	"gorm.io/driver/sqlserver"
)

// connectSQLServer reads sqlserver://user:password@host:1433?database=name with the
// parameters of the driver.
func connectSQLServer(u *url.URL) (*connector, error) {
	raw := u.String()
	c, err := mssql.NewConnector(raw)
	if err != nil {
		return nil, errors.New("SQL Server's driver cannot read the database URL; its form is sqlserver://user:password@host:1433?database=name")
	}
	pool := sql.OpenDB(c)
	dialector := sqlserver.New(sqlserver.Config{DSN: raw, Conn: pool})
	target := serverTarget(u)
	if name := u.Query().Get("database"); name != "" {
		target += " database " + name
	}
	return &connector{dialector: dialector, pool: pool, target: target}, nil
}
