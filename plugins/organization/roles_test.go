package organization_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/authtest"
	"github.com/gorm-auth/authplugin/plugins/access"
	"github.com/gorm-auth/authplugin/plugins/organization"
)

// Nobody grants what they do not have, by whatever way.
func TestRolesOfOrganizations(t *testing.T) {
	t.Parallel()
	authtest.Each(t, func(t *testing.T, d authtest.Database) {
		ctx := t.Context()
		options := everything()
		options.Roles = organization.DefaultRoles()
		all := organization.DefaultStatements()
		all["project"] = []string{"create", "delete"}
		options.Roles["owner"] = access.NewRole(all)
		_, auth := d.Use(t, config(options))
		ops := organization.Of(auth)
		acme, ada := newOrganization(t, auth, "acme")
		other, eve := newOrganization(t, auth, "other")
		bob, cy := newUser(t, auth, "bob"), newUser(t, auth, "cy")
		bobs, err := ops.AddMember(ctx, ada.ID, acme.ID, bob.ID, "admin")
		must(t, err)
		cys, err := ops.AddMember(ctx, ada.ID, acme.ID, cy.ID)
		must(t, err)

		create := func(actor *authplugin.User, name string, permissions access.Statements) error {
			_, err := ops.CreateRole(ctx, actor.ID, acme.ID, name, permissions)
			return err
		}
		builder := access.Statements{"project": {"create"}}
		inviter := access.Statements{"invitation": {"create"}}
		must(t, create(ada, "builder", builder))
		must(t, create(bob, "inviter", inviter))
		for _, test := range []struct {
			what string
			err  error
			want error
		}{
			{"a member creates", create(cy, "x", nil), organization.ErrNotAllowed},
			{"a stranger creates", create(eve, "x", nil), organization.ErrNotMember},
			{"more than one has", create(bob, "x", builder), organization.ErrNotAllowed},
			{"an unknown resource", create(ada, "x", access.Statements{"moon": {"land"}}), organization.ErrUnknownPermission},
			{"an unknown action", create(ada, "x", access.Statements{"project": {"eat"}}), organization.ErrUnknownPermission},
			{"a name of the options", create(ada, "owner", builder), organization.ErrRoleTaken},
			{"a name that is taken", create(ada, "builder", builder), organization.ErrRoleTaken},
			{"two names", create(ada, "a,owner", nil), authplugin.ErrInvalid},
			{"a name with space", create(ada, "owner ", nil), authplugin.ErrInvalid},
		} {
			wantError(t, test.what, test.err, test.want)
		}

		_, err = ops.SetRoles(ctx, bob.ID, acme.ID, bobs.ID, "admin", "builder")
		wantError(t, "give oneself more than one has", err, organization.ErrNotAllowed)
		_, err = ops.Invite(ctx, bob.ID, acme.ID, organization.Invite{Email: "x@example.com", Roles: []string{"builder"}})
		wantError(t, "invite with more than one has", err, organization.ErrNotAllowed)
		_, err = ops.UpdateRole(ctx, bob.ID, acme.ID, "inviter", builder)
		wantError(t, "update to more than one has", err, organization.ErrNotAllowed)
		_, err = ops.UpdateRole(ctx, bob.ID, acme.ID, "builder", nil)
		wantError(t, "take away what one does not have", err, organization.ErrNotAllowed)
		_, err = ops.AddMember(ctx, eve.ID, other.ID, bob.ID, "builder")
		wantError(t, "a role of another organization", err, organization.ErrRoleNotFound)
		_, err = ops.Roles(ctx, eve.ID, acme.ID)
		wantError(t, "a stranger lists", err, organization.ErrNotMember)

		_, err = ops.SetRoles(ctx, ada.ID, acme.ID, cys.ID, "member", "builder")
		must(t, err)
		permits := func(want bool) {
			t.Helper()
			m, err := ops.Membership(ctx, cy.ID, acme.ID)
			must(t, err)
			if m.Permits("project", "create") != want || m.Permits("project", "delete") || !m.Permits("ac", "read") {
				t.Errorf("project.create is permitted: %v", !want)
			}
		}
		permits(true)
		role, err := ops.UpdateRole(ctx, ada.ID, acme.ID, "builder", nil)
		must(t, err)
		permits(false)
		if role.Permission != "{}" {
			t.Errorf("permission %s", role.Permission)
		}
		_, err = ops.UpdateRoleUnchecked(ctx, acme.ID, "builder", builder)
		must(t, err)
		permits(true)
		list, err := ops.Roles(ctx, cy.ID, acme.ID)
		must(t, err)
		if len(list) != 2 || list[0].Role != "builder" || list[0].Permission != `{"project":["create"]}` {
			t.Errorf("roles %v", list)
		}
		permissions, err := list[1].Permissions()
		must(t, err)
		if diff := cmp.Diff(inviter, permissions); diff != "" {
			t.Errorf("permissions (-want +got):\n%s", diff)
		}

		wantError(t, "a role that a member has", ops.DeleteRole(ctx, ada.ID, acme.ID, "builder"), organization.ErrRoleAssigned)
		_, err = ops.Invite(ctx, ada.ID, acme.ID, organization.Invite{Email: "x@example.com", Roles: []string{"inviter"}})
		must(t, err)
		wantError(t, "a role that an invitation has", ops.DeleteRole(ctx, bob.ID, acme.ID, "inviter"), organization.ErrRoleAssigned)
		_, err = ops.SetRoles(ctx, bob.ID, acme.ID, cys.ID, "member")
		must(t, err)
		must(t, ops.DeleteRole(ctx, bob.ID, acme.ID, "builder"))
		wantError(t, "a role that is gone", ops.DeleteRoleUnchecked(ctx, acme.ID, "builder"), organization.ErrRoleNotFound)
		permits(false)

		// Rows that others have made: one that extends a role of the options, and one that
		// is not readable.
		rows := authplugin.RowsOf[organization.Role](auth)
		for permission, ok := range map[string]bool{"null": true, `{"project":["create"]}`: true, "[]": false, "": false} {
			row, err := rows.Create(ctx, organization.Role{OrganizationID: acme.ID, Role: "member", Permission: permission})
			must(t, err)
			m, err := ops.Membership(ctx, cy.ID, acme.ID)
			if ok != (err == nil) || ok && (!m.Permits("ac", "read") || m.Permits("project", "create") != (permission != "null")) {
				t.Errorf("with the permission %s: %v", permission, err)
			}
			must(t, rows.Delete(ctx, row.ID))
		}
		must(t, ops.Delete(ctx, ada.ID, acme.ID))
		left, err := ops.RolesUnchecked(ctx, acme.ID)
		must(t, err)
		if len(left) != 0 {
			t.Errorf("roles are left: %v", left)
		}
	})
}
