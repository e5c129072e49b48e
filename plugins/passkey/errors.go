package passkey

import (
	"net/http"

	"github.com/gorm-auth/authplugin"
)

// What a client may be told, with the codes of Better Auth where it has one. They are
// compared with errors.Is.
var (
	// ErrChallengeNotFound means that there is no such challenge: it has expired, was
	// used, or was made for something or somebody else.
	ErrChallengeNotFound error = authplugin.NewAPIError(http.StatusBadRequest, "CHALLENGE_NOT_FOUND", "challenge not found")
	// ErrRegistrationFailed means that the response does not prove a new credential. The
	// errors that wrap it say why.
	ErrRegistrationFailed error = authplugin.NewAPIError(http.StatusBadRequest, "FAILED_TO_VERIFY_REGISTRATION", "failed to verify registration")
	// ErrAlreadyRegistered means that somebody has the credential already.
	ErrAlreadyRegistered error = authplugin.NewAPIError(http.StatusConflict, "PREVIOUSLY_REGISTERED", "previously registered")
	// ErrTooManyPasskeys means that the user has as many as [Options.MaxPasskeys] allows.
	ErrTooManyPasskeys error = authplugin.NewAPIError(http.StatusForbidden, "TOO_MANY_PASSKEYS", "you have too many passkeys")
	// ErrAuthenticationFailed means that the response does not prove possession of the
	// passkey. The errors that wrap it say why.
	ErrAuthenticationFailed error = authplugin.NewAPIError(http.StatusUnauthorized, "AUTHENTICATION_FAILED", "authentication failed")
	// ErrUnknownCredential means that nobody who may sign in has the credential. A
	// browser can be told so by PublicKeyCredential.signalUnknownCredential.
	ErrUnknownCredential error = authplugin.NewAPIError(http.StatusUnauthorized, "PASSKEY_NOT_FOUND", "passkey not found")
	// ErrCloned means that the counter of the authenticator has not risen: there may be
	// a copy of it. The stored counter is as it was. See [Options.OnCloneWarning].
	ErrCloned error = authplugin.NewAPIError(http.StatusUnauthorized, "PASSKEY_COUNTER_NOT_RISEN", "the authenticator may have been copied")
	// ErrPasskeyNotFound means that the user has no such passkey, or none at all.
	ErrPasskeyNotFound error = authplugin.NewAPIError(http.StatusNotFound, "PASSKEY_NOT_FOUND", "passkey not found")
)

// invalid is the error for a value that a field does not take.
func invalid(field, problem string) error {
	return &authplugin.FieldError{Model: ModelPasskey, Field: field, Problem: problem}
}
