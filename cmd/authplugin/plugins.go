package main

import (
	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/configfile"
	"github.com/gorm-auth/authplugin/plugins/access"
	"github.com/gorm-auth/authplugin/plugins/admin"
	"github.com/gorm-auth/authplugin/plugins/username"
)

// plugins are what authplugin.yaml may name under plugins, with those of their options
// that the schema and the commands depend on. Functions are the application's.
func plugins() map[string]configfile.PluginFactory {
	return map[string]configfile.PluginFactory{
		"admin": func(s *configfile.Settings) (authplugin.Plugin, error) {
			options := admin.Options{DefaultRole: s.String("defaultRole"), AdminRoles: s.Strings("adminRoles"), Roles: admin.DefaultRoles()}
			for _, role := range s.Strings("roles") {
				if _, ok := options.Roles[role]; !ok {
					options.Roles[role] = access.NewRole(nil)
				}
			}
			for _, id := range s.Strings("adminUserIds") {
				options.AdminUserIDs = append(options.AdminUserIDs, authplugin.ID(id))
			}
			return admin.New(options), nil
		},
		"username": func(s *configfile.Settings) (authplugin.Plugin, error) {
			return username.New(username.Options{
				MinLength: s.Int("minLength"), MaxLength: s.Int("maxLength"), KeepCase: s.Bool("keepCase", false),
				ValidateNormalized: s.Bool("validateNormalized", false), Reserved: s.Strings("reserved"),
				Immutable: s.Bool("immutable", false), NoDisplayUsername: s.Bool("noDisplayUsername", false),
			}), nil
		},
		"organization": newOrganization,
		"passkey":      newPasskey,
		"two-factor":   twoFactor,
	}
}
