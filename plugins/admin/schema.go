package admin

import (
	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/plugins/access"
)

// Schema adds fields to users and sessions.
func (p *Plugin) Schema() authplugin.PluginSchema {
	return authplugin.PluginSchema{
		Fields: map[string]authplugin.Fields{
			authplugin.ModelUser: {
				"role": {
					Type: authplugin.String, Optional: true, ServerOnly: true, TransformInput: p.transformRole,
					// A function, so that the column of an existing table gets no default:
					// those who have no role in it have the default one all the same.
					DefaultValue: func() any { return p.options.DefaultRole },
				},
				"banned":     {Type: authplugin.Boolean, Optional: true, ServerOnly: true, DefaultValue: false},
				"banReason":  {Type: authplugin.String, Optional: true, ServerOnly: true},
				"banExpires": {Type: authplugin.Date, Optional: true, ServerOnly: true},
			},
			authplugin.ModelSession: {
				// As in Better Auth no reference; CheckSession sees to it that the session
				// does not outlive the admin who began it.
				"impersonatedBy": {Type: authplugin.String, Optional: true, ServerOnly: true},
			},
		},
		Config: p.options.Schema,
	}
}

// transformRole has every write of roles keep them in one form, and refuse those that
// nobody has configured.
func (p *Plugin) transformRole(value any) (any, error) {
	text, _ := value.(string)
	return p.joinRoles(access.Split(text))
}

// joinRoles are roles as they are stored.
func (p *Plugin) joinRoles(roles []string) (string, error) {
	roles = access.Split(access.Join(roles))
	for _, role := range roles {
		if _, ok := p.options.Roles[role]; !ok {
			return "", errUnknownRole
		}
	}
	if len(roles) == 0 {
		return "", errUnknownRole
	}
	return access.Join(roles), nil
}
