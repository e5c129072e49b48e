package invites

import (
	"net/http"

	"github.com/gorm-auth/authplugin"
)

// accepted is the key of the address whose invitation is being accepted.
type accepted struct{}

var errInviteRequired = authplugin.NewAPIError(http.StatusForbidden, "INVITE_REQUIRED", "sign up with an invitation")

// Hooks refuse users without an invitation, if it is required.
func (p *Plugin) Hooks() authplugin.Hooks {
	if !p.options.Required {
		return authplugin.Hooks{}
	}
	return authplugin.Hooks{User: authplugin.ModelHooks[authplugin.User]{
		BeforeCreate: func(h *authplugin.HookContext, user *authplugin.User) error {
			if email, _ := h.Context.Value(accepted{}).(string); email != user.Email {
				return errInviteRequired
			}
			return nil
		},
	}}
}
