package organization

import (
	"context"
	"net/http"

	"github.com/gorm-auth/authplugin"
)

// ErrNoneActive means that no organization is active in a session.
var ErrNoneActive = authplugin.NewAPIError(http.StatusBadRequest, "NO_ACTIVE_ORGANIZATION", "no active organization")

// SetActive makes an organization the active one of a session, whose user must be a
// member; no team is active then. An empty id leaves none active. Copies of the session
// follow.
func (o Operations) SetActive(ctx context.Context, token string, organizationID authplugin.ID) (*authplugin.Session, error) {
	return o.activate(ctx, token, func(tx *authplugin.Auth, found *authplugin.FoundSession[authplugin.Session, authplugin.User]) (authplugin.Values, error) {
		values := o.none()
		if organizationID == "" {
			return values, nil
		}
		// Whoever ends the membership waits for its row, and then for the session.
		member, err := first[Member](ctx, tx, ofMember(organizationID, found.User.ID)...)
		if err != nil {
			return nil, err
		}
		if member == nil {
			return nil, ErrNotMember
		}
		values[FieldActiveOrganization] = string(organizationID)
		return values, nil
	})
}

// SetActiveTeam makes a team of the active organization the active one of a session,
// whose user must be in it. An empty id leaves none active.
func (o Operations) SetActiveTeam(ctx context.Context, token string, teamID authplugin.ID) (*authplugin.Session, error) {
	if o.err == nil && !o.plugin.options.Teams.Enabled {
		return nil, errTeamsDisabled
	}
	return o.activate(ctx, token, func(tx *authplugin.Auth, found *authplugin.FoundSession[authplugin.Session, authplugin.User]) (authplugin.Values, error) {
		if teamID == "" {
			return authplugin.Values{FieldActiveTeam: nil}, nil
		}
		active := found.Session.Additional.ID(FieldActiveOrganization)
		if active == "" {
			return nil, ErrNoneActive
		}
		team, err := first[Team](ctx, tx, authplugin.Eq("id", teamID), authplugin.Eq("organizationId", active))
		if err != nil {
			return nil, err
		}
		if team == nil {
			return nil, ErrTeamNotFound
		}
		in, err := first[TeamMember](ctx, tx, authplugin.Eq("teamId", teamID), authplugin.Eq("userId", found.User.ID))
		if err != nil {
			return nil, err
		}
		if in == nil {
			return nil, ErrNotTeamMember
		}
		return authplugin.Values{FieldActiveTeam: string(teamID)}, nil
	})
}

func (o Operations) activate(
	ctx context.Context, token string,
	choose func(tx *authplugin.Auth, found *authplugin.FoundSession[authplugin.Session, authplugin.User]) (authplugin.Values, error),
) (session *authplugin.Session, err error) {
	if o.err != nil {
		return nil, o.err
	}
	err = o.auth.Atomically(ctx, func(tx *authplugin.Auth) error {
		found, err := tx.Sessions().Find(ctx, token, authplugin.Strict)
		if err != nil {
			return err
		}
		values, err := choose(tx, found)
		if err != nil {
			return err
		}
		session, err = tx.Sessions().Update(ctx, token, values)
		return err
	})
	if err != nil {
		return nil, err
	}
	return session, nil
}

// Active loads the membership of a session's user in its active organization. It is
// ErrNoneActive when there is none, and ErrNotMember when it has ended otherwise than
// by an operation.
func (o Operations) Active(ctx context.Context, session *authplugin.Session) (*Membership, error) {
	if o.err != nil {
		return nil, o.err
	}
	id := session.Additional.ID(FieldActiveOrganization)
	if id == "" {
		return nil, ErrNoneActive
	}
	return o.Membership(ctx, session.UserID, id)
}

// none is what a session has when nothing is active.
func (o Operations) none() authplugin.Values { return o.plugin.noneActive() }

func (p *Plugin) noneActive() authplugin.Values {
	values := authplugin.Values{FieldActiveOrganization: nil}
	if p.options.Teams.Enabled {
		values[FieldActiveTeam] = nil
	}
	return values
}

// deactivate leaves nothing active in the sessions of users in which the organization
// is.
func (l locked) deactivate(ctx context.Context, users []authplugin.ID) error {
	was := map[string]string{FieldActiveOrganization: string(l.organization.ID)}
	_, err := l.tx.Sessions().UpdateAll(ctx, users, was, l.plugin.noneActive())
	return err
}
