package organization

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/gorm-auth/authplugin"
)

// LastOwnerPolicy says what happens when the user is deleted who is the last owner of
// an organization, and likewise with users who are deleted together.
type LastOwnerPolicy string

const (
	// RefuseDeletion refuses to delete the user, with a [LastOwnerError]. It is the
	// default.
	RefuseDeletion LastOwnerPolicy = "refuse"
	// DeleteOrganization deletes the organization with all that belongs to it.
	DeleteOrganization LastOwnerPolicy = "delete"
	// KeepOrganization leaves the organization without an owner, as Better Auth does.
	KeepOrganization LastOwnerPolicy = "keep"
)

// LastOwnerError is the refusal to delete users who are the last owners of
// organizations. It is an [ErrLastOwner].
type LastOwnerError struct {
	// Organizations are those that would have no owner, by id.
	Organizations []Organization
}

// Error names the organizations by their slugs.
func (e *LastOwnerError) Error() string {
	slugs := make([]string, len(e.Organizations))
	for i, organization := range e.Organizations {
		slugs[i] = organization.Slug
	}
	return "organization: the user is the last owner of " + strings.Join(slugs, ", ")
}

// Unwrap returns ErrLastOwner.
func (e *LastOwnerError) Unwrap() error { return ErrLastOwner }

// BeforeUserDelete holds the rule of the last owner, and takes the users out of their
// teams, whose counts follow. It is called by the library.
func (p *Plugin) BeforeUserDelete(ctx context.Context, tx *authplugin.Auth, userIDs []authplugin.ID) error {
	if p.options.LastOwnerDeleted == KeepOrganization && !p.options.Teams.Enabled {
		return nil
	}
	d := departure{plugin: p, tx: tx, users: userIDs, held: map[authplugin.ID]locked{}}
	owned, teams, err := d.hold(ctx)
	if err != nil {
		return err
	}
	if err := d.settleOwners(ctx, owned); err != nil {
		return err
	}
	return d.leaveTeams(ctx, teams)
}

// departure is the end of some users, with the organizations that it is about.
type departure struct {
	plugin *Plugin
	tx     *authplugin.Auth
	users  []authplugin.ID
	held   map[authplugin.ID]locked
}

// hold locks the organizations, which comes first in all operations, and then the
// users, so that none enters another one or a team, see locked.holdUser. It returns the
// organizations that they are owners of, and their teams.
func (d departure) hold(ctx context.Context) (owned []authplugin.ID, teams []Team, err error) {
	members, inTeams := authplugin.RowsOf[Member](d.tx), authplugin.RowsOf[TeamMember](d.tx)
	if _, _, err := d.lock(ctx, members.FindMany, inTeams.FindMany); err != nil {
		return nil, nil, err
	}
	_, err = authplugin.RowsOf[authplugin.User](d.tx).LockMany(ctx, authplugin.Query{
		Where: []authplugin.Condition{authplugin.In("id", d.users)}, Sort: authplugin.Asc("id"), Limit: len(d.users),
	})
	if err != nil {
		return nil, nil, err
	}
	// One that they have entered meanwhile is locked last, which may be a deadlock: the
	// transaction is then run again.
	return d.lock(ctx, members.LockMany, inTeams.LockMany)
}

// lock locks the organizations as they are found.
func (d departure) lock(
	ctx context.Context,
	members func(context.Context, authplugin.Query) ([]Member, error), inTeams func(context.Context, authplugin.Query) ([]TeamMember, error),
) (owned []authplugin.ID, teams []Team, err error) {
	if owned, err = d.owned(ctx, members); err != nil {
		return nil, nil, err
	}
	if teams, err = d.teams(ctx, inTeams); err != nil {
		return nil, nil, err
	}
	ids := slices.Clone(owned)
	for _, team := range teams {
		ids = append(ids, team.OrganizationID)
	}
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		if _, held := d.held[id]; held {
			continue
		}
		organization, err := authplugin.RowsOf[Organization](d.tx).Lock(ctx, id)
		if errors.Is(err, authplugin.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		d.held[id] = locked{d.plugin, d.tx, organization}
	}
	return owned, teams, nil
}

// owned are the organizations that the users are owners of, if that matters. It finds
// all memberships: a member whose row is locked is not made an owner meanwhile.
func (d departure) owned(ctx context.Context, find func(context.Context, authplugin.Query) ([]Member, error)) ([]authplugin.ID, error) {
	if d.plugin.options.LastOwnerDeleted == KeepOrganization {
		return nil, nil
	}
	members, err := pages(ctx, find, func(m Member) authplugin.ID { return m.ID }, authplugin.In("userId", d.users))
	var ids []authplugin.ID
	for i := range members {
		if d.plugin.isOwner(&members[i]) {
			ids = append(ids, members[i].OrganizationID)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids), err
}

// teams are the teams that the users are in.
func (d departure) teams(ctx context.Context, find func(context.Context, authplugin.Query) ([]TeamMember, error)) ([]Team, error) {
	if !d.plugin.options.Teams.Enabled {
		return nil, nil
	}
	members, err := pages(ctx, find, func(m TeamMember) authplugin.ID { return m.ID }, authplugin.In("userId", d.users))
	if err != nil {
		return nil, err
	}
	ids := make([]authplugin.ID, len(members))
	for i, m := range members {
		ids[i] = m.TeamID
	}
	slices.Sort(ids)
	var teams []Team
	for chunk := range slices.Chunk(slices.Compact(ids), 500) {
		found, err := authplugin.RowsOf[Team](d.tx).FindMany(ctx, authplugin.Query{
			Where: []authplugin.Condition{authplugin.In("id", chunk)}, Sort: authplugin.Asc("id"), Limit: len(chunk),
		})
		if err != nil {
			return nil, err
		}
		teams = append(teams, found...)
	}
	return teams, nil
}

// settleOwners deals with the organizations that have no other owner.
func (d departure) settleOwners(ctx context.Context, owned []authplugin.ID) error {
	refusal := &LastOwnerError{}
	for _, id := range owned {
		l, held := d.held[id]
		if !held {
			continue
		}
		err := l.keepsOwner(ctx, authplugin.NotIn("userId", d.users))
		switch {
		case err == nil:
		case !errors.Is(err, ErrLastOwner):
			return err
		case d.plugin.options.LastOwnerDeleted == DeleteOrganization:
			if err := l.delete(ctx); err != nil {
				return err
			}
			delete(d.held, id)
		default:
			refusal.Organizations = append(refusal.Organizations, *l.organization)
		}
	}
	if len(refusal.Organizations) > 0 {
		return refusal
	}
	return nil
}

// leaveTeams takes the users out of the teams that are still there.
func (d departure) leaveTeams(ctx context.Context, teams []Team) error {
	for _, team := range teams {
		l, held := d.held[team.OrganizationID]
		if !held {
			continue
		}
		_, err := authplugin.RowsOf[TeamMember](d.tx).DeleteMany(ctx, authplugin.Eq("teamId", team.ID), authplugin.In("userId", d.users))
		if err != nil {
			return err
		}
		if err := l.countTeam(ctx, team.ID); err != nil {
			return err
		}
	}
	return nil
}
