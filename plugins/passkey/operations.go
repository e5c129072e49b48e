package passkey

import "github.com/gorm-auth/authplugin"

// Operations are the operations of the plugin. They are safe for concurrent use.
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

// rows are the passkeys.
func (o Operations) rows() authplugin.Rows[Passkey] { return authplugin.RowsOf[Passkey](o.auth) }

// ofUser is the query for the passkeys of a user, the oldest first.
func ofUser(userID authplugin.ID) authplugin.Query {
	return authplugin.Query{
		Where: []authplugin.Condition{authplugin.Eq("userId", userID)}, Sort: authplugin.Asc("createdAt", "id"), Limit: mostPasskeys,
	}
}
