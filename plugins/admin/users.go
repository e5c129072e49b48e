package admin

import (
	"context"
	"errors"
	"maps"
	"unicode/utf8"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/plugins/access"
)

// NewUser is a user that an admin creates.
type NewUser struct {
	authplugin.User

	// Password makes the user one who signs in by password. Empty makes none, for users
	// who sign in otherwise.
	Password string
	// Roles are the user's roles. Default to Options.DefaultRole.
	Roles []string
}

// Create creates a user. A taken e-mail address is [authplugin.ErrDuplicate].
func (u Unchecked) Create(ctx context.Context, user NewUser) (*authplugin.User, error) {
	if u.o.err != nil {
		return nil, u.o.err
	}
	if len(user.Roles) > 0 {
		user.Additional = maps.Clone(user.Additional)
		user.Additional.Set("role", access.Join(user.Roles))
	}
	if user.Password == "" {
		return u.o.auth.Users().Create(ctx, user.User)
	}
	if err := u.o.plugin.checkPassword(user.Password); err != nil {
		return nil, err
	}
	return u.o.auth.Users().SignUp(ctx, user.User, user.Password)
}

// Update sets fields of a user by logical name, as [authplugin.Users.Update] does.
func (u Unchecked) Update(ctx context.Context, userID authplugin.ID, values authplugin.Values) (*authplugin.User, error) {
	if u.o.err != nil {
		return nil, u.o.err
	}
	return u.o.auth.Users().Update(ctx, userID, values)
}

// SetRole gives a user some roles instead of those that the user has. One that is not
// among Options.Roles is an [authplugin.APIError].
func (u Unchecked) SetRole(ctx context.Context, userID authplugin.ID, roles ...string) (*authplugin.User, error) {
	if u.o.err != nil {
		return nil, u.o.err
	}
	role, err := u.o.plugin.joinRoles(roles)
	if err != nil {
		return nil, err
	}
	return u.o.auth.Users().Update(ctx, userID, authplugin.Values{"role": role})
}

// SetPassword sets the password of a user, and ends all sessions of the user, unless
// Options.KeepSessions says otherwise.
func (u Unchecked) SetPassword(ctx context.Context, userID authplugin.ID, password string) error {
	return u.setPassword(ctx, userID, password, "")
}

// setPassword leaves the session with a token alone.
func (u Unchecked) setPassword(ctx context.Context, userID authplugin.ID, password, token string) error {
	if u.o.err != nil {
		return u.o.err
	}
	if err := u.o.plugin.checkPassword(password); err != nil {
		return err
	}
	err := u.o.auth.Accounts().SetPassword(ctx, userID, password)
	if errors.Is(err, authplugin.ErrForeignKey) {
		return authplugin.ErrNotFound
	}
	if err != nil || u.o.plugin.options.KeepSessions {
		return err
	}
	_, err = u.o.auth.Sessions().RevokeOthers(ctx, userID, token)
	return err
}

// Delete deletes a user with everything that belongs to it.
func (u Unchecked) Delete(ctx context.Context, userID authplugin.ID) error {
	if u.o.err != nil {
		return u.o.err
	}
	return u.o.auth.Users().Delete(ctx, userID)
}

func (p *Plugin) checkPassword(password string) error {
	switch length := utf8.RuneCountInString(password); {
	case length < p.options.MinPasswordLength:
		return errTooShort
	case length > p.options.MaxPasswordLength:
		return errTooLong
	default:
		return nil
	}
}

// Create is [Unchecked.Create] for those who may create users ([ActionCreate]). What is
// given beyond that is asked for, too: roles ([ActionSetRole]), a ban ([ActionBan]).
func (a Acting) Create(ctx context.Context, user NewUser) (*authplugin.User, error) {
	ctx, err := a.authorize(ctx, ResourceUser, ActionCreate, errCreate)
	if err != nil {
		return nil, err
	}
	if len(user.Roles) > 0 {
		if _, err := a.authorize(ctx, ResourceUser, ActionSetRole, errChangeRole); err != nil {
			return nil, err
		}
	}
	if err := a.mayWrite(ctx, user.Additional); err != nil {
		return nil, err
	}
	return a.o.Unchecked().Create(ctx, user)
}

// Update is [Unchecked.Update] for those who may change users ([ActionUpdate]). Some
// fields ask for more: role ([ActionSetRole]), banned, banReason and banExpires
// ([ActionBan]), email and emailVerified ([ActionSetEmail]).
func (a Acting) Update(ctx context.Context, userID authplugin.ID, values authplugin.Values) (*authplugin.User, error) {
	ctx, err := a.authorize(ctx, ResourceUser, ActionUpdate, errUpdate)
	if err != nil {
		return nil, err
	}
	if err := a.mayWrite(ctx, values); err != nil {
		return nil, err
	}
	if values.Has("email") || values.Has("emailVerified") {
		if _, err := a.authorize(ctx, ResourceUser, ActionSetEmail, errSetEmail); err != nil {
			return nil, err
		}
	}
	if banned, given := values["banned"]; given && banned != false && banned != nil {
		if err := a.notSelf(userID, errBanSelf); err != nil {
			return nil, err
		}
	}
	if values.Has("role") {
		role, _ := values["role"].(string)
		if err := a.notDemoted(userID, role); err != nil {
			return nil, err
		}
	}
	return a.o.Unchecked().Update(ctx, userID, values)
}

// mayWrite refuses fields that ask for more than to create and change users.
func (a Acting) mayWrite(ctx context.Context, values authplugin.Values) error {
	for name := range values {
		var err error
		switch name {
		case "role":
			_, err = a.authorize(ctx, ResourceUser, ActionSetRole, errChangeRole)
		case "banned", "banReason", "banExpires":
			_, err = a.authorize(ctx, ResourceUser, ActionBan, errBan)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// notDemoted refuses roles by which one could not set roles any more.
func (a Acting) notDemoted(userID authplugin.ID, role string) error {
	if a.o.plugin.adminIDs[userID] || a.o.plugin.options.Roles.Permit(role, ResourceUser, ActionSetRole) {
		return nil
	}
	return a.notSelf(userID, errDemoteSelf)
}

// SetRole is [Unchecked.SetRole] for those who may set roles ([ActionSetRole]). Nobody
// takes this right away from himself, unless Options.AllowSelf says so.
func (a Acting) SetRole(ctx context.Context, userID authplugin.ID, roles ...string) (*authplugin.User, error) {
	ctx, err := a.authorize(ctx, ResourceUser, ActionSetRole, errChangeRole)
	if err != nil {
		return nil, err
	}
	if err := a.notDemoted(userID, access.Join(roles)); err != nil {
		return nil, err
	}
	return a.o.Unchecked().SetRole(ctx, userID, roles...)
}

// SetPassword is [Unchecked.SetPassword] for those who may set passwords
// ([ActionSetPassword]). The session in which it happens goes on.
func (a Acting) SetPassword(ctx context.Context, userID authplugin.ID, password string) error {
	ctx, err := a.authorize(ctx, ResourceUser, ActionSetPassword, errSetPassword)
	if err != nil {
		return err
	}
	return a.o.Unchecked().setPassword(ctx, userID, password, a.session.Token)
}

// Delete is [Unchecked.Delete] for those who may delete users ([ActionDelete]). Nobody
// deletes himself, unless Options.AllowSelf says so.
func (a Acting) Delete(ctx context.Context, userID authplugin.ID) error {
	ctx, err := a.authorize(ctx, ResourceUser, ActionDelete, errDelete)
	if err != nil {
		return err
	}
	if err := a.notSelf(userID, errRemoveSelf); err != nil {
		return err
	}
	return a.o.Unchecked().Delete(ctx, userID)
}
