package generate

import (
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/memorystore"
	"github.com/gorm-auth/authplugin/redisstore"
)

// storageCases are configurations with a secondary storage, and what of the options
// follows from that.
func storageCases(t *testing.T) map[string]struct {
	cfg  authplugin.Config
	want map[string]any
} {
	t.Helper()
	client := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1", Password: "hunter2"})
	t.Cleanup(func() { _ = client.Close() })
	cfg := func(storage authplugin.SecondaryStorage, sessions, verifications authplugin.RecordStorage, limits authplugin.RateLimitStorage) authplugin.Config {
		cfg := authplugin.Config{
			Naming: authplugin.BetterAuthNaming, SecondaryStorage: storage, RateLimit: authplugin.RateLimitConfig{Storage: limits},
		}
		cfg.Session.Storage, cfg.Verification.Storage = sessions, verifications
		return cfg
	}
	inRedis := redisstore.New(client)
	preserving := cfg(redisstore.New(client, redisstore.Prefix(`app"*/:`)), "", authplugin.StorageOnly, authplugin.StorageSecondary)
	preserving.Session.PreserveInDatabase = true
	preserving.RateLimit.Algorithm = authplugin.SlidingWindow
	alone := cfg(inRedis, authplugin.StorageOnly, authplugin.StorageOnly, "")
	alone.Session.Table, alone.Session.Columns = "ignored", map[string]string{"device": "ignored", "token": "secret"}
	alone.Session.AdditionalFields = authplugin.Fields{"device": {Type: authplugin.String, Optional: true, Index: true}}
	unshared := cfg(nil, "", "", "")
	unshared.Session.PreserveInDatabase = true
	const on = true
	return map[string]struct {
		cfg  authplugin.Config
		want map[string]any
	}{
		"storage": {cfg(inRedis, "", "", authplugin.StorageDatabase), map[string]any{
			"session":      map[string]any{"storeSessionInDatabase": on},
			"verification": map[string]any{"storeInDatabase": on}, "rateLimit": map[string]any{"storage": "database"},
		}},
		"preserved": {preserving, map[string]any{
			"session":   map[string]any{"storeSessionInDatabase": on, "preserveSessionInDatabase": on},
			"rateLimit": map[string]any{"storage": "secondary-storage"},
		}},
		"stored": {alone, map[string]any{
			"session":   map[string]any{"additionalFields": map[string]any{"device": map[string]any{"type": "string", "required": false}}},
			"rateLimit": map[string]any{"storage": "memory"},
		}},
		"halfstored": {cfg(memorystore.New(), authplugin.DatabaseOnly, authplugin.StorageOnly, ""), map[string]any{
			"session": map[string]any{"storeSessionInDatabase": on}, "rateLimit": map[string]any{"storage": "memory"},
		}},
		"unusedstorage": {cfg(inRedis, authplugin.DatabaseOnly, authplugin.DatabaseOnly, ""), map[string]any{}},
		"unshared":      {unshared, map[string]any{"session": map[string]any{}}},
	}
}

// Better Auth is told where records and counters are, in its own words.
func TestGoldenBetterAuthStorage(t *testing.T) {
	t.Parallel()
	for name, tc := range storageCases(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := generated(t, func(w io.Writer) error { return BetterAuth(w, describe(t, "postgres", tc.cfg), tc.cfg) })
			checkGolden(t, "testdata/better-auth/"+name+".ts", text)
			if strings.Contains(text, "hunter2") {
				t.Errorf("a secret is shown:\n%s", text)
			}
			if diff := cmp.Diff(tc.want, evaluate(t, text)["authOptions"]); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
