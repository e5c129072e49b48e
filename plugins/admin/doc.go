// Package admin lets some users look after the others: roles and permissions, bans,
// impersonation, and the users themselves.
//
//	auth := authplugin.New(authplugin.Config{
//		Plugins: []authplugin.Plugin{admin.New(admin.Options{})},
//	})
//	…
//	found, err := auth.Sessions().Find(ctx, token) // who is signed in
//	as := admin.Of(auth).As(found.Session, found.User)
//	err = as.Ban(ctx, userID, admin.BanOptions{Reason: "spam", ExpiresIn: 24 * time.Hour})
//
// # Who may do what
//
// [Operations.As] gives the operations to somebody who is signed in: each checks that
// this user may do it, by the roles that the user has in the database at that moment.
// [Operations.Unchecked] gives the same operations to the server itself, which may do
// everything: a job, a command, a webhook.
//
// [Operations.HasPermission] decides about a user who has been loaded. It reads
// nothing.
//
// # Bans
//
// A banned user gets no session, by whichever way one is created, and a ban ends those
// that exist, copies in a secondary storage included, in the transaction of the ban.
// That also holds for an update of the field "banned" by plain GORM. Where no hook runs
// the sessions stay, and none is found as long as the ban lasts. Once a ban has expired,
// the next sign-in lifts it.
package admin
