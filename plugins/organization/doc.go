// Package organization gives an application organizations: users are members with
// roles, others are invited by e-mail, and one organization is active in a session.
// Teams and roles that organizations make for themselves are options.
//
//	auth := authplugin.New(authplugin.Config{
//		Plugins: []authplugin.Plugin{organization.New(organization.Options{})},
//	})
//	…
//	acme, err := organization.Of(auth).Create(ctx, user.ID, organization.Details{Name: "Acme", Slug: "acme"})
//	invitation, err := organization.Of(auth).Invite(ctx, user.ID, acme.ID, organization.Invite{Email: "bob@example.com"})
//	member, err := organization.Of(auth).Accept(ctx, bob.ID, invitation.ID)
//
// Tables, columns and values are those of Better Auth's plugin of that name.
//
// # Permissions
//
// Operations take who acts, and check that user's permission in their own transaction.
// An application asks for others by the membership, without any statement:
//
//	membership, err := organization.Of(auth).Active(ctx, session)
//	membership.Permits("project", "delete")
//
// # Rules
//
// An organization always has an owner, also when users are deleted, an address has one pending invitation to it,
// and no limit is exceeded, whatever is done at the same time: each operation that
// such a rule is about locks the row of the organization.
package organization
