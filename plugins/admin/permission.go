package admin

import (
	"slices"
	"time"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/plugins/access"
)

// HasPermission reports whether a user who has been loaded may do something, by the
// roles that the user was loaded with. It reads no database. A banned user may
// nothing, and nor may nobody (nil).
func (o Operations) HasPermission(user *authplugin.User, resource, action string) bool {
	return o.err == nil && user != nil && o.plugin.permits(user, o.auth.Now, resource, action)
}

func (p *Plugin) permits(user *authplugin.User, now func() time.Time, resource, action string) bool {
	if isBanned(user, now) {
		return false
	}
	return p.adminIDs[user.ID] || p.options.Roles.Permit(p.rolesOf(user), resource, action)
}

// HasPermissions reports whether a user may do all that statements say. Unlike in
// Better Auth, several roles of a user may permit it together.
func (o Operations) HasPermissions(user *authplugin.User, statements access.Statements) bool {
	if o.err != nil || user == nil || o.IsBanned(user) {
		return false
	}
	return o.plugin.adminIDs[user.ID] || o.plugin.options.Roles.PermitAll(o.plugin.rolesOf(user), statements)
}

// RolesOf are the roles of a user who has been loaded.
func (o Operations) RolesOf(user *authplugin.User) []string {
	if o.err != nil || user == nil {
		return nil
	}
	return access.Split(o.plugin.rolesOf(user))
}

// IsAdmin reports whether a user has one of the AdminRoles, or is one of AdminUserIDs.
func (o Operations) IsAdmin(user *authplugin.User) bool {
	if o.err != nil || user == nil {
		return false
	}
	return o.plugin.isAdmin(user.ID, user.Additional.String("role"))
}

func (p *Plugin) isAdmin(id authplugin.ID, role string) bool {
	return p.adminIDs[id] || slices.ContainsFunc(access.Split(p.orDefault(role)), func(role string) bool {
		return slices.Contains(p.options.AdminRoles, role)
	})
}

// IsBanned reports whether a user who has been loaded is banned at this moment. The
// field "banned" alone does not say: a ban that has expired is lifted by the next
// sign-in.
func (o Operations) IsBanned(user *authplugin.User) bool {
	return o.err == nil && user != nil && isBanned(user, o.auth.Now)
}

func isBanned(user *authplugin.User, now func() time.Time) bool {
	return user.Additional.Bool("banned") && !isOver(user.Additional.Time("banExpires"), now)
}

// isOver reports whether a ban has expired. The zero time is for ever.
func isOver(expires time.Time, now func() time.Time) bool {
	return !expires.IsZero() && !expires.After(now())
}

// rolesOf are the roles of a user in one text.
func (p *Plugin) rolesOf(user *authplugin.User) string {
	return p.orDefault(user.Additional.String("role"))
}

func (p *Plugin) orDefault(role string) string {
	if role == "" {
		return p.options.DefaultRole
	}
	return role
}
