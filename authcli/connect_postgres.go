package authcli

import (
	"errors"
	"net/url"
	"regexp"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/driver/postgres"
)

// connectPostgres reads postgres://user:password@host:5432/database?sslmode=require,
// with the parameters that libpq knows, such as search_path and connect_timeout.
func connectPostgres(u *url.URL) (*connector, error) {
	raw := u.String()
	config, err := pgx.ParseConfig(raw)
	if err != nil {
		return nil, errors.New("PostgreSQL's driver cannot read the database URL: " + postgresProblem(err))
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = connectTimeout
	}
	pool := stdlib.OpenDB(*config)
	// The DSN is not connected to, but the library reads the driver's modes in it.
	dialector := postgres.New(postgres.Config{DSN: raw, Conn: pool})
	return &connector{dialector: dialector, pool: pool, target: serverTarget(u)}, nil
}

// postgresProblem is the reason of a parse error, without what was parsed.
func postgresProblem(err error) string {
	var inner interface{ Unwrap() error }
	if errors.As(err, &inner) && inner.Unwrap() != nil {
		err = inner.Unwrap()
	} else {
		return "it is not of the form postgres://user:password@host:5432/database"
	}
	var parse *url.Error
	if errors.As(err, &parse) {
		return "it is not a URL"
	}
	return quotedText.ReplaceAllString(err.Error(), "[...]")
}

// quotedText is what a parser shows of its input.
var quotedText = regexp.MustCompile("\"[^\"]*\"|`[^`]*`|'[^']*'")
