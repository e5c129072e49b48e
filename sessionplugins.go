package authplugin

import (
	"context"
	"errors"
	"reflect"
)

// admitHooks are the hooks by which plugins say which users may have sessions.
func admitHooks(p SessionPlugin) Hooks {
	return Hooks{Session: ModelHooks[Session]{BeforeCreate: func(h *HookContext, session *Session) error {
		_, err := RowsOf[User](h.Auth).Lock(h.Context, session.UserID)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		return p.AdmitSession(h.Context, h.Auth, session.UserID)
	}}}
}

// admit asks the plugins whether a user may have a session, who is locked in the
// transaction.
func (c *core) admit(ctx context.Context, tx *Auth, userID ID) error {
	for _, i := range pluginOrder(c.cfg.Plugins) {
		if p, ok := c.cfg.Plugins[i].(SessionPlugin); ok {
			if err := p.AdmitSession(ctx, tx, userID); err != nil {
				return err
			}
		}
	}
	return nil
}

// sessionChecks are the plugins that check sessions that are found.
func sessionChecks(plugins []Plugin) []SessionCheckPlugin {
	var checks []SessionCheckPlugin
	for _, i := range pluginOrder(plugins) {
		if p, ok := plugins[i].(SessionCheckPlugin); ok {
			checks = append(checks, p)
		}
	}
	return checks
}

// check asks the plugins whether a session counts.
func (s Sessions[S, U]) check(ctx context.Context, o bound[S], row *sessionRow[S, U]) error {
	if len(o.core.checks) == 0 {
		return nil
	}
	users, err := typed[U](o.core, ModelUser)
	if err != nil {
		return err
	}
	session := RowFields{o.binding, reflect.ValueOf(&row.session).Elem()}
	user := RowFields{users, reflect.ValueOf(&row.user).Elem()}
	for _, p := range o.core.checks {
		if err := p.CheckSession(ctx, s.auth, session, user); err != nil {
			return err
		}
	}
	return nil
}
