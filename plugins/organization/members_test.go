package organization_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/authtest"
	"github.com/gorm-auth/authplugin/internal/dbtest"
	"github.com/gorm-auth/authplugin/plugins/access"
	"github.com/gorm-auth/authplugin/plugins/organization"
)

// Who may do what to whom.
func TestMembers(t *testing.T) {
	t.Parallel()
	authtest.Each(t, func(t *testing.T, d authtest.Database) {
		ctx := t.Context()
		_, auth := d.Use(t, config(organization.Options{}))
		ops := organization.Of(auth)
		acme, ada := newOrganization(t, auth, "acme")
		other, eve := newOrganization(t, auth, "other")
		bob, cy := newUser(t, auth, "bob"), newUser(t, auth, "cy")
		bobs, err := ops.AddMember(ctx, ada.ID, acme.ID, bob.ID, "admin")
		must(t, err)
		cys, err := ops.AddMember(ctx, bob.ID, acme.ID, cy.ID)
		must(t, err)
		if cys.Role != "member" || bobs.Role != "admin" {
			t.Errorf("roles %q and %q", cys.Role, bobs.Role)
		}
		adas, err := ops.Membership(ctx, ada.ID, acme.ID)
		must(t, err)
		if !adas.IsOwner() || !adas.PermitsAll(organization.DefaultStatements()) || adas.PermitsAll(nil) {
			t.Error("the owner may not do everything")
		}

		set := func(actor *authplugin.User, member authplugin.ID, roles ...string) error {
			_, err := ops.SetRoles(ctx, actor.ID, acme.ID, member, roles...)
			return err
		}
		add := func(actor *authplugin.User, organizationID authplugin.ID, user *authplugin.User, roles ...string) error {
			_, err := ops.AddMember(ctx, actor.ID, organizationID, user.ID, roles...)
			return err
		}
		for _, test := range []struct {
			what string
			err  error
			want error
		}{
			{"a member adds", add(cy, acme.ID, eve), organization.ErrNotAllowed},
			{"a stranger adds", add(eve, acme.ID, eve), organization.ErrNotMember},
			{"an admin makes an owner", add(bob, acme.ID, eve, "member", "owner"), organization.ErrNotAllowed},
			{"an unknown role", add(ada, acme.ID, eve, "emperor"), organization.ErrRoleNotFound},
			{"no role", add(ada, acme.ID, eve, " , "), authplugin.ErrInvalid},
			{"too many roles", add(ada, acme.ID, eve, strings.Repeat("x", 256)), authplugin.ErrInvalid},
			{"one who is in", add(ada, acme.ID, bob), organization.ErrAlreadyMember},
			{"nobody", add(ada, acme.ID, &authplugin.User{ID: "0"}), authplugin.ErrForeignKey},
			{"no organization", add(ada, "0", eve), organization.ErrOrganizationNotFound},
			{"an admin becomes owner", set(bob, bobs.ID, "owner"), organization.ErrNotAllowed},
			{"an admin becomes owner by hiding it", set(bob, bobs.ID, "admin, owner "), organization.ErrNotAllowed},
			{"an admin demotes the owner", set(bob, adas.Member.ID, "member"), organization.ErrNotAllowed},
			{"a member promotes", set(cy, cys.ID, "admin"), organization.ErrNotAllowed},
			{"the last owner steps down", set(ada, adas.Member.ID, "admin"), organization.ErrLastOwner},
			{"a member of another organization", set(eve, cys.ID, "admin"), organization.ErrNotMember},
			{"a member by another organization", func() error {
				_, err := ops.SetRoles(ctx, eve.ID, other.ID, cys.ID, "admin")
				return err
			}(), organization.ErrMemberNotFound},
			{"an admin removes the owner", ops.RemoveMember(ctx, bob.ID, acme.ID, adas.Member.ID), organization.ErrNotAllowed},
			{"a member removes", ops.RemoveMember(ctx, cy.ID, acme.ID, bobs.ID), organization.ErrNotAllowed},
			{"the last owner is removed", ops.RemoveMemberUnchecked(ctx, acme.ID, adas.Member.ID), organization.ErrLastOwner},
			{"the last owner leaves", ops.Leave(ctx, ada.ID, acme.ID), organization.ErrLastOwner},
			{"an admin deletes the organization", ops.Delete(ctx, bob.ID, acme.ID), organization.ErrNotAllowed},
		} {
			wantError(t, test.what, test.err, test.want)
		}
		must(t, set(ada, cys.ID, "owner", "member", "owner"))
		cys2, err := ops.Membership(ctx, cy.ID, acme.ID)
		must(t, err)
		if cys2.Member.Role != "owner,member" || !cys2.IsOwner() {
			t.Errorf("member %v", cys2.Member)
		}
		must(t, set(cy, adas.Member.ID, "member"))
		wantError(t, "who was demoted", set(ada, cys.ID, "member"), organization.ErrNotAllowed)
		must(t, ops.Leave(ctx, bob.ID, acme.ID))
		must(t, ops.RemoveMember(ctx, cy.ID, acme.ID, adas.Member.ID))
		must(t, ops.DeleteUnchecked(ctx, acme.ID))
		wantError(t, "the user of the last owner is deleted", auth.Users().Delete(ctx, eve.ID), organization.ErrLastOwner)
		must(t, ops.DeleteUnchecked(ctx, other.ID))
		must(t, auth.Users().Delete(ctx, eve.ID))
		if n, err := ops.CountMembers(ctx, other.ID); err != nil || n != 0 {
			t.Errorf("%d members, %v", n, err)
		}
	})
}

// Fifty members with their users are one statement.
func TestMembersAreOneStatement(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		recorder := dbtest.NewRecorder()
		cfg := config(everything())
		cfg.User.Columns = map[string]string{"name": "full_name"}
		cfg.Models = map[string]authplugin.ModelConfig{"member": {Columns: map[string]string{"createdAt": "joined", "organizationId": "org"}}}
		cfg.AutoMigrate = true
		now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
		cfg.Clock = func() time.Time { return now }
		auth := authplugin.New(cfg)
		must(t, e.Open(t, &gorm.Config{Logger: recorder}).Use(auth))
		ops := organization.Of(auth)
		acme, _ := newOrganization(t, auth, "acme")
		for i := range 59 {
			now = now.Add(time.Second)
			_, err := ops.AddMemberUnchecked(t.Context(), acme.ID, newUser(t, auth, fmt.Sprintf("user%02d", i)).ID)
			must(t, err)
		}
		recorder.Reset()
		members, err := ops.Members(t.Context(), acme.ID, organization.MemberPage{Limit: 50, Offset: 1})
		must(t, err)
		if statements := recorder.Statements(); len(statements) != 1 {
			t.Errorf("%d statements: %v", len(statements), statements)
		}
		if len(members) != 50 {
			t.Fatalf("%d members", len(members))
		}
		for i, m := range members {
			name := fmt.Sprintf("user%02d", i)
			if m.User == nil || m.User.Name != name || m.User.Email != name+"@example.com" || m.User.ID != m.UserID || m.OrganizationID != acme.ID {
				t.Fatalf("member %d: %v with %v", i, m, m.User)
			}
		}
		membership, err := ops.Membership(t.Context(), members[0].UserID, acme.ID)
		must(t, err)
		recorder.Reset()
		if !membership.Permits("ac", "read") || membership.Permits("ac", "create") {
			t.Error("the permissions are not those of a member")
		}
		if statements := recorder.Statements(); len(statements) > 0 {
			t.Errorf("a check asks the database: %v", statements)
		}
	})
}

func TestMistakesInOptions(t *testing.T) {
	t.Parallel()
	err := config(organization.Options{
		Roles: access.Roles{"a,b": access.NewRole(nil)}, CreatorRole: "boss", MembershipLimit: -2,
		InvitationExpiresIn: -time.Second, LastOwnerDeleted: "ask", Teams: organization.TeamOptions{Limit: -3},
		Schema: map[string]authplugin.ModelConfig{"organization": {Columns: map[string]string{"slgu": "x"}}},
	}).Validate()
	for _, want := range []string{"Roles[", "CreatorRole", "MembershipLimit", "InvitationExpiresIn", "LastOwnerDeleted", "Teams.Limit", `did you mean "slug"?`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %s", err, want)
		}
	}
}

func TestWithoutThePlugin(t *testing.T) {
	t.Parallel()
	authtest.Each(t, func(t *testing.T, d authtest.Database) {
		ctx := t.Context()
		_, auth := d.Use(t, authplugin.Config{})
		_, err := organization.Of(auth).Create(ctx, "1", organization.Details{Name: "x", Slug: "x"})
		wantError(t, "without the plugin", err, authplugin.ErrNoPlugin)
		wantError(t, "without the plugin", organization.Of(auth).Leave(ctx, "1", "1"), authplugin.ErrNoPlugin)
		_, err = organization.Of(auth).Active(ctx, &authplugin.Session{})
		wantError(t, "without the plugin", err, authplugin.ErrNoPlugin)
	})
}

// A check costs no memory.
func TestPermitsAllocatesNothing(t *testing.T) { //nolint:paralleltest // allocations of others would count
	cfg := config(everything())
	cfg.AutoMigrate = true
	auth := authplugin.New(cfg)
	must(t, dbtest.Named(t, "sqlite-pure").Open(t, nil).Use(auth))
	acme, owner := newOrganization(t, auth, "acme")
	membership, err := organization.Of(auth).Membership(t.Context(), owner.ID, acme.ID)
	must(t, err)
	allocations := testing.AllocsPerRun(100, func() {
		if !membership.Permits("invitation", "create") || membership.Permits("project", "delete") {
			t.Error("the permissions are not those of an owner")
		}
	})
	if allocations != 0 {
		t.Errorf("%v allocations", allocations)
	}
}

// A check takes well below a microsecond.
func BenchmarkPermits(b *testing.B) {
	cfg := config(everything())
	cfg.AutoMigrate = true
	auth := authplugin.New(cfg)
	must(b, dbtest.Named(b, "sqlite").Open(b, nil).Use(auth))
	acme, owner := newOrganization(b, auth, "acme")
	membership, err := organization.Of(auth).Membership(b.Context(), owner.ID, acme.ID)
	must(b, err)
	b.ReportAllocs()
	for b.Loop() {
		if !membership.Permits("invitation", "create") {
			b.Fatal("not permitted")
		}
	}
}
