package twofactor

import "github.com/gorm-auth/authplugin"

// Schema adds the model, unless the users hold the secrets, and fields to the users.
func (p *Plugin) Schema() authplugin.PluginSchema {
	fields := authplugin.Fields{
		FieldEnabled: {Type: authplugin.Boolean, Optional: true, DefaultValue: false, ServerOnly: true},
	}
	schema := authplugin.PluginSchema{
		Fields: map[string]authplugin.Fields{authplugin.ModelUser: fields},
		Config: p.options.Schema,
	}
	if p.options.UserColumns {
		fields[FieldSecret] = authplugin.Field{Type: authplugin.String, Optional: true, Hidden: true, ServerOnly: true}
		fields[FieldBackupCodes] = fields[FieldSecret]
		return schema
	}
	schema.Models = []authplugin.PluginModel{{Name: ModelTwoFactor, Struct: TwoFactor{}}}
	return schema
}
