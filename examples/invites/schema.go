package invites

import (
	"fmt"
	"time"

	"gorm.io/gorm/schema"

	"github.com/gorm-auth/authplugin"
)

// Invite is an invitation. Only the hash of its code is kept.
type Invite struct {
	ID        authplugin.ID
	CodeHash  string        `json:"-" auth:"unique;hidden"`
	Email     string        `auth:"sortable"`
	UserID    authplugin.ID `auth:"references:user"` // who invites
	ExpiresAt time.Time     `auth:"index"`
	CreatedAt time.Time     `auth:"createdAt"`

	// Additional holds the fields that an application adds.
	Additional authplugin.Values `gorm:"-"`
}

// TableName is called by GORM.
func (Invite) TableName(n schema.Namer) string { return authplugin.TableName(n, "invite") }

// Format prints the invitation without what is hidden, under every verb.
func (i Invite) Format(f fmt.State, _ rune) { authplugin.FormatModel(f, i) }

// Schema adds a model, and a field to the users.
func (p *Plugin) Schema() authplugin.PluginSchema {
	return authplugin.PluginSchema{
		Models: []authplugin.PluginModel{{Name: "invite", Struct: Invite{}}},
		Fields: map[string]authplugin.Fields{"user": {
			"invitesLeft": {Type: authplugin.Number, DefaultValue: p.options.PerUser, ServerOnly: true},
		}},
		Config: p.options.Schema,
	}
}
