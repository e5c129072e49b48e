package passkey

import (
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm/schema"

	"github.com/gorm-auth/authplugin"
)

// ModelPasskey is the logical name of the model.
const ModelPasskey = "passkey"

// DeviceType says whether a passkey can leave its device.
type DeviceType string

// Whether it can.
const (
	// SingleDevice is a passkey that stays where it was made.
	SingleDevice DeviceType = "singleDevice"
	// MultiDevice is one that is copied to other devices of the user, or into a cloud.
	MultiDevice DeviceType = "multiDevice"
)

// Passkey is a credential of a user. Nothing in it is a secret. Clients may set its
// name only.
type Passkey struct {
	ID   authplugin.ID `json:"id"`
	Name *string       `json:"name"`
	// PublicKey is a COSE key, in base64.
	PublicKey string        `json:"publicKey" auth:"serverOnly"`
	UserID    authplugin.ID `json:"userId" auth:"references:user;index;serverOnly"`
	// CredentialID is what the authenticator calls it, in base64url without padding.
	CredentialID string `json:"credentialID" auth:"name:credentialID;index;serverOnly"`
	// Counter is how often the authenticator has signed; 0 of those that do not count.
	Counter    int        `json:"counter" auth:"serverOnly"`
	DeviceType DeviceType `json:"deviceType" auth:"type:string;serverOnly"`
	// BackedUp says whether it was copied already, at the last sign-in.
	BackedUp bool `json:"backedUp" auth:"serverOnly"`
	// Transports are separated by commas: see TransportList.
	Transports *string    `json:"transports" auth:"serverOnly"`
	CreatedAt  *time.Time `json:"createdAt" auth:"createdAt"`
	// AAGUID is the model of the authenticator, a UUID; zeros if it does not say.
	AAGUID *string `json:"aaguid" auth:"name:aaguid;serverOnly"`

	// Additional holds the fields that an application adds.
	Additional authplugin.Values `gorm:"-" json:"-"`
}

// TableName is called by GORM.
func (Passkey) TableName(n schema.Namer) string { return authplugin.TableName(n, ModelPasskey) }

// Format prints the passkey without what is hidden, under every verb.
func (p Passkey) Format(f fmt.State, _ rune) { authplugin.FormatModel(f, p) }

// TransportList are the ways to reach the authenticator, such as "usb" and "internal",
// as the browser told them.
func (p Passkey) TransportList() []string {
	if p.Transports == nil {
		return nil
	}
	return strings.FieldsFunc(*p.Transports, func(r rune) bool { return r == ',' })
}
