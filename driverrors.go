package authplugin

import (
	"errors"
	"regexp"

	"gorm.io/gorm"
)

// translate puts a database error under the sentinel that it means. One that means
// none, but shows a value, no longer does.
func (c *core) translate(m *model, err error) error {
	if err == nil {
		return nil
	}
	var known *databaseError
	if errors.As(err, &known) {
		return err
	}
	kind := c.errorKind(err)
	switch {
	case kind == nil:
		return concealValues(err)
	case errors.Is(err, kind):
		return err
	default:
		return &databaseError{kind: kind, model: m.name, cause: err}
	}
}

// valueError is a driver's error whose message shows a value.
type valueError struct{ cause error }

// Error implements error, without the value.
func (e *valueError) Error() string { return withoutValues(e.cause.Error()) }

// Unwrap gives the driver's error.
func (e *valueError) Unwrap() error { return e.cause }

// concealValues hides the values that the message of an error shows.
func concealValues(err error) error {
	if err == nil {
		return nil
	}
	if text := err.Error(); withoutValues(text) == text {
		return err
	}
	return &valueError{err}
}

// concealErrorValues hides them in the error of a statement on a model, whether or
// not its operation translates errors.
func (c *core) concealErrorValues(db *gorm.DB) {
	if db.Error != nil && db.Statement.Schema != nil && c.bindings[db.Statement.Schema] != nil {
		db.Error = concealValues(db.Error)
	}
}

// shownValue is where messages of databases show a value: one that a unique index
// has refused, which may be a token, or that no column of its type can hold. A value
// may hold quotes and line breaks, so that each pattern reaches as far as it can.
type shownValue struct {
	pattern *regexp.Regexp
	instead string
}

//nolint:gochecknoglobals // a table that nothing writes
var shownValues = [...]shownValue{
	// MySQL and MariaDB.
	{regexp.MustCompile(`(?s)Duplicate entry '.*' for key`), "Duplicate entry for key"},
	{regexp.MustCompile(`(?s)((?:Incorrect|Illegal|Truncated incorrect) [\w ]+ value:?) '.*'( for column)`), "$1$2"},
	{regexp.MustCompile(`(?s)((?:Incorrect|Illegal|Truncated incorrect) [\w ]+ value:?) '.*'`), "$1"},
	{regexp.MustCompile(`(?s)(Illegal \w+) '.*' (value found)`), "$1 $2"},
	{regexp.MustCompile(`(?s)(value is out of range in) '.*'`), "$1"},
	// SQL Server.
	{regexp.MustCompile(`(?s)The duplicate key value is \(.*\)`), ""},
	{regexp.MustCompile(`(?s)(Conversion failed when converting the \w+ value) '.*' (to data type)`), "$1 $2"},
	{regexp.MustCompile(`(?s)(The conversion of the \w+ value) '.*' (overflowed)`), "$1 $2"},
	{regexp.MustCompile(`(?s)(Truncated value:) '.*'`), "$1"},
	// PostgreSQL, and pgx, which may refuse a value by itself.
	{regexp.MustCompile(`(?s)(invalid input syntax for [\w ]+|invalid input value for enum [^:]+|malformed [\w ]+ literal|value out of range): ".*"`), "$1"},
	{regexp.MustCompile(`(?s)value ".*" (is out of range for type)`), "value $1"},
	{regexp.MustCompile(`(?s)unable to encode .* (into (?:binary|text) format)`), "unable to encode a value $1"},
}

func withoutValues(message string) string {
	for _, shown := range shownValues {
		message = shown.pattern.ReplaceAllString(message, shown.instead)
	}
	return message
}
