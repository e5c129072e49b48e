package username

import (
	"net/http"

	"github.com/gorm-auth/authplugin"
)

// What a client may be told. The codes are those of Better Auth, but for that of a
// reserved name, which it does not know.
var (
	errTooShort       = authplugin.NewAPIError(http.StatusBadRequest, "USERNAME_TOO_SHORT", "the username is too short")
	errTooLong        = authplugin.NewAPIError(http.StatusBadRequest, "USERNAME_TOO_LONG", "the username is too long")
	errInvalid        = authplugin.NewAPIError(http.StatusBadRequest, "INVALID_USERNAME", "the username is invalid")
	errReserved       = authplugin.NewAPIError(http.StatusBadRequest, "USERNAME_IS_RESERVED", "the username is reserved")
	errInvalidDisplay = authplugin.NewAPIError(http.StatusBadRequest, "INVALID_DISPLAY_USERNAME", "the display username is invalid")
	errImmutable      = authplugin.NewAPIError(http.StatusBadRequest, "USERNAME_IS_IMMUTABLE", "the username cannot be changed")
	errWrong          = authplugin.NewAPIError(http.StatusUnauthorized, "INVALID_USERNAME_OR_PASSWORD", "the username or the password is wrong")
	errNotVerified    = authplugin.NewAPIError(http.StatusForbidden, "EMAIL_NOT_VERIFIED", "the e-mail address is not verified")
)

// taken is what a client is told of a duplicate.
func taken(err error) error {
	api := authplugin.NewAPIError(http.StatusBadRequest, "USERNAME_IS_ALREADY_TAKEN", "the username is taken, try another one")
	api.Err = err
	return api
}
