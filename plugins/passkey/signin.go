package passkey

import (
	"context"
	"encoding/base64"
	"errors"
	"math"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/gorm-auth/authplugin"
)

// SignInOptions describe a sign-in.
type SignInOptions struct {
	// UserVerification defaults to that of [Options]. It is kept in the challenge; whoever
	// finishes looks at [SignedIn].UserVerified, see [Operations.FinishSignInAs].
	UserVerification Requirement
}

// SignedIn is a user who has proved to have a passkey.
type SignedIn struct {
	User *authplugin.User
	// Passkey is as it is stored now.
	Passkey *Passkey
	// UserVerified says that the authenticator has verified the user. Otherwise whoever
	// holds it has signed in, which is one factor.
	UserVerified bool
}

// BeginSignIn begins a sign-in of whoever it may be. The browser shows the passkeys
// that its authenticators keep, and the options serve conditional mediation, too.
func (o Operations) BeginSignIn(ctx context.Context, opts SignInOptions) (*Ceremony, error) {
	return o.beginSignIn(ctx, "", nil, opts)
}

// BeginSignInAs begins a sign-in of a user who is known: one who signs in again before
// something that matters, or after the password. Only passkeys of the user are taken,
// those that authenticators do not keep themselves as well. It is [ErrPasskeyNotFound]
// when the user has none.
//
// The options list the passkeys of the user, so strangers must not get them.
func (o Operations) BeginSignInAs(ctx context.Context, userID authplugin.ID, opts SignInOptions) (*Ceremony, error) {
	if o.err != nil {
		return nil, o.err
	}
	if userID == "" {
		return nil, ErrPasskeyNotFound
	}
	rows, err := o.rows().FindMany(ctx, ofUser(userID))
	if err != nil {
		return nil, err
	}
	allowed := descriptors(rows)
	if len(allowed) == 0 {
		return nil, ErrPasskeyNotFound
	}
	return o.beginSignIn(ctx, userID, allowed, opts)
}

func (o Operations) beginSignIn(ctx context.Context, userID authplugin.ID, allowed []protocol.CredentialDescriptor, opts SignInOptions) (*Ceremony, error) {
	if o.err != nil {
		return nil, o.err
	}
	verification := opts.UserVerification
	if verification == "" {
		verification = o.plugin.options.UserVerification
	}
	if !verification.known() {
		return nil, invalid("userVerification", "must be required, preferred or discouraged")
	}
	assertion, session, err := o.plugin.protocol.BeginDiscoverableLogin(
		webauthn.WithUserVerification(protocol.UserVerificationRequirement(verification)),
		webauthn.WithAllowedCredentials(allowed),
	)
	if err != nil {
		return nil, err
	}
	return o.begin(ctx, challenge{
		Type: forSignIn, Challenge: session.Challenge, User: challengeUser{ID: userID}, UserVerification: verification,
	}, assertion.Response)
}

// FinishSignIn verifies the response of the browser to BeginSignIn or BeginSignInAs: the
// credential as JSON. It makes no session, which [authplugin.Sessions.Create] does.
//
// It is [ErrChallengeNotFound] when the token is none, or was used; [ErrUnknownCredential]
// when nobody has the passkey; [ErrAuthenticationFailed] when the response is not
// right; [ErrCloned] when its counter has not risen. All of them use up the challenge.
func (o Operations) FinishSignIn(ctx context.Context, token string, response []byte) (*SignedIn, error) {
	if o.err != nil {
		return nil, o.err
	}
	c, err := o.consume(ctx, token, forSignIn)
	if err != nil {
		return nil, err
	}
	return o.finishSignIn(ctx, c, response)
}

// FinishSignInAs is FinishSignIn of the user who has to sign in again. A challenge of
// BeginSignInAs for anybody else, or of BeginSignIn, is [ErrChallengeNotFound]. Any one of
// BeginSignInAs for this user will do: where some want more verification than others,
// look at UserVerified of the result.
func (o Operations) FinishSignInAs(ctx context.Context, userID authplugin.ID, token string, response []byte) (*SignedIn, error) {
	if o.err != nil {
		return nil, o.err
	}
	c, err := o.consume(ctx, token, forSignIn)
	if err != nil {
		return nil, err
	}
	if userID == "" || c.User.ID != userID {
		return nil, ErrChallengeNotFound
	}
	return o.finishSignIn(ctx, c, response)
}

func (o Operations) finishSignIn(ctx context.Context, c challenge, response []byte) (*SignedIn, error) {
	parsed, err := parseAssertion(response)
	if err != nil {
		return nil, because(ErrAuthenticationFailed, err)
	}
	row, err := o.findCredential(ctx, parsed.RawID, c.User.ID)
	if err != nil {
		return nil, err
	}
	credential, err := row.credential()
	if err != nil {
		return nil, err
	}
	if err := o.plugin.verifySignIn(c, credential, parsed); err != nil {
		return nil, because(ErrAuthenticationFailed, err)
	}
	user, err := o.auth.Users().FindByID(ctx, row.UserID)
	if errors.Is(err, authplugin.ErrNotFound) {
		return nil, ErrUnknownCredential
	}
	if err != nil {
		return nil, err
	}
	data := parsed.Response.AuthenticatorData
	row, err = o.count(ctx, row, data.Counter, data.Flags.HasBackupState())
	if err != nil {
		return nil, err
	}
	return &SignedIn{User: user, Passkey: row, UserVerified: data.Flags.HasUserVerified()}, nil
}

// findCredential finds a passkey by what the authenticator calls it, of a user if one
// is given. Where a table has duplicates, the first one registered counts.
func (o Operations) findCredential(ctx context.Context, id []byte, userID authplugin.ID) (*Passkey, error) {
	where := []authplugin.Condition{authplugin.Eq("credentialID", base64.RawURLEncoding.EncodeToString(id))}
	if userID != "" {
		where = append(where, authplugin.Eq("userId", userID))
	}
	row, err := o.rows().FindOne(ctx, authplugin.Query{Where: where, Sort: authplugin.Asc("createdAt", "id")})
	if errors.Is(err, authplugin.ErrNotFound) {
		return nil, ErrUnknownCredential
	}
	return row, err
}

// count stores what the authenticator says of itself. That the counter rises is a
// condition of the change itself, so that of two who come with the same one at the
// same time one is refused. An authenticator that does not count says 0.
func (o Operations) count(ctx context.Context, row *Passkey, counter uint32, backedUp bool) (*Passkey, error) {
	if counter > math.MaxInt32 {
		return nil, tooLargeCounter()
	}
	risen := authplugin.Lt("counter", int(counter))
	if counter == 0 {
		if row.Counter == 0 && row.BackedUp == backedUp {
			return row, nil
		}
		risen = authplugin.Eq("counter", 0)
	}
	counted, err := o.rows().Update(ctx, row.ID, authplugin.Values{"counter": int(counter), "backedUp": backedUp}, risen)
	if !errors.Is(err, authplugin.ErrNotFound) {
		return counted, err
	}
	row, err = o.rows().FindByID(ctx, row.ID)
	if errors.Is(err, authplugin.ErrNotFound) {
		return nil, ErrUnknownCredential // deleted meanwhile
	}
	if err != nil {
		return nil, err
	}
	if warn := o.plugin.options.OnCloneWarning; warn != nil {
		if err := warn(ctx, CloneWarning{Passkey: *row, Counter: counter}); err != nil {
			return nil, err
		}
		return row, nil
	}
	return nil, ErrCloned
}
