package passkey

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/gorm-auth/authplugin"
)

// Ceremony is a registration or a sign-in that was begun.
type Ceremony struct {
	// Options are for the browser, as JSON: PublicKeyCredential.parseCreationOptionsFromJSON
	// and parseRequestOptionsFromJSON read them, and @simplewebauthn/browser as optionsJSON.
	Options json.RawMessage
	// Token names the challenge. It belongs into a cookie of the one who has begun, with
	// HttpOnly, Secure and SameSite.
	Token string
	// ExpiresAt is until when it can be finished.
	ExpiresAt time.Time
}

// Format prints the ceremony without its token and challenge, under every verb.
func (c Ceremony) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "Ceremony{ExpiresAt: %s}", c.ExpiresAt.Format(time.RFC3339))
}

// What a challenge is for.
const (
	forRegistration = "registration"
	forSignIn       = "authentication"
)

// challenge is what is kept of a ceremony, in the form of Better Auth. The user of a
// sign-in is empty unless it was known.
type challenge struct {
	Type      string        `json:"type"`
	Challenge string        `json:"expectedChallenge"`
	User      challengeUser `json:"userData"`
	// UserVerification is an addition.
	UserVerification Requirement `json:"userVerification"`
}

type challengeUser struct {
	ID authplugin.ID `json:"id"`
}

const tokenLength = 32

// identifierOf is the identifier of a challenge. With its prefix no token that a client
// makes up can name a verification of another kind.
func identifierOf(token string) string { return "passkey-" + token }

// begin stores a challenge.
func (o Operations) begin(ctx context.Context, c challenge, options any) (*Ceremony, error) {
	text, err := json.Marshal(options)
	if err != nil {
		return nil, fmt.Errorf("passkey: cannot encode the options: %w", err)
	}
	value, err := json.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("passkey: cannot encode the challenge: %w", err)
	}
	token := authplugin.RandomText(tokenLength)
	stored, err := o.auth.Verifications().Create(ctx, identifierOf(token), string(value),
		authplugin.VerificationOptions{ExpiresIn: o.plugin.options.ChallengeExpiresIn})
	if err != nil {
		return nil, err
	}
	return &Ceremony{Options: text, Token: token, ExpiresAt: stored.ExpiresAt}, nil
}

// consume takes a challenge, which one of many callers gets. It is gone also when it
// is not for what it is taken for.
func (o Operations) consume(ctx context.Context, token, purpose string) (challenge, error) {
	if len(token) != tokenLength || strings.ContainsFunc(token, notInToken) {
		return challenge{}, ErrChallengeNotFound
	}
	stored, err := o.auth.Verifications().Consume(ctx, identifierOf(token))
	if errors.Is(err, authplugin.ErrNotFound) {
		return challenge{}, ErrChallengeNotFound
	}
	if err != nil {
		return challenge{}, err
	}
	var c challenge
	if json.Unmarshal([]byte(stored.Value), &c) != nil || c.Type != purpose || c.Challenge == "" {
		return challenge{}, ErrChallengeNotFound
	}
	return c, nil
}

func notInToken(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9')
}
