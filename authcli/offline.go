package authcli

import (
	"fmt"
	"slices"
	"strings"

	"gorm.io/driver/mysql"
	"gorm.io/driver/postgres"
	"gorm.io/driver/sqlserver"
	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
)

// dialects are the kinds of database that --dialect takes.
var dialects = []string{"sqlite", "postgres", "mysql", "mariadb", "sqlserver"} //nolint:gochecknoglobals // a table that nothing writes

// describe says what the configuration comes to on a kind of database, without one.
func (a *app) describe(dialect string) (*authplugin.Description, authplugin.Config, error) {
	var cfg authplugin.Config
	if !slices.Contains(dialects, dialect) {
		return nil, cfg, usagef("--dialect %q is not known: it is one of %s", dialect, strings.Join(dialects, ", "))
	}
	cfg, err := a.config()
	if err != nil {
		return nil, cfg, err
	}
	dialector, err := nowhere(dialect)
	if err != nil {
		return nil, cfg, err
	}
	options := []authplugin.DescribeOption{authplugin.WithGORM(*a.gormConfig())}
	if dialect == "mariadb" {
		options = append(options, authplugin.ForMariaDB())
	}
	d, err := authplugin.Describe(cfg, dialector, options...)
	return d, cfg, err
}

// nowhere is a dialector that never connects to anything.
func nowhere(dialect string) (gorm.Dialector, error) {
	switch dialect {
	case "postgres":
		return postgres.Open("host=localhost"), nil
	case "mysql", "mariadb":
		return mysql.New(mysql.Config{DSN: "tcp(localhost)/none?parseTime=true", SkipInitializeWithVersion: true}), nil
	case "sqlserver":
		return sqlserver.Open("sqlserver://localhost"), nil
	default:
		c, err := connectSQLite("sqlite:" + memory)
		if err != nil {
			return nil, err
		}
		return c.dialector, nil
	}
}

// dialectOf is the kind of database that --dialect or the database URL names.
func (a *app) dialectOf(flag string) (string, error) {
	if flag != "" {
		return flag, nil
	}
	raw := a.databaseURL()
	a.addURL(raw)
	if a.Dialector != nil {
		dialector, err := a.Dialector(raw)
		if err != nil {
			return "", fmt.Errorf("cannot make the dialector: %w", err)
		}
		return dialector.Name(), nil
	}
	if raw == "" {
		return "", usagef("there is no database: set DATABASE_URL, or say with --dialect for which kind (%s)", strings.Join(dialects, ", "))
	}
	if mysqlDSN(raw) {
		return "mysql", nil
	}
	scheme, rest, _ := strings.Cut(raw, ":")
	switch {
	case scheme == "sqlite", scheme == "file":
		return "sqlite", nil
	case !strings.HasPrefix(rest, "//"):
		return "", errNoScheme // what stands there may be a password
	case scheme == "postgresql":
		return "postgres", nil
	case !slices.Contains(dialects, scheme):
		return "", errUnknownScheme
	default:
		return scheme, nil
	}
}
