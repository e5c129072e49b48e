package admin

import (
	"net/http"

	"github.com/gorm-auth/authplugin"
)

// What a client may be told. The codes are those of Better Auth, but for the last ones.
var (
	errChangeRole     = forbidden("YOU_ARE_NOT_ALLOWED_TO_CHANGE_USERS_ROLE", "you are not allowed to change the roles of users")
	errCreate         = forbidden("YOU_ARE_NOT_ALLOWED_TO_CREATE_USERS", "you are not allowed to create users")
	errList           = forbidden("YOU_ARE_NOT_ALLOWED_TO_LIST_USERS", "you are not allowed to list users")
	errGet            = forbidden("YOU_ARE_NOT_ALLOWED_TO_GET_USER", "you are not allowed to see users")
	errUpdate         = forbidden("YOU_ARE_NOT_ALLOWED_TO_UPDATE_USERS", "you are not allowed to change users")
	errSetEmail       = forbidden("YOU_ARE_NOT_ALLOWED_TO_SET_USERS_EMAIL", "you are not allowed to change the e-mail addresses of users")
	errBan            = forbidden("YOU_ARE_NOT_ALLOWED_TO_BAN_USERS", "you are not allowed to ban users")
	errImpersonate    = forbidden("YOU_ARE_NOT_ALLOWED_TO_IMPERSONATE_USERS", "you are not allowed to impersonate users")
	errListSessions   = forbidden("YOU_ARE_NOT_ALLOWED_TO_LIST_USERS_SESSIONS", "you are not allowed to list the sessions of users")
	errRevokeSessions = forbidden("YOU_ARE_NOT_ALLOWED_TO_REVOKE_USERS_SESSIONS", "you are not allowed to revoke the sessions of users")
	errDelete         = forbidden("YOU_ARE_NOT_ALLOWED_TO_DELETE_USERS", "you are not allowed to delete users")
	errSetPassword    = forbidden("YOU_ARE_NOT_ALLOWED_TO_SET_USERS_PASSWORD", "you are not allowed to set the passwords of users")
	errNoAdmins       = forbidden("YOU_CANNOT_IMPERSONATE_ADMINS", "admins cannot be impersonated")
	errBanSelf        = refused("YOU_CANNOT_BAN_YOURSELF", "you cannot ban yourself")
	errRemoveSelf     = refused("YOU_CANNOT_REMOVE_YOURSELF", "you cannot remove yourself")
	errUnknownRole    = refused("YOU_ARE_NOT_ALLOWED_TO_SET_NON_EXISTENT_VALUE", "there is no such role")
	errTooShort       = refused("PASSWORD_TOO_SHORT", "the password is too short")
	errTooLong        = refused("PASSWORD_TOO_LONG", "the password is too long")
	errNotSignedIn    = authplugin.NewAPIError(http.StatusUnauthorized, "UNAUTHORIZED", "sign in first")

	errDemoteSelf         = refused("YOU_CANNOT_DEMOTE_YOURSELF", "you cannot take your own rights away")
	errImpersonateSelf    = refused("YOU_CANNOT_IMPERSONATE_YOURSELF", "you cannot impersonate yourself")
	errAlready            = refused("ALREADY_IMPERSONATING", "stop impersonating first")
	errNotImpersonating   = refused("NOT_IMPERSONATING", "you are not impersonating anyone")
	errAdminSessionIsOver = authplugin.NewAPIError(http.StatusUnauthorized, "ADMIN_SESSION_IS_OVER", "your own session is over, sign in again")
)

func forbidden(code, message string) *authplugin.APIError {
	return authplugin.NewAPIError(http.StatusForbidden, code, message)
}

func refused(code, message string) *authplugin.APIError {
	return authplugin.NewAPIError(http.StatusBadRequest, code, message)
}
