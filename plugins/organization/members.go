package organization

import (
	"context"
	"errors"
	"slices"

	"gorm.io/gorm/clause"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/plugins/access"
)

// AddMember makes a user a member, without an invitation. The actor needs the
// permission to create members, and to be an owner to make one. Without roles it is
// "member".
func (o Operations) AddMember(ctx context.Context, actor, organizationID, userID authplugin.ID, roles ...string) (member *Member, err error) {
	err = o.lockAs(ctx, actor, organizationID, "member", "create", func(l locked, as *Membership) error {
		member, err = l.add(ctx, as, userID, roles)
		return err
	})
	if err != nil {
		return nil, err
	}
	return member, nil
}

// AddMemberUnchecked is AddMember without an actor.
func (o Operations) AddMemberUnchecked(ctx context.Context, organizationID, userID authplugin.ID, roles ...string) (member *Member, err error) {
	err = o.lock(ctx, organizationID, func(l locked) error {
		member, err = l.add(ctx, nil, userID, roles)
		return err
	})
	if err != nil {
		return nil, err
	}
	return member, nil
}

func (l locked) add(ctx context.Context, as *Membership, userID authplugin.ID, roles []string) (*Member, error) {
	role, err := l.checkRoles(ctx, as, roles)
	if err != nil {
		return nil, err
	}
	return l.enter(ctx, userID, role)
}

// enter makes a user a member who is none, if there is room.
func (l locked) enter(ctx context.Context, userID authplugin.ID, role string) (*Member, error) {
	member, err := first[Member](ctx, l.tx, ofMember(l.organization.ID, userID)...)
	if err != nil {
		return nil, err
	}
	if member != nil {
		return nil, ErrAlreadyMember
	}
	err = reached(ctx, l.tx, l.plugin.options.MembershipLimit, ErrMembershipLimit, ModelMember, &Member{},
		authplugin.Eq("organizationId", l.organization.ID))
	if err != nil {
		return nil, err
	}
	return l.create(ctx, userID, role)
}

func (l locked) create(ctx context.Context, userID authplugin.ID, role string) (*Member, error) {
	if err := l.holdUser(ctx, userID); err != nil {
		return nil, err
	}
	return authplugin.RowsOf[Member](l.tx).Create(ctx, Member{OrganizationID: l.organization.ID, UserID: userID, Role: role})
}

// holdUser keeps a user from being deleted while a row is made that refers to it. The
// foreign key of the row does so by itself: it waits for whoever has locked the user, see
// departure.hold.
//
// But not on SQL Server, where it has to be asked for. Microsoft's documentation of locks
// says that the update lock of the one is compatible with the shared lock that the foreign
// key takes. An exclusive lock (XLOCK) would be the wrong remedy, since a reader at READ
// COMMITTED may do without its shared lock on a row and pass (KB 324417). Two update locks
// exclude each other whatever is read, and until both transactions end; ranges need none
// (HOLDLOCK), since the row of the user is there. No SQL Server has tested this.
func (l locked) holdUser(ctx context.Context, userID authplugin.ID) error {
	if l.tx.DB(ctx).Name() != "sqlserver" {
		return nil
	}
	_, err := authplugin.RowsOf[authplugin.User](l.tx).Lock(ctx, userID)
	if errors.Is(err, authplugin.ErrNotFound) {
		return authplugin.ErrForeignKey
	}
	return err
}

// SetRoles replaces the roles of a member. The actor needs the permission to update
// members, and to be an owner to make one or to change one. The last owner stays one:
// ErrLastOwner.
func (o Operations) SetRoles(ctx context.Context, actor, organizationID, memberID authplugin.ID, roles ...string) (member *Member, err error) {
	err = o.lockAs(ctx, actor, organizationID, "member", "update", func(l locked, as *Membership) error {
		member, err = l.setRoles(ctx, as, memberID, roles)
		return err
	})
	if err != nil {
		return nil, err
	}
	return member, nil
}

// SetRolesUnchecked is SetRoles without an actor. The last owner stays one.
func (o Operations) SetRolesUnchecked(ctx context.Context, organizationID, memberID authplugin.ID, roles ...string) (member *Member, err error) {
	err = o.lock(ctx, organizationID, func(l locked) error {
		member, err = l.setRoles(ctx, nil, memberID, roles)
		return err
	})
	if err != nil {
		return nil, err
	}
	return member, nil
}

func (l locked) setRoles(ctx context.Context, as *Membership, memberID authplugin.ID, roles []string) (*Member, error) {
	member, err := l.member(ctx, memberID)
	if err != nil {
		return nil, err
	}
	owner := l.plugin.isOwner(member)
	if owner && as != nil && !as.IsOwner() {
		return nil, ErrNotAllowed
	}
	role, err := l.checkRoles(ctx, as, roles)
	if err != nil {
		return nil, err
	}
	if owner && !slices.Contains(access.Split(role), l.plugin.options.CreatorRole) {
		if err := l.keepsOwner(ctx, authplugin.Ne("id", memberID)); err != nil {
			return nil, err
		}
	}
	return authplugin.RowsOf[Member](l.tx).Update(ctx, memberID, authplugin.Values{"role": role})
}

// RemoveMember ends a membership; the organization is active in no session of the user
// any more. The actor needs the permission to delete members, and to be an owner to
// remove one. The last owner stays: ErrLastOwner.
func (o Operations) RemoveMember(ctx context.Context, actor, organizationID, memberID authplugin.ID) error {
	return o.lockAs(ctx, actor, organizationID, "member", "delete", func(l locked, as *Membership) error {
		member, err := l.member(ctx, memberID)
		if err != nil {
			return err
		}
		if l.plugin.isOwner(member) && !as.IsOwner() {
			return ErrNotAllowed
		}
		return l.remove(ctx, member)
	})
}

// RemoveMemberUnchecked is RemoveMember without an actor. The last owner stays.
func (o Operations) RemoveMemberUnchecked(ctx context.Context, organizationID, memberID authplugin.ID) error {
	return o.lock(ctx, organizationID, func(l locked) error {
		member, err := l.member(ctx, memberID)
		if err != nil {
			return err
		}
		return l.remove(ctx, member)
	})
}

// Leave ends the membership of a user. The last owner cannot: ErrLastOwner.
func (o Operations) Leave(ctx context.Context, userID, organizationID authplugin.ID) error {
	return o.lock(ctx, organizationID, func(l locked) error {
		as, err := l.membership(ctx, userID)
		if err != nil {
			return err
		}
		return l.remove(ctx, as.Member)
	})
}

func (l locked) remove(ctx context.Context, member *Member) error {
	if l.plugin.isOwner(member) {
		if err := l.keepsOwner(ctx, authplugin.Ne("id", member.ID)); err != nil {
			return err
		}
	}
	if l.plugin.options.Teams.Enabled {
		if err := l.leaveTeams(ctx, member.UserID); err != nil {
			return err
		}
	}
	if err := authplugin.RowsOf[Member](l.tx).Delete(ctx, member.ID); err != nil {
		return err
	}
	return l.deactivate(ctx, []authplugin.ID{member.UserID})
}

// MemberPage is a part of the members of an organization.
type MemberPage struct {
	// Limit is the largest number of members. Defaults to 100.
	Limit int
	// Offset skips members.
	Offset int
}

// Members lists the members of an organization, the oldest first, with their users, of
// whom only the id, name, email and image are read: one statement.
func (o Operations) Members(ctx context.Context, organizationID authplugin.ID, page MemberPage) ([]Member, error) {
	if o.err != nil {
		return nil, o.err
	}
	if page.Limit < 0 || page.Offset < 0 {
		return nil, invalid(ModelMember, "id", "a limit or offset must not be negative")
	}
	if page.Limit == 0 {
		page.Limit = 100
	}
	db := o.auth.DB(ctx)
	members := []Member{}
	err := db.Joins("User", db.Select("ID", "Name", "Email", "Image")).
		Where(o.auth.Clause(ModelMember, authplugin.Eq("organizationId", organizationID))).
		Order(clause.OrderBy{Columns: []clause.OrderByColumn{{Column: o.column("createdAt")}, {Column: o.column("id")}}}).
		Limit(page.Limit).Offset(page.Offset).Find(&members).Error
	return members, err
}

// column is the column of a field of members.
func (o Operations) column(name string) clause.Column {
	model, _ := o.auth.Schema().Model(ModelMember)
	field, _ := model.Field(name)
	return clause.Column{Table: clause.CurrentTable, Name: field.Column}
}

// CountMembers counts the members of an organization.
func (o Operations) CountMembers(ctx context.Context, organizationID authplugin.ID) (int64, error) {
	if o.err != nil {
		return 0, o.err
	}
	return authplugin.RowsOf[Member](o.auth).Count(ctx, authplugin.Eq("organizationId", organizationID))
}
