package twofactor

import (
	"fmt"
	"time"

	"github.com/gorm-auth/authplugin"
)

// Plugin is the plugin, to be put into Config.Plugins. It is immutable.
type Plugin struct {
	options Options
	// box is nil without keys, and when they are not good, which Validate reports.
	box        *authplugin.SecretBox
	betterAuth betterAuthCipher
}

// What the plugin does beside its schema.
var (
	_ authplugin.ValidatePlugin  = (*Plugin)(nil)
	_ authplugin.RateLimitPlugin = (*Plugin)(nil)
)

// New makes the plugin. Mistakes in the options are reported by db.Use.
func New(options Options) *Plugin {
	p := &Plugin{options: options.withDefaults(), betterAuth: betterAuthCipher{secret: []byte(options.BetterAuthSecret)}}
	if box, err := authplugin.NewSecretBox(options.Keys); err == nil {
		p.box = box
	}
	return p
}

// ID names the plugin.
func (p *Plugin) ID() string { return "two-factor" }

// Format prints the plugin without its keys, under every verb.
func (p *Plugin) Format(f fmt.State, _ rune) { _, _ = fmt.Fprint(f, "twofactor.Plugin{}") }

// Validate finds mistakes in the options.
func (p *Plugin) Validate() []*authplugin.ConfigError { return p.options.mistakes() }

// RateLimits are those of Better Auth.
func (p *Plugin) RateLimits() []authplugin.RateLimitRule {
	return []authplugin.RateLimitRule{{Path: "/two-factor/**", PerPath: true, Max: 3, Window: 10 * time.Second}}
}
