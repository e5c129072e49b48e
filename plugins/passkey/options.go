package passkey

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"

	"github.com/gorm-auth/authplugin"
)

// Options are the options of the plugin. RPID and Origins have no default. The function
// must be safe for concurrent use.
type Options struct {
	// RPID is the domain that passkeys belong to: "example.com", for it and all
	// domains below it. Passkeys do not work under another one any more (Better Auth:
	// rpID).
	RPID string
	// RPName is what authenticators show. Defaults to RPID.
	RPName string
	// Origins are where the pages come from that register and sign in:
	// "https://example.com", "android:apk-key-hash:…". Without a path.
	Origins []string

	// UserVerification says whether the authenticator is to verify the user, by a PIN or
	// a finger for example, and refuses those that did not if it is [Required]. Defaults
	// to [Preferred], as in Better Auth.
	UserVerification Requirement
	// ResidentKey says whether the authenticator is to keep the passkey so that users
	// can sign in without saying who they are. Defaults to [Preferred], as in Better Auth.
	ResidentKey Requirement
	// Attachment is the kind of authenticators that may be registered. Defaults to any.
	Attachment Attachment
	// Attestation says what authenticators are to tell of themselves. What they tell is
	// verified to be signed, and not held against a list of those that can be trusted.
	// Defaults to [AttestationNone], as in Better Auth.
	Attestation Attestation

	// ChallengeExpiresIn is how long users have to answer. Defaults to 5 minutes, as in
	// Better Auth.
	ChallengeExpiresIn time.Duration
	// MaxPasskeys is how many passkeys a user may register. Defaults to 50; at most 1000.
	MaxPasskeys int
	// OnCloneWarning decides about a sign-in whose counter has not risen. What it
	// returns is what FinishSignIn returns; with nil the sign-in goes on, and the stored
	// counter stays. Defaults to [ErrCloned].
	OnCloneWarning func(ctx context.Context, warning CloneWarning) error

	// UniqueCredentials adds a unique index on credentialID, which Better Auth has not.
	// Without it a reservation in the verifications keeps two registrations of one
	// credential apart, those of this library alone. A table that has duplicates cannot
	// get it. Defaults to false.
	UniqueCredentials bool
	// Schema names tables and columns, and adds fields, by logical name of the model.
	Schema map[string]authplugin.ModelConfig
}

// Requirement says how much something is wanted.
type Requirement string

// How much.
const (
	Required    Requirement = "required"
	Preferred   Requirement = "preferred"
	Discouraged Requirement = "discouraged"
)

// Attachment is a kind of authenticators.
type Attachment string

// The kinds of authenticators.
const (
	// AnyAttachment is any.
	AnyAttachment Attachment = ""
	// Platform is one that is part of the device.
	Platform Attachment = "platform"
	// CrossPlatform is one that can be used with several, such as a security key.
	CrossPlatform Attachment = "cross-platform"
)

// Attestation is what authenticators tell of themselves.
type Attestation string

// What they tell.
const (
	AttestationNone       Attestation = "none"
	AttestationIndirect   Attestation = "indirect"
	AttestationDirect     Attestation = "direct"
	AttestationEnterprise Attestation = "enterprise"
)

// CloneWarning is a sign-in with a passkey whose counter has not risen.
type CloneWarning struct {
	// Passkey is as it is stored.
	Passkey Passkey
	// Counter is what the authenticator said.
	Counter uint32
}

const (
	defaultChallengeExpiresIn = 5 * time.Minute
	defaultMaxPasskeys        = 50
	mostPasskeys              = 1000
)

// withDefaults fills in what was left out.
func (o Options) withDefaults() Options {
	if o.RPName == "" {
		o.RPName = o.RPID
	}
	if o.UserVerification == "" {
		o.UserVerification = Preferred
	}
	if o.ResidentKey == "" {
		o.ResidentKey = Preferred
	}
	if o.Attestation == "" {
		o.Attestation = AttestationNone
	}
	if o.ChallengeExpiresIn == 0 {
		o.ChallengeExpiresIn = defaultChallengeExpiresIn
	}
	if o.MaxPasskeys == 0 {
		o.MaxPasskeys = defaultMaxPasskeys
	}
	return o
}

// mistakes finds those in options with their defaults.
func (o Options) mistakes() []*authplugin.ConfigError {
	var mistakes []*authplugin.ConfigError
	add := func(path, problem string) {
		mistakes = append(mistakes, &authplugin.ConfigError{Path: path, Problem: problem})
	}
	switch {
	case o.RPID == "":
		add("RPID", `is required: it is the domain that passkeys belong to, such as "example.com"`)
	case protocol.ValidateRPID(o.RPID) != nil:
		add("RPID", `must be a domain without scheme, port and path, such as "example.com"`)
	}
	if len(o.Origins) == 0 {
		add("Origins", `is required: where pages come from, such as "https://example.com"`)
	}
	for i, origin := range o.Origins {
		if problem := originProblem(origin); problem != "" {
			add(fmt.Sprintf("Origins[%d]", i), problem)
		}
	}
	for path, requirement := range map[string]Requirement{"UserVerification": o.UserVerification, "ResidentKey": o.ResidentKey} {
		if !requirement.known() {
			add(path, "must be Required, Preferred or Discouraged")
		}
	}
	if !o.Attachment.known() {
		add("Attachment", "must be AnyAttachment, Platform or CrossPlatform")
	}
	switch o.Attestation {
	case AttestationNone, AttestationIndirect, AttestationDirect, AttestationEnterprise:
	default:
		add("Attestation", "must be AttestationNone, AttestationIndirect, AttestationDirect or AttestationEnterprise")
	}
	if o.ChallengeExpiresIn < time.Second {
		add("ChallengeExpiresIn", "must be a second or more")
	}
	if o.MaxPasskeys < 0 || o.MaxPasskeys > mostPasskeys {
		add("MaxPasskeys", fmt.Sprintf("must be between 1 and %d", mostPasskeys))
	}
	return mistakes
}

func (r Requirement) known() bool { return r == Required || r == Preferred || r == Discouraged }

func (a Attachment) known() bool { return a == AnyAttachment || a == Platform || a == CrossPlatform }

// originProblem says what is wrong with an origin. One with a path would be compared
// without it.
func originProblem(origin string) string {
	if origin == "" {
		return "is empty"
	}
	if !strings.Contains(origin, "://") {
		return "" // of an app
	}
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return `must be scheme, host and perhaps port, such as "https://example.com"`
	}
	return ""
}
