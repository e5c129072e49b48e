package passkey

import "github.com/gorm-auth/authplugin"

// Schema adds the model.
func (p *Plugin) Schema() authplugin.PluginSchema {
	model := authplugin.PluginModel{Name: ModelPasskey, Struct: Passkey{}}
	if p.options.UniqueCredentials {
		model.Indexes = []authplugin.Index{{Fields: []string{"credentialID"}, Unique: true}}
	}
	return authplugin.PluginSchema{Models: []authplugin.PluginModel{model}, Config: p.options.Schema}
}
