package invites

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/gorm-auth/authplugin"
)

// Operations are the operations of the plugin.
type Operations struct {
	plugin *Plugin
	auth   *authplugin.Auth
	err    error
}

// Of gives the operations, in the transaction that auth is bound to.
func Of(auth *authplugin.Auth) Operations {
	plugin, err := authplugin.PluginOf[*Plugin](auth)
	return Operations{plugin: plugin, auth: auth, err: err}
}

// What a client may be told.
var (
	errNoInvitesLeft = authplugin.NewAPIError(http.StatusForbidden, "NO_INVITES_LEFT", "all of your invitations are sent")
	errInvalidInvite = authplugin.NewAPIError(http.StatusNotFound, "INVALID_INVITE", "the invitation has been used or has expired")
)

// Send takes one of a user's invitations for an address, and returns its code.
func (o Operations) Send(ctx context.Context, userID authplugin.ID, email string) (code string, invite *Invite, err error) {
	if o.err != nil {
		return "", nil, o.err
	}
	code = authplugin.RandomText(24)
	err = o.auth.Atomically(ctx, func(tx *authplugin.Auth) error {
		_, err := tx.Records(authplugin.ModelUser).IncrementOne(ctx,
			[]authplugin.Condition{authplugin.Eq("id", userID), authplugin.Gt("invitesLeft", 0)},
			authplugin.Increment{By: authplugin.Values{"invitesLeft": -1}})
		if errors.Is(err, authplugin.ErrNotFound) {
			return errNoInvitesLeft
		}
		if err != nil {
			return err
		}
		invite, err = authplugin.RowsOf[Invite](tx).Create(ctx, Invite{
			CodeHash: authplugin.HashSecret(code), Email: strings.ToLower(email),
			UserID: userID, ExpiresAt: o.auth.Now().Add(o.plugin.options.ExpiresIn),
		})
		return err
	})
	if err != nil {
		return "", nil, err
	}
	return code, invite, nil
}

// Accept signs somebody up with an invitation. Its code works once, whoever comes
// with it at the same time.
func (o Operations) Accept(ctx context.Context, code, name string) (user *authplugin.User, err error) {
	if o.err != nil {
		return nil, o.err
	}
	err = o.auth.Atomically(ctx, func(tx *authplugin.Auth) error {
		invite, err := authplugin.RowsOf[Invite](tx).Consume(ctx,
			authplugin.Eq("codeHash", authplugin.HashSecret(code)), authplugin.Gt("expiresAt", tx.Now()))
		if errors.Is(err, authplugin.ErrNotFound) {
			return errInvalidInvite
		}
		if err != nil {
			return err
		}
		ctx := context.WithValue(ctx, accepted{}, invite.Email)
		user, err = tx.Users().Create(ctx, authplugin.User{Name: name, Email: invite.Email, EmailVerified: true})
		return err
	})
	if err != nil {
		return nil, err
	}
	return user, nil
}

// Pending lists what a user has sent, the next to expire first.
func (o Operations) Pending(ctx context.Context, userID authplugin.ID) ([]Invite, error) {
	if o.err != nil {
		return nil, o.err
	}
	return authplugin.RowsOf[Invite](o.auth).FindMany(ctx, authplugin.Query{
		Where: []authplugin.Condition{authplugin.Eq("userId", userID), authplugin.Gt("expiresAt", o.auth.Now())},
		Sort:  authplugin.Asc("expiresAt", "id"),
	})
}

// Cleanup deletes invitations that have expired.
func (p *Plugin) Cleanup(ctx context.Context, auth *authplugin.Auth) (int64, error) {
	return authplugin.RowsOf[Invite](auth).DeleteExpired(ctx, "expiresAt")
}
