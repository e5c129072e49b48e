package authcli_test

import (
	"testing"
	"time"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/authcli"
	"github.com/gorm-auth/authplugin/examples/invites"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// Plugins that have something to clean up do so too.
func TestCleanupOfPlugins(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d := e.New(t)
		cfg := authplugin.Config{Plugins: []authplugin.Plugin{invites.New(invites.Options{})}}
		env, opts := onDatabase(urlOf(t, d)), authcli.Options{Config: cfg}
		run(t, opts, env, "migrate", "--yes").want(t, authcli.ExitOK, "create table invites")

		auth := authplugin.New(cfg)
		if err := d.Open(t, nil).Use(auth); err != nil {
			t.Fatal(err)
		}
		ada, err := auth.Users().Create(t.Context(), authplugin.User{Name: "Ada", Email: "ada@example.com"})
		if err != nil {
			t.Fatal(err)
		}
		for code, expiresAt := range map[string]time.Time{"old": time.Now().Add(-time.Hour), "new": time.Now().Add(time.Hour)} {
			invite := invites.Invite{CodeHash: code, Email: "bob@example.com", UserID: ada.ID, ExpiresAt: expiresAt}
			if _, err := authplugin.RowsOf[invites.Invite](auth).Create(t.Context(), invite); err != nil {
				t.Fatal(err)
			}
		}
		run(t, opts, env, "cleanup").want(t, authcli.ExitOK, "deleted 0 expired sessions, 0 expired verifications and 1 rows of the plugin invites")
		run(t, opts, env, "cleanup", "--json").want(t, authcli.ExitOK, `"invites": 0`)
	})
}

// Counters of requests in the database go when no window reaches back to them.
func TestCleanupOfRateLimits(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d := e.New(t)
		cfg := authplugin.Config{}
		cfg.RateLimit.Storage, cfg.RateLimit.KeepFor = authplugin.StorageDatabase, time.Hour
		env, opts := onDatabase(urlOf(t, d)), authcli.Options{Config: cfg}
		run(t, opts, env, "migrate", "--yes").want(t, authcli.ExitOK, "create table rate_limits")
		db := d.Open(t, nil)
		if err := db.Use(authplugin.New(cfg)); err != nil {
			t.Fatal(err)
		}
		for key, age := range map[string]time.Duration{"old": 2 * time.Hour, "older": 200 * time.Hour, "new": time.Minute} {
			row := authplugin.RateLimit{Key: key, Count: 1, LastRequest: time.Now().Add(-age).UnixMilli()}
			if err := db.Create(&row).Error; err != nil {
				t.Fatal(err)
			}
		}
		run(t, opts, env, "cleanup").want(t, authcli.ExitOK, "deleted 0 expired sessions, 0 expired verifications and 2 expired rate limits")
		run(t, opts, env, "cleanup", "--json").want(t, authcli.ExitOK, `"rateLimits": 0`)
		var left []authplugin.RateLimit
		if err := db.Find(&left).Error; err != nil || len(left) != 1 || left[0].Key != "new" {
			t.Errorf("%v are left, %v", left, err)
		}
	})
}
