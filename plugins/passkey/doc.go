// Package passkey is the plugin for passkeys: users register credentials of WebAuthn
// and sign in with them instead of a password. The protocol is that of go-webauthn;
// here are its storage, its challenges and its rules. The table and what is in it are
// those of Better Auth's plugin of that name, and passkeys work in both.
//
//	Plugins: []authplugin.Plugin{passkey.New(passkey.Options{
//		RPID: "example.com", Origins: []string{"https://example.com"},
//	})},
//
// # Ceremonies
//
// A registration and a sign-in are begun and finished. The options go to the browser,
// the token of the challenge into a cookie that scripts cannot read:
//
//	ceremony, err := passkey.Of(auth).BeginRegistration(ctx, user.ID, passkey.RegistrationOptions{})
//	// navigator.credentials.create() with ceremony.Options; then, with what it gave:
//	key, err := passkey.Of(auth).FinishRegistration(ctx, user.ID, token, response, "my phone")
//
//	ceremony, err = passkey.Of(auth).BeginSignIn(ctx, passkey.SignInOptions{})
//	// navigator.credentials.get() with ceremony.Options
//	signedIn, err := passkey.Of(auth).FinishSignIn(ctx, token, response)
//	session, err := auth.Sessions().Create(ctx, signedIn.User.ID, authplugin.SessionOptions{})
//
// # Guarantees
//
// A challenge works once and for what it was made: of many who finish at the same time
// one does. A credential belongs to one user. The counter of an authenticator never
// goes back, also where two come with the same one at once; see [ErrCloned].
//
// # Transactions
//
// In a transaction of the caller that is rolled back, a challenge is not used up and a
// counter has not risen, so finish outside of transactions.
package passkey
