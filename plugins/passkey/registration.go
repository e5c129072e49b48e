package passkey

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/gorm-auth/authplugin"
)

// RegistrationOptions describe a registration.
type RegistrationOptions struct {
	// Name and DisplayName are what the authenticator shows of the account. Default to
	// the user's e-mail address, or the id without one, and to the user's name.
	Name, DisplayName string
	// Attachment is the kind of authenticator. Defaults to that of [Options].
	Attachment Attachment
}

// BeginRegistration begins to register a passkey of a user. The authenticator is told
// which passkeys the user has, so that it registers no second one. It is
// [authplugin.ErrNotFound] when there is no such user, and [ErrTooManyPasskeys].
//
// Whoever registers a passkey signs in with it: ask for a fresh session before it, which
// is no impersonation.
func (o Operations) BeginRegistration(ctx context.Context, userID authplugin.ID, opts RegistrationOptions) (*Ceremony, error) {
	if o.err != nil {
		return nil, o.err
	}
	if !opts.Attachment.known() {
		return nil, invalid("attachment", "must be platform or cross-platform")
	}
	user, err := o.auth.Users().FindByID(ctx, userID)
	if err != nil {
		return nil, err
	}
	rows, err := o.rows().FindMany(ctx, ofUser(user.ID))
	if err != nil {
		return nil, err
	}
	if len(rows) >= o.plugin.options.MaxPasskeys {
		return nil, ErrTooManyPasskeys
	}
	creation, session, err := o.plugin.protocol.BeginRegistration(
		account(user, opts),
		webauthn.WithExclusions(descriptors(rows)),
		webauthn.WithAuthenticatorSelection(o.plugin.selection(opts)),
		webauthn.WithCredentialParameters(webauthn.CredentialParametersRecommendedL3()), // those of Better Auth
	)
	if err != nil {
		return nil, err
	}
	return o.begin(ctx, challenge{
		Type: forRegistration, Challenge: session.Challenge, User: challengeUser{ID: user.ID},
		UserVerification: o.plugin.options.UserVerification,
	}, creation.Response)
}

// account is what the authenticator is told of a user.
func account(user *authplugin.User, opts RegistrationOptions) owner {
	first := func(texts ...string) string {
		for _, text := range texts {
			if text != "" {
				return text
			}
		}
		return ""
	}
	name := first(opts.Name, user.Email, string(user.ID))
	return owner{handle: handleOf(user.ID), name: name, displayName: first(opts.DisplayName, user.Name, name)}
}

// selection says which authenticators may be registered.
func (p *Plugin) selection(opts RegistrationOptions) protocol.AuthenticatorSelection {
	required := p.options.ResidentKey == Required
	s := protocol.AuthenticatorSelection{
		AuthenticatorAttachment: protocol.AuthenticatorAttachment(p.options.Attachment),
		RequireResidentKey:      &required, // for browsers that do not know ResidentKey
		ResidentKey:             protocol.ResidentKeyRequirement(p.options.ResidentKey),
		UserVerification:        protocol.UserVerificationRequirement(p.options.UserVerification),
	}
	if opts.Attachment != AnyAttachment {
		s.AuthenticatorAttachment = protocol.AuthenticatorAttachment(opts.Attachment)
	}
	return s
}

// FinishRegistration registers the passkey that the authenticator has made. The user is
// the one who is signed in, the token that of BeginRegistration, the response what the
// browser sent: the credential as JSON. The name is for the user to tell passkeys apart,
// and may be empty.
//
// It is [ErrChallengeNotFound] when the token is not one for this user, or was used;
// [ErrRegistrationFailed] when the response is not right, which uses up the challenge
// all the same; [ErrAlreadyRegistered] and [ErrTooManyPasskeys]; [authplugin.ErrNotFound]
// when the user was deleted meanwhile; [authplugin.ErrInvalid] when the name is too long,
// or a column cannot hold what the authenticator says.
func (o Operations) FinishRegistration(ctx context.Context, userID authplugin.ID, token string, response []byte, name string) (*Passkey, error) {
	if o.err != nil {
		return nil, o.err
	}
	name = strings.TrimSpace(name)
	if err := checkName(name); err != nil {
		return nil, err
	}
	c, err := o.consume(ctx, token, forRegistration)
	if err != nil {
		return nil, err
	}
	if c.User.ID == "" || c.User.ID != userID {
		return nil, ErrChallengeNotFound
	}
	credential, err := o.plugin.verifyRegistration(c, response)
	if err != nil {
		return nil, because(ErrRegistrationFailed, err)
	}
	row, err := newPasskey(userID, credential, name)
	if err != nil {
		return nil, err
	}
	if err := o.checkCredentialID(row.CredentialID); err != nil {
		return nil, err
	}
	if o.plugin.options.UniqueCredentials {
		return o.register(ctx, row)
	}
	return o.registerAlone(ctx, row)
}

// reservedFor is how long a registration that was broken off keeps others from
// registering the same credential.
const reservedFor = time.Minute

// registerAlone registers a passkey while nobody else registers the same credential.
// The index of Better Auth's table would let two of them through.
func (o Operations) registerAlone(ctx context.Context, row Passkey) (*Passkey, error) {
	identifier := "passkey-credential-" + authplugin.HashSecret(row.CredentialID)
	_, err := o.auth.Verifications().Reserve(ctx, identifier, "1", authplugin.VerificationOptions{ExpiresIn: reservedFor})
	if errors.Is(err, authplugin.ErrDuplicate) {
		return nil, ErrAlreadyRegistered
	}
	if err != nil {
		return nil, err
	}
	created, err := o.register(ctx, row)
	// What remains, if this fails, expires, and refuses nobody who would not be refused.
	_, _ = o.auth.Verifications().Delete(context.WithoutCancel(ctx), identifier)
	return created, err
}

// register registers a passkey if the credential is nobody's yet, and the user has not
// too many.
func (o Operations) register(ctx context.Context, row Passkey) (created *Passkey, err error) {
	err = o.auth.Atomically(ctx, func(tx *authplugin.Auth) error {
		if _, err := authplugin.RowsOf[authplugin.User](tx).Lock(ctx, row.UserID); err != nil {
			return err
		}
		rows := authplugin.RowsOf[Passkey](tx)
		same, err := rows.LockMany(ctx, authplugin.Query{
			Where: []authplugin.Condition{authplugin.Eq("credentialID", row.CredentialID)}, Limit: 1,
		})
		if err != nil {
			return err
		}
		if len(same) > 0 {
			return ErrAlreadyRegistered
		}
		own, err := rows.LockMany(ctx, ofUser(row.UserID))
		if err != nil {
			return err
		}
		if len(own) >= o.plugin.options.MaxPasskeys {
			return ErrTooManyPasskeys
		}
		created, err = rows.Create(ctx, row)
		return err
	})
	if errors.Is(err, authplugin.ErrDuplicate) {
		return nil, ErrAlreadyRegistered
	}
	if err != nil {
		return nil, err
	}
	return created, nil
}

const maxName = 255

// checkName refuses what is no name, or what not every database can store.
func checkName(name string) error {
	switch {
	case !utf8.ValidString(name) || strings.ContainsRune(name, 0):
		return invalid("name", "is not valid text")
	case utf8.RuneCountInString(name) > maxName:
		return invalid("name", "is longer than 255 characters")
	default:
		return nil
	}
}

// checkCredentialID refuses an id that is longer than the column, where that has a
// length because of its index.
func (o Operations) checkCredentialID(id string) error {
	const longest = 255
	model, _ := o.auth.Schema().Model(ModelPasskey)
	f, _ := model.Field("credentialID")
	if len(id) > longest && strings.Contains(f.SQLType, "(") {
		return invalid("credentialID", "is longer than the column can hold")
	}
	return nil
}
