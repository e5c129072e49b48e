package admin

import (
	"context"

	"github.com/gorm-auth/authplugin"
)

// Sessions lists the live sessions of a user, the newest first, impersonations
// included. Their tokens are left out: whoever has one is signed in as the user, and
// nothing would say by whom.
func (u Unchecked) Sessions(ctx context.Context, userID authplugin.ID) ([]authplugin.Session, error) {
	if u.o.err != nil {
		return nil, u.o.err
	}
	sessions, err := u.o.auth.Sessions().List(ctx, userID)
	for i := range sessions {
		sessions[i].Token = ""
	}
	return sessions, err
}

// RevokeSession ends the session with an id. It is no error when there is none.
func (u Unchecked) RevokeSession(ctx context.Context, sessionID authplugin.ID) error {
	if u.o.err != nil {
		return u.o.err
	}
	return u.o.auth.Sessions().RevokeByID(ctx, sessionID)
}

// RevokeSessions ends all sessions of a user, and returns how many there were.
func (u Unchecked) RevokeSessions(ctx context.Context, userID authplugin.ID) (int64, error) {
	if u.o.err != nil {
		return 0, u.o.err
	}
	return u.o.auth.Sessions().RevokeAll(ctx, userID)
}

// Sessions is [Unchecked.Sessions] for those who may list sessions ([ActionList]).
func (a Acting) Sessions(ctx context.Context, userID authplugin.ID) ([]authplugin.Session, error) {
	if err := a.may(ResourceSession, ActionList, errListSessions); err != nil {
		return nil, err
	}
	return a.o.Unchecked().Sessions(ctx, userID)
}

// RevokeSession is [Unchecked.RevokeSession] for those who may revoke sessions
// ([ActionRevoke]).
func (a Acting) RevokeSession(ctx context.Context, sessionID authplugin.ID) error {
	ctx, err := a.authorize(ctx, ResourceSession, ActionRevoke, errRevokeSessions)
	if err != nil {
		return err
	}
	return a.o.Unchecked().RevokeSession(ctx, sessionID)
}

// RevokeSessions is [Unchecked.RevokeSessions] for those who may revoke sessions
// ([ActionRevoke]).
func (a Acting) RevokeSessions(ctx context.Context, userID authplugin.ID) (int64, error) {
	ctx, err := a.authorize(ctx, ResourceSession, ActionRevoke, errRevokeSessions)
	if err != nil {
		return 0, err
	}
	return a.o.Unchecked().RevokeSessions(ctx, userID)
}
