package organization_test

import (
	"crypto/sha256"
	"encoding/base64"
	"testing"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/authtest"
	"github.com/gorm-auth/authplugin/plugins/organization"
)

func TestTeams(t *testing.T) {
	t.Parallel()
	authtest.Each(t, func(t *testing.T, d authtest.Database) {
		ctx := t.Context()
		_, auth := d.Use(t, config(everything()))
		ops := organization.Of(auth)
		acme, ada := newOrganization(t, auth, "acme")
		other, eve := newOrganization(t, auth, "other")
		bob := newUser(t, auth, "bob")
		bobs, err := ops.AddMember(ctx, ada.ID, acme.ID, bob.ID)
		must(t, err)
		teams, err := ops.Teams(ctx, acme.ID)
		must(t, err)
		if len(teams) != 1 || teams[0].Name != "acme" || teams[0].MemberCount != 1 {
			t.Fatalf("teams %v", teams)
		}
		wantError(t, "the last team", ops.RemoveTeam(ctx, ada.ID, acme.ID, teams[0].ID), organization.ErrLastTeam)
		_, err = ops.CreateTeam(ctx, bob.ID, acme.ID, "Sales")
		wantError(t, "a member creates", err, organization.ErrNotAllowed)
		_, err = ops.CreateTeam(ctx, ada.ID, acme.ID, " ")
		wantError(t, "no name", err, authplugin.ErrInvalid)
		sales, err := ops.CreateTeam(ctx, ada.ID, acme.ID, "Sales")
		must(t, err)
		sales, err = ops.UpdateTeam(ctx, ada.ID, acme.ID, sales.ID, authplugin.Values{"name": "Sale"})
		must(t, err)
		_, err = ops.UpdateTeam(ctx, ada.ID, acme.ID, sales.ID, authplugin.Values{"organizationId": other.ID})
		wantError(t, "move it away", err, authplugin.ErrInvalid)
		_, err = ops.UpdateTeam(ctx, eve.ID, other.ID, sales.ID, authplugin.Values{"name": "Mine"})
		wantError(t, "a team of others", err, organization.ErrTeamNotFound)
		wantError(t, "remove a team of others", ops.RemoveTeam(ctx, eve.ID, other.ID, sales.ID), organization.ErrTeamNotFound)
		_, err = ops.AddTeamMember(ctx, ada.ID, acme.ID, sales.ID, eve.ID)
		wantError(t, "one who is no member", err, organization.ErrNotMember)
		one, err := ops.AddTeamMember(ctx, ada.ID, acme.ID, sales.ID, bob.ID)
		must(t, err)
		two, err := ops.AddTeamMember(ctx, ada.ID, acme.ID, sales.ID, bob.ID)
		must(t, err)
		sum := sha256.Sum256([]byte(`["` + string(sales.ID) + `","` + string(bob.ID) + `"]`)) // as in Better Auth
		if key := base64.RawURLEncoding.EncodeToString(sum[:]); one.MembershipKey == nil || *one.MembershipKey != key {
			t.Error("the membership key is not Better Auth's")
		}
		if one.ID != two.ID || sales.Name != "Sale" {
			t.Errorf("in the team: %v and %v", one, two)
		}
		must(t, ops.RemoveTeamMember(ctx, ada.ID, acme.ID, sales.ID, bob.ID))
		wantError(t, "one who is not in it", ops.RemoveTeamMember(ctx, ada.ID, acme.ID, sales.ID, bob.ID), organization.ErrNotTeamMember)
		_, err = ops.AddTeamMember(ctx, ada.ID, acme.ID, sales.ID, bob.ID)
		must(t, err)
		must(t, ops.RemoveMember(ctx, ada.ID, acme.ID, bobs.ID))
		in, err := ops.TeamMembers(ctx, sales.ID)
		must(t, err)
		teams, err = ops.Teams(ctx, acme.ID)
		must(t, err)
		if len(in) != 0 || teams[1].MemberCount != 0 || teams[0].MemberCount != 1 {
			t.Errorf("in the team: %v, teams %v", in, teams)
		}
		must(t, ops.RemoveTeam(ctx, ada.ID, acme.ID, sales.ID))
	})
}
