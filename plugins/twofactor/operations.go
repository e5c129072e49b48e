package twofactor

import (
	"net/http"

	"github.com/gorm-auth/authplugin"
)

// Operations are the operations of the plugin. Each is [authplugin.ErrNotFound] when
// there is no such user.
type Operations struct {
	plugin *Plugin
	auth   *authplugin.Auth
	err    error
}

// Of gives the operations, in the transaction that auth is bound to.
func Of(auth *authplugin.Auth) Operations {
	plugin, err := authplugin.PluginOf[*Plugin](auth)
	return Operations{plugin: plugin, auth: auth, err: err}
}

// in gives the operations in a transaction.
func (o Operations) in(tx *authplugin.Auth) Operations {
	o.auth = tx
	return o
}

// What a client may be told, with the codes of Better Auth. They are compared with
// errors.Is.
var (
	// ErrNotEnabled means that the second factor of the user is not turned on.
	ErrNotEnabled error = authplugin.NewAPIError(http.StatusBadRequest, "TWO_FACTOR_NOT_ENABLED", "two-factor authentication is not enabled")
	// ErrAlreadyEnabled means that it is, with an app.
	ErrAlreadyEnabled error = authplugin.NewAPIError(http.StatusConflict, "TWO_FACTOR_ALREADY_ENABLED", "two-factor authentication is enabled already")
	// ErrTOTPNotEnabled means that the user has no app, or has not confirmed it.
	ErrTOTPNotEnabled error = authplugin.NewAPIError(http.StatusBadRequest, "TOTP_NOT_ENABLED", "codes of an authenticator app are not enabled")
	// ErrOTPNotConfigured means that [Options.SendOTP] is not set.
	ErrOTPNotConfigured error = authplugin.NewAPIError(http.StatusBadRequest, "OTP_NOT_CONFIGURED", "codes cannot be sent")
	// ErrBackupCodesNotEnabled means that the user has none.
	ErrBackupCodesNotEnabled error = authplugin.NewAPIError(http.StatusBadRequest, "BACKUP_CODES_NOT_ENABLED", "back-up codes are not enabled")
	// ErrInvalidCode means that the code is wrong, or was used before.
	ErrInvalidCode error = authplugin.NewAPIError(http.StatusUnauthorized, "INVALID_CODE", "the code is not valid")
	// ErrInvalidBackupCode means that the back-up code is wrong, or was used before.
	ErrInvalidBackupCode error = authplugin.NewAPIError(http.StatusUnauthorized, "INVALID_BACKUP_CODE", "the back-up code is not valid")
	// ErrOTPExpired means that no code was sent, or that it has expired or was used.
	ErrOTPExpired error = authplugin.NewAPIError(http.StatusBadRequest, "OTP_HAS_EXPIRED", "the code has expired")
	// ErrTooManyAttempts means that the code that was sent was tried too often.
	ErrTooManyAttempts error = authplugin.NewAPIError(http.StatusBadRequest, "TOO_MANY_ATTEMPTS_REQUEST_NEW_CODE", "too many attempts: request a new code")
	// ErrLocked means that too many attempts have failed. Status tells until when.
	ErrLocked error = authplugin.NewAPIError(http.StatusTooManyRequests, "ACCOUNT_TEMPORARILY_LOCKED", "too many attempts have failed: try again later")
)
