package organization_test

import (
	"fmt"
	"testing"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/authtest"
	"github.com/gorm-auth/authplugin/memorystore"
	"github.com/gorm-auth/authplugin/plugins/organization"
)

// What is active in a session is right wherever sessions are kept.
func TestActive(t *testing.T) {
	t.Parallel()
	for _, mode := range []authplugin.RecordStorage{authplugin.DatabaseOnly, authplugin.StorageAndDatabase, authplugin.StorageOnly} {
		for _, hashed := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s hashed %v", mode, hashed), func(t *testing.T) {
				t.Parallel()
				authtest.Each(t, func(t *testing.T, d authtest.Database) {
					cfg := config(everything())
					cfg.Session.Storage, cfg.Session.HashTokens = mode, hashed
					if mode != authplugin.DatabaseOnly {
						cfg.SecondaryStorage = memorystore.New()
					}
					_, auth := d.Use(t, cfg)
					testActive(t, auth)
				})
			})
		}
	}
}

func testActive(t *testing.T, auth *authplugin.Auth) {
	t.Helper()
	ctx := t.Context()
	ops := organization.Of(auth)
	acme, ada := newOrganization(t, auth, "acme")
	other, _ := newOrganization(t, auth, "other")
	bob := newUser(t, auth, "bob")
	member, err := ops.AddMember(ctx, ada.ID, acme.ID, bob.ID)
	must(t, err)
	teams, err := ops.Teams(ctx, acme.ID)
	must(t, err)
	_, err = ops.AddTeamMember(ctx, ada.ID, acme.ID, teams[0].ID, bob.ID)
	must(t, err)

	session := func(user *authplugin.User) string {
		s, err := auth.Sessions().Create(ctx, user.ID, authplugin.SessionOptions{})
		must(t, err)
		return s.Token
	}
	active := func(token string) (organizationID, teamID authplugin.ID) {
		t.Helper()
		found, err := auth.Sessions().Find(ctx, token)
		must(t, err)
		return found.Session.Additional.ID(organization.FieldActiveOrganization), found.Session.Additional.ID(organization.FieldActiveTeam)
	}
	first, second := session(bob), session(bob)
	if id, _ := active(first); id != "" {
		t.Errorf("%s is active at first", id)
	}
	_, err = ops.SetActive(ctx, first, other.ID)
	wantError(t, "an organization of others", err, organization.ErrNotMember)
	_, err = ops.SetActiveTeam(ctx, first, teams[0].ID)
	wantError(t, "a team without an organization", err, organization.ErrNoneActive)
	_, err = ops.SetActive(ctx, "nobody", acme.ID)
	wantError(t, "no session", err, authplugin.ErrNotFound)

	activate := func(token string) {
		t.Helper()
		_, err := ops.SetActive(ctx, token, acme.ID)
		must(t, err)
		s, err := ops.SetActiveTeam(ctx, token, teams[0].ID)
		must(t, err)
		if organizationID, teamID := active(token); organizationID != acme.ID || teamID != teams[0].ID {
			t.Errorf("%s and %s are active", organizationID, teamID)
		}
		membership, err := ops.Active(ctx, s)
		must(t, err)
		if membership.Member.ID != member.ID || membership.Permits("organization", "update") || !membership.Permits("ac", "read") {
			t.Errorf("membership %v", membership.Member)
		}
	}
	wantNone := func(when, token string) {
		t.Helper()
		if organizationID, teamID := active(token); organizationID != "" || teamID != "" {
			t.Errorf("%s, %q and %q are active", when, organizationID, teamID)
		}
	}
	activate(first)
	_, err = ops.SetActive(ctx, first, "")
	must(t, err)
	wantNone("taken back", first)

	activate(first)
	activate(second)
	must(t, ops.RemoveTeamMember(ctx, ada.ID, acme.ID, teams[0].ID, bob.ID))
	if organizationID, teamID := active(second); organizationID != acme.ID || teamID != "" {
		t.Errorf("%s and %s are active without the team", organizationID, teamID)
	}
	adas := session(ada)
	_, err = ops.SetActive(ctx, adas, acme.ID)
	must(t, err)
	must(t, ops.RemoveMember(ctx, ada.ID, acme.ID, member.ID))
	wantNone("removed", first)
	wantNone("removed", second)
	if id, _ := active(adas); id != acme.ID {
		t.Errorf("of somebody else, %q is active", id)
	}

	member, err = ops.AddMember(ctx, ada.ID, acme.ID, bob.ID)
	must(t, err)
	_, err = ops.AddTeamMember(ctx, ada.ID, acme.ID, teams[0].ID, bob.ID)
	must(t, err)
	activate(first)
	must(t, ops.Leave(ctx, bob.ID, acme.ID))
	wantNone("left", first)

	member, err = ops.AddMember(ctx, ada.ID, acme.ID, bob.ID)
	must(t, err)
	_, err = ops.AddTeamMember(ctx, ada.ID, acme.ID, teams[0].ID, bob.ID)
	must(t, err)
	activate(first)
	must(t, ops.Delete(ctx, ada.ID, acme.ID))
	wantNone("deleted", first)
	wantNone("deleted", adas)
}
