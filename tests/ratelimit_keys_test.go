package tests

import (
	"bytes"
	"net/netip"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
	"github.com/gorm-auth/authplugin/internal/redistest"
	"github.com/gorm-auth/authplugin/redisstore"
)

// A key, which may be that of an API, is in no row and no log of SQL, however short it is.
// Addresses and paths are in rows as Better Auth has them.
func TestRateLimitKeysAreSecret(t *testing.T) {
	t.Parallel()
	const key = "sk_live_4567"
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		var out bytes.Buffer
		cfg := authplugin.Config{AutoMigrate: true}
		cfg.RateLimit.Storage, cfg.RateLimit.SlidingWindows = authplugin.StorageDatabase, true
		db, auth := useWith(t, e.New(t), cfg, &gorm.Config{Logger: chatty(&out)})
		for _, algorithm := range algorithms() {
			take(t, auth, authplugin.RateLimitRequest{Path: "/" + string(algorithm), Key: key})
			_, err := auth.RateLimiter().Take(t.Context(), "export|ada "+string(algorithm), authplugin.RateLimitRule{Max: 2, Window: time.Minute, Algorithm: algorithm})
			must(t, err)
		}
		take(t, auth, authplugin.RateLimitRequest{Path: "/sign-in/email", IP: netip.MustParseAddr("203.0.113.7")})
		var rows []authplugin.RateLimit
		must(t, db.Find(&rows).Error)
		better := 0
		for _, row := range rows {
			if strings.Contains(row.Key, "sk_live") || strings.Contains(row.Key, "4567") {
				t.Errorf("a row has the key: %s", row.Key)
			}
			if row.Key == "203.0.113.7|/sign-in/email" {
				better++
			}
		}
		if better != 1 {
			t.Errorf("%d rows with Better Auth's key, want 1, among %v", better, rows)
		}
		for _, secret := range []string{"sk_live", "4567"} {
			if strings.Contains(out.String(), secret) {
				t.Errorf("the log has the key:\n%s", out.String())
			}
		}
	})
}

func take(t *testing.T, auth *authplugin.Auth, request authplugin.RateLimitRequest) {
	t.Helper()
	if decision, err := auth.RateLimiter().Allow(t.Context(), request); err != nil || !decision.Allowed {
		t.Fatalf("%+v, %v", decision, err)
	}
}

func TestRateLimitKeysAreSecretInRedis(t *testing.T) {
	t.Parallel()
	client, prefix := redistest.Client(t), redistest.Prefix(t)
	cfg := authplugin.Config{SecondaryStorage: redisstore.New(client, redisstore.Prefix(prefix))}
	cfg.RateLimit.Storage = authplugin.StorageSecondary
	cfg.Session.Storage, cfg.Verification.Storage = authplugin.DatabaseOnly, authplugin.DatabaseOnly
	_, auth := migrated(t, dbtest.Named(t, "sqlite"), cfg)
	take(t, auth, authplugin.RateLimitRequest{Path: "/export", Key: "sk_live_0123"})
	take(t, auth, authplugin.RateLimitRequest{Path: "/sign-in/email", IP: netip.MustParseAddr("203.0.113.7")})
	keys, err := client.Keys(t.Context(), prefix+"*").Result()
	must(t, err)
	better := 0
	for _, key := range keys {
		if strings.Contains(key, "sk_live") {
			t.Errorf("a key of Redis has the key: %s", key)
		}
		if key == prefix+"203.0.113.7|/sign-in/email" {
			better++
		}
	}
	if len(keys) != 2 || better != 1 {
		t.Errorf("the keys are %q", keys)
	}
}
