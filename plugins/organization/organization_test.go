package organization_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/authtest"
	"github.com/gorm-auth/authplugin/plugins/organization"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// wantError checks that an error is the one that callers are told of.
func wantError(t testing.TB, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: %v, want %v", what, err, want)
	}
}

// everything are the options with all tables.
func everything() organization.Options {
	return organization.Options{
		Teams:        organization.TeamOptions{Enabled: true},
		DynamicRoles: organization.DynamicRoleOptions{Enabled: true},
	}
}

func config(options organization.Options) authplugin.Config {
	return authplugin.Config{Plugins: []authplugin.Plugin{organization.New(options)}}
}

// newUser creates a user with a verified address made of the name.
func newUser(t testing.TB, auth *authplugin.Auth, name string) *authplugin.User {
	t.Helper()
	user, err := auth.Users().Create(t.Context(), authplugin.User{Name: name, Email: name + "@example.com", EmailVerified: true})
	must(t, err)
	return user
}

// newOrganization creates an organization with its owner.
func newOrganization(t testing.TB, auth *authplugin.Auth, slug string) (*organization.Organization, *authplugin.User) {
	t.Helper()
	owner := newUser(t, auth, slug+"-owner")
	acme, err := organization.Of(auth).Create(t.Context(), owner.ID, organization.Details{Name: slug, Slug: slug})
	must(t, err)
	return acme, owner
}

func TestConformance(t *testing.T) {
	t.Parallel()
	authtest.Run(t, func() authplugin.Config { return config(everything()) })
}

func TestOrganizations(t *testing.T) {
	t.Parallel()
	authtest.Each(t, func(t *testing.T, d authtest.Database) {
		ctx := t.Context()
		_, auth := d.Use(t, config(organization.Options{}))
		ops := organization.Of(auth)
		ada, bob := newUser(t, auth, "ada"), newUser(t, auth, "bob")
		acme, err := ops.Create(ctx, ada.ID, organization.Details{
			Name: "Acme", Slug: "acme", Logo: "https://acme.example/logo.png", Metadata: map[string]any{"plan": "pro"},
		})
		must(t, err)
		found, err := ops.FindBySlug(ctx, "acme")
		must(t, err)
		var metadata struct{ Plan string }
		must(t, found.DecodeMetadata(&metadata))
		if found.ID != acme.ID || metadata.Plan != "pro" || *found.Metadata != `{"plan":"pro"}` || *found.Logo != *acme.Logo {
			t.Errorf("found %v", found)
		}
		_, err = ops.Create(ctx, bob.ID, organization.Details{Name: "Acme", Slug: "acme"})
		wantError(t, "a slug that is taken", err, organization.ErrSlugTaken)
		_, err = ops.Create(ctx, bob.ID, organization.Details{Name: "", Slug: "empty"})
		wantError(t, "no name", err, authplugin.ErrInvalid)
		for _, slug := range []string{"", " \t", strings.Repeat("ö", 256)} {
			_, err = ops.Create(ctx, bob.ID, organization.Details{Name: "x", Slug: slug})
			wantError(t, "the slug "+slug, err, authplugin.ErrInvalid)
		}
		_, err = ops.Create(ctx, bob.ID, organization.Details{Name: "x", Slug: "x", Metadata: func() {}})
		wantError(t, "metadata that is no JSON", err, authplugin.ErrInvalid)
		_, err = ops.Create(ctx, "0", organization.Details{Name: "x", Slug: "x"})
		wantError(t, "nobody creates", err, authplugin.ErrForeignKey)
		other, err := ops.Create(ctx, ada.ID, organization.Details{Name: "Another", Slug: "another"})
		must(t, err)
		_, err = ops.Update(ctx, ada.ID, other.ID, authplugin.Values{"slug": "acme"})
		wantError(t, "an update to a slug that is taken", err, organization.ErrSlugTaken)

		_, err = ops.Update(ctx, bob.ID, acme.ID, authplugin.Values{"name": "Bob's"})
		wantError(t, "an update by a stranger", err, organization.ErrNotMember)
		updated, err := ops.Update(ctx, ada.ID, acme.ID, authplugin.Values{"name": "Acme Inc", "metadata": map[string]int{"seats": 3}})
		must(t, err)
		if updated.Name != "Acme Inc" || *updated.Metadata != `{"seats":3}` {
			t.Errorf("updated %v", updated)
		}
		list, err := ops.ListOf(ctx, ada.ID)
		must(t, err)
		if len(list) != 2 || list[0].ID != acme.ID || list[1].ID != other.ID {
			t.Errorf("list %v", list)
		}

		wantError(t, "a delete by a stranger", ops.Delete(ctx, bob.ID, acme.ID), organization.ErrNotMember)
		must(t, ops.Delete(ctx, ada.ID, acme.ID))
		_, err = ops.FindByID(ctx, acme.ID)
		wantError(t, "find a deleted one", err, authplugin.ErrNotFound)
		wantError(t, "delete a deleted one", ops.DeleteUnchecked(ctx, acme.ID), organization.ErrOrganizationNotFound)
		if n, err := ops.CountMembers(ctx, acme.ID); err != nil || n != 0 {
			t.Errorf("%d members, %v", n, err)
		}
	})
}
