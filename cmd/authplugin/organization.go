package main

import (
	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/configfile"
	"github.com/gorm-auth/authplugin/plugins/organization"
)

// newOrganization makes the plugin for its schema: the command line makes no
// organizations, so that limits and roles do not belong into the file.
func newOrganization(options *configfile.Settings) (authplugin.Plugin, error) {
	return organization.New(organization.Options{
		Teams:        organization.TeamOptions{Enabled: options.Bool("teams", false)},
		DynamicRoles: organization.DynamicRoleOptions{Enabled: options.Bool("dynamicRoles", false)},
	}), nil
}
