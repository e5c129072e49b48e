package organization

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/plugins/access"
)

// Unlimited is a limit that nobody reaches.
const Unlimited = -1

// Options are the options of the plugin. The zero value is useful. Limits hold
// whatever is done at the same time.
type Options struct {
	// Roles are the roles that members may have. Defaults to DefaultRoles. The
	// CreatorRole must be one of them.
	Roles access.Roles
	// CreatorRole is the role of who creates an organization, and of its owners: one
	// of them always stays. Defaults to "owner".
	CreatorRole string
	// OrganizationLimit is the number of organizations with which a user may not create
	// another one (Better Auth: organizationLimit). Defaults to Unlimited.
	OrganizationLimit int
	// MembershipLimit is how many members an organization may have. Defaults to 100, as in
	// Better Auth.
	MembershipLimit int
	// InvitationLimit is how many pending invitations an organization may have. Defaults
	// to 100, as in Better Auth.
	InvitationLimit int
	// InvitationExpiresIn is how long an invitation can be accepted. Defaults to 48 hours.
	InvitationExpiresIn time.Duration
	// AllowUnverifiedEmail lets users accept invitations whose e-mail address is not
	// verified: who knows the id of an invitation is taken to have read the mail. It is
	// a mistake where ids can be guessed, such as with Serial. Defaults to false,
	// where Better Auth decides by the kind of ids.
	AllowUnverifiedEmail bool
	// SendInvitation sends the mail with an invitation, whose id is what its
	// recipient comes back with. It is called after the commit, also when an
	// invitation is extended. Defaults to nothing.
	SendInvitation func(ctx context.Context, invitation Invitation)
	// LastOwnerDeleted says what happens when the user is deleted who is the last owner
	// of an organization. Defaults to RefuseDeletion.
	LastOwnerDeleted LastOwnerPolicy
	// Teams are groups of members.
	Teams TeamOptions
	// DynamicRoles are roles that organizations make for themselves.
	DynamicRoles DynamicRoleOptions
	// Schema names tables and columns, and adds fields, by logical name of the model.
	Schema map[string]authplugin.ModelConfig
}

// TeamOptions are the options of teams.
type TeamOptions struct {
	// Enabled adds the tables. Defaults to false.
	Enabled bool
	// Limit is how many teams an organization may have. Defaults to Unlimited.
	Limit int
	// MemberLimit is how many members a team may have. Defaults to Unlimited.
	MemberLimit int
	// NoDefaultTeam creates organizations without a first team. Defaults to false: it is
	// named like the organization, and its creator is in it.
	NoDefaultTeam bool
	// AllowRemovingAll lets the last team be removed. Defaults to false.
	AllowRemovingAll bool
}

// DynamicRoleOptions are the options of roles that organizations make for themselves.
type DynamicRoleOptions struct {
	// Enabled adds the table. Defaults to false.
	Enabled bool
	// Limit is how many an organization may have. Defaults to Unlimited.
	Limit int
}

// DefaultStatements are all that the default roles can permit, as in Better Auth.
func DefaultStatements() access.Statements {
	return access.Statements{
		"organization": {"update", "delete"},
		"member":       {"create", "update", "delete"},
		"invitation":   {"create", "cancel"},
		"team":         {"create", "update", "delete"},
		"ac":           {"create", "read", "update", "delete"},
	}
}

// DefaultRoles are the roles of Better Auth: owner, admin and member. Start from them
// to have more.
func DefaultRoles() access.Roles {
	admin := DefaultStatements()
	admin["organization"] = []string{"update"}
	return access.Roles{
		"owner":  access.NewRole(DefaultStatements()),
		"admin":  access.NewRole(admin),
		"member": access.NewRole(access.Statements{"ac": {"read"}}),
	}
}

// Plugin is the plugin, to be put into Config.Plugins.
type Plugin struct {
	options Options
	// all is everything that some role permits.
	all access.Statements
}

var (
	_ authplugin.HookPlugin       = (*Plugin)(nil)
	_ authplugin.ValidatePlugin   = (*Plugin)(nil)
	_ authplugin.CleanupPlugin    = (*Plugin)(nil)
	_ authplugin.UserDeletePlugin = (*Plugin)(nil)
)

// New makes the plugin. Mistakes in the options are reported by db.Use.
func New(options Options) *Plugin {
	if options.Roles == nil {
		options.Roles = DefaultRoles()
	}
	options.Roles = maps.Clone(options.Roles)
	if options.CreatorRole == "" {
		options.CreatorRole = "owner"
	}
	if options.LastOwnerDeleted == "" {
		options.LastOwnerDeleted = RefuseDeletion
	}
	if options.InvitationExpiresIn == 0 {
		options.InvitationExpiresIn = 48 * time.Hour
	}
	for _, limit := range []struct {
		option *int
		value  int
	}{
		{&options.OrganizationLimit, Unlimited},
		{&options.MembershipLimit, 100},
		{&options.InvitationLimit, 100},
		{&options.Teams.Limit, Unlimited},
		{&options.Teams.MemberLimit, Unlimited},
		{&options.DynamicRoles.Limit, Unlimited},
	} {
		if *limit.option == 0 {
			*limit.option = limit.value
		}
	}
	p := &Plugin{options: options, all: access.Statements{}}
	for _, name := range options.Roles.Names() {
		for resource, actions := range options.Roles[name].Statements().Without(p.all) {
			p.all[resource] = append(p.all[resource], actions...)
		}
	}
	return p
}

// ID names the plugin.
func (p *Plugin) ID() string { return "organization" }

// Validate finds mistakes in the options.
func (p *Plugin) Validate() []*authplugin.ConfigError {
	var mistakes []*authplugin.ConfigError
	mistake := func(path, problem string) {
		mistakes = append(mistakes, &authplugin.ConfigError{Path: path, Problem: problem})
	}
	for _, name := range p.options.Roles.Names() {
		if !isRoleName(name) {
			mistake("Roles["+name+"]", "a name must be text without commas, and without spaces around it")
		}
	}
	if !slices.Contains(p.options.Roles.Names(), p.options.CreatorRole) {
		mistake("CreatorRole", "must be one of Roles")
	}
	if !slices.Contains([]LastOwnerPolicy{RefuseDeletion, DeleteOrganization, KeepOrganization}, p.options.LastOwnerDeleted) {
		mistake("LastOwnerDeleted", "must be RefuseDeletion, DeleteOrganization or KeepOrganization")
	}
	if p.options.InvitationExpiresIn < 0 {
		mistake("InvitationExpiresIn", "must not be negative")
	}
	for _, limit := range []struct {
		path  string
		value int
	}{
		{"OrganizationLimit", p.options.OrganizationLimit},
		{"MembershipLimit", p.options.MembershipLimit},
		{"InvitationLimit", p.options.InvitationLimit},
		{"Teams.Limit", p.options.Teams.Limit},
		{"Teams.MemberLimit", p.options.Teams.MemberLimit},
		{"DynamicRoles.Limit", p.options.DynamicRoles.Limit},
	} {
		if limit.value < Unlimited {
			mistake(limit.path, "must not be negative, but for Unlimited")
		}
	}
	return mistakes
}

// isRoleName reports whether a text can be the name of a role among others.
func isRoleName(name string) bool {
	return name != "" && len(name) <= maxText && !strings.Contains(name, ",") && strings.TrimSpace(name) == name
}

// maxText is the length of text in columns that are sorted by.
const maxText = 255
