package databasestore

import (
	"errors"
	"regexp"
	"slices"
	"strings"
)

var (
	errNoCounter = errors.New("authplugin: databasestore: increment: the key holds no counter, or one at its maximum: delete it")
	errEnded     = errors.New("the transaction of the call has ended")
)

// statementError is a failure of the database, the network or the driver. Its text
// leaves out what databases quote, which may be a value.
type statementError struct {
	operation string
	cause     error
}

// Error implements error.
func (e *statementError) Error() string {
	text := e.cause.Error()
	reason := quoted().ReplaceAllString(text, "[…]")
	missing := func(sign string) bool { return strings.Contains(text, sign) }
	if slices.ContainsFunc([]string{"42P01", "Error 1146", "no such table", "Invalid object name"}, missing) {
		reason += ": call Migrate"
	}
	return "authplugin: databasestore: " + e.operation + ": " + reason
}

// Unwrap gives the error of the driver. Its text may show values.
func (e *statementError) Unwrap() error { return e.cause }

// quoted is all from the first quote to the last: a value may hold quotes.
func quoted() *regexp.Regexp { return regexp.MustCompile(`(?s)["'].*["']`) }
