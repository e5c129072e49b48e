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
	// ErrStaleSnapshot means that [Verifications.Reserve] or [Accounts.Link] was to
	// run in a transaction at REPEATABLE READ or SERIALIZABLE on PostgreSQL, or at
	// SNAPSHOT on SQL Server, with ids that cannot be derived from what is reserved or linked: two
	// could win.
	ErrStaleSnapshot = errors.New("authplugin: the transaction's snapshot may not show who else has won: " +
		"run it at READ COMMITTED, or outside of the transaction")
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
	// ErrStorage means that the secondary storage is out of order, and that what was
	// asked for cannot be done without it; of a [RateLimiter] with [FailClosed], that
	// the storage of its counters is.
	ErrStorage = errors.New("authplugin: the secondary storage is out of order")
	// ErrForeignValue is returned by a [SecondaryStorage] for a key that holds what is no
	// value at all, such as a list of Redis. It counts as absent.
	ErrForeignValue = errors.New("authplugin: the key of the secondary storage holds something that is no value")
	// ErrNoPlugin means that a plugin is asked for that is not among Config.Plugins.
	ErrNoPlugin = errors.New("authplugin: no such plugin")
	// ErrSecretUnreadable means that [SecretBox.Open] was given what it cannot open.
	// No message shows the text.
	ErrSecretUnreadable = errors.New("authplugin: a stored secret cannot be decrypted: it was changed, or belongs to another place")
	// ErrHashFormat means that a stored password hash is not of a format that the
	// [PasswordHasher] reads. No message shows the hash.
	ErrHashFormat = errors.New("authplugin: the stored password hash is not of a known format")
	// ErrUnsafeMigration is the class of [UnsafeMigrationError].
	ErrUnsafeMigration = errors.New("authplugin: unsafe migration")
	// ErrMigrationLocked means that another process held the migration lock for
	// longer than [Config.MigrationLockTimeout].
	ErrMigrationLocked = errors.New("authplugin: another process holds the migration lock")
	// ErrPlanOutdated means that a plan given to [Auth.Apply] does not fit the
	// database any more: make a new one and review it.
	ErrPlanOutdated = errors.New("authplugin: the plan is outdated")
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
	// Plugin is the ID of the plugin whose option it is, empty for other settings.
	Plugin string
	// Problem says what is wrong and how to mend it.
	Problem string
}

// Error implements error.
func (e *ConfigError) Error() string {
	if e.Plugin != "" {
		return fmt.Sprintf("authplugin: %s (plugin %s): %s", e.Path, e.Plugin, e.Problem)
	}
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
