// Package twofactor is the plugin for a second factor: codes of an authenticator app
// (TOTP), codes sent by a function of the application (OTP), back-up codes, devices
// that are trusted for a while, and a lock after too many failures. Its tables and
// columns are those of Better Auth's plugin two-factor.
//
//	Plugins: []authplugin.Plugin{twofactor.New(twofactor.Options{
//		Issuer: "Example",
//		Keys:   []authplugin.TokenKey{{ID: "2026-01", Secret: secret}}, // 32 random bytes
//	})},
//
// # Turning it on
//
// Enable makes a secret and back-up codes, which are shown to the user once. The
// first code from the app turns the second factor on:
//
//	setup, err := twofactor.Of(auth).Enable(ctx, user.ID) // setup.QR(256), setup.BackupCodes()
//	err = twofactor.Of(auth).Confirm(ctx, user.ID, code)
//
// Ask for the password before Enable, Disable and GenerateBackupCodes, with
// [authplugin.Accounts.VerifyPassword].
//
// # Signing in
//
// When the password is right, and before there is a session:
//
//	status, err := twofactor.Of(auth).Status(ctx, user.ID)
//	if status.Enabled {
//		trusted, err := twofactor.Of(auth).IsTrusted(ctx, user.ID, cookie)
//		// unless it is trusted, ask for a code, and call VerifyTOTP, VerifyOTP or VerifyBackupCode
//	}
//
// # Transactions
//
// A wrong code is counted before it is looked at. In a transaction of the caller that
// count is rolled back with everything else, so verify outside of transactions, or
// commit when the error is one of this package. Where verifications are kept in the
// secondary storage only, callers who verify in transactions at the same moment are
// not kept apart either.
package twofactor
