package authcli_test

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/authcli"
	"github.com/gorm-auth/authplugin/databasestore"
	"github.com/gorm-auth/authplugin/internal/configfile"
	"github.com/gorm-auth/authplugin/internal/dbtest"
	"github.com/gorm-auth/authplugin/internal/redistest"
	"github.com/gorm-auth/authplugin/memorystore"
	"github.com/gorm-auth/authplugin/redisstore"
)

// atRedis is a storage in a Redis, the answers of whose INFO are changed.
func atRedis(t *testing.T, addr string, changes ...string) *redisstore.Store {
	t.Helper()
	const enough = 5 * time.Second // for a machine that is busy
	options := redisstore.Recommended(addr)
	options.DialTimeout, options.ReadTimeout, options.WriteTimeout, options.PoolTimeout = enough, enough, enough, enough
	client := redis.NewUniversalClient(options)
	t.Cleanup(func() { _ = client.Close() })
	if len(changes) > 0 {
		client.AddHook(otherInfo{regexp.MustCompile(changes[0]), changes[1]})
	}
	return redisstore.New(client)
}

// otherInfo changes what INFO answers, to that of another version.
type otherInfo struct {
	what *regexp.Regexp
	into string
}

func (otherInfo) DialHook(next redis.DialHook) redis.DialHook { return next }

func (h otherInfo) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		err := next(ctx, cmd)
		if info, ok := cmd.(*redis.StringCmd); ok && cmd.Name() == "info" {
			info.SetVal(h.what.ReplaceAllString(info.Val(), h.into))
		}
		return err
	}
}

func (otherInfo) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

// What an evicting Redis means depends on what is kept in it.
func TestDoctorKnowsTheModes(t *testing.T) {
	t.Parallel()
	const only, both = authplugin.StorageOnly, authplugin.StorageAndDatabase
	full := []string{"--maxmemory", "64mb", "--maxmemory-policy"}
	evicting := redistest.Start(t, append(full, "allkeys-lru")...).Addr
	keeping := redistest.Start(t, append(full, "noeviction")...).Addr
	silent := redistest.Start(t, "--rename-command", "CONFIG", "").Addr
	for _, tc := range []struct {
		name                    string
		storage                 authplugin.SecondaryStorage
		sessions, verifications authplugin.RecordStorage
		limits                  authplugin.RateLimitStorage
		code                    int
		texts                   []string
	}{
		{"sessions alone", atRedis(t, evicting), only, both, "", authcli.ExitError, []string{
			"sessions: storageOnly, verifications: storageAndDatabase, counters of requests: memory",
			"fail  redis memory", "when full it evicts (maxmemory-policy allkeys-lru), and it is the only place of sessions\n",
			"-> set maxmemory-policy noeviction, or keep them in the database as well",
			"the model session has no table: it is in the secondary storage only\n",
		}},
		{"both alone", atRedis(t, evicting), only, only, "", authcli.ExitError, []string{"the only place of sessions and verifications"}},
		{"copies", atRedis(t, evicting), both, both, "", authcli.ExitOK, []string{
			"sessions: storageAndDatabase", "warn  redis memory", "which has the database read again", "-> set maxmemory-policy noeviction\n",
		}},
		{"limits", atRedis(t, evicting), both, both, authplugin.StorageSecondary, authcli.ExitOK, []string{
			"counters of requests: secondary", "warn  redis memory", "which lifts limits of requests",
		}},
		{"alone and kept", atRedis(t, keeping), only, only, "", authcli.ExitOK, []string{
			"ok    redis memory", "policy noeviction", "ok    redis clock", "the model verification has no table",
		}},
		{"alone and unknown", atRedis(t, silent, "maxmemory.*", ""), only, both, "", authcli.ExitOK, []string{
			"warn  redis memory", "does not say what it does when it is full, and it is the only place of sessions", "see to it that",
		}},
		{"copies and unknown", atRedis(t, silent, "maxmemory.*", ""), both, both, "", authcli.ExitOK, []string{"ok    redis memory", "does not say what it does when it is full\n"}},
		{"without GETDEL", atRedis(t, keeping, "redis_version:.*", "redis_version:6.0.16"), both, both, "", authcli.ExitOK, []string{
			"ok    redis", "Redis 6.0.16", "which has no GETDEL: a script does it",
		}},
		{"too old", atRedis(t, keeping, "redis_version:.*", "redis_version:4.0.14"), both, both, "", authcli.ExitError, []string{
			"fail  redis", "Redis 4.0.14", "is too old", "-> upgrade: redisstore needs Redis 5",
		}},
		{"memory", memorystore.New(), only, both, "", authcli.ExitError, []string{
			"ok    secondary storage", "it answers", "fail  secondary storage", "the only place of sessions", "-> make it with memorystore.NoEviction(), or keep them",
		}},
		{"memory that keeps", memorystore.New(memorystore.NoEviction()), only, only, "", authcli.ExitOK, []string{"it answers"}},
		{"own", ownStorage{memorystore.New()}, only, only, "", authcli.ExitOK, []string{"authcli_test.ownStorage", "it answers"}},
		{"none", (*memorystore.Store)(nil), only, only, "", authcli.ExitError, []string{"SecondaryStorage: is a nil *memorystore.Store"}},
		{"table that is missing", databasestore.New(dbtest.Named(t, "sqlite-pure").New(t).Open(t, nil)), only, only, "", authcli.ExitError, []string{
			"fail  secondary storage", "does not answer", "Migrate",
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			cfg := authplugin.Config{SecondaryStorage: tc.storage, RateLimit: authplugin.RateLimitConfig{Storage: tc.limits}}
			cfg.Session.Storage, cfg.Verification.Storage = tc.sessions, tc.verifications
			env := onDatabase(urlOf(t, dbtest.Named(t, "sqlite-pure").New(t)))
			opts := authcli.Options{Config: cfg}
			migration := opts
			if tc.name == "none" {
				migration = authcli.Options{}
			}
			run(t, migration, env, "migrate", "--yes").want(t, authcli.ExitOK)
			r := run(t, opts, env, "doctor")
			r.want(t, tc.code, tc.texts...)
			if r.stderr != "" && tc.code == authcli.ExitOK {
				t.Errorf("on the standard error: %s", r.stderr)
			}
		})
	}
}

// A table of a mode before is pointed out, and left alone.
func TestDoctorSeesLeftTables(t *testing.T) {
	t.Parallel()
	env := onDatabase(urlOf(t, dbtest.Named(t, "sqlite-pure").New(t)))
	run(t, authcli.Options{}, env, "migrate", "--yes").want(t, authcli.ExitOK)
	cfg := authplugin.Config{SecondaryStorage: memorystore.New(memorystore.NoEviction())}
	cfg.Session.Storage = authplugin.StorageOnly
	run(t, authcli.Options{Config: cfg}, env, "doctor").want(t, authcli.ExitOK, "session has no table: it is in the secondary storage only; the table sessions is left from before")
}

// Clocks that are far apart.
func TestDoctorComparesClocks(t *testing.T) {
	t.Parallel()
	addr := redistest.Start(t).Addr
	env := onDatabase(urlOf(t, dbtest.Named(t, "sqlite-pure").New(t)))
	run(t, authcli.Options{}, env, "migrate", "--yes").want(t, authcli.ExitOK)
	for want, offset := range map[string]time.Duration{"ahead of this machine's": -time.Hour, "behind this machine's": 2 * time.Hour} {
		cfg := authplugin.Config{SecondaryStorage: atRedis(t, addr), Clock: func() time.Time { return time.Now().Add(offset) }}
		run(t, authcli.Options{Config: cfg}, env, "doctor").want(t, authcli.ExitOK, "warn  redis clock", want, "-> set both by NTP")
	}
}

// A configured Redis that is down, or of which the environment says nothing.
func TestDoctorWithoutTheConfiguredRedis(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	server.Kill(t)
	d := dbtest.Named(t, "sqlite-pure").New(t)
	env := onDatabase(urlOf(t, d))
	opts := func(url string) authcli.Options {
		return authcli.Options{LoadConfig: func(string) (authplugin.Config, error) {
			return configfile.Read("authplugin.yaml", []byte("secondaryStorage: {type: redis, urlFrom: SESSIONS_URL}\nsession: {storage: storageOnly}\n"), nil,
				configfile.Environment(func(name string) string {
					if name != "SESSIONS_URL" {
						return ""
					}
					return url
				}))
		}}
	}
	run(t, opts(""), env, "migrate", "--yes").want(t, authcli.ExitOK)
	run(t, opts(""), env, "status").want(t, authcli.ExitOK)
	run(t, opts(""), env, "cleanup").want(t, authcli.ExitOK)
	run(t, opts(""), env, "doctor").want(t, authcli.ExitError, "Redis at SESSIONS_URL (not set)", "fail  redis", "SESSIONS_URL: the variable is not set")
	down := "redis://ada:hunter2@" + server.Addr + "/0"
	r := run(t, opts(down), env, "doctor")
	r.want(t, authcli.ExitError, "Redis at "+server.Addr, "fail  redis", "does not answer")
	if strings.Contains(r.stdout+r.stderr, "hunter2") {
		t.Errorf("a secret is shown:\n%s%s", r.stdout, r.stderr)
	}
	run(t, opts("redis://ada:hunter2@127.0.0.1:x/0"), env, "doctor").want(t, authcli.ExitError, "authplugin.yaml:1:", "SESSIONS_URL cannot be read")
	// Another one is checked instead, as what is configured.
	redistest.Client(t)
	run(t, opts(down), env, "doctor", "--redis-url", redistest.URL()).want(t, authcli.ExitOK, "ok    redis  ", "sessions: storageOnly")
}

// An ACL that lets the library work and answers no questions.
func TestDoctorWithoutInfo(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, "--rename-command", "INFO", "", "--rename-command", "TIME", "")
	env := onDatabase(urlOf(t, dbtest.Named(t, "sqlite-pure").New(t)))
	run(t, authcli.Options{}, env, "migrate", "--yes").want(t, authcli.ExitOK)
	run(t, authcli.Options{Config: authplugin.Config{SecondaryStorage: atRedis(t, server.Addr)}}, env, "doctor").want(t, authcli.ExitOK,
		"warn  redis", "does not say how it is set up")
}

var errOut = errors.New("out of order")

// brokenStorage is out of order.
type brokenStorage struct{ authplugin.AtomicStorage }

func (brokenStorage) Get(context.Context, string) ([]byte, error) { return nil, errOut }

func TestDoctorWithABrokenStorage(t *testing.T) {
	t.Parallel()
	env := onDatabase(urlOf(t, dbtest.Named(t, "sqlite-pure").New(t)))
	run(t, authcli.Options{}, env, "migrate", "--yes").want(t, authcli.ExitOK)
	run(t, authcli.Options{Config: authplugin.Config{SecondaryStorage: brokenStorage{memorystore.New()}}}, env, "doctor").want(t, authcli.ExitError,
		"fail  secondary storage  ", "does not answer: out of order")
}
