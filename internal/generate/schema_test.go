package generate

import (
	"testing"

	"gorm.io/driver/mysql"
	"gorm.io/driver/postgres"
	"gorm.io/driver/sqlite"
	"gorm.io/driver/sqlserver"
	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
)

// databases are the databases that golden files are kept for.
var databases = []string{"sqlite", "postgres", "mysql", "mariadb", "sqlserver"}

// nowhere is a dialector without a database.
func nowhere(database string) gorm.Dialector {
	switch database {
	case "postgres":
		return postgres.Open("")
	case "mysql", "mariadb":
		return mysql.New(mysql.Config{DSN: "u@tcp(127.0.0.1:1)/d", SkipInitializeWithVersion: true})
	case "sqlserver":
		return sqlserver.Open("sqlserver://127.0.0.1:1")
	default:
		return sqlite.Dialector{DriverName: "sqlite", DSN: ":memory:"}
	}
}

// describe makes the schema of a configuration for a database that is not there.
func describe(t testing.TB, database string, cfg authplugin.Config) *authplugin.Schema {
	t.Helper()
	return description(t, database, cfg).Schema
}

func description(t testing.TB, database string, cfg authplugin.Config) *authplugin.Description {
	t.Helper()
	var options []authplugin.DescribeOption
	if database == "mariadb" {
		options = append(options, authplugin.ForMariaDB())
	}
	d, err := authplugin.Describe(cfg, nowhere(database), options...)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
