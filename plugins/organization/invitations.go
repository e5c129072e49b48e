package organization

import (
	"context"
	"errors"
	"maps"
	"strings"

	"github.com/gorm-auth/authplugin"
)

// Invite describes an invitation that is made.
type Invite struct {
	// Email is the address that is invited.
	Email string
	// Roles are those that the member will have. Defaults to "member".
	Roles []string
	// TeamIDs are the teams that the member will be in.
	TeamIDs []authplugin.ID
	// Resend extends a pending invitation of the address, which is otherwise
	// ErrAlreadyInvited.
	Resend bool
	// Additional are additional fields by logical name.
	Additional authplugin.Values
}

// Invite invites an e-mail address. An organization has one pending invitation for an
// address. The actor needs the permission to create invitations, and to be an owner
// to invite one.
func (o Operations) Invite(ctx context.Context, actor, organizationID authplugin.ID, invite Invite) (invitation *Invitation, err error) {
	err = o.lockAs(ctx, actor, organizationID, "invitation", "create", func(l locked, as *Membership) error {
		invitation, err = l.invite(ctx, as, actor, invite)
		return err
	})
	if err != nil {
		return nil, err
	}
	return invitation, nil
}

// InviteUnchecked is Invite without an actor: the user is named as the one who invites,
// and need not be a member.
func (o Operations) InviteUnchecked(ctx context.Context, inviter, organizationID authplugin.ID, invite Invite) (invitation *Invitation, err error) {
	err = o.lock(ctx, organizationID, func(l locked) error {
		invitation, err = l.invite(ctx, nil, inviter, invite)
		return err
	})
	if err != nil {
		return nil, err
	}
	return invitation, nil
}

func (l locked) invite(ctx context.Context, as *Membership, inviter authplugin.ID, invite Invite) (*Invitation, error) {
	email := strings.ToLower(strings.TrimSpace(invite.Email))
	if at := strings.LastIndexByte(email, '@'); at < 1 || at == len(email)-1 || len(email) > maxText || strings.ContainsAny(email, " \t\r\n,;<>\x00") {
		return nil, invalid(ModelInvitation, "email", "is no e-mail address")
	}
	role, err := l.checkRoles(ctx, as, invite.Roles)
	if err != nil {
		return nil, err
	}
	if err := l.refuseMember(ctx, email); err != nil {
		return nil, err
	}
	expires := l.tx.Now().Add(l.plugin.options.InvitationExpiresIn)
	invitations := authplugin.RowsOf[Invitation](l.tx)
	pending, err := first[Invitation](ctx, l.tx, append(l.pending(), authplugin.Eq("email", email))...)
	switch {
	case err != nil:
		return nil, err
	case pending != nil && invite.Resend:
		return invitations.Update(ctx, pending.ID, authplugin.Values{"expiresAt": expires})
	case pending != nil:
		return nil, ErrAlreadyInvited
	}
	err = reached(ctx, l.tx, l.plugin.options.InvitationLimit, ErrInvitationLimit, ModelInvitation, &Invitation{}, l.pending()...)
	if err != nil {
		return nil, err
	}
	invitation := Invitation{
		OrganizationID: l.organization.ID, Email: email, Role: &role, Status: StatusPending,
		ExpiresAt: expires, InviterID: inviter, Additional: authplugin.Values{},
	}
	maps.Copy(invitation.Additional, invite.Additional)
	if len(invite.TeamIDs) > 0 {
		teams, err := l.checkTeams(ctx, invite.TeamIDs)
		if err != nil {
			return nil, err
		}
		invitation.Additional[fieldTeamID] = teams
	}
	return invitations.Create(ctx, invitation)
}

// refuseMember refuses the address of a member.
func (l locked) refuseMember(ctx context.Context, email string) error {
	found, err := l.tx.Users().FindByEmail(ctx, email)
	if errors.Is(err, authplugin.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	member, err := first[Member](ctx, l.tx, ofMember(l.organization.ID, found.ID)...)
	if err == nil && member != nil {
		return ErrAlreadyMember
	}
	return err
}

// pending are the conditions of invitations of the organization that can be accepted.
func (l locked) pending() []authplugin.Condition {
	return pendingAt(l.tx, authplugin.Eq("organizationId", l.organization.ID))
}

func pendingAt(auth *authplugin.Auth, of ...authplugin.Condition) []authplugin.Condition {
	return append(of, authplugin.Eq("status", string(StatusPending)), authplugin.Gt("expiresAt", auth.Now()))
}

// Invitation finds an invitation, whatever has become of it. Show it to members who
// may create invitations, and to its recipient: its id is what proves that the mail was
// read. It is ErrInvitationNotFound when there is none.
func (o Operations) Invitation(ctx context.Context, id authplugin.ID) (*Invitation, error) {
	if o.err != nil {
		return nil, o.err
	}
	invitation, err := authplugin.RowsOf[Invitation](o.auth).FindByID(ctx, id)
	if err != nil {
		return nil, instead(err, authplugin.ErrNotFound, ErrInvitationNotFound)
	}
	return invitation, nil
}

// Invitations lists the pending invitations of an organization, the next to expire
// first, at most 1000.
func (o Operations) Invitations(ctx context.Context, organizationID authplugin.ID) ([]Invitation, error) {
	return o.listPending(ctx, authplugin.Eq("organizationId", organizationID))
}

// InvitationsFor lists the pending invitations of an e-mail address, which must be
// verified to be somebody's, the next to expire first, at most 1000.
func (o Operations) InvitationsFor(ctx context.Context, email string) ([]Invitation, error) {
	return o.listPending(ctx, authplugin.Eq("email", strings.ToLower(email)))
}

func (o Operations) listPending(ctx context.Context, of authplugin.Condition) ([]Invitation, error) {
	if o.err != nil {
		return nil, o.err
	}
	return authplugin.RowsOf[Invitation](o.auth).FindMany(ctx, authplugin.Query{
		Where: pendingAt(o.auth, of), Sort: authplugin.Asc("expiresAt", "id"), Limit: 1000,
	})
}

// Accept makes a user a member who was invited: by the address that is the user's, and
// verified unless Options.AllowUnverifiedEmail. Of many who accept an invitation at
// once, one becomes a member; to the others it is ErrInvitationNotFound. Teams that
// are gone by now are left out. SetActive makes the organization the active one.
func (o Operations) Accept(ctx context.Context, userID, invitationID authplugin.ID) (member *Member, err error) {
	err = o.answer(ctx, userID, invitationID, StatusAccepted, func(l locked, invitation *Invitation) error {
		role, err := l.checkRoles(ctx, nil, invitation.Roles())
		if err != nil {
			return err
		}
		if member, err = l.enter(ctx, userID, role); err != nil {
			return err
		}
		return l.joinInvited(ctx, invitation, userID)
	})
	if err != nil {
		return nil, err
	}
	return member, nil
}

// Reject turns an invitation down, as its recipient.
func (o Operations) Reject(ctx context.Context, userID, invitationID authplugin.ID) error {
	return o.answer(ctx, userID, invitationID, StatusRejected, func(locked, *Invitation) error { return nil })
}

// answer has the recipient of an invitation settle it.
func (o Operations) answer(ctx context.Context, userID, invitationID authplugin.ID, status Status, fn func(l locked, invitation *Invitation) error) error {
	invitation, err := o.Invitation(ctx, invitationID)
	if err != nil {
		return err
	}
	return o.lock(ctx, invitation.OrganizationID, func(l locked) error {
		user, err := l.tx.Users().FindByID(ctx, userID)
		if err != nil {
			return err
		}
		if !strings.EqualFold(user.Email, invitation.Email) {
			return ErrNotRecipient
		}
		if !user.EmailVerified && !o.plugin.options.AllowUnverifiedEmail {
			return ErrEmailNotVerified
		}
		settled, err := l.settle(ctx, invitationID, status)
		if err != nil {
			return err
		}
		return fn(l, settled)
	})
}

// settle decides what becomes of a pending invitation, once.
func (l locked) settle(ctx context.Context, id authplugin.ID, status Status) (*Invitation, error) {
	invitation, err := authplugin.RowsOf[Invitation](l.tx).Update(ctx, id, authplugin.Values{"status": string(status)}, l.pending()...)
	if err != nil {
		return nil, instead(err, authplugin.ErrNotFound, ErrInvitationNotFound)
	}
	return invitation, nil
}

// CancelInvitation takes an invitation back. The actor needs the permission to cancel
// invitations of its organization.
func (o Operations) CancelInvitation(ctx context.Context, actor, invitationID authplugin.ID) error {
	invitation, err := o.Invitation(ctx, invitationID)
	if err != nil {
		return err
	}
	return o.lockAs(ctx, actor, invitation.OrganizationID, "invitation", "cancel", func(l locked, _ *Membership) error {
		_, err := l.settle(ctx, invitationID, StatusCanceled)
		return err
	})
}

// CancelInvitationUnchecked is CancelInvitation without an actor.
func (o Operations) CancelInvitationUnchecked(ctx context.Context, invitationID authplugin.ID) error {
	invitation, err := o.Invitation(ctx, invitationID)
	if err != nil {
		return err
	}
	return o.lock(ctx, invitation.OrganizationID, func(l locked) error {
		_, err := l.settle(ctx, invitationID, StatusCanceled)
		return err
	})
}
