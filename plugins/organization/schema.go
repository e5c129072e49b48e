package organization

import "github.com/gorm-auth/authplugin"

// The fields that the plugin adds to models of others, and those that depend on its
// options.
const (
	// FieldActiveOrganization is the field of a session for the active organization.
	FieldActiveOrganization = "activeOrganizationId"
	// FieldActiveTeam is the field of a session for the active team.
	FieldActiveTeam = "activeTeamId"

	fieldTeamID = "teamId"
)

// Schema adds the models, and what is active to the sessions.
func (p *Plugin) Schema() authplugin.PluginSchema {
	active := authplugin.Field{Type: authplugin.String, Optional: true, ServerOnly: true}
	session := authplugin.Fields{FieldActiveOrganization: active}
	invitation := authplugin.PluginModel{Name: ModelInvitation, Struct: Invitation{}}
	models := []authplugin.PluginModel{
		{Name: ModelOrganization, Struct: Organization{}},
		{Name: ModelMember, Struct: Member{}},
	}
	if p.options.Teams.Enabled {
		session[FieldActiveTeam] = active
		invitation.Fields = authplugin.Fields{fieldTeamID: {Type: authplugin.String, Optional: true, Sortable: true}}
		models = append(
			models,
			authplugin.PluginModel{Name: ModelTeam, Struct: Team{}},
			authplugin.PluginModel{Name: ModelTeamMember, Struct: TeamMember{}},
		)
	}
	if p.options.DynamicRoles.Enabled {
		models = append(models, authplugin.PluginModel{Name: ModelOrganizationRole, Struct: Role{}})
	}
	return authplugin.PluginSchema{
		Models: append(models, invitation),
		Fields: map[string]authplugin.Fields{authplugin.ModelSession: session},
		Config: p.options.Schema,
	}
}
