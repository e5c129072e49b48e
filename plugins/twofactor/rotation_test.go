package twofactor_test

import (
	"strings"
	"testing"
	"time"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/authtest"
	"github.com/gorm-auth/authplugin/plugins/twofactor"
)

// A key is replaced by one that is put before it; the older one can go when the user
// has shown a code.
func TestKeysAreReplaced(t *testing.T) {
	t.Parallel()
	for name, columns := range map[string]bool{"table": false, "user columns": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			authtest.Each(t, func(t *testing.T, d authtest.Database) { keysAreReplaced(t, d, columns) })
		})
	}
}

func keysAreReplaced(t *testing.T, d authtest.Database, columns bool) {
	ctx, clock := t.Context(), &clock{now: time.Now()}
	next := authplugin.TokenKey{ID: "next", Secret: []byte(strings.Repeat("n", 32))}
	with := func(keys ...authplugin.TokenKey) fixture {
		_, auth := d.Use(t, authplugin.Config{Clock: clock.Now, Plugins: []authplugin.Plugin{twofactor.New(twofactor.Options{
			Issuer: "Example", Keys: keys, UserColumns: columns,
		})}})
		return fixture{auth: auth, clock: clock, Operations: twofactor.Of(auth)}
	}
	f := with(keys()...)
	user, err := f.auth.Users().Create(ctx, authplugin.User{Name: "Ada", Email: "ada@example.com"})
	must(t, err)
	f.user = user.ID
	setup := f.enabled(t)
	device, err := f.TrustDevice(ctx, user.ID)
	must(t, err)

	f = with(next)
	expect(t, f.VerifyTOTP(ctx, user.ID, f.app(t, setup)), authplugin.ErrSecretUnreadable)
	f = with(next, keys()[0])
	must(t, f.VerifyTOTP(ctx, user.ID, f.app(t, setup)))
	clock.pass(time.Hour)
	f = with(next)
	must(t, f.VerifyTOTP(ctx, user.ID, f.app(t, setup)))
	must(t, f.VerifyBackupCode(ctx, user.ID, setup.BackupCodes()[0]))
	trusted, err := f.IsTrusted(ctx, user.ID, device)
	must(t, err)
	if !trusted {
		t.Error("the device is trusted no more")
	}
}
