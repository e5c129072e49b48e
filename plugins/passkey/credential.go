package passkey

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/google/uuid"

	"github.com/gorm-auth/authplugin"
)

// maxTransports is how many transports are kept. There are seven.
const maxTransports = 16

// newPasskey is the row of a verified credential.
func newPasskey(userID authplugin.ID, c *webauthn.Credential, name string) (Passkey, error) {
	if c.Authenticator.SignCount > math.MaxInt32 {
		return Passkey{}, tooLargeCounter()
	}
	row := Passkey{
		UserID:       userID,
		CredentialID: base64.RawURLEncoding.EncodeToString(c.ID),
		PublicKey:    base64.StdEncoding.EncodeToString(c.PublicKey),
		Counter:      int(c.Authenticator.SignCount),
		DeviceType:   SingleDevice,
		BackedUp:     c.Flags.BackupState,
	}
	if c.Flags.BackupEligible {
		row.DeviceType = MultiDevice
	}
	if name != "" {
		row.Name = &name
	}
	if aaguid, err := uuid.FromBytes(c.Authenticator.AAGUID); err == nil {
		text := aaguid.String()
		row.AAGUID = &text
	}
	transports := joinTransports(c.Transport) // empty and not NULL for none, as in Better Auth
	row.Transports = &transports
	return row, nil
}

// tooLargeCounter is the error for a counter that the column, of 32 bits with a sign
// as Better Auth has it, does not take.
func tooLargeCounter() error { return invalid("counter", "is greater than the column can hold") }

// joinTransports joins what a browser told, which nobody has signed.
func joinTransports(transports []protocol.AuthenticatorTransport) string {
	var kept []string
	for _, t := range transports {
		text := string(t)
		odd := strings.ContainsFunc(text, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' })
		if text == "" || len(text) > 32 || odd || slices.Contains(kept, text) || len(kept) == maxTransports {
			continue
		}
		kept = append(kept, text)
	}
	return strings.Join(kept, ",")
}

// credential is the passkey as the protocol knows it.
func (p Passkey) credential() (webauthn.Credential, error) {
	id, err := base64.RawURLEncoding.DecodeString(p.CredentialID)
	if err != nil {
		return webauthn.Credential{}, fmt.Errorf("passkey: the credentialID of passkey %s is not readable", p.ID)
	}
	key, err := base64.StdEncoding.DecodeString(p.PublicKey)
	if err != nil {
		return webauthn.Credential{}, fmt.Errorf("passkey: the publicKey of passkey %s is not readable", p.ID)
	}
	if len(key) > maxPublicKey {
		return webauthn.Credential{}, fmt.Errorf("passkey: the publicKey of passkey %s is too large", p.ID)
	}
	c := webauthn.Credential{ID: id, PublicKey: key}
	c.Flags.BackupEligible = p.DeviceType == MultiDevice
	for _, t := range p.TransportList() {
		c.Transport = append(c.Transport, protocol.AuthenticatorTransport(t))
	}
	return c, nil
}

// descriptors name passkeys to a browser. Those that are not readable nobody can use.
func descriptors(rows []Passkey) []protocol.CredentialDescriptor {
	var all []protocol.CredentialDescriptor
	for _, row := range rows {
		if c, err := row.credential(); err == nil {
			all = append(all, c.Descriptor())
		}
	}
	return all
}

// owner is a user as the protocol knows one.
type owner struct {
	handle            []byte
	name, displayName string
	credentials       []webauthn.Credential
}

var _ webauthn.User = owner{}

func (o owner) WebAuthnID() []byte                         { return o.handle }
func (o owner) WebAuthnName() string                       { return o.name }
func (o owner) WebAuthnDisplayName() string                { return o.displayName }
func (o owner) WebAuthnCredentials() []webauthn.Credential { return o.credentials }

// handleOf is the user handle, by which an authenticator keeps one passkey of an account
// and not several. It is a hash of the id, so whoever can guess ids can tell whose it is;
// Better Auth makes a random one for each registration.
func handleOf(userID authplugin.ID) []byte {
	sum := sha256.Sum256([]byte("authplugin passkey\n" + string(userID)))
	return sum[:]
}
