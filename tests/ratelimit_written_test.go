package tests

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// A path that may mean two rules is limited by both, whichever lets more through.
func TestRateLimitOfPathsThatMeanTwoRules(t *testing.T) {
	t.Parallel()
	cfg := authplugin.Config{Clock: fixedClock}
	cfg.RateLimit.Rules = []authplugin.RateLimitRule{
		{Path: "/export/**", Max: 1000, Window: 24 * time.Hour}, {Path: "/health", Disabled: true}, {Path: "/x", Max: 5, Window: time.Second},
	}
	_, auth := migrated(t, dbtest.Named(t, "sqlite"), cfg)
	for path, most := range map[string]int{
		"/export/../sign-in/email": 3, "/sign-in/email/../../x": 3, "/x/../sign-in/email": 3,
		"/health/../x": 5, "/sign-in/email/../../health": 3, "/health/../export/a": 100,
	} {
		allowed := 0
		for range 1100 {
			d, err := auth.RateLimiter().Allow(t.Context(), authplugin.RateLimitRequest{
				IP: netip.MustParseAddr("192.0.2.1"), Key: path, Path: path, // a counter for each
			})
			must(t, err)
			if !d.Allowed {
				break
			}
			allowed++
		}
		if allowed != most {
			t.Errorf("%s: %d were allowed, want %d", path, allowed, most)
		}
	}
}

// What Take would refuse db.Use refuses.
func TestRateLimitMistakesAtTheStart(t *testing.T) {
	t.Parallel()
	for want, limits := range map[string]authplugin.RateLimitConfig{
		"RateLimit.Rules[0].Window: is 60ns; it must be a millisecond at least":   {Rules: []authplugin.RateLimitRule{{Path: "/x", Max: 10, Window: 60}}},
		"RateLimit.KeepFor: is 30s, shorter than the window of the built-in rule": {Storage: authplugin.StorageDatabase, KeepFor: 30 * time.Second},
	} {
		db := dbtest.Named(t, "sqlite").New(t).Open(t, &gorm.Config{})
		if err := db.Use(authplugin.New(authplugin.Config{RateLimit: limits})); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
