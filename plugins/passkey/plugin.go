package passkey

import (
	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/gorm-auth/authplugin"
)

// Plugin is the plugin, to be put into Config.Plugins. It is immutable.
type Plugin struct {
	options Options
	// protocol is nil when the options are wrong, which Validate reports.
	protocol *webauthn.WebAuthn
}

// What the plugin does beside its schema.
var _ authplugin.ValidatePlugin = (*Plugin)(nil)

// New makes the plugin. Mistakes in the options are reported by db.Use.
func New(options Options) *Plugin {
	p := &Plugin{options: options.withDefaults()}
	timeout := webauthn.TimeoutConfig{Timeout: p.options.ChallengeExpiresIn, TimeoutUVD: p.options.ChallengeExpiresIn}
	w, err := webauthn.New(&webauthn.Config{
		RPID:                  p.options.RPID,
		RPDisplayName:         p.options.RPName,
		RPOrigins:             p.options.Origins,
		AttestationPreference: protocol.ConveyancePreference(p.options.Attestation),
		Timeouts:              webauthn.TimeoutsConfig{Login: timeout, Registration: timeout},
	})
	if err == nil {
		p.protocol = w
	}
	return p
}

// ID names the plugin.
func (p *Plugin) ID() string { return "passkey" }

// Validate finds mistakes in the options.
func (p *Plugin) Validate() []*authplugin.ConfigError { return p.options.mistakes() }
