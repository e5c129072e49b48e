package authcli

import (
	"database/sql"
	"errors"
	"net/url"
	"path/filepath"
	"strings"

	"gorm.io/driver/sqlite"
	_ "modernc.org/sqlite" // the driver "sqlite", in Go: the program is built without a C compiler
)

const memory = ":memory:"

// splitSQLite reads sqlite:path, sqlite:///path, file:path and file:///path, with
// parameters after a question mark.
func splitSQLite(raw string) (path, query string) {
	scheme, rest, _ := strings.Cut(raw, ":")
	rest, query, _ = strings.Cut(rest, "?")
	if after, found := strings.CutPrefix(rest, "//"); found {
		rest = after
		if scheme == "file" {
			rest = strings.TrimPrefix(rest, "localhost")
		}
	}
	if plain, err := url.PathUnescape(rest); err == nil {
		rest = plain // what is no escape stands for itself
	}
	return rest, query
}

// connectSQLite opens a file with what the library asks for: foreign keys on, a
// wait for other writers, transactions that take the write lock when they begin
// (a reader that becomes a writer cannot wait), and times as the other driver of
// SQLite writes them. The URL may say otherwise.
func connectSQLite(raw string) (*connector, error) {
	path, query := splitSQLite(raw)
	if path == "" {
		return nil, errors.New("the database URL names no file: sqlite:app.db or sqlite:///var/lib/app.db")
	}
	given, err := url.ParseQuery(query)
	if err != nil {
		return nil, errors.New("the parameters of the database URL cannot be read; percent-encode their special characters")
	}
	parameters := sqliteParameters(given)
	dsn := "file:" + (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath() + "?" + parameters.Encode()
	pool, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, errors.New("SQLite's driver refuses the database URL")
	}
	c := &connector{dialector: sqlite.New(sqlite.Config{DriverName: "sqlite", DSN: dsn, Conn: pool}), pool: pool, target: "sqlite:" + path}
	if path == memory || given.Get("mode") == "memory" {
		pool.SetMaxOpenConns(1) // each connection has a database of its own
		return c, nil
	}
	c.file = filepath.FromSlash(path)
	return c, nil
}

// sqliteParameters completes the parameters of a URL. Those of the other driver,
// which begin with an underscore as well, are left out: this one has its own.
func sqliteParameters(given url.Values) url.Values {
	parameters := url.Values{}
	for key, values := range given {
		switch {
		case key == "_pragma", key == "_txlock", key == "_time_format", key == "vfs", !strings.HasPrefix(key, "_"):
			parameters[key] = values
		}
	}
	pragmas := strings.ToLower(strings.Join(parameters["_pragma"], " "))
	for _, pragma := range []string{"busy_timeout(10000)", "foreign_keys(1)"} {
		if name, _, _ := strings.Cut(pragma, "("); !strings.Contains(pragmas, name) {
			parameters.Add("_pragma", pragma)
		}
	}
	for key, value := range map[string]string{"_txlock": "immediate", "_time_format": "sqlite"} {
		if parameters.Get(key) == "" {
			parameters.Set(key, value)
		}
	}
	return parameters
}
