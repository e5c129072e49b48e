package organization

import (
	"context"

	"github.com/gorm-auth/authplugin"
)

// Hooks send invitations, if there is somebody who does.
func (p *Plugin) Hooks() authplugin.Hooks {
	send := p.options.SendInvitation
	if send == nil {
		return authplugin.Hooks{}
	}
	return authplugin.Hooks{Models: map[string]authplugin.AnyModelHooks{ModelInvitation: authplugin.ModelHooks[Invitation]{
		AfterCommitCreate: func(h *authplugin.HookContext, invitation *Invitation) {
			if invitation.Status == StatusPending {
				send(h.Context, *invitation)
			}
		},
		AfterCommitUpdate: func(h *authplugin.HookContext, change *authplugin.Change[Invitation]) {
			if change.Values.Has("expiresAt") && change.After.Status == StatusPending {
				send(h.Context, *change.After)
			}
		},
	}}}
}

// Cleanup deletes pending invitations that have expired. Others are kept: they say who
// invited whom.
func (p *Plugin) Cleanup(ctx context.Context, auth *authplugin.Auth) (int64, error) {
	const batch = 500
	rows := authplugin.RowsOf[Invitation](auth)
	expired := []authplugin.Condition{
		authplugin.Lte("expiresAt", auth.Now()), authplugin.Eq("status", string(StatusPending)),
	}
	var total int64
	for {
		found, err := rows.FindMany(ctx, authplugin.Query{Where: expired, Sort: authplugin.Asc("expiresAt"), Limit: batch})
		if err != nil || len(found) == 0 {
			return total, err
		}
		ids := make([]authplugin.ID, len(found))
		for i, invitation := range found {
			ids[i] = invitation.ID
		}
		n, err := rows.DeleteMany(ctx, append([]authplugin.Condition{authplugin.In("id", ids)}, expired...)...)
		total += n
		if err != nil || len(found) < batch {
			return total, err
		}
	}
}
