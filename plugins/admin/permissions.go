package admin

import "github.com/gorm-auth/authplugin/plugins/access"

// The resources that the operations are about.
const (
	ResourceUser    = "user"
	ResourceSession = "session"
)

// The actions on users and sessions, as in Better Auth.
const (
	ActionCreate            = "create"
	ActionList              = "list"
	ActionSetRole           = "set-role"
	ActionBan               = "ban"
	ActionImpersonate       = "impersonate"
	ActionImpersonateAdmins = "impersonate-admins"
	ActionDelete            = "delete"
	ActionSetPassword       = "set-password"
	ActionSetEmail          = "set-email"
	ActionGet               = "get"
	ActionUpdate            = "update"
	ActionRevoke            = "revoke"
)

// AdminStatements are what the role admin permits by default: everything but to
// impersonate other admins.
func AdminStatements() access.Statements {
	return access.Statements{
		ResourceUser: {
			ActionCreate, ActionList, ActionSetRole, ActionBan, ActionImpersonate, ActionDelete,
			ActionSetPassword, ActionSetEmail, ActionGet, ActionUpdate,
		},
		ResourceSession: {ActionList, ActionRevoke, ActionDelete},
	}
}

// DefaultRoles are admin, which permits [AdminStatements], and user, which permits
// nothing of them.
func DefaultRoles() access.Roles {
	return access.Roles{"admin": access.NewRole(AdminStatements()), "user": access.NewRole(nil)}
}
