package twofactor_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/authtest"
	"github.com/gorm-auth/authplugin/memorystore"
	"github.com/gorm-auth/authplugin/plugins/twofactor"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func expect(t testing.TB, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%v, not %v", err, want)
	}
}

func keys() []authplugin.TokenKey {
	return []authplugin.TokenKey{{ID: "test", Secret: []byte(strings.Repeat("k", 32))}}
}

// clock is a time that tests move.
type clock struct {
	mutex sync.Mutex
	now   time.Time
}

func (c *clock) Now() time.Time {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.now = c.now.Add(d)
}

// outbox keeps the codes that were sent.
type outbox struct {
	mutex sync.Mutex
	codes []string
}

func (o *outbox) send(_ context.Context, _ *authplugin.User, code string) error {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	o.codes = append(o.codes, code)
	return nil
}

func (o *outbox) last(t testing.TB) string {
	t.Helper()
	o.mutex.Lock()
	defer o.mutex.Unlock()
	if len(o.codes) == 0 {
		t.Fatal("no code was sent")
	}
	return o.codes[len(o.codes)-1]
}

// fixture is a user with the plugin.
type fixture struct {
	twofactor.Operations

	auth   *authplugin.Auth
	clock  *clock
	outbox *outbox
	user   authplugin.ID
}

// app is what an authenticator shows.
func (f fixture) app(t testing.TB, setup *twofactor.Setup) string {
	t.Helper()
	return f.appIn(t, setup, 0)
}

// appIn is what it shows in a while.
func (f fixture) appIn(t testing.TB, setup *twofactor.Setup, while time.Duration) string {
	t.Helper()
	code, err := totp.GenerateCode(setup.Secret(), f.clock.Now().Add(while))
	must(t, err)
	return code
}

// enabled enables the second factor of the user, and waits until the code is out of
// its window.
func (f fixture) enabled(t testing.TB) *twofactor.Setup {
	t.Helper()
	setup, err := f.Enable(t.Context(), f.user)
	must(t, err)
	must(t, f.Confirm(t.Context(), f.user, f.app(t, setup)))
	f.clock.pass(2 * time.Minute)
	return setup
}

// layouts are the ways to keep secrets and verifications.
func layouts() map[string]func(options *twofactor.Options, cfg *authplugin.Config) {
	return map[string]func(*twofactor.Options, *authplugin.Config){
		"table": func(*twofactor.Options, *authplugin.Config) {},
		"user columns": func(options *twofactor.Options, _ *authplugin.Config) {
			options.UserColumns = true
		},
		"table, storage only": func(_ *twofactor.Options, cfg *authplugin.Config) {
			storageOnly(cfg)
		},
		"user columns, storage only": func(options *twofactor.Options, cfg *authplugin.Config) {
			options.UserColumns = true
			storageOnly(cfg)
		},
		"storage and database": func(_ *twofactor.Options, cfg *authplugin.Config) {
			cfg.SecondaryStorage = memorystore.New(memorystore.Clock(cfg.Clock))
			cfg.Session.Storage, cfg.Verification.Storage = authplugin.StorageAndDatabase, authplugin.StorageAndDatabase
		},
	}
}

func storageOnly(cfg *authplugin.Config) {
	cfg.SecondaryStorage = memorystore.New(memorystore.Clock(cfg.Clock))
	cfg.Session.Storage, cfg.Verification.Storage = authplugin.StorageOnly, authplugin.StorageOnly
}

// each runs a test on every database, with every layout.
func each(t *testing.T, options twofactor.Options, test func(t *testing.T, f fixture)) {
	t.Helper()
	authtest.Each(t, func(t *testing.T, d authtest.Database) {
		for name, layout := range layouts() {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				test(t, newFixture(t, d.Another(t), options, layout))
			})
		}
	})
}

func newFixture(
	t *testing.T, d authtest.Database, options twofactor.Options, layout func(*twofactor.Options, *authplugin.Config),
) fixture {
	t.Helper()
	f := fixture{clock: &clock{now: time.Now().Truncate(30 * time.Second)}, outbox: &outbox{}}
	options.Issuer, options.Keys = "Example", keys()
	if options.SendOTP == nil {
		options.SendOTP = f.outbox.send
	}
	cfg := authplugin.Config{Clock: f.clock.Now}
	layout(&options, &cfg)
	cfg.Plugins = []authplugin.Plugin{twofactor.New(options)}
	_, f.auth = d.Use(t, cfg)
	user, err := f.auth.Users().Create(t.Context(), authplugin.User{Name: "Ada", Email: "ada@example.com"})
	must(t, err)
	f.user, f.Operations = user.ID, twofactor.Of(f.auth)
	return f
}

func TestFlow(t *testing.T) {
	t.Parallel()
	each(t, twofactor.Options{}, func(t *testing.T, f fixture) {
		ctx := t.Context()
		status, err := f.Status(ctx, f.user)
		must(t, err)
		if status != (twofactor.Status{}) {
			t.Errorf("at first: %+v", status)
		}
		expect(t, f.VerifyTOTP(ctx, f.user, "123456"), twofactor.ErrTOTPNotEnabled)
		expect(t, f.Confirm(ctx, f.user, "123456"), twofactor.ErrTOTPNotEnabled)

		first, err := f.Enable(ctx, f.user)
		must(t, err)
		setup, err := f.Enable(ctx, f.user)
		must(t, err)
		if first.Secret() == setup.Secret() {
			t.Error("the same secret twice")
		}
		status, err = f.Status(ctx, f.user)
		must(t, err)
		if status != (twofactor.Status{Pending: true}) {
			t.Errorf("before it is confirmed: %+v", status)
		}
		expect(t, f.VerifyTOTP(ctx, f.user, f.app(t, setup)), twofactor.ErrTOTPNotEnabled)
		expect(t, f.VerifyBackupCode(ctx, f.user, setup.BackupCodes()[0]), twofactor.ErrNotEnabled)
		expect(t, f.Confirm(ctx, f.user, f.app(t, first)), twofactor.ErrInvalidCode)
		must(t, f.Confirm(ctx, f.user, f.app(t, setup)))
		expect(t, f.Confirm(ctx, f.user, f.app(t, setup)), twofactor.ErrAlreadyEnabled)
		_, err = f.Enable(ctx, f.user)
		expect(t, err, twofactor.ErrAlreadyEnabled)

		status, err = f.Status(ctx, f.user)
		must(t, err)
		if status != (twofactor.Status{Enabled: true, App: true, BackupCodes: 10}) {
			t.Errorf("when it is confirmed: %+v", status)
		}
		user, err := f.auth.Users().FindByID(ctx, f.user)
		must(t, err)
		if !user.Additional.Bool(twofactor.FieldEnabled) {
			t.Error("the user does not know")
		}

		must(t, f.Disable(ctx, f.user))
		must(t, f.Disable(ctx, f.user))
		status, err = f.Status(ctx, f.user)
		must(t, err)
		if status != (twofactor.Status{}) {
			t.Errorf("when it is disabled: %+v", status)
		}
		expect(t, f.VerifyTOTP(ctx, f.user, f.app(t, setup)), twofactor.ErrTOTPNotEnabled)
		must(t, func() error { _, err := f.Enable(ctx, f.user); return err }())
	})
}

func TestConformance(t *testing.T) {
	t.Parallel()
	for name, columns := range map[string]bool{"table": false, "user columns": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			authtest.Run(t, func() authplugin.Config {
				return authplugin.Config{Plugins: []authplugin.Plugin{twofactor.New(twofactor.Options{
					Issuer: "Example", Keys: keys(), UserColumns: columns,
				})}}
			})
		})
	}
}
