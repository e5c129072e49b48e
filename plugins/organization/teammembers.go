package organization

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"

	"github.com/gorm-auth/authplugin"
)

// AddTeamMember puts a member of an organization into one of its teams; one who is in
// it stays. The actor needs the permission to update members, as in Better Auth.
func (o Operations) AddTeamMember(ctx context.Context, actor, organizationID, teamID, userID authplugin.ID) (member *TeamMember, err error) {
	err = o.lockTeamsAs(ctx, actor, organizationID, "member", "update", func(l locked) error {
		member, err = l.addTeamMember(ctx, teamID, userID)
		return err
	})
	if err != nil {
		return nil, err
	}
	return member, nil
}

// AddTeamMemberUnchecked is AddTeamMember without an actor.
func (o Operations) AddTeamMemberUnchecked(ctx context.Context, organizationID, teamID, userID authplugin.ID) (member *TeamMember, err error) {
	err = o.lockTeams(ctx, organizationID, func(l locked) error {
		member, err = l.addTeamMember(ctx, teamID, userID)
		return err
	})
	if err != nil {
		return nil, err
	}
	return member, nil
}

func (l locked) addTeamMember(ctx context.Context, teamID, userID authplugin.ID) (*TeamMember, error) {
	if err := l.hasTeam(ctx, teamID); err != nil {
		return nil, err
	}
	member, err := first[Member](ctx, l.tx, ofMember(l.organization.ID, userID)...)
	if err != nil {
		return nil, err
	}
	if member == nil {
		return nil, ErrNotMember
	}
	return l.join(ctx, teamID, userID)
}

// join puts a member into a team, if there is room.
func (l locked) join(ctx context.Context, teamID, userID authplugin.ID) (*TeamMember, error) {
	in, err := first[TeamMember](ctx, l.tx, authplugin.Eq("teamId", teamID), authplugin.Eq("userId", userID))
	if err != nil || in != nil {
		return in, err
	}
	err = reached(ctx, l.tx, l.plugin.options.Teams.MemberLimit, ErrTeamMemberLimit, ModelTeamMember, &TeamMember{},
		authplugin.Eq("teamId", teamID))
	if err != nil {
		return nil, err
	}
	if err := l.holdUser(ctx, userID); err != nil {
		return nil, err
	}
	key := membershipKey(teamID, userID)
	member, err := authplugin.RowsOf[TeamMember](l.tx).Create(ctx, TeamMember{TeamID: teamID, UserID: userID, MembershipKey: &key})
	if err != nil {
		return nil, err
	}
	return member, l.countTeam(ctx, teamID)
}

// membershipKey is the key of Better Auth: the hash of the JSON of both ids.
func membershipKey(teamID, userID authplugin.ID) string {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)                                 // as JavaScript
	_ = encoder.Encode([]string{string(teamID), string(userID)}) //nolint:errchkjson // texts can always be encoded
	sum := sha256.Sum256(bytes.TrimSuffix(text.Bytes(), []byte("\n")))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// countTeam writes down how many members a team has, which Better Auth goes by.
func (l locked) countTeam(ctx context.Context, teamID authplugin.ID) error {
	n, err := count(ctx, l.tx, ModelTeamMember, &TeamMember{}, authplugin.Eq("teamId", teamID))
	if err != nil {
		return err
	}
	_, err = authplugin.RowsOf[Team](l.tx).Update(ctx, teamID, authplugin.Values{"memberCount": n})
	return err
}

// joinInvited puts a new member into the teams of an invitation that are still there.
func (l locked) joinInvited(ctx context.Context, invitation *Invitation, userID authplugin.ID) error {
	if !l.plugin.options.Teams.Enabled {
		return nil
	}
	for _, teamID := range invitation.TeamIDs() {
		err := l.hasTeam(ctx, teamID)
		if errors.Is(err, ErrTeamNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		if _, err := l.join(ctx, teamID, userID); err != nil {
			return err
		}
	}
	return nil
}

// RemoveTeamMember takes a user out of a team, which is active in no session of the user
// any more. It is ErrNotTeamMember when the user is not in it. The actor needs the
// permission to delete members, as in Better Auth.
func (o Operations) RemoveTeamMember(ctx context.Context, actor, organizationID, teamID, userID authplugin.ID) error {
	return o.lockTeamsAs(ctx, actor, organizationID, "member", "delete", func(l locked) error {
		return l.removeTeamMember(ctx, teamID, userID)
	})
}

// RemoveTeamMemberUnchecked is RemoveTeamMember without an actor.
func (o Operations) RemoveTeamMemberUnchecked(ctx context.Context, organizationID, teamID, userID authplugin.ID) error {
	return o.lockTeams(ctx, organizationID, func(l locked) error { return l.removeTeamMember(ctx, teamID, userID) })
}

func (l locked) removeTeamMember(ctx context.Context, teamID, userID authplugin.ID) error {
	if err := l.hasTeam(ctx, teamID); err != nil {
		return err
	}
	return l.leaveTeam(ctx, teamID, userID)
}

func (l locked) leaveTeam(ctx context.Context, teamID, userID authplugin.ID) error {
	n, err := authplugin.RowsOf[TeamMember](l.tx).DeleteMany(ctx, authplugin.Eq("teamId", teamID), authplugin.Eq("userId", userID))
	if err != nil {
		return err
	}
	if n == 0 {
		return ErrNotTeamMember
	}
	if err := l.countTeam(ctx, teamID); err != nil {
		return err
	}
	return l.deactivateTeam(ctx, []authplugin.ID{userID}, teamID)
}

// leaveTeams takes a user out of all teams of the organization.
func (l locked) leaveTeams(ctx context.Context, userID authplugin.ID) error {
	of, err := all(ctx, l.tx, func(m TeamMember) authplugin.ID { return m.ID }, authplugin.Eq("userId", userID))
	if err != nil {
		return err
	}
	for _, m := range of {
		err := l.hasTeam(ctx, m.TeamID)
		if errors.Is(err, ErrTeamNotFound) { // it is of another organization
			continue
		}
		if err != nil {
			return err
		}
		if err := l.leaveTeam(ctx, m.TeamID, userID); err != nil {
			return err
		}
	}
	return nil
}

// TeamMembers lists the members of a team, the oldest first, at most 1000.
func (o Operations) TeamMembers(ctx context.Context, teamID authplugin.ID) ([]TeamMember, error) {
	if o.err != nil {
		return nil, o.err
	}
	if !o.plugin.options.Teams.Enabled {
		return nil, errTeamsDisabled
	}
	return authplugin.RowsOf[TeamMember](o.auth).FindMany(ctx, authplugin.Query{
		Where: []authplugin.Condition{authplugin.Eq("teamId", teamID)}, Sort: authplugin.Asc("createdAt", "id"), Limit: 1000,
	})
}
