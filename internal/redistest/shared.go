package redistest

import (
	"context"
	"crypto/rand"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	probeTimeout         = 2 * time.Second
	requiredProbeTimeout = 30 * time.Second

	help = "Set AUTHPLUGIN_TEST_REDIS to a URL, or start one: apt-get install redis-server, redis-server --daemonize yes --save ''"
)

// URL is that of the shared server.
func URL() string {
	if url := os.Getenv("AUTHPLUGIN_TEST_REDIS"); url != "" {
		return url
	}
	return "redis://127.0.0.1:6379/0"
}

// Client is a client of the shared server with go-redis's own options, closed when
// the test ends.
func Client(t testing.TB) *redis.Client {
	t.Helper()
	options, err := redis.ParseURL(URL())
	if err != nil {
		t.Fatal("redistest: AUTHPLUGIN_TEST_REDIS is no Redis URL: redis://user:password@host:6379/0")
	}
	client := redis.NewClient(options)
	t.Cleanup(func() { _ = client.Close() })
	if err := ping(t.Context(), client); err != nil {
		missing(t, "Redis does not answer: "+err.Error())
	}
	return client
}

// Prefix is a prefix of keys that nobody else uses. The test itself removes the keys,
// or lets them expire.
func Prefix(t testing.TB) string {
	t.Helper()
	return "authplugin-test:" + rand.Text() + ":"
}

// ping waits for a server that is just starting only if it is required.
func ping(ctx context.Context, client *redis.Client) error {
	timeout := probeTimeout
	if required() {
		timeout = requiredProbeTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	for {
		err := client.Ping(ctx).Err()
		if err == nil || !required() || ctx.Err() != nil {
			return err
		}
		time.Sleep(pause)
	}
}

func required() bool {
	for item := range strings.SplitSeq(os.Getenv("AUTHPLUGIN_TEST_REQUIRE"), ",") {
		if item = strings.TrimSpace(item); item == "redis" || item == "all" {
			return true
		}
	}
	return false
}

// missing skips a test that has no Redis, or fails it.
func missing(t testing.TB, why string) {
	t.Helper()
	if required() {
		t.Fatalf("redistest: Redis is required by AUTHPLUGIN_TEST_REQUIRE: %s\n%s", why, help)
	}
	t.Skipf("redistest: %s\n%s", why, help)
}
