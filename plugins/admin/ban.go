package admin

import (
	"context"
	"time"

	"github.com/gorm-auth/authplugin"
)

// BanOptions describe a ban.
type BanOptions struct {
	// Reason is for admins to read. Defaults to Options.DefaultBanReason.
	Reason string
	// ExpiresIn is how long the ban lasts. Defaults to Options.DefaultBanExpiresIn, which
	// is for ever unless set. Negative is [authplugin.ErrInvalid].
	ExpiresIn time.Duration
	// Forever is a ban without an end, whatever the default.
	Forever bool
}

// Ban bans a user and ends all sessions of the user, in one transaction. Once it has
// returned no session of the user is valid, whoever was signing in meanwhile. A user
// who is banned already is banned anew. It is [authplugin.ErrNotFound] when there is no
// such user.
func (u Unchecked) Ban(ctx context.Context, userID authplugin.ID, opts BanOptions) (*authplugin.User, error) {
	if u.o.err != nil {
		return nil, u.o.err
	}
	values, err := u.banValues(opts)
	if err != nil {
		return nil, err
	}
	return u.o.auth.Users().Update(ctx, userID, values) // the sessions are the hook's
}

func (u Unchecked) banValues(opts BanOptions) (authplugin.Values, error) {
	if opts.ExpiresIn < 0 {
		return nil, &authplugin.FieldError{Model: authplugin.ModelUser, Field: "banExpires", Problem: "must lie ahead; ExpiresIn is negative"}
	}
	setDefault(&opts.Reason, u.o.plugin.options.DefaultBanReason)
	setDefault(&opts.ExpiresIn, u.o.plugin.options.DefaultBanExpiresIn)
	values := authplugin.Values{"banned": true, "banReason": opts.Reason, "banExpires": nil}
	if opts.ExpiresIn > 0 && !opts.Forever {
		values["banExpires"] = u.o.auth.Now().Add(opts.ExpiresIn)
	}
	return values, nil
}

// Unban lifts a ban. It is no error when there is none. The sessions that the ban has
// ended do not come back.
func (u Unchecked) Unban(ctx context.Context, userID authplugin.ID) (*authplugin.User, error) {
	if u.o.err != nil {
		return nil, u.o.err
	}
	return u.o.auth.Users().Update(ctx, userID, notBanned())
}

// Ban is [Unchecked.Ban] for those who may ban users ([ActionBan]). Nobody bans himself,
// unless Options.AllowSelf says so.
func (a Acting) Ban(ctx context.Context, userID authplugin.ID, opts BanOptions) (*authplugin.User, error) {
	ctx, err := a.authorize(ctx, ResourceUser, ActionBan, errBan)
	if err != nil {
		return nil, err
	}
	if err := a.notSelf(userID, errBanSelf); err != nil {
		return nil, err
	}
	return a.o.Unchecked().Ban(ctx, userID, opts)
}

// Unban is [Unchecked.Unban] for those who may ban users ([ActionBan]).
func (a Acting) Unban(ctx context.Context, userID authplugin.ID) (*authplugin.User, error) {
	ctx, err := a.authorize(ctx, ResourceUser, ActionBan, errBan)
	if err != nil {
		return nil, err
	}
	return a.o.Unchecked().Unban(ctx, userID)
}
