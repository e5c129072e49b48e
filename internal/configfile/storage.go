package configfile

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/redisstore"
)

// defaultURLFrom is the variable of the environment with the URL of Redis.
const defaultURLFrom = "REDIS_URL"

// readSecondaryStorage reads where copies of sessions, verifications and counters are:
// the word redis, or a mapping that says more.
func readSecondaryStorage(s *Settings) authplugin.SecondaryStorage {
	const key = "secondaryStorage"
	p := s.ask(key)
	if p == nil {
		return nil
	}
	switch p.value.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
	default:
		s.storageType(key)
		return s.redis(defaultURLFrom, key)
	}
	var storage authplugin.SecondaryStorage
	section(s, key, func(m *Settings) {
		m.hints = map[string]string{
			"url":       "it has a password, and no secret belongs into this file: write urlFrom, with the name of a variable of the environment",
			"keyPrefix": "it is called prefix here", "client": goOnly, "sentinel": goOnly, "cluster": goOnly, "table": goOnly,
		}
		if m.Has("type") {
			m.storageType("type")
		} else if !m.d.reported(m.goPath) {
			m.failf("needs the key type: redis")
		}
		var options []redisstore.Option
		if m.Has("prefix") {
			options = append(options, redisstore.Prefix(m.text("prefix")))
		}
		storage = m.redis(m.urlFrom(), "urlFrom", options...)
	})
	return storage
}

// storageType checks the kind of storage, of which the file knows one.
func (s *Settings) storageType(key string) {
	if text, _ := textOf(s.ask(key).value); text == "memory" || text == "database" {
		s.Failf(key, "the file knows redis only; for %s pass a Config to authcli.Main", text)
		return
	}
	s.Word(key, "redis")
}

// text is the text under a key, which may be empty.
func (s *Settings) text(key string) string {
	p := s.ask(key)
	if p == nil {
		return ""
	}
	text, ok := textOf(p.value)
	if !ok {
		s.Failf(key, "must be text, not %s", describe(p.value))
	}
	return text
}

var variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// urlFrom is the variable that has the URL. What is no name is not shown, since it is
// most likely the URL itself.
func (s *Settings) urlFrom() string {
	const key = "urlFrom"
	p := s.ask(key)
	if p == nil {
		return defaultURLFrom
	}
	text, ok := textOf(p.value)
	if !ok || !variableName.MatchString(text) {
		s.Failf(key, "must be the name of a variable of the environment, such as %s; the URL itself does not belong into this file", defaultURLFrom)
		return ""
	}
	return text
}

// redis is the storage that a variable of the environment names. It does not connect
// before it is asked for something, and without the variable that is an error. A
// mistake gives a storage too, so that the file is not said to have none.
func (s *Settings) redis(variable, key string, options ...redisstore.Option) authplugin.SecondaryStorage {
	url := strings.TrimSpace(s.d.getenv(variable)) // a file that was read into it ends with a newline
	client, err := parseRedisURL(url)
	if err != nil {
		client = &redis.Options{Addr: variable + " (not set)", Limiter: noURL{variable}}
	}
	if err != nil && url != "" { // the error shows parts of the URL
		s.Failf(key, "%s cannot be read: its form is redis://user:password@host:6379/0; percent-encode special characters", variable)
	}
	defaults := redisstore.Recommended()
	client.DialTimeout = cmp.Or(client.DialTimeout, defaults.DialTimeout)
	client.ReadTimeout = cmp.Or(client.ReadTimeout, defaults.ReadTimeout)
	client.WriteTimeout = cmp.Or(client.WriteTimeout, defaults.WriteTimeout)
	client.MaxRetries = cmp.Or(client.MaxRetries, defaults.MaxRetries)
	client.DialerRetries, client.ContextTimeoutEnabled = defaults.DialerRetries, true
	client.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	return redisstore.New(redis.NewClient(client), options...)
}

// parseRedisURL reads the URL of Redis. It refuses one that means something else than it
// seems to, as those with an unescaped password do: the rest of the password would be
// taken for a host, and be shown.
func parseRedisURL(raw string) (*redis.Options, error) {
	_, rest, _ := strings.Cut(raw, "://")
	if i := strings.IndexAny(rest, "/?#"); i >= 0 && strings.ContainsAny(rest[i:], "@#") {
		return nil, errURL
	}
	return redis.ParseURL(raw)
}

// noURL keeps a client from dialing.
type noURL struct{ variable string }

var _ redis.Limiter = noURL{}

// Allow implements redis.Limiter.
func (l noURL) Allow() error { return fmt.Errorf("%s: %w", l.variable, errNoURL) }

// ReportResult implements redis.Limiter.
func (noURL) ReportResult(error) {}

var (
	errNoURL = errors.New("the variable is not set, which has the URL of Redis")
	errURL   = errors.New("the URL has an @ after its host, or a #")
)

// readRecordStorage reads where sessions or verifications are kept.
func readRecordStorage(s *Settings) authplugin.RecordStorage {
	switch s.Word("storage", "databaseOnly", "storageAndDatabase", "storageOnly") {
	case "databaseOnly":
		return authplugin.DatabaseOnly
	case "storageAndDatabase":
		return authplugin.StorageAndDatabase
	case "storageOnly":
		return authplugin.StorageOnly
	default:
		return ""
	}
}

func readRateLimit(s *Settings) authplugin.RateLimitConfig {
	cfg := authplugin.RateLimitConfig{ModelConfig: readModel(s)}
	const limits = "the command line limits nothing: set it in Go"
	for _, key := range []string{"enabled", "window", "max", "algorithm", "rules", "customRules", "custom"} {
		s.hints[key] = limits
	}
	s.hints["customStorage"] = goOnly
	switch s.Word("storage", "none", "memory", "database", "secondary", "secondary-storage") {
	case "memory":
		cfg.Storage = authplugin.StorageMemory
	case "database":
		cfg.Storage = authplugin.StorageDatabase
	case "secondary", "secondary-storage":
		cfg.Storage = authplugin.StorageSecondary
	}
	cfg.SlidingWindows, cfg.KeepFor = s.Bool("slidingWindows", false), s.Duration("keepFor")
	return cfg
}
