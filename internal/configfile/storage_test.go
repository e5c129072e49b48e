package configfile_test

import (
	"fmt"
	"strings"
	"testing"

	"gorm.io/driver/sqlite"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/configfile"
	"github.com/gorm-auth/authplugin/internal/redistest"
)

func TestSecondaryStorage(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                        "<nil>",
		"secondaryStorage:":       "<nil>",
		"secondaryStorage: null":  "<nil>",
		"secondaryStorage: redis": `Redis at REDIS_URL (not set), database 0, prefix "better-auth:"`,
		"secondaryStorage: {type: Redis, prefix: null}":                     `Redis at REDIS_URL (not set), database 0, prefix "better-auth:"`,
		"secondaryStorage: {type: redis, prefix: ''}":                       `Redis at REDIS_URL (not set), database 0, prefix ""`,
		"secondaryStorage: {type: redis, urlFrom: OTHER, prefix: 'a:'}":     `Redis at OTHER (not set), database 0, prefix "a:"`,
		"secondaryStorage: {type: redis, urlFrom: SESSIONS_URL, prefix: a}": `Redis at 127.0.0.1:1, database 5, prefix "a"`,
	} {
		cfg, err := configfile.Read("f.yaml", []byte(text), nil, environment())
		if err != nil {
			t.Errorf("%q: %v", text, err)
		}
		if got := fmt.Sprint(cfg.SecondaryStorage); got != want {
			t.Errorf("%q gives %s, want %s", text, got, want)
		}
	}
}

// The storage works, and without a URL it says which variable is missing.
func TestSecondaryStorageIsRedis(t *testing.T) {
	t.Parallel()
	redistest.Client(t)
	source := []byte("secondaryStorage: {type: redis, prefix: '" + redistest.Prefix(t) + "'}")
	for url, ok := range map[string]bool{redistest.URL(): true, "": false} {
		cfg, err := configfile.Read("f.yaml", source, nil, configfile.Environment(func(string) string { return url }))
		if err != nil {
			t.Fatal(err)
		}
		storage, _ := cfg.SecondaryStorage.(authplugin.AtomicStorage)
		n, err := storage.Increment(t.Context(), "n", 1e9)
		if ok && (n != 1 || err != nil) {
			t.Errorf("counted %d, %v", n, err)
		}
		if !ok && (err == nil || !strings.Contains(err.Error(), "REDIS_URL: the variable is not set")) {
			t.Errorf("without a URL: %v", err)
		}
	}
}

// A URL with a password that is not encoded is refused, before a part of it counts as the
// host, which is shown.
func TestSecondaryStorageURLs(t *testing.T) {
	t.Parallel()
	for url, ok := range map[string]bool{
		"redis://127.0.0.1:1": true, "rediss://ada:hunter2@127.0.0.1:1/3?read_timeout=1s": true, "redis://:hunter%232@127.0.0.1:1": true,
		"unix://ada:hunter2@/run/redis.sock?db=1": true,
		"hunter2": false, "redis://hunter2#x@127.0.0.1:1/0": false, "redis://hunter2/x@127.0.0.1:1": false, "redis://hunter2?x@127.0.0.1:1": false,
		"redis://:hunter2@127.0.0.1:x": false, "http://hunter2@127.0.0.1": false, "redis://127.0.0.1:1/hunter2": false, "redis://127.0.0.1:1?password=hunter2": false,
	} {
		cfg, err := configfile.Read("f.yaml", []byte("secondaryStorage: redis"), nil, configfile.Environment(func(string) string { return url }))
		if (err == nil) != ok || err != nil && !strings.Contains(err.Error(), "f.yaml:1:19: secondaryStorage: REDIS_URL cannot be read") {
			t.Errorf("%s: %v", url, err)
		}
		if shown := fmt.Sprint(err, cfg.SecondaryStorage); strings.Contains(shown, "hunter") {
			t.Errorf("%s shows %s", url, shown)
		}
	}
}

// Tables that are in the storage only are left out of the schema, without a Redis.
func TestStorageDecidesOnTables(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                                      "user session account verification",
		"secondaryStorage: redis":               "user session account verification",
		"rateLimit: {storage: none}":            "user session account verification",
		"rateLimit: {storage: memory}":          "user session account verification",
		"rateLimit: {storage: database}":        "user session account verification rateLimit",
		"session: {storage: databaseOnly}":      "user session account verification",
		"verification: {storage: DatabaseOnly}": "user session account verification",
		"secondaryStorage: redis\nsession: {storage: storageOnly}":                                                      "user account verification",
		"secondaryStorage: redis\nsession: {storage: storage-only}\nverification: {storage: storage only}":              "user account",
		"secondaryStorage: redis\nsession: {storage: databaseOnly}\nrateLimit: {storage: secondary}":                    "user session account verification",
		"secondaryStorage: redis\nverification: {storage: storageAndDatabase}\nrateLimit: {storage: secondary-storage}": "user session account verification",
	} {
		cfg, err := configfile.Read("f.yaml", []byte(text), nil, environment())
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		d, err := authplugin.Describe(cfg, sqlite.Open(":memory:"))
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, m := range d.Schema.Models() {
			names = append(names, m.Name)
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%q has the tables %s, want %s", text, got, want)
		}
	}
}
