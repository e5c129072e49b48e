package organization

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/plugins/access"
)

// Membership is a member with what its roles permit, as it was when it was loaded.
// Load it once a request: checks cost no statement and no memory.
type Membership struct {
	Member *Member

	owner bool
	roles access.Roles
}

// Permits reports whether the member may do something: Permits("invitation", "create").
func (m *Membership) Permits(resource, action string) bool {
	return m.roles.Permit(m.Member.Role, resource, action)
}

// PermitsAll reports whether the member may do all of some things, and at least one.
func (m *Membership) PermitsAll(statements access.Statements) bool {
	return m.roles.PermitAll(m.Member.Role, statements)
}

// IsOwner reports whether the member has the role Options.CreatorRole.
func (m *Membership) IsOwner() bool { return m.owner }

// Membership loads the membership of a user: one statement, and one more with dynamic
// roles. It is ErrNotMember when there is none.
func (o Operations) Membership(ctx context.Context, userID, organizationID authplugin.ID) (*Membership, error) {
	if o.err != nil {
		return nil, o.err
	}
	member, err := authplugin.RowsOf[Member](o.auth).FindOne(ctx, authplugin.Query{Where: ofMember(organizationID, userID)})
	if errors.Is(err, authplugin.ErrNotFound) {
		return nil, ErrNotMember
	}
	if err != nil {
		return nil, err
	}
	return o.plugin.membershipOf(member, func(q authplugin.Query) ([]Role, error) {
		return authplugin.RowsOf[Role](o.auth).FindMany(ctx, q)
	})
}

// membership is the membership of a user as it is now.
func (l locked) membership(ctx context.Context, userID authplugin.ID) (*Membership, error) {
	member, err := first[Member](ctx, l.tx, ofMember(l.organization.ID, userID)...)
	if err != nil {
		return nil, err
	}
	if member == nil {
		return nil, ErrNotMember
	}
	return l.plugin.membershipOf(member, func(q authplugin.Query) ([]Role, error) {
		return authplugin.RowsOf[Role](l.tx).LockMany(ctx, q)
	})
}

// member is a member of the organization as it is now.
func (l locked) member(ctx context.Context, id authplugin.ID) (*Member, error) {
	member, err := first[Member](ctx, l.tx, authplugin.Eq("id", id), authplugin.Eq("organizationId", l.organization.ID))
	if err == nil && member == nil {
		return nil, ErrMemberNotFound
	}
	return member, err
}

func ofMember(organizationID, userID authplugin.ID) []authplugin.Condition {
	return []authplugin.Condition{authplugin.Eq("userId", userID), authplugin.Eq("organizationId", organizationID)}
}

// membershipOf adds to a member what its roles permit.
func (p *Plugin) membershipOf(member *Member, find func(q authplugin.Query) ([]Role, error)) (*Membership, error) {
	m := &Membership{Member: member, owner: p.isOwner(member), roles: p.options.Roles}
	if !p.options.DynamicRoles.Enabled {
		return m, nil
	}
	names := member.Roles()
	rows, err := find(authplugin.Query{Where: []authplugin.Condition{
		authplugin.Eq("organizationId", member.OrganizationID), authplugin.In("role", names),
	}, Sort: authplugin.Asc("id"), Limit: 2 * len(names)})
	if err != nil || len(rows) == 0 {
		return m, err
	}
	m.roles = maps.Clone(p.options.Roles)
	for _, row := range rows {
		permissions, err := row.Permissions()
		if err != nil {
			return nil, err
		}
		// As in Better Auth, a row with the name of another role adds to it.
		for resource, actions := range m.roles[row.Role].Statements() {
			permissions[resource] = slices.Concat(permissions[resource], actions)
		}
		m.roles[row.Role] = access.NewRole(permissions)
	}
	return m, nil
}

// isOwner reports whether a member is an owner.
func (p *Plugin) isOwner(m *Member) bool { return slices.Contains(m.Roles(), p.options.CreatorRole) }

// keepsOwner returns ErrLastOwner when no member among others is an owner.
func (l locked) keepsOwner(ctx context.Context, others authplugin.Condition) error {
	const page = 100
	q := authplugin.Query{Where: []authplugin.Condition{
		authplugin.Eq("organizationId", l.organization.ID), others,
		authplugin.Contains("role", l.plugin.options.CreatorRole),
	}, Sort: authplugin.Asc("id"), Limit: page}
	for {
		members, err := authplugin.RowsOf[Member](l.tx).LockMany(ctx, q)
		if err != nil {
			return err
		}
		for i := range members {
			if l.plugin.isOwner(&members[i]) {
				return nil
			}
		}
		if len(members) < page {
			return ErrLastOwner
		}
		q.After = authplugin.Values{"id": members[page-1].ID}
	}
}
