package organization_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/authtest"
	"github.com/gorm-auth/authplugin/plugins/organization"
)

// deletions are the ways to delete a user, and users together, in which hooks run.
func deletions(t *testing.T, db *gorm.DB, auth *authplugin.Auth) (one map[string]func(id authplugin.ID) error, many map[string]func(ids ...authplugin.ID) error) {
	t.Helper()
	ctx := t.Context()
	many = map[string]func(ids ...authplugin.ID) error{
		"records": func(ids ...authplugin.ID) error {
			_, err := auth.Records("user").DeleteMany(ctx, authplugin.In("id", ids))
			return err
		},
		"many rows": func(ids ...authplugin.ID) error {
			_, err := authplugin.RowsOf[authplugin.User](auth).DeleteMany(ctx, authplugin.In("id", ids))
			return err
		},
		"plain GORM": func(ids ...authplugin.ID) error { return db.Delete(&authplugin.User{}, "id IN ?", ids).Error },
	}
	one = map[string]func(id authplugin.ID) error{
		"operation": func(id authplugin.ID) error { return auth.Users().Delete(ctx, id) },
		"transaction": func(id authplugin.ID) error {
			return auth.Transaction(ctx, func(tx *authplugin.Auth) error { return tx.Users().Delete(ctx, id) })
		},
		"row": func(id authplugin.ID) error { return authplugin.RowsOf[authplugin.User](auth).Delete(ctx, id) },
	}
	for name, do := range many {
		one[name] = func(id authplugin.ID) error { return do(id) }
	}
	return one, many
}

// A user who is the last owner of organizations stays, whichever way it was to be
// deleted; so do users who are the last owners together. The teams of one who goes count
// those who are left.
func TestDeletionOfOwners(t *testing.T) {
	t.Parallel()
	authtest.Each(t, func(t *testing.T, d authtest.Database) {
		ctx := t.Context()
		options := everything()
		options.Teams.MemberLimit = 2
		db, auth := d.Use(t, config(options))
		ops := organization.Of(auth)
		one, many := deletions(t, db, auth)
		for name, remove := range one {
			acme, ada := newOrganization(t, auth, "acme-"+name)
			_, err := ops.Create(ctx, ada.ID, organization.Details{Name: "Bolt", Slug: "bolt-" + name})
			must(t, err)
			bob, cy := newUser(t, auth, "bob-"+name), newUser(t, auth, "cy-"+name)
			_, err = ops.AddMemberUnchecked(ctx, acme.ID, bob.ID, "owner")
			must(t, err)
			session, err := auth.Sessions().Create(ctx, ada.ID, authplugin.SessionOptions{})
			must(t, err)
			err = remove(ada.ID)
			var refusal *organization.LastOwnerError
			if !errors.Is(err, organization.ErrLastOwner) || !errors.As(err, &refusal) || len(refusal.Organizations) != 1 ||
				refusal.Organizations[0].Slug != "bolt-"+name || refusal.Error() != "organization: the user is the last owner of bolt-"+name {
				t.Errorf("%s: the last owner: %v", name, err)
			}
			_, err = auth.Sessions().Find(ctx, session.Token)
			must(t, err)

			teams, err := ops.Teams(ctx, acme.ID)
			must(t, err)
			_, err = ops.AddTeamMemberUnchecked(ctx, acme.ID, teams[0].ID, bob.ID)
			must(t, err)
			_, err = ops.AddMemberUnchecked(ctx, acme.ID, cy.ID)
			must(t, err)
			wantError(t, name+": a full team", second(ops.AddTeamMemberUnchecked(ctx, acme.ID, teams[0].ID, cy.ID)), organization.ErrTeamMemberLimit)
			must(t, remove(bob.ID))
			teams, err = ops.Teams(ctx, acme.ID)
			must(t, err)
			if teams[0].MemberCount != 1 {
				t.Errorf("%s: the team counts %d members", name, teams[0].MemberCount)
			}
			_, err = ops.AddTeamMemberUnchecked(ctx, acme.ID, teams[0].ID, cy.ID)
			must(t, err)
		}
		for name, remove := range many {
			acme, ada := newOrganization(t, auth, "together-"+name)
			bob := newUser(t, auth, "together-bob-"+name)
			_, err := ops.AddMemberUnchecked(ctx, acme.ID, bob.ID, "owner")
			must(t, err)
			wantError(t, name+": together", remove(ada.ID, bob.ID), organization.ErrLastOwner)
			if n, err := ops.CountMembers(ctx, acme.ID); n != 2 || err != nil {
				t.Errorf("%s: %d members are left, %v", name, n, err)
			}
		}
		if err := auth.Users().Delete(ctx, "nobody"); !errors.Is(err, authplugin.ErrNotFound) {
			t.Errorf("nobody: %v", err)
		}
	})
}

func second[T any](_ T, err error) error { return err }

// An application may have the organization go as well, or stay without an owner.
func TestLastOwnerPolicies(t *testing.T) {
	t.Parallel()
	authtest.Each(t, func(t *testing.T, d authtest.Database) {
		ctx := t.Context()
		for policy, left := range map[organization.LastOwnerPolicy][]string{
			organization.DeleteOrganization: {"shared"}, organization.KeepOrganization: {"own", "shared"},
		} {
			for _, teams := range []bool{true, false} {
				_, auth := d.Another(t).Use(t, config(organization.Options{LastOwnerDeleted: policy, Teams: organization.TeamOptions{Enabled: teams}}))
				ops := organization.Of(auth)
				ada, bob := newUser(t, auth, "ada"), newUser(t, auth, "bob")
				var slugs []string
				for _, slug := range []string{"own", "shared"} {
					acme, err := ops.Create(ctx, ada.ID, organization.Details{Name: slug, Slug: slug})
					must(t, err)
					_, err = ops.AddMemberUnchecked(ctx, acme.ID, bob.ID, map[string]string{"own": "member", "shared": "owner"}[slug])
					must(t, err)
				}
				must(t, auth.Users().Delete(ctx, ada.ID))
				organizations, err := ops.ListOf(ctx, bob.ID)
				must(t, err)
				for _, acme := range organizations {
					slugs = append(slugs, acme.Slug)
				}
				if diff := cmp.Diff(left, slugs); diff != "" {
					t.Errorf("%s (-want +got):\n%s", policy, diff)
				}
			}
		}
	})
}

// Two owners are deleted, demoted, removed and leave at once, and one is left.
func TestRaceOfDeletedOwners(t *testing.T) {
	t.Parallel()
	authtest.Each(t, func(t *testing.T, d authtest.Database) {
		ctx := t.Context()
		_, auth := d.Use(t, config(everything()))
		ops := organization.Of(auth)
		for round := range 4 {
			acme, ada := newOrganization(t, auth, fmt.Sprint("acme", round))
			bob := newUser(t, auth, fmt.Sprint("bob", round))
			member, err := ops.AddMemberUnchecked(ctx, acme.ID, bob.ID, "owner")
			must(t, err)
			race(t, func(i int) error {
				switch i % 8 {
				case 0, 4:
					return auth.Users().Delete(ctx, ada.ID)
				case 1:
					return auth.Users().Delete(ctx, bob.ID)
				case 2:
					return ops.Leave(ctx, bob.ID, acme.ID)
				case 3:
					return second(ops.SetRolesUnchecked(ctx, acme.ID, member.ID, "member"))
				case 5:
					return ops.RemoveMemberUnchecked(ctx, acme.ID, member.ID)
				case 6:
					_, err := ops.AddMemberUnchecked(ctx, acme.ID, ada.ID, "owner")
					if errors.Is(err, authplugin.ErrForeignKey) {
						return authplugin.ErrNotFound
					}
					return err
				default:
					return ops.Leave(ctx, ada.ID, acme.ID)
				}
			}, organization.ErrLastOwner, organization.ErrNotMember, organization.ErrMemberNotFound, organization.ErrAlreadyMember, authplugin.ErrNotFound)
			left, err := ops.Members(ctx, acme.ID, organization.MemberPage{})
			must(t, err)
			owners := 0
			for _, m := range left {
				if m.Role == "owner" {
					owners++
				}
			}
			if owners == 0 {
				t.Errorf("round %d: no owner is left: %v", round, left)
			}
		}
	})
}

// A member becomes an owner, and the other owner leaves, while the member is deleted.
func TestRaceOfPromotionAndDeletion(t *testing.T) {
	t.Parallel()
	authtest.Each(t, func(t *testing.T, d authtest.Database) {
		if d.Name != "postgres" && d.Name != "mysql" {
			t.Skip("there one transaction writes at a time")
		}
		ctx := t.Context()
		var during func()
		cfg := config(everything())
		cfg.Hooks.Session.BeforeDelete = func(*authplugin.HookContext, *authplugin.Session) error {
			if during != nil {
				during()
			}
			return nil
		}
		_, auth := d.Use(t, cfg)
		ops := organization.Of(auth)
		acme, ada := newOrganization(t, auth, "acme")
		bob := newUser(t, auth, "bob")
		member, err := ops.AddMemberUnchecked(ctx, acme.ID, bob.ID, "member")
		must(t, err)
		_, err = auth.Sessions().Create(ctx, bob.ID, authplugin.SessionOptions{})
		must(t, err)
		done := make(chan error, 1)
		during = func() {
			during = nil
			go func() {
				_, err := ops.SetRolesUnchecked(context.Background(), acme.ID, member.ID, "owner")
				if err == nil {
					err = ops.Leave(context.Background(), ada.ID, acme.ID)
				}
				done <- err
			}()
			select {
			case err := <-done:
				t.Log("meanwhile:", err)
			case <-time.After(2 * time.Second): // it waits for the deletion
			}
		}
		_ = auth.Users().Delete(ctx, bob.ID) // either of the two may be refused
		left, err := ops.Members(ctx, acme.ID, organization.MemberPage{})
		must(t, err)
		if len(left) == 0 {
			t.Error("no owner is left")
		}
	})
}
