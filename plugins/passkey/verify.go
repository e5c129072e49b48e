package passkey

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
)

// maxResponse is how long a response may be, in bytes. Those of authenticators with
// chains of certificates have some thousands.
const maxResponse = 1 << 16

// What go-webauthn takes of any size, and anybody could then have the server compute
// with for seconds. The longest key of an authenticator is one of RSA with 4096 bits.
const (
	maxPublicKey   = 1100 // RSA with 8192 bits, in COSE
	maxCertificate = 1 << 12
)

var (
	errUnreadable   = errors.New("the response is not readable")
	errTooLong      = errors.New("the response is too long")
	errLargeKey     = errors.New("the public key, or a certificate, is too large")
	errRelyingParty = errors.New("the response is for another RPID")
	errCredentialID = errors.New("the ids of the credential differ")
	errBackup       = errors.New("the credential is backed up, and says that it cannot be")
)

// recovered makes an error of a panic. Some responses that no authenticator makes have
// the parser of go-webauthn v0.17 panic; v0.18 mends that, and needs Go 1.26.
func recovered(err *error) {
	if recover() != nil {
		*err = errUnreadable
	}
}

// verifyRegistration verifies the response to a registration. Its errors are no
// sentinels.
func (p *Plugin) verifyRegistration(c challenge, response []byte) (credential *webauthn.Credential, err error) {
	defer recovered(&err)
	if len(response) > maxResponse {
		return nil, errTooLong
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(response)
	if err != nil {
		return nil, err
	}
	if err := p.checkOrigin(parsed.Response.CollectedClientData); err != nil {
		return nil, err
	}
	if !isOfUsualSize(parsed.Response.AttestationObject) {
		return nil, errLargeKey
	}
	user := owner{handle: handleOf(c.User.ID)}
	credential, err = p.protocol.CreateCredential(user, webauthn.SessionData{
		Challenge: c.Challenge, UserID: user.handle, UserVerification: protocol.UserVerificationRequirement(c.UserVerification),
		CredParams: webauthn.CredentialParametersRecommendedL3(),
	}, parsed)
	if err != nil {
		return nil, err
	}
	data := parsed.Response.AttestationObject.AuthData
	switch {
	case !p.isRelyingParty(data):
		return nil, errRelyingParty
	case !sameID(parsed.ParsedPublicKeyCredential) || !bytes.Equal(parsed.RawID, credential.ID):
		return nil, errCredentialID
	case data.Flags.HasBackupState() && !data.Flags.HasBackupEligible():
		return nil, errBackup
	}
	return credential, nil
}

// isOfUsualSize reports whether the keys with which signatures are verified are.
func isOfUsualSize(attestation protocol.AttestationObject) bool {
	if len(attestation.AuthData.AttData.CredentialPublicKey) > maxPublicKey {
		return false
	}
	chain, _ := attestation.AttStatement["x5c"].([]any)
	return !slices.ContainsFunc(chain, func(certificate any) bool {
		raw, ok := certificate.([]byte)
		return ok && len(raw) > maxCertificate
	})
}

// parseAssertion reads the response to a sign-in.
func parseAssertion(response []byte) (parsed *protocol.ParsedCredentialAssertionData, err error) {
	defer recovered(&err)
	if len(response) > maxResponse {
		return nil, errTooLong
	}
	parsed, err = protocol.ParseCredentialRequestResponseBytes(response)
	if err != nil {
		return nil, err
	}
	if !sameID(parsed.ParsedPublicKeyCredential) {
		return nil, errCredentialID
	}
	return parsed, nil
}

// verifySignIn verifies the response to a sign-in with a passkey. Its errors are no
// sentinels.
//
// The user handle of the response is not held against the user: Better Auth makes
// random ones and keeps none. Whose passkey it is, its row says, and the signature
// that it is this passkey.
func (p *Plugin) verifySignIn(c challenge, credential webauthn.Credential, parsed *protocol.ParsedCredentialAssertionData) (err error) {
	defer recovered(&err)
	if err := p.checkOrigin(parsed.Response.CollectedClientData); err != nil {
		return err
	}
	user := owner{handle: parsed.Response.UserHandle, credentials: []webauthn.Credential{credential}}
	_, err = p.protocol.ValidateLogin(user, webauthn.SessionData{
		Challenge: c.Challenge, UserID: user.handle, UserVerification: protocol.UserVerificationRequirement(c.UserVerification),
	}, parsed)
	if err != nil {
		return err
	}
	if !p.isRelyingParty(parsed.Response.AuthenticatorData) {
		return errRelyingParty
	}
	return nil
}

// checkOrigin says which origin is missing in the options. The protocol checks it, too,
// and does not.
func (p *Plugin) checkOrigin(data protocol.CollectedClientData) error {
	if protocol.IsOriginInHaystack(data.Origin, p.options.Origins) {
		return nil
	}
	const longest = 200
	return fmt.Errorf("%.*q is not in Options.Origins", longest, data.Origin)
}

// isRelyingParty reports whether a response is for the RPID. The parser takes also one
// for the hash of 32 zeros.
func (p *Plugin) isRelyingParty(data protocol.AuthenticatorData) bool {
	hash := sha256.Sum256([]byte(p.options.RPID))
	return bytes.Equal(data.RPIDHash, hash[:])
}

// sameID reports whether both ids of a response are the same one.
func sameID(c protocol.ParsedPublicKeyCredential) bool {
	return len(c.RawID) > 0 && c.ID == base64.RawURLEncoding.EncodeToString(c.RawID)
}

// because is a sentinel with a cause that is not for clients.
func because(sentinel, cause error) error { return fmt.Errorf("%w: %w", sentinel, cause) }
