package authplugin

import (
	"context"
	"errors"

	"gorm.io/gorm"
)

// endedError is a failure that came with the end of the operation's context.
// Drivers and database/sql tell it in many ways: a broken connection, a
// transaction that has been rolled back, a statement that was interrupted.
type endedError struct{ cause, err error }

// Error implements error: why the context ended, and what that did.
func (e *endedError) Error() string { return "authplugin: " + e.cause.Error() + ": " + e.err.Error() }

// Unwrap gives the context's error and the failure.
func (e *endedError) Unwrap() []error { return []error{e.cause, e.err} }

// because puts an error under that of the context, once the context has ended. An
// answer of the database, such as a duplicate, stays what it is.
func because(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	cause := ctx.Err()
	if cause == nil || errors.Is(err, cause) {
		return err
	}
	var answer *databaseError
	if errors.As(err, &answer) && !errors.Is(answer.kind, ErrConflict) {
		return err
	}
	var known *sentinelError
	if errors.As(err, &known) && answer == nil || errors.Is(err, gorm.ErrRecordNotFound) || errors.Is(err, ErrInvalid) {
		return err
	}
	return &endedError{cause, err}
}
