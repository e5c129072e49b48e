// Package invites is an example of a plugin in a module of its own: users invite
// others by e-mail, and an invitation is good for one sign-up.
// docs/writing-a-plugin.md walks through it.
package invites

import (
	"time"

	"github.com/gorm-auth/authplugin"
)

// Options are the options of the plugin. The zero value is useful.
type Options struct {
	// ExpiresIn is how long an invitation can be accepted. Defaults to 2 days.
	ExpiresIn time.Duration
	// PerUser is how many invitations a user may send. Defaults to 5.
	PerUser int
	// Required refuses users who sign up without an invitation.
	Required bool
	// Schema names tables and columns, and adds fields, by logical name of the model.
	Schema map[string]authplugin.ModelConfig
}

// Plugin is the plugin, to be put into Config.Plugins.
type Plugin struct{ options Options }

// What the plugin does beside its schema.
var (
	_ authplugin.HookPlugin     = (*Plugin)(nil)
	_ authplugin.ValidatePlugin = (*Plugin)(nil)
	_ authplugin.CleanupPlugin  = (*Plugin)(nil)
)

// New makes the plugin. Mistakes in the options are reported by db.Use.
func New(options Options) *Plugin {
	if options.ExpiresIn == 0 {
		options.ExpiresIn = 48 * time.Hour
	}
	if options.PerUser == 0 {
		options.PerUser = 5
	}
	return &Plugin{options: options}
}

// ID names the plugin.
func (p *Plugin) ID() string { return "invites" }

// Validate finds mistakes in the options.
func (p *Plugin) Validate() []*authplugin.ConfigError {
	var mistakes []*authplugin.ConfigError
	if p.options.ExpiresIn < 0 {
		mistakes = append(mistakes, &authplugin.ConfigError{Path: "ExpiresIn", Problem: "must not be negative"})
	}
	if p.options.PerUser < 0 {
		mistakes = append(mistakes, &authplugin.ConfigError{Path: "PerUser", Problem: "must not be negative"})
	}
	return mistakes
}
