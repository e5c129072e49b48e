package admin

import (
	"context"
	"errors"

	"gorm.io/gorm/clause"

	"github.com/gorm-auth/authplugin"
)

// Hooks end the sessions of those who are banned, and the impersonations of those who
// may not impersonate any more.
func (p *Plugin) Hooks() authplugin.Hooks {
	return authplugin.Hooks{User: authplugin.ModelHooks[authplugin.User]{
		AfterUpdate: func(h *authplugin.HookContext, change *authplugin.Change[authplugin.User]) error {
			if err := endSessions(h, change); err != nil {
				return err
			}
			return p.endLostImpersonations(h, change)
		},
		AfterDelete: func(h *authplugin.HookContext, user *authplugin.User) error {
			if !p.permits(user, h.Auth.Now, ResourceUser, ActionImpersonate) {
				return nil
			}
			return endImpersonations(h, user.ID)
		},
	}}
}

// endSessions ends the sessions of a user who is banned.
func endSessions(h *authplugin.HookContext, change *authplugin.Change[authplugin.User]) error {
	if !change.Values.Has("banned") && !change.Values.Has("banExpires") {
		return nil
	}
	// What an expression comes to only the database knows; a session too few does no harm.
	if !unknown(change.After) && !isBanned(change.After, h.Auth.Now) {
		return nil
	}
	_, err := h.Auth.Sessions().RevokeAll(h.Context, change.After.ID)
	return err
}

// endLostImpersonations ends the impersonations of somebody who could impersonate
// users, and cannot any more.
func (p *Plugin) endLostImpersonations(h *authplugin.HookContext, change *authplugin.Change[authplugin.User]) error {
	could := p.permits(change.Before, h.Auth.Now, ResourceUser, ActionImpersonate)
	if !could || !unknown(change.After) && p.permits(change.After, h.Auth.Now, ResourceUser, ActionImpersonate) {
		return nil
	}
	return endImpersonations(h, change.After.ID)
}

// unknown reports whether only the database knows what a user is permitted.
func unknown(user *authplugin.User) bool {
	for _, name := range []string{"role", "banned", "banExpires"} {
		if _, expression := user.Additional[name].(clause.Expression); expression {
			return true
		}
	}
	return false
}

// endImpersonations ends the sessions that an admin has begun as others. Those that are
// in a storage only, where nobody can look for them, CheckSession refuses.
func endImpersonations(h *authplugin.HookContext, adminID authplugin.ID) error {
	if _, inTable := h.Auth.Schema().Model(authplugin.ModelSession); !inTable {
		return nil
	}
	const page = 100
	for {
		begun, err := authplugin.RowsOf[authplugin.Session](h.Auth).FindMany(h.Context, authplugin.Query{Where: []authplugin.Condition{
			authplugin.Eq("impersonatedBy", string(adminID)), authplugin.Gt("expiresAt", h.Auth.Now()),
		}, Limit: page})
		if err != nil {
			return err
		}
		for _, session := range begun {
			if err := h.Auth.Sessions().RevokeByID(h.Context, session.ID); err != nil {
				return err
			}
		}
		if len(begun) < page {
			return nil
		}
	}
}

// CheckSession refuses sessions of banned users, whatever banned them, and impersonations
// by those who may not begin them any more. It is called by the library.
func (p *Plugin) CheckSession(ctx context.Context, auth *authplugin.Auth, session, user authplugin.RowFields) error {
	if user.Bool("banned") && !isOver(user.Time("banExpires"), auth.Now) {
		return authplugin.ErrNotFound
	}
	adminID := session.ID("impersonatedBy")
	if adminID == "" {
		return nil
	}
	by, err := auth.Users().FindByID(ctx, adminID)
	if err != nil {
		return err
	}
	if p.mayImpersonate(by, auth.Now, user.ID("id"), user.String("role")) != nil {
		return authplugin.ErrNotFound
	}
	return nil
}

// AdmitSession refuses sessions of banned users, and lifts a ban that has expired. It
// is called by the library.
func (p *Plugin) AdmitSession(ctx context.Context, tx *authplugin.Auth, userID authplugin.ID) error {
	user, err := tx.Users().FindByID(ctx, userID)
	if errors.Is(err, authplugin.ErrNotFound) {
		return nil // which the foreign key refuses
	}
	if err != nil || !user.Additional.Bool("banned") {
		return err
	}
	if isBanned(user, tx.Now) {
		return p.banned
	}
	_, err = tx.Users().Update(ctx, userID, notBanned())
	return err
}

// notBanned are the fields of a user who is not banned.
func notBanned() authplugin.Values {
	return authplugin.Values{"banned": false, "banReason": nil, "banExpires": nil}
}
