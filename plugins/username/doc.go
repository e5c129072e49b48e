// Package username lets users have a name of their own, and sign in with it.
//
//	auth := authplugin.New(authplugin.Config{
//		Plugins: []authplugin.Plugin{username.New(username.Options{Reserved: []string{"admin", "root"}})},
//	})
//	…
//	user, err := auth.Users().SignUp(ctx, authplugin.User{
//		Name: "Ada", Email: "ada@example.com", Additional: authplugin.Values{"username": "Ada_L"},
//	}, password)
//	session, user, err := username.Of(auth).SignIn(ctx, "ada_l", password, authplugin.SessionOptions{})
//
// # Fields
//
// The plugin adds two fields to the user. "username" is normalised, in lower case by
// default, and unique; "displayUsername" is the name as it was given, unless the user
// chooses another way to write it. Both may be NULL.
//
// # Rules
//
// Names are checked and normalised by every way to write them, plain GORM included. A
// name that the rules refuse is an [authplugin.FieldError] with an [authplugin.APIError]
// in it, whose codes are those of Better Auth. One that is taken is
// [authplugin.ErrDuplicate]: the unique index decides, so that of many who want a name
// at the same time one gets it.
package username
