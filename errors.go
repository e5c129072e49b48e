package authplugin

import (
	"errors"
	"fmt"
	"strings"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin/internal/dialect"
)

// Errors that callers branch on, with errors.Is. Those that have a counterpart
// in GORM satisfy errors.Is with it as well, whether or not the application
// opened GORM with TranslateError.
var (
	// ErrNotInitialized is returned by every method of an Auth that was not
	// given to db.Use.
	ErrNotInitialized = errors.New("authplugin: not initialized: call db.Use(auth) first")
	// ErrNotFound means that no row matched. It satisfies errors.Is with
	// gorm.ErrRecordNotFound.
	ErrNotFound = sentinel("authplugin: not found", gorm.ErrRecordNotFound)
	// ErrExpired means that the row that was asked for has expired. It satisfies
	// errors.Is with [ErrNotFound]: to most callers both are the same.
	ErrExpired = sentinel("authplugin: expired", ErrNotFound)
	// ErrDuplicate means that a unique index refused a row. It satisfies
	// errors.Is with gorm.ErrDuplicatedKey.
	ErrDuplicate = sentinel("authplugin: duplicate", gorm.ErrDuplicatedKey)
	// ErrForeignKey means that a foreign key refused a row. It satisfies
	// errors.Is with gorm.ErrForeignKeyViolated.
	ErrForeignKey = sentinel("authplugin: foreign key violated", gorm.ErrForeignKeyViolated)
	// ErrCheck means that a check constraint refused a row. It satisfies
	// errors.Is with gorm.ErrCheckConstraintViolated.
	ErrCheck = sentinel("authplugin: check constraint violated", gorm.ErrCheckConstraintViolated)
	// ErrNotNull means that a column that may not be NULL was given none.
	ErrNotNull = errors.New("authplugin: a required column is null")
	// ErrConflict means that the database gave up on a transaction that may
	// succeed when it is run again: a deadlock, a serialization failure, a busy
	// database.
	ErrConflict = errors.New("authplugin: conflict with a concurrent transaction")
	// ErrNotLinked means that a provider's account is not linked to the user who
	// has its e-mail address, and may not be: see [AccountLinking].
	ErrNotLinked = errors.New("authplugin: the account is not linked, and may not be linked to the user with its e-mail address")
	// ErrInvalid is the class of every [FieldError]: a value, a field name or an
	// id that the schema does not accept.
	ErrInvalid = errors.New("authplugin: invalid")
	// ErrAborted is what a hook returns to refuse a write without saying why, and
	// what the caller then gets.
	ErrAborted = errors.New("authplugin: aborted by a hook")
	// ErrUnobservedTransaction means that a write needs to know when its
	// transaction is committed, and runs in one that the library cannot see the
	// end of.
	ErrUnobservedTransaction = errors.New("authplugin: the end of this transaction cannot be observed")
	// ErrHashFormat means that a stored password hash is not of a format that the
	// [PasswordHasher] reads. No message shows the hash.
	ErrHashFormat = errors.New("authplugin: the stored password hash is not of a known format")
	// ErrUnsafeMigration is the class of [UnsafeMigrationError].
	ErrUnsafeMigration = errors.New("authplugin: unsafe migration")
	// ErrMigrationLocked means that another process held the migration lock for
	// longer than [Config.MigrationLockTimeout].
	ErrMigrationLocked = errors.New("authplugin: another process holds the migration lock")
)

// errorKind is the sentinel that a database error means, nil for none.
func (c *core) errorKind(err error) error {
	switch {
	case errors.Is(err, gorm.ErrDuplicatedKey):
		return ErrDuplicate
	case errors.Is(err, gorm.ErrForeignKeyViolated):
		return ErrForeignKey
	case errors.Is(err, gorm.ErrCheckConstraintViolated):
		return ErrCheck
	}
	switch c.dialect.ErrorKind(err) {
	case dialect.DuplicateKey:
		return ErrDuplicate
	case dialect.ForeignKeyViolated:
		return ErrForeignKey
	case dialect.NotNullViolated:
		return ErrNotNull
	case dialect.CheckViolated:
		return ErrCheck
	case dialect.Retryable:
		return ErrConflict
	default:
		return nil
	}
}

// sentinelError is a sentinel that also stands for an error of GORM.
type sentinelError struct {
	text   string
	parent error
}

func sentinel(text string, parent error) error {
	return &sentinelError{text: text, parent: parent}
}

// Error implements error.
func (e *sentinelError) Error() string { return e.text }

// Unwrap gives the error that the sentinel stands for as well.
func (e *sentinelError) Unwrap() error { return e.parent }

// databaseError is a driver's error under the sentinel that it means.
type databaseError struct {
	kind  error
	model string
	cause error
}

// Error implements error, without the values that the driver shows.
func (e *databaseError) Error() string {
	return fmt.Sprintf("%s: %s: %s", e.kind, e.model, withoutValues(e.cause.Error()))
}

// Unwrap gives the sentinel and the driver's error.
func (e *databaseError) Unwrap() []error { return []error{e.kind, e.cause} }

// ConfigError is one mistake in the configuration. db.Use reports all of them
// at once, joined by errors.Join.
type ConfigError struct {
	// Path is the setting, as it is written in Go:
	// `User.AdditionalFields["rolle"].Type`.
	Path string
	// Problem says what is wrong and how to mend it.
	Problem string
}

// Error implements error.
func (e *ConfigError) Error() string {
	return fmt.Sprintf("authplugin: %s: %s", e.Path, e.Problem)
}

// FieldError is a value that the schema does not accept. It satisfies errors.Is
// with [ErrInvalid]. The value itself is never part of the message.
type FieldError struct {
	// Model and Field are logical names.
	Model, Field string
	// Problem says what is wrong and how to mend it.
	Problem string
	// Err is the error of a validator or transform of the application, if one refused.
	Err error
}

// Error implements error.
func (e *FieldError) Error() string {
	return fmt.Sprintf("authplugin: %s.%s: %s", e.Model, e.Field, e.Problem)
}

// Unwrap gives ErrInvalid and the validator's own error.
func (e *FieldError) Unwrap() []error {
	if e.Err == nil {
		return []error{ErrInvalid}
	}
	return []error{ErrInvalid, e.Err}
}

// UnsafeMigrationError says which steps of a migration were refused. Nothing
// was applied. It satisfies errors.Is with [ErrUnsafeMigration].
type UnsafeMigrationError struct {
	Steps []UnsafeStep
}

// UnsafeStep is one step that would fail or lose data.
type UnsafeStep struct {
	// Table and Name are physical: the table and its column, index or constraint.
	Table, Name string
	// Reason says why the step is unsafe.
	Reason string
	// Recipe says how to bring it about by hand, or how to make it safe.
	Recipe string
}

// Error implements error.
func (e *UnsafeMigrationError) Error() string {
	var b strings.Builder
	b.WriteString("authplugin: unsafe migration, nothing was applied")
	for _, s := range e.Steps {
		fmt.Fprintf(&b, "\n  %s.%s: %s; %s", s.Table, s.Name, s.Reason, s.Recipe)
	}
	return b.String()
}

// Unwrap gives ErrUnsafeMigration.
func (e *UnsafeMigrationError) Unwrap() error { return ErrUnsafeMigration }
