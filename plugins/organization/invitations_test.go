package organization_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/authtest"
	"github.com/gorm-auth/authplugin/plugins/organization"
)

func TestInvitations(t *testing.T) {
	t.Parallel()
	authtest.Each(t, func(t *testing.T, d authtest.Database) {
		ctx, now := t.Context(), time.Now().Truncate(time.Second)
		var mutex sync.Mutex
		var mails []authplugin.ID
		options := everything()
		options.SendInvitation = func(_ context.Context, invitation organization.Invitation) {
			mutex.Lock()
			defer mutex.Unlock()
			mails = append(mails, invitation.ID)
		}
		cfg := config(options)
		cfg.Clock = func() time.Time { return now }
		_, auth := d.Use(t, cfg)
		ops := organization.Of(auth)
		acme, ada := newOrganization(t, auth, "acme")
		bob, cy := newUser(t, auth, "bob"), newUser(t, auth, "cy")
		teams, err := ops.Teams(ctx, acme.ID)
		must(t, err)
		team, err := ops.CreateTeam(ctx, ada.ID, acme.ID, "Sales")
		must(t, err)

		invite := func(actor authplugin.ID, i organization.Invite) error {
			_, err := ops.Invite(ctx, actor, acme.ID, i)
			return err
		}
		for _, email := range []string{"", "bob", "@example.com", "bob@", "a@b\nc", "a b@example.com", strings.Repeat("x", 255) + "@example.com"} {
			wantError(t, "the address "+email, invite(ada.ID, organization.Invite{Email: email}), authplugin.ErrInvalid)
		}
		wantError(t, "a stranger invites", invite(bob.ID, organization.Invite{Email: "bob@example.com"}), organization.ErrNotMember)
		wantError(t, "a member is invited", invite(ada.ID, organization.Invite{Email: "ACME-owner@example.com"}), organization.ErrAlreadyMember)
		wantError(t, "an unknown role", invite(ada.ID, organization.Invite{Email: "bob@example.com", Roles: []string{"x"}}), organization.ErrRoleNotFound)
		wantError(t, "a team of nobody", invite(ada.ID, organization.Invite{Email: "bob@example.com", TeamIDs: []authplugin.ID{"0"}}), organization.ErrTeamNotFound)
		invitation, err := ops.Invite(ctx, ada.ID, acme.ID, organization.Invite{
			Email: " Bob@Example.com", Roles: []string{"admin", "member"}, TeamIDs: []authplugin.ID{teams[0].ID, team.ID},
		})
		must(t, err)
		if invitation.Email != "bob@example.com" || *invitation.Role != "admin,member" || invitation.Status != organization.StatusPending ||
			!slices.Equal(invitation.TeamIDs(), []authplugin.ID{teams[0].ID, team.ID}) {
			t.Errorf("invitation %v", invitation)
		}
		wantError(t, "twice", invite(ada.ID, organization.Invite{Email: "bob@example.com"}), organization.ErrAlreadyInvited)
		now = now.Add(time.Hour)
		again, err := ops.Invite(ctx, ada.ID, acme.ID, organization.Invite{Email: "bob@example.com", Resend: true})
		must(t, err)
		if again.ID != invitation.ID || again.ExpiresAt.Sub(invitation.ExpiresAt) != time.Hour {
			t.Errorf("again %v", again)
		}

		_, err = ops.Accept(ctx, cy.ID, invitation.ID)
		wantError(t, "somebody else accepts", err, organization.ErrNotRecipient)
		wantError(t, "somebody else rejects", ops.Reject(ctx, cy.ID, invitation.ID), organization.ErrNotRecipient)
		wantError(t, "somebody else cancels", ops.CancelInvitation(ctx, cy.ID, invitation.ID), organization.ErrNotMember)
		_, err = ops.Accept(ctx, bob.ID, "0")
		wantError(t, "no invitation", err, organization.ErrInvitationNotFound)
		_, err = auth.Users().Update(ctx, bob.ID, authplugin.Values{"emailVerified": false})
		must(t, err)
		_, err = ops.Accept(ctx, bob.ID, invitation.ID)
		wantError(t, "an address that is not verified", err, organization.ErrEmailNotVerified)
		_, err = auth.Users().Update(ctx, bob.ID, authplugin.Values{"emailVerified": true})
		must(t, err)
		must(t, ops.RemoveTeam(ctx, ada.ID, acme.ID, team.ID))
		mine, err := ops.InvitationsFor(ctx, bob.Email)
		must(t, err)
		if len(mine) != 1 {
			t.Errorf("%d invitations", len(mine))
		}
		member, err := ops.Accept(ctx, bob.ID, invitation.ID)
		must(t, err)
		in, err := ops.TeamMembers(ctx, teams[0].ID)
		must(t, err)
		if member.Role != "admin,member" || len(in) != 2 {
			t.Errorf("member %v, in the team %v", member, in)
		}
		_, err = ops.Accept(ctx, bob.ID, invitation.ID)
		wantError(t, "twice", err, organization.ErrInvitationNotFound)

		wantError(t, "an admin invites an owner", invite(bob.ID, organization.Invite{Email: cy.Email, Roles: []string{"owner"}}), organization.ErrNotAllowed)
		for _, end := range []func(id authplugin.ID) error{
			func(id authplugin.ID) error { return ops.Reject(ctx, cy.ID, id) },
			func(id authplugin.ID) error { return ops.CancelInvitation(ctx, bob.ID, id) },
			func(id authplugin.ID) error { return ops.CancelInvitationUnchecked(ctx, id) },
			func(authplugin.ID) error { now = now.Add(49 * time.Hour); return nil },
		} {
			invitation, err := ops.Invite(ctx, bob.ID, acme.ID, organization.Invite{Email: cy.Email})
			must(t, err)
			must(t, end(invitation.ID))
			_, err = ops.Accept(ctx, cy.ID, invitation.ID)
			wantError(t, "one that has ended", err, organization.ErrInvitationNotFound)
		}
		cleaned, err := auth.Cleanup(ctx)
		must(t, err)
		if cleaned.Plugins["organization"] != 1 {
			t.Errorf("cleaned %v", cleaned)
		}
		mutex.Lock()
		defer mutex.Unlock()
		if len(mails) != 6 || mails[0] != invitation.ID || mails[1] != invitation.ID {
			t.Errorf("mails for %v", mails)
		}
	})
}

// An invitation is not used up by a user for whom there is no room.
func TestAcceptWithoutRoom(t *testing.T) {
	t.Parallel()
	authtest.Each(t, func(t *testing.T, d authtest.Database) {
		ctx := t.Context()
		_, auth := d.Use(t, config(organization.Options{MembershipLimit: 1, AllowUnverifiedEmail: true}))
		ops := organization.Of(auth)
		acme, ada := newOrganization(t, auth, "acme")
		bob, err := auth.Users().Create(ctx, authplugin.User{Name: "Bob", Email: "bob@example.com"})
		must(t, err)
		invitation, err := ops.Invite(ctx, ada.ID, acme.ID, organization.Invite{Email: bob.Email})
		must(t, err)
		_, err = ops.Accept(ctx, bob.ID, invitation.ID)
		wantError(t, "no room", err, organization.ErrMembershipLimit)
		pending, err := ops.Invitations(ctx, acme.ID)
		must(t, err)
		if len(pending) != 1 {
			t.Errorf("pending %v", pending)
		}
		_, err = ops.Teams(ctx, acme.ID)
		if err == nil {
			t.Error("there are teams")
		}
	})
}
