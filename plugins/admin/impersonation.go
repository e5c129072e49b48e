package admin

import (
	"context"
	"errors"
	"maps"
	"time"

	"github.com/gorm-auth/authplugin"
)

// Impersonate signs an admin in as another user, for Options.ImpersonationExpiresIn.
// The new session says who is behind it in its field "impersonatedBy", and is not
// refreshed. A banned user cannot be impersonated. Of the options, ExpiresIn and
// NotRemembered do not count.
//
// The session counts as long as the admin may impersonate the user: not once the admin
// is banned, deleted, or without the role for it, by whatever write. So the admin, who
// is not asked for a session, must be somebody who may.
func (u Unchecked) Impersonate(ctx context.Context, adminID, userID authplugin.ID, opts authplugin.SessionOptions) (*authplugin.FoundSession[authplugin.Session, authplugin.User], error) {
	if u.o.err != nil {
		return nil, u.o.err
	}
	user, err := u.o.auth.Users().FindByID(ctx, userID)
	if err != nil {
		return nil, err
	}
	by, err := u.o.auth.Users().FindByID(ctx, adminID)
	if err != nil {
		return nil, err
	}
	if err := u.o.plugin.mayImpersonate(by, u.o.auth.Now, user.ID, user.Additional.String("role")); err != nil {
		return nil, err
	}
	return u.impersonate(ctx, adminID, user, opts)
}

// mayImpersonate refuses what somebody may not do to a user with an id and a role.
func (p *Plugin) mayImpersonate(by *authplugin.User, now func() time.Time, id authplugin.ID, role string) error {
	switch {
	case !p.permits(by, now, ResourceUser, ActionImpersonate):
		return errImpersonate
	case p.isAdmin(id, role) && !p.options.AllowImpersonatingAdmins && !p.permits(by, now, ResourceUser, ActionImpersonateAdmins):
		return errNoAdmins
	default:
		return nil
	}
}

func (u Unchecked) impersonate(ctx context.Context, adminID authplugin.ID, user *authplugin.User, opts authplugin.SessionOptions) (*authplugin.FoundSession[authplugin.Session, authplugin.User], error) {
	additional := maps.Clone(opts.Additional)
	additional.Set("impersonatedBy", string(adminID))
	opts.Additional, opts.NotRemembered, opts.ExpiresIn = additional, true, u.o.plugin.options.ImpersonationExpiresIn
	session, err := u.o.auth.Sessions().Create(ctx, user.ID, opts)
	if err != nil {
		return nil, err
	}
	return &authplugin.FoundSession[authplugin.Session, authplugin.User]{Session: session, User: user}, nil
}

// Impersonate is [Unchecked.Impersonate] for those who may impersonate users
// ([ActionImpersonate]). Admins can be impersonated by those with
// [ActionImpersonateAdmins] alone, or where Options.AllowImpersonatingAdmins says so.
// Nobody impersonates himself, or while impersonating somebody.
//
// The admin's own session goes on. The client keeps its token for
// [Operations.StopImpersonating].
func (a Acting) Impersonate(ctx context.Context, userID authplugin.ID, opts authplugin.SessionOptions) (*authplugin.FoundSession[authplugin.Session, authplugin.User], error) {
	ctx, err := a.authorize(ctx, ResourceUser, ActionImpersonate, errImpersonate)
	if err != nil {
		return nil, err
	}
	switch {
	case a.session.Additional.String("impersonatedBy") != "":
		return nil, errAlready
	case a.isSelf(userID):
		return nil, errImpersonateSelf
	}
	user, err := a.o.auth.Users().FindByID(ctx, userID)
	if err != nil {
		return nil, err
	}
	if a.o.IsAdmin(user) && !a.o.plugin.options.AllowImpersonatingAdmins {
		if _, err := a.authorize(ctx, ResourceUser, ActionImpersonateAdmins, errNoAdmins); err != nil {
			return nil, err
		}
	}
	return a.o.Unchecked().impersonate(ctx, a.user.ID, user, opts)
}

// StopImpersonating ends an impersonation, and finds the admin's own session by its
// token. The impersonation is over also when that session is, which is an
// [authplugin.APIError] with the code ADMIN_SESSION_IS_OVER. It needs no permission.
func (o Operations) StopImpersonating(ctx context.Context, session *authplugin.Session, adminToken string) (*authplugin.FoundSession[authplugin.Session, authplugin.User], error) {
	if o.err != nil {
		return nil, o.err
	}
	if session == nil {
		return nil, errNotSignedIn
	}
	adminID := session.Additional.String("impersonatedBy")
	if adminID == "" {
		return nil, errNotImpersonating
	}
	if err := o.auth.Sessions().RevokeByID(ctx, session.ID); err != nil {
		return nil, err
	}
	found, err := o.auth.Sessions().Find(ctx, adminToken, authplugin.Strict)
	if errors.Is(err, authplugin.ErrNotFound) {
		return nil, errAdminSessionIsOver
	}
	if err != nil {
		return nil, err
	}
	// Somebody else's session is none to go back to, nor is another impersonation.
	if string(found.User.ID) != adminID || found.Session.Additional.String("impersonatedBy") != "" {
		return nil, errAdminSessionIsOver
	}
	return found, nil
}
