package organization_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/authtest"
	"github.com/gorm-auth/authplugin/plugins/organization"
)

const racers = 16

// race runs a function many times at once, and returns how often it succeeded. Any
// other error than those that are allowed fails the test.
func race(t testing.TB, run func(i int) error, allowed ...error) int {
	t.Helper()
	errs := make([]error, racers)
	var group sync.WaitGroup
	start := make(chan struct{})
	for i := range racers {
		group.Go(func() {
			<-start
			errs[i] = run(i)
		})
	}
	close(start)
	group.Wait()
	won := 0
	for _, err := range errs {
		expected := false
		for _, a := range allowed {
			expected = expected || errors.Is(err, a)
		}
		switch {
		case err == nil:
			won++
		case !expected:
			t.Errorf("in a race: %v", err)
		}
	}
	return won
}

func TestRaceForASlug(t *testing.T) {
	t.Parallel()
	authtest.Each(t, func(t *testing.T, d authtest.Database) {
		_, auth := d.Use(t, config(everything()))
		ada := newUser(t, auth, "ada")
		won := race(t, func(int) error {
			_, err := organization.Of(auth).Create(t.Context(), ada.ID, organization.Details{Name: "Acme", Slug: "acme"})
			return err
		}, organization.ErrSlugTaken)
		list, err := organization.Of(auth).ListOf(t.Context(), ada.ID)
		must(t, err)
		if won != 1 || len(list) != 1 {
			t.Errorf("%d have won, %d organizations", won, len(list))
		}
	})
}

// Two owners are demoted, removed and leave at once, by many, and one is left.
func TestRaceOfTheLastOwners(t *testing.T) {
	t.Parallel()
	authtest.Each(t, func(t *testing.T, d authtest.Database) {
		ctx := t.Context()
		_, auth := d.Use(t, config(everything()))
		ops := organization.Of(auth)
		for round := range 3 {
			acme, ada := newOrganization(t, auth, fmt.Sprint("acme", round))
			bob := newUser(t, auth, fmt.Sprint("bob", round))
			_, err := ops.AddMemberUnchecked(ctx, acme.ID, bob.ID, "member", "owner")
			must(t, err)
			members, err := ops.Members(ctx, acme.ID, organization.MemberPage{})
			must(t, err)
			users := []*authplugin.User{ada, bob}
			race(t, func(i int) error {
				who, other := i%2, (i/2)%2
				switch i % 4 {
				case 0:
					return ops.Leave(ctx, users[other].ID, acme.ID)
				case 1:
					_, err := ops.SetRoles(ctx, users[who].ID, acme.ID, members[other].ID, "member")
					return err
				case 2:
					return ops.RemoveMember(ctx, users[who].ID, acme.ID, members[other].ID)
				default:
					_, err := ops.SetRolesUnchecked(ctx, acme.ID, members[other].ID, "admin")
					return err
				}
			}, organization.ErrLastOwner, organization.ErrNotMember, organization.ErrMemberNotFound, organization.ErrNotAllowed)
			left, err := ops.Members(ctx, acme.ID, organization.MemberPage{})
			must(t, err)
			owners := 0
			for _, m := range left {
				for _, role := range m.Roles() {
					if role == "owner" {
						owners++
					}
				}
			}
			if owners != 1 {
				t.Errorf("round %d: %d owners are left: %v", round, owners, left)
			}
		}
	})
}

// Many accept one invitation at once, and many invite one address.
func TestRacesOfInvitations(t *testing.T) {
	t.Parallel()
	authtest.Each(t, func(t *testing.T, d authtest.Database) {
		ctx := t.Context()
		_, auth := d.Use(t, config(everything()))
		ops := organization.Of(auth)
		acme, ada := newOrganization(t, auth, "acme")
		bob := newUser(t, auth, "bob")
		invited := make([]*organization.Invitation, racers)
		won := race(t, func(i int) (err error) {
			invited[i], err = ops.Invite(ctx, ada.ID, acme.ID, organization.Invite{Email: "Bob@Example.com"})
			return err
		}, organization.ErrAlreadyInvited)
		pending, err := ops.Invitations(ctx, acme.ID)
		must(t, err)
		if won != 1 || len(pending) != 1 {
			t.Fatalf("%d have invited, pending %v", won, pending)
		}
		won = race(t, func(i int) error {
			if i == 7 {
				return ops.Reject(ctx, bob.ID, pending[0].ID)
			}
			_, err := ops.Accept(ctx, bob.ID, pending[0].ID)
			return err
		}, organization.ErrInvitationNotFound)
		if won != 1 {
			t.Errorf("%d have answered", won)
		}
		invitation, err := ops.Invitation(ctx, pending[0].ID)
		must(t, err)
		n, err := ops.CountMembers(ctx, acme.ID)
		must(t, err)
		if accepted := invitation.Status == organization.StatusAccepted; accepted != (n == 2) {
			t.Errorf("%s, and %d members", invitation.Status, n)
		}
	})
}

// Whatever is limited is not exceeded by many at once, in transactions of callers that
// have read before as well.
func TestRacesForLimits(t *testing.T) {
	t.Parallel()
	authtest.Each(t, func(t *testing.T, d authtest.Database) {
		ctx := t.Context()
		options := everything()
		options.OrganizationLimit, options.MembershipLimit, options.InvitationLimit = 2, 4, 3
		options.Teams.Limit, options.Teams.MemberLimit, options.DynamicRoles.Limit = 3, 2, 2
		_, auth := d.Use(t, config(options))
		acme, ada := newOrganization(t, auth, "acme")
		users := make([]*authplugin.User, racers)
		for i := range users {
			users[i] = newUser(t, auth, fmt.Sprint("user", i))
		}
		// nested runs an operation in a transaction that has seen the state before.
		nested := func(run func(ops organization.Operations) error) error {
			return auth.Transaction(ctx, func(tx *authplugin.Auth) error {
				if d.Name != "sqlite" && d.Name != "sqlite-pure" { // which would have to give up its snapshot
					if _, err := organization.Of(tx).CountMembers(ctx, acme.ID); err != nil {
						return err
					}
				}
				return run(organization.Of(tx))
			}, authplugin.Retry(50))
		}
		for _, test := range []struct {
			name string
			full error
			want int
			run  func(ops organization.Operations, i int) error
		}{
			{"organizations", organization.ErrOrganizationLimit, 1, func(ops organization.Operations, i int) error {
				_, err := ops.Create(ctx, ada.ID, organization.Details{Name: "x", Slug: fmt.Sprint("slug", i)})
				return err
			}},
			{"members", organization.ErrMembershipLimit, 3, func(ops organization.Operations, i int) error {
				_, err := ops.AddMemberUnchecked(ctx, acme.ID, users[i].ID)
				return err
			}},
			{"invitations", organization.ErrInvitationLimit, 3, func(ops organization.Operations, i int) error {
				_, err := ops.Invite(ctx, ada.ID, acme.ID, organization.Invite{Email: fmt.Sprintf("guest%d@example.com", i)})
				return err
			}},
			{"teams", organization.ErrTeamLimit, 2, func(ops organization.Operations, i int) error {
				_, err := ops.CreateTeam(ctx, ada.ID, acme.ID, fmt.Sprint("team", i))
				return err
			}},
			{"roles", organization.ErrRoleLimit, 2, func(ops organization.Operations, i int) error {
				_, err := ops.CreateRole(ctx, ada.ID, acme.ID, fmt.Sprint("role", i), nil)
				return err
			}},
		} {
			won := race(t, func(i int) error {
				if i%2 == 0 {
					return test.run(organization.Of(auth), i)
				}
				return nested(func(ops organization.Operations) error { return test.run(ops, i) })
			}, test.full)
			if won != test.want {
				t.Errorf("%s: %d have won, want %d", test.name, won, test.want)
			}
		}
		teams, err := organization.Of(auth).Teams(ctx, acme.ID)
		must(t, err)
		members, err := organization.Of(auth).Members(ctx, acme.ID, organization.MemberPage{})
		must(t, err)
		race(t, func(i int) error {
			_, err := organization.Of(auth).AddTeamMember(ctx, ada.ID, acme.ID, teams[1].ID, members[i%len(members)].UserID)
			return err
		}, organization.ErrTeamMemberLimit)
		in, err := organization.Of(auth).TeamMembers(ctx, teams[1].ID)
		must(t, err)
		if len(in) != 2 {
			t.Errorf("%d are in the team", len(in))
		}
	})
}
