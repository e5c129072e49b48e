package admin

import (
	"github.com/gorm-auth/authplugin"
)

// Operations decide what users may do, and lead to what is done to users: as somebody
// who is signed in ([Operations.As]), or as the server itself ([Operations.Unchecked]).
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

// Unchecked are the operations without any check of who does it: for code of the
// server, such as a job or a command. A request of a user is to go through
// [Operations.As].
func (o Operations) Unchecked() Unchecked { return Unchecked{o} }

// As are the operations as somebody who is signed in, as [authplugin.Sessions.Find] has
// found it.
func (o Operations) As(session *authplugin.Session, user *authplugin.User) Acting {
	return Acting{o: o, session: session, user: user}
}

// Unchecked are the operations of the server itself. Nobody's permission is asked for,
// and nobody is kept from hurting himself.
type Unchecked struct{ o Operations }

// Acting are the operations of somebody who is signed in. Each is refused with an
// [authplugin.APIError] when the user may not do it: by the roles that the user was
// loaded with, and, for everything that changes something, by those in the database at
// that moment, so that a copy in a secondary storage that has not heard of a demotion
// or a ban does no harm. Hooks find the session and the user in their HookContext.
type Acting struct {
	o       Operations
	session *authplugin.Session
	user    *authplugin.User
}
