package authcli

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-auth/authplugin"
)

// connectTimeout is how long a connection may take to stand, unless the URL says.
const connectTimeout = 10 * time.Second

// connector is a database URL that was read.
type connector struct {
	dialector gorm.Dialector
	// pool is what the dialector works on; nil for one of the application.
	pool *sql.DB
	// target names the database in messages, without user and parameters.
	target string
	// file is the database file of SQLite; empty for one in memory.
	file string
}

// missing says what is done about a database file that does not exist.
type missing int

const (
	refuseMissing missing = iota
	// createMissing creates it, as a migration may.
	createMissing
	// emptyMissing takes an empty database in memory for it: nothing is there yet.
	emptyMissing
)

// session is an open database with the plugin on it.
type session struct {
	auth   *authplugin.Auth
	db     *gorm.DB
	target string
	// homeless is a search_path of PostgreSQL that finds no schema.
	homeless string
	close    func()
}

// open connects to the configured database and binds the plugin to it.
func (a *app) open(ctx context.Context, whenMissing missing) (*session, error) {
	cfg, err := a.config()
	if err != nil {
		return nil, err
	}
	db, target, err := a.connect(ctx, whenMissing)
	if err != nil {
		return nil, err
	}
	s := &session{auth: authplugin.New(cfg), db: db, target: target}
	s.close = func() {
		closeAuth(s.auth)
		closePool(db)
	}
	if err := db.Use(s.auth); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// connect opens the database of --database-url or DATABASE_URL.
func (a *app) connect(ctx context.Context, missing missing) (*gorm.DB, string, error) {
	raw := a.databaseURL()
	a.addURL(raw)
	if a.Dialector != nil {
		dialector, err := a.Dialector(raw)
		if err != nil {
			return nil, "", fmt.Errorf("cannot make the dialector: %w", err)
		}
		db, err := gorm.Open(dialector, a.gormConfig())
		if err != nil {
			return nil, "", fmt.Errorf("cannot connect: %w", err)
		}
		return db, dialector.Name(), nil
	}
	if raw == "" {
		return nil, "", errors.New("no database: set DATABASE_URL, or give --database-url")
	}
	c, err := parseURL(raw)
	if err != nil {
		return nil, "", err
	}
	if c, err = a.whenMissing(c, missing); err != nil {
		return nil, "", err
	}
	limited, cancel := context.WithTimeout(ctx, 2*connectTimeout)
	defer cancel()
	if err := c.pool.PingContext(limited); err != nil {
		_ = c.pool.Close()
		return nil, "", fmt.Errorf("cannot connect to %s: %w", c.target, err)
	}
	config := a.gormConfig()
	config.DisableAutomaticPing = true
	db, err := gorm.Open(c.dialector, config)
	if err != nil {
		_ = c.pool.Close()
		return nil, "", fmt.Errorf("cannot connect to %s: %w", c.target, err)
	}
	return db, c.target, nil
}

// whenMissing decides on a database file that does not exist.
func (a *app) whenMissing(c *connector, missing missing) (*connector, error) {
	if c.file == "" {
		return c, nil
	}
	if _, err := os.Stat(c.file); !errors.Is(err, os.ErrNotExist) {
		return c, nil // what else is wrong with it, SQLite will say
	}
	if _, err := os.Stat(filepath.Dir(c.file)); err != nil {
		return nil, fmt.Errorf("the folder of the database file %s does not exist", c.file)
	}
	switch missing {
	case createMissing:
		return c, nil
	case emptyMissing:
		a.note("the database file %s does not exist yet", c.file)
		empty, err := connectSQLite("sqlite:" + memory)
		if err != nil {
			return nil, err
		}
		empty.target = c.target
		return empty, nil
	default:
		return nil, fmt.Errorf("the database file %s does not exist; migrate creates it", c.file)
	}
}

func (a *app) databaseURL() string {
	if a.flags.databaseURL != "" {
		return a.flags.databaseURL
	}
	return strings.TrimSpace(a.Getenv("DATABASE_URL")) // a file that was read into it ends with a newline
}

// gormConfig is the application's, with a logger of the command line's.
func (a *app) gormConfig() *gorm.Config {
	var config gorm.Config
	if a.GORM != nil {
		config = *a.GORM
	}
	config.Logger = logger.Discard
	if a.flags.verbose {
		config.Logger = logger.New(logWriter{redactingWriter{a, a.Stderr}}, logger.Config{LogLevel: logger.Info, IgnoreRecordNotFoundError: true})
	}
	return &config
}

// logWriter writes the lines of GORM's logger.
type logWriter struct{ w io.Writer }

// Printf implements logger.Writer.
func (l logWriter) Printf(format string, args ...any) {
	_, _ = fmt.Fprintf(l.w, format+"\n", args...)
}

// closeAuth ends what runs in the background, if db.Use came as far as that.
func closeAuth(auth *authplugin.Auth) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = auth.Close(ctx)
}

func closePool(db *gorm.DB) {
	if pool, err := db.DB(); err == nil {
		_ = pool.Close()
	}
}

var (
	errNoScheme      = errors.New("the database URL has no scheme: it begins with postgres://, mysql://, mariadb://, sqlite:, file: or sqlserver://")
	errUnknownScheme = errors.New("the scheme of the database URL is not known: it is one of postgres, postgresql, mysql, mariadb, sqlite, file, sqlserver")
)

// parseURL reads a database URL. No error shows any part of it.
func parseURL(raw string) (*connector, error) {
	scheme, _, _ := strings.Cut(raw, ":")
	switch {
	case mysqlDSN(raw):
		return connectMySQLDSN(raw)
	case scheme == "sqlite", scheme == "file":
		return connectSQLite(raw)
	case !strings.Contains(raw, "://"):
		return nil, errNoScheme
	}
	u, err := parseServerURL(raw)
	if err != nil {
		return nil, err
	}
	switch u.Scheme {
	case "postgres", "postgresql":
		return connectPostgres(u)
	case "mysql", "mariadb":
		return connectMySQL(u)
	case "sqlserver":
		return connectSQLServer(u)
	default:
		return nil, errUnknownScheme
	}
}

// parseServerURL reads the URL of a server. It refuses one that means something
// else than it seems to, as those with an unescaped password do: the rest of the
// password would be taken for a host, a path or a fragment, and be printed.
func parseServerURL(raw string) (*url.URL, error) {
	const mend = "; percent-encode the special characters of user name and password (@ is %40, / is %2F, # is %23, ? is %3F, : is %3A)"
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		return nil, errors.New("the database URL cannot be read" + mend) // the error shows the URL
	case strings.Contains(raw, "#"):
		return nil, errors.New("the database URL has a # that is not encoded" + mend)
	case strings.Contains(u.Path, "@"), u.User == nil && strings.Contains(u.RawQuery, "@"):
		return nil, errors.New("the database URL has an @ after its host" + mend)
	case strings.Count(rawUserInfo(raw), "@") > 0:
		return nil, errors.New("the database URL has more than one @" + mend)
	}
	if _, err := url.ParseQuery(u.RawQuery); err != nil {
		return nil, errors.New("the parameters of the database URL cannot be read; percent-encode their special characters")
	}
	return u, nil
}

// rawUserInfo is what stands before the last @ of the authority, as it is written.
func rawUserInfo(raw string) string {
	_, rest, _ := strings.Cut(raw, "://")
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		rest = rest[:i]
	}
	i := strings.LastIndexByte(rest, '@')
	if i < 0 {
		return ""
	}
	return rest[:i]
}

// serverTarget names a database on a server.
func serverTarget(u *url.URL) string {
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}
