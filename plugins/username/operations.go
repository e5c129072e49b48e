package username

import (
	"context"
	"errors"

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

// FindByUsername finds a user by username, in any way to write it. It is
// [authplugin.ErrNotFound] when there is none.
func (o Operations) FindByUsername(ctx context.Context, username string) (*authplugin.User, error) {
	if o.err != nil {
		return nil, o.err
	}
	name := o.plugin.normalize(username)
	if name == "" || !presentable(name) {
		return nil, authplugin.ErrNotFound
	}
	return authplugin.RowsOf[authplugin.User](o.auth).FindOne(ctx, authplugin.Query{
		Where: []authplugin.Condition{authplugin.Eq("username", name)},
	})
}

// IsAvailable reports whether a username can be had: that nobody has it, and that it
// is not reserved. One that the rules refuse is an [authplugin.APIError] that says why.
// It promises nothing: somebody else may be quicker.
func (o Operations) IsAvailable(ctx context.Context, username string) (bool, error) {
	if o.err != nil {
		return false, o.err
	}
	name, err := o.plugin.accept(username)
	if errors.Is(err, errReserved) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	n, err := o.auth.Users().Count(ctx, authplugin.Eq("username", name))
	return n == 0, err
}

// Set gives a user another username, which is the display username as well. One that
// is taken is an [authplugin.APIError] with the code USERNAME_IS_ALREADY_TAKEN, and
// [authplugin.ErrDuplicate]. An empty one takes the username away.
func (o Operations) Set(ctx context.Context, userID authplugin.ID, username string) (user *authplugin.User, err error) {
	if o.err != nil {
		return nil, o.err
	}
	values := authplugin.Values{"username": username}
	if username == "" {
		values["username"] = nil
	}
	if !o.plugin.options.NoDisplayUsername {
		values["displayUsername"] = values["username"]
	}
	err = o.auth.Atomically(ctx, func(tx *authplugin.Auth) error {
		user, err = tx.Users().Update(ctx, userID, values)
		return err
	})
	if errors.Is(err, authplugin.ErrDuplicate) {
		return nil, taken(err)
	}
	if err != nil {
		return nil, err
	}
	return user, nil
}

// SignIn signs a user in with username and password, and returns the new session. A
// wrong password, a name that nobody has and a user without a password are the same
// [authplugin.APIError] with the code INVALID_USERNAME_OR_PASSWORD, after the same time.
// How often it may be tried is the application's to limit.
func (o Operations) SignIn(ctx context.Context, username, password string, opts authplugin.SessionOptions) (*authplugin.Session, *authplugin.User, error) {
	user, err := o.FindByUsername(ctx, username)
	if errors.Is(err, authplugin.ErrNotFound) {
		user, err = &authplugin.User{}, nil
	}
	if err != nil {
		return nil, nil, err
	}
	ok, err := o.auth.Accounts().VerifyPassword(ctx, user.ID, password)
	if err != nil {
		return nil, nil, err
	}
	if !ok || user.ID == "" {
		return nil, nil, errWrong
	}
	if o.plugin.options.RequireVerifiedEmail && !user.EmailVerified {
		return nil, nil, errNotVerified
	}
	session, err := o.auth.Sessions().Create(ctx, user.ID, opts)
	if err != nil {
		return nil, nil, err
	}
	return session, user, nil
}
