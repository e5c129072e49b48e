package admin

import (
	"context"
	"errors"

	"github.com/gorm-auth/authplugin"
)

// may refuses what the user, as loaded, may not do.
func (a Acting) may(resource, action string, denied error) error {
	switch {
	case a.o.err != nil:
		return a.o.err
	case a.session == nil || a.user == nil:
		return errNotSignedIn
	case !a.o.HasPermission(a.user, resource, action):
		return denied
	default:
		return nil
	}
}

// authorize refuses what the user, as loaded or as in the database, may not do. The
// context that it returns says who does it.
func (a Acting) authorize(ctx context.Context, resource, action string, denied error) (context.Context, error) {
	if err := a.may(resource, action, denied); err != nil {
		return nil, err
	}
	user, err := a.o.auth.Users().FindByID(ctx, a.user.ID)
	if errors.Is(err, authplugin.ErrNotFound) {
		return nil, errNotSignedIn
	}
	if err != nil {
		return nil, err
	}
	if !a.o.HasPermission(user, resource, action) {
		return nil, denied
	}
	return authplugin.WithSession(ctx, a.session, a.user), nil
}

// isSelf reports whether a user is the one who acts, or who acts through an
// impersonation.
func (a Acting) isSelf(userID authplugin.ID) bool {
	return userID == a.user.ID || string(userID) == a.session.Additional.String("impersonatedBy")
}

// notSelf refuses what users are not to do to themselves by accident.
func (a Acting) notSelf(userID authplugin.ID, refusal error) error {
	if !a.o.plugin.options.AllowSelf && a.isSelf(userID) {
		return refusal
	}
	return nil
}
