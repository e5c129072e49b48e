package authcli

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// The exit codes.
const (
	// ExitOK means that all went well.
	ExitOK = 0
	// ExitError means that the command failed, was answered with no, or was
	// interrupted; and that doctor found a fault.
	ExitError = 1
	// ExitPending means that the database lacks something of the schema (status).
	ExitPending = 2
	// ExitUsage means that the command line was wrong.
	ExitUsage = 64
)

const exitCodes = `Exit codes:
  0   success
  1   an error, a fault found by doctor, a question answered with no
  2   changes are pending (status)
  64  wrong usage`

// usageError is a mistake in the command line.
type usageError struct{ err error }

func usagef(format string, args ...any) error {
	return &usageError{fmt.Errorf(format, args...)}
}

// Error implements error.
func (e *usageError) Error() string { return e.err.Error() }

// Unwrap gives the error itself.
func (e *usageError) Unwrap() error { return e.err }

var (
	// errPending ends a command whose output has said all there is to say.
	errPending = errors.New("changes are pending")
	errFault   = errors.New("a check failed")
)

// exitCode is what an error ends the program with.
func exitCode(err error) int {
	var usage *usageError
	switch {
	case err == nil:
		return ExitOK
	case errors.As(err, &usage):
		return ExitUsage
	case errors.Is(err, errPending):
		return ExitPending
	default:
		return ExitError
	}
}

// message is what is printed of an error: each line with the prefix of the
// library, nothing of one that has been printed.
func message(err error) string {
	if errors.Is(err, errPending) || errors.Is(err, errFault) {
		return ""
	}
	if errors.Is(err, context.Canceled) {
		return prefix + "interrupted\n"
	}
	text := strings.TrimSpace(err.Error())
	if !strings.HasPrefix(text, prefix) {
		text = prefix + text
	}
	return text + "\n"
}

const prefix = "authplugin: "
