package organization

import (
	"context"
	"strings"

	"github.com/gorm-auth/authplugin"
)

// CreateTeam makes a team. The actor needs the permission to create teams.
func (o Operations) CreateTeam(ctx context.Context, actor, organizationID authplugin.ID, name string) (team *Team, err error) {
	err = o.lockTeamsAs(ctx, actor, organizationID, "team", "create", func(l locked) error {
		team, err = l.createTeam(ctx, name)
		return err
	})
	if err != nil {
		return nil, err
	}
	return team, nil
}

// CreateTeamUnchecked is CreateTeam without an actor.
func (o Operations) CreateTeamUnchecked(ctx context.Context, organizationID authplugin.ID, name string) (team *Team, err error) {
	err = o.lockTeams(ctx, organizationID, func(l locked) error {
		team, err = l.createTeam(ctx, name)
		return err
	})
	if err != nil {
		return nil, err
	}
	return team, nil
}

func (l locked) createTeam(ctx context.Context, name string) (*Team, error) {
	if strings.TrimSpace(name) == "" {
		return nil, invalid(ModelTeam, "name", "must not be empty")
	}
	err := reached(ctx, l.tx, l.plugin.options.Teams.Limit, ErrTeamLimit, ModelTeam, &Team{},
		authplugin.Eq("organizationId", l.organization.ID))
	if err != nil {
		return nil, err
	}
	return authplugin.RowsOf[Team](l.tx).Create(ctx, Team{Name: name, OrganizationID: l.organization.ID})
}

// UpdateTeam sets fields of a team by logical name: name, and additional ones. The actor
// needs the permission to update teams.
func (o Operations) UpdateTeam(ctx context.Context, actor, organizationID, teamID authplugin.ID, values authplugin.Values) (team *Team, err error) {
	err = o.lockTeamsAs(ctx, actor, organizationID, "team", "update", func(l locked) error {
		team, err = l.updateTeam(ctx, teamID, values)
		return err
	})
	if err != nil {
		return nil, err
	}
	return team, nil
}

// UpdateTeamUnchecked is UpdateTeam without an actor.
func (o Operations) UpdateTeamUnchecked(ctx context.Context, organizationID, teamID authplugin.ID, values authplugin.Values) (team *Team, err error) {
	err = o.lockTeams(ctx, organizationID, func(l locked) error {
		team, err = l.updateTeam(ctx, teamID, values)
		return err
	})
	if err != nil {
		return nil, err
	}
	return team, nil
}

func (l locked) updateTeam(ctx context.Context, teamID authplugin.ID, values authplugin.Values) (*Team, error) {
	for _, name := range []string{"organizationId", "memberCount", "createdAt"} {
		if values.Has(name) {
			return nil, invalid(ModelTeam, name, "cannot be changed")
		}
	}
	if name, ok := values["name"]; ok {
		if text, _ := name.(string); strings.TrimSpace(text) == "" {
			return nil, invalid(ModelTeam, "name", "must not be empty")
		}
	}
	if err := l.hasTeam(ctx, teamID); err != nil {
		return nil, err
	}
	return authplugin.RowsOf[Team](l.tx).Update(ctx, teamID, values)
}

// RemoveTeam deletes a team; it is active in no session any more. The last one stays
// unless TeamOptions.AllowRemovingAll: ErrLastTeam. The actor needs the permission to
// delete teams.
func (o Operations) RemoveTeam(ctx context.Context, actor, organizationID, teamID authplugin.ID) error {
	return o.lockTeamsAs(ctx, actor, organizationID, "team", "delete", func(l locked) error { return l.removeTeam(ctx, teamID) })
}

// RemoveTeamUnchecked is RemoveTeam without an actor.
func (o Operations) RemoveTeamUnchecked(ctx context.Context, organizationID, teamID authplugin.ID) error {
	return o.lockTeams(ctx, organizationID, func(l locked) error { return l.removeTeam(ctx, teamID) })
}

func (l locked) removeTeam(ctx context.Context, teamID authplugin.ID) error {
	if err := l.hasTeam(ctx, teamID); err != nil {
		return err
	}
	if !l.plugin.options.Teams.AllowRemovingAll {
		n, err := count(ctx, l.tx, ModelTeam, &Team{}, authplugin.Eq("organizationId", l.organization.ID))
		if err != nil {
			return err
		}
		if n <= 1 {
			return ErrLastTeam
		}
	}
	members, err := all(ctx, l.tx, func(m TeamMember) authplugin.ID { return m.ID }, authplugin.Eq("teamId", teamID))
	if err != nil {
		return err
	}
	users := make([]authplugin.ID, len(members))
	for i, m := range members {
		users[i] = m.UserID
	}
	if err := authplugin.RowsOf[Team](l.tx).Delete(ctx, teamID); err != nil {
		return err
	}
	return l.deactivateTeam(ctx, users, teamID)
}

// deactivateTeam leaves no team active in the sessions of users in which one is.
func (l locked) deactivateTeam(ctx context.Context, users []authplugin.ID, teamID authplugin.ID) error {
	was := map[string]string{FieldActiveTeam: string(teamID)}
	_, err := l.tx.Sessions().UpdateAll(ctx, users, was, authplugin.Values{FieldActiveTeam: nil})
	return err
}

// Teams lists the teams of an organization, the oldest first, at most 1000.
func (o Operations) Teams(ctx context.Context, organizationID authplugin.ID) ([]Team, error) {
	if o.err != nil {
		return nil, o.err
	}
	if !o.plugin.options.Teams.Enabled {
		return nil, errTeamsDisabled
	}
	return authplugin.RowsOf[Team](o.auth).FindMany(ctx, authplugin.Query{
		Where: []authplugin.Condition{authplugin.Eq("organizationId", organizationID)},
		Sort:  authplugin.Asc("createdAt", "id"), Limit: 1000,
	})
}

// hasTeam returns ErrTeamNotFound when the organization has no such team.
func (l locked) hasTeam(ctx context.Context, id authplugin.ID) error {
	team, err := first[Team](ctx, l.tx, authplugin.Eq("id", id), authplugin.Eq("organizationId", l.organization.ID))
	if err == nil && team == nil {
		return ErrTeamNotFound
	}
	return err
}

// checkTeams is the text of the ids of some teams, if there are such.
func (l locked) checkTeams(ctx context.Context, ids []authplugin.ID) (string, error) {
	if !l.plugin.options.Teams.Enabled {
		return "", errTeamsDisabled
	}
	texts := make([]string, len(ids))
	for i, id := range ids {
		if err := l.hasTeam(ctx, id); err != nil {
			return "", err
		}
		texts[i] = string(id)
	}
	text := strings.Join(texts, ",")
	if len(text) > maxText {
		return "", invalid(ModelInvitation, fieldTeamID, "are too many teams")
	}
	return text, nil
}

// lockTeams is lock for operations on teams.
func (o Operations) lockTeams(ctx context.Context, id authplugin.ID, fn func(l locked) error) error {
	if o.err == nil && !o.plugin.options.Teams.Enabled {
		return errTeamsDisabled
	}
	return o.lock(ctx, id, fn)
}

func (o Operations) lockTeamsAs(ctx context.Context, actor, id authplugin.ID, resource, action string, fn func(l locked) error) error {
	if o.err == nil && !o.plugin.options.Teams.Enabled {
		return errTeamsDisabled
	}
	return o.lockAs(ctx, actor, id, resource, action, func(l locked, _ *Membership) error { return fn(l) })
}
