// Package access is the access control that the plugins admin and organization share:
// roles, and what they permit. It asks no database and allocates nothing on a check.
//
//	statements := access.Statements{"project": {"create", "read", "delete"}}
//	roles := access.Roles{
//		"member": access.NewRole(access.Statements{"project": {"read"}}),
//		"owner":  access.NewRole(statements),
//	}
//	roles.Permit("member", "project", "delete") // false
//
// A user may have several roles, separated by commas, as Better Auth keeps them; one
// that permits is enough. A role that is not known permits nothing.
package access
