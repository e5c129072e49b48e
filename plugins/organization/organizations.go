package organization

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gorm-auth/authplugin"
)

// Details describe an organization that is created.
type Details struct {
	// Name and Slug are required; nobody else may have the slug.
	Name, Slug string
	// Logo is an address, "" for none.
	Logo string
	// Metadata is anything that encoding/json can encode, nil for nothing.
	Metadata any
	// Additional are additional fields by logical name.
	Additional authplugin.Values
}

// Create creates an organization whose owner is a user. Of many who want the same slug
// at once one gets it, the others ErrSlugTaken.
func (o Operations) Create(ctx context.Context, userID authplugin.ID, details Details) (organization *Organization, err error) {
	if o.err != nil {
		return nil, o.err
	}
	row := Organization{Name: details.Name, Slug: details.Slug, Additional: details.Additional}
	if details.Logo != "" {
		row.Logo = &details.Logo
	}
	if row.Metadata, err = encodeMetadata(details.Metadata); err != nil {
		return nil, err
	}
	if err := checkTexts(authplugin.Values{"name": row.Name, "slug": row.Slug}); err != nil {
		return nil, err
	}
	err = o.auth.Atomically(ctx, func(tx *authplugin.Auth) error {
		if limit := o.plugin.options.OrganizationLimit; limit != Unlimited {
			if _, err := authplugin.RowsOf[authplugin.User](tx).Lock(ctx, userID); err != nil {
				return err
			}
			if err := reached(ctx, tx, limit, ErrOrganizationLimit, ModelMember, &Member{}, authplugin.Eq("userId", userID)); err != nil {
				return err
			}
		}
		organization, err = authplugin.RowsOf[Organization](tx).Create(ctx, row)
		if err != nil {
			return taken(tx, err)
		}
		l := locked{o.plugin, tx, organization} // nobody else sees it yet
		if _, err := l.create(ctx, userID, o.plugin.options.CreatorRole); err != nil {
			return err
		}
		if teams := o.plugin.options.Teams; !teams.Enabled || teams.NoDefaultTeam {
			return nil
		}
		team, err := authplugin.RowsOf[Team](tx).Create(ctx, Team{Name: organization.Name, OrganizationID: organization.ID})
		if err != nil {
			return err
		}
		_, err = l.join(ctx, team.ID, userID)
		return err
	})
	if err != nil {
		return nil, err
	}
	return organization, nil
}

// FindByID finds an organization. It is authplugin.ErrNotFound when there is none.
func (o Operations) FindByID(ctx context.Context, id authplugin.ID) (*Organization, error) {
	if o.err != nil {
		return nil, o.err
	}
	return authplugin.RowsOf[Organization](o.auth).FindByID(ctx, id)
}

// FindBySlug finds an organization. It is authplugin.ErrNotFound when there is none.
func (o Operations) FindBySlug(ctx context.Context, slug string) (*Organization, error) {
	if o.err != nil {
		return nil, o.err
	}
	return authplugin.RowsOf[Organization](o.auth).FindOne(ctx, authplugin.Query{
		Where: []authplugin.Condition{authplugin.Eq("slug", slug)},
	})
}

// ListOf lists the organizations that a user is a member of, by name.
func (o Operations) ListOf(ctx context.Context, userID authplugin.ID) ([]Organization, error) {
	if o.err != nil {
		return nil, o.err
	}
	members, err := all(ctx, o.auth, func(m Member) authplugin.ID { return m.ID }, authplugin.Eq("userId", userID))
	if err != nil {
		return nil, err
	}
	ids := make([]authplugin.ID, len(members))
	for i, m := range members {
		ids[i] = m.OrganizationID
	}
	organizations := []Organization{}
	for chunk := range slices.Chunk(ids, 500) {
		found, err := authplugin.RowsOf[Organization](o.auth).FindMany(ctx, authplugin.Query{
			Where: []authplugin.Condition{authplugin.In("id", chunk)}, Limit: len(chunk),
		})
		if err != nil {
			return nil, err
		}
		organizations = append(organizations, found...)
	}
	slices.SortFunc(organizations, func(a, b Organization) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	return organizations, nil
}

// Update sets fields of an organization by logical name: name, slug, logo, metadata,
// which may be anything that encoding/json can encode, and additional ones. The actor
// needs the permission to update the organization.
func (o Operations) Update(ctx context.Context, actor, id authplugin.ID, values authplugin.Values) (organization *Organization, err error) {
	err = o.lockAs(ctx, actor, id, "organization", "update", func(l locked, _ *Membership) error {
		organization, err = l.update(ctx, values)
		return err
	})
	if err != nil {
		return nil, err
	}
	return organization, nil
}

// UpdateUnchecked is Update without an actor.
func (o Operations) UpdateUnchecked(ctx context.Context, id authplugin.ID, values authplugin.Values) (organization *Organization, err error) {
	err = o.lock(ctx, id, func(l locked) error {
		organization, err = l.update(ctx, values)
		return err
	})
	if err != nil {
		return nil, err
	}
	return organization, nil
}

func (l locked) update(ctx context.Context, values authplugin.Values) (*Organization, error) {
	if err := checkTexts(values); err != nil {
		return nil, err
	}
	values = maps.Clone(values)
	if values.Has("createdAt") {
		return nil, invalid(ModelOrganization, "createdAt", "cannot be changed")
	}
	if values.Has("metadata") {
		metadata, err := encodeMetadata(values["metadata"])
		if err != nil {
			return nil, err
		}
		values["metadata"] = metadata
	}
	organization, err := authplugin.RowsOf[Organization](l.tx).Update(ctx, l.organization.ID, values)
	if err != nil {
		return nil, taken(l.tx, err)
	}
	return organization, nil
}

// Delete deletes an organization with its members, invitations, teams and roles; it is
// active in no session any more. The actor needs the permission to delete the
// organization.
func (o Operations) Delete(ctx context.Context, actor, id authplugin.ID) error {
	return o.lockAs(ctx, actor, id, "organization", "delete", func(l locked, _ *Membership) error { return l.delete(ctx) })
}

// DeleteUnchecked is Delete without an actor.
func (o Operations) DeleteUnchecked(ctx context.Context, id authplugin.ID) error {
	return o.lock(ctx, id, func(l locked) error { return l.delete(ctx) })
}

func (l locked) delete(ctx context.Context) error {
	members, err := all(ctx, l.tx, func(m Member) authplugin.ID { return m.ID }, authplugin.Eq("organizationId", l.organization.ID))
	if err != nil {
		return err
	}
	users := make([]authplugin.ID, len(members))
	for i, m := range members {
		users[i] = m.UserID
	}
	if err := authplugin.RowsOf[Organization](l.tx).Delete(ctx, l.organization.ID); err != nil {
		return err
	}
	return l.deactivate(ctx, users)
}

// taken is the error for a slug that somebody else has, when nothing else can be meant.
func taken(tx *authplugin.Auth, err error) error {
	if !errors.Is(err, authplugin.ErrDuplicate) {
		return err
	}
	model, _ := tx.Schema().Model(ModelOrganization)
	for _, f := range model.Fields {
		if f.Unique && f.Name != "slug" {
			return err
		}
	}
	for _, index := range model.Indexes {
		if index.Unique && len(index.Fields) > 1 {
			return err
		}
	}
	return ErrSlugTaken
}

// checkTexts refuses names and slugs that are empty, or longer than their columns.
func checkTexts(values authplugin.Values) error {
	for _, name := range []string{"name", "slug"} {
		value, ok := values[name]
		if !ok {
			continue
		}
		if text, _ := value.(string); strings.TrimSpace(text) == "" || utf8.RuneCountInString(text) > maxText {
			return invalid(ModelOrganization, name, "must be between 1 and 255 characters long")
		}
	}
	return nil
}

// encodeMetadata is metadata as it is kept.
func encodeMetadata(metadata any) (*string, error) {
	if metadata == nil {
		return nil, nil //nolint:nilnil // there is none
	}
	text, err := json.Marshal(metadata)
	if err != nil {
		return nil, &authplugin.FieldError{Model: ModelOrganization, Field: "metadata", Problem: "cannot be encoded as JSON"}
	}
	encoded := string(text)
	return &encoded, nil
}
