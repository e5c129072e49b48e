package organization

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/plugins/access"
)

// checkRoles is the text of some roles, if they exist and a member may give them: the
// role of owners is given by owners, and one that the organization has made by who has
// all of its permissions.
func (l locked) checkRoles(ctx context.Context, as *Membership, roles []string) (string, error) {
	if len(roles) == 0 {
		roles = []string{"member"}
	}
	names := access.Split(access.Join(roles))
	text := access.Join(names)
	if len(names) == 0 || len(text) > maxText {
		return "", invalid(ModelMember, "role", "must be between 1 and 255 characters long")
	}
	var others []string
	for _, name := range names {
		if name == l.plugin.options.CreatorRole && as != nil && !as.IsOwner() {
			return "", ErrNotAllowed
		}
		if _, ok := l.plugin.options.Roles[name]; !ok {
			others = append(others, name)
		}
	}
	if len(others) == 0 {
		return text, nil
	}
	return text, l.checkDynamic(ctx, as, others)
}

// checkDynamic checks roles that the organization must have made.
func (l locked) checkDynamic(ctx context.Context, as *Membership, names []string) error {
	if !l.plugin.options.DynamicRoles.Enabled {
		return ErrRoleNotFound
	}
	for _, name := range names {
		role, err := l.role(ctx, name)
		if err != nil {
			return err
		}
		permissions, err := role.Permissions()
		if err != nil {
			return err
		}
		if as != nil && !as.mayGrant(permissions) {
			return ErrNotAllowed
		}
	}
	return nil
}

// mayGrant reports whether the member has all permissions.
func (m *Membership) mayGrant(permissions access.Statements) bool {
	for resource, actions := range permissions {
		for _, action := range actions {
			if !m.Permits(resource, action) {
				return false
			}
		}
	}
	return true
}

// role is a role that the organization has made, as it is now.
func (l locked) role(ctx context.Context, name string) (*Role, error) {
	role, err := first[Role](ctx, l.tx, l.named(name)...)
	if err == nil && role == nil {
		return nil, ErrRoleNotFound
	}
	return role, err
}

func (l locked) named(name string) []authplugin.Condition {
	return []authplugin.Condition{authplugin.Eq("organizationId", l.organization.ID), authplugin.Eq("role", name)}
}

// CreateRole makes a role for an organization, with permissions that some role of
// Options.Roles has. The actor needs the permission to create roles (resource ac), and
// all that the role is to permit: nobody grants more than they have.
func (o Operations) CreateRole(ctx context.Context, actor, organizationID authplugin.ID, name string, permissions access.Statements) (role *Role, err error) {
	err = o.lockRolesAs(ctx, actor, organizationID, "create", func(l locked, as *Membership) error {
		role, err = l.createRole(ctx, as, name, permissions)
		return err
	})
	if err != nil {
		return nil, err
	}
	return role, nil
}

// CreateRoleUnchecked is CreateRole without an actor.
func (o Operations) CreateRoleUnchecked(ctx context.Context, organizationID authplugin.ID, name string, permissions access.Statements) (role *Role, err error) {
	err = o.lockRoles(ctx, organizationID, func(l locked) error {
		role, err = l.createRole(ctx, nil, name, permissions)
		return err
	})
	if err != nil {
		return nil, err
	}
	return role, nil
}

func (l locked) createRole(ctx context.Context, as *Membership, name string, permissions access.Statements) (*Role, error) {
	if !isRoleName(name) {
		return nil, invalid(ModelOrganizationRole, "role", "must be text without commas, and without spaces around it")
	}
	if _, ok := l.plugin.options.Roles[name]; ok {
		return nil, ErrRoleTaken
	}
	text, err := l.checkPermissions(as, permissions)
	if err != nil {
		return nil, err
	}
	role, err := first[Role](ctx, l.tx, l.named(name)...)
	if err != nil {
		return nil, err
	}
	if role != nil {
		return nil, ErrRoleTaken
	}
	err = reached(ctx, l.tx, l.plugin.options.DynamicRoles.Limit, ErrRoleLimit, ModelOrganizationRole, &Role{},
		authplugin.Eq("organizationId", l.organization.ID))
	if err != nil {
		return nil, err
	}
	return authplugin.RowsOf[Role](l.tx).Create(ctx, Role{OrganizationID: l.organization.ID, Role: name, Permission: text})
}

// checkPermissions is the text of permissions that exist and that a member has.
func (l locked) checkPermissions(as *Membership, permissions access.Statements) (string, error) {
	if permissions.Without(l.plugin.all) != nil {
		return "", ErrUnknownPermission
	}
	if as != nil && !as.mayGrant(permissions) {
		return "", ErrNotAllowed
	}
	if permissions == nil {
		permissions = access.Statements{}
	}
	text, err := json.Marshal(permissions)
	return string(text), err
}

// UpdateRole replaces the permissions of a role that an organization has made. The actor
// needs the permission to update roles, and all that the role permitted and is to
// permit.
func (o Operations) UpdateRole(ctx context.Context, actor, organizationID authplugin.ID, name string, permissions access.Statements) (role *Role, err error) {
	err = o.lockRolesAs(ctx, actor, organizationID, "update", func(l locked, as *Membership) error {
		role, err = l.updateRole(ctx, as, name, permissions)
		return err
	})
	if err != nil {
		return nil, err
	}
	return role, nil
}

// UpdateRoleUnchecked is UpdateRole without an actor.
func (o Operations) UpdateRoleUnchecked(ctx context.Context, organizationID authplugin.ID, name string, permissions access.Statements) (role *Role, err error) {
	err = o.lockRoles(ctx, organizationID, func(l locked) error {
		role, err = l.updateRole(ctx, nil, name, permissions)
		return err
	})
	if err != nil {
		return nil, err
	}
	return role, nil
}

func (l locked) updateRole(ctx context.Context, as *Membership, name string, permissions access.Statements) (*Role, error) {
	role, err := l.role(ctx, name)
	if err != nil {
		return nil, err
	}
	before, err := role.Permissions()
	if err != nil {
		return nil, err
	}
	if as != nil && !as.mayGrant(before) {
		return nil, ErrNotAllowed
	}
	text, err := l.checkPermissions(as, permissions)
	if err != nil {
		return nil, err
	}
	return authplugin.RowsOf[Role](l.tx).Update(ctx, role.ID, authplugin.Values{"permission": text})
}

// DeleteRole deletes a role that an organization has made. It is ErrRoleAssigned while a
// member or a pending invitation has it. The actor needs the permission to delete
// roles.
func (o Operations) DeleteRole(ctx context.Context, actor, organizationID authplugin.ID, name string) error {
	return o.lockRolesAs(ctx, actor, organizationID, "delete", func(l locked, _ *Membership) error { return l.deleteRole(ctx, name) })
}

// DeleteRoleUnchecked is DeleteRole without an actor.
func (o Operations) DeleteRoleUnchecked(ctx context.Context, organizationID authplugin.ID, name string) error {
	return o.lockRoles(ctx, organizationID, func(l locked) error { return l.deleteRole(ctx, name) })
}

func (l locked) deleteRole(ctx context.Context, name string) error {
	role, err := l.role(ctx, name)
	if err != nil {
		return err
	}
	has := authplugin.Contains("role", name)
	members, err := all(ctx, l.tx, func(m Member) authplugin.ID { return m.ID },
		authplugin.Eq("organizationId", l.organization.ID), has)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(members, func(m Member) bool { return slices.Contains(m.Roles(), name) }) {
		return ErrRoleAssigned
	}
	invitations, err := all(ctx, l.tx, func(i Invitation) authplugin.ID { return i.ID }, append(l.pending(), has)...)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(invitations, func(i Invitation) bool { return slices.Contains(i.Roles(), name) }) {
		return ErrRoleAssigned
	}
	return authplugin.RowsOf[Role](l.tx).Delete(ctx, role.ID)
}

// Roles lists the roles that an organization has made, by name. The actor needs the
// permission to read roles.
func (o Operations) Roles(ctx context.Context, actor, organizationID authplugin.ID) ([]Role, error) {
	as, err := o.Membership(ctx, actor, organizationID)
	if err != nil {
		return nil, err
	}
	if !as.Permits("ac", "read") {
		return nil, ErrNotAllowed
	}
	return o.RolesUnchecked(ctx, organizationID)
}

// RolesUnchecked is Roles without an actor.
func (o Operations) RolesUnchecked(ctx context.Context, organizationID authplugin.ID) ([]Role, error) {
	if o.err != nil {
		return nil, o.err
	}
	if !o.plugin.options.DynamicRoles.Enabled {
		return nil, errDynamicRolesDisabled
	}
	return authplugin.RowsOf[Role](o.auth).FindMany(ctx, authplugin.Query{
		Where: []authplugin.Condition{authplugin.Eq("organizationId", organizationID)},
		Sort:  authplugin.Asc("role", "id"), Limit: 1000,
	})
}

// lockRoles is lock for operations on roles.
func (o Operations) lockRoles(ctx context.Context, id authplugin.ID, fn func(l locked) error) error {
	if o.err == nil && !o.plugin.options.DynamicRoles.Enabled {
		return errDynamicRolesDisabled
	}
	return o.lock(ctx, id, fn)
}

func (o Operations) lockRolesAs(ctx context.Context, actor, id authplugin.ID, action string, fn func(l locked, as *Membership) error) error {
	if o.err == nil && !o.plugin.options.DynamicRoles.Enabled {
		return errDynamicRolesDisabled
	}
	return o.lockAs(ctx, actor, id, "ac", action, fn)
}
