package authcli_test

import (
	"strings"
	"testing"

	"github.com/gorm-auth/authplugin/authcli"
	"github.com/gorm-auth/authplugin/internal/dbtest"
	"github.com/gorm-auth/authplugin/internal/redistest"
)

func TestDoctorAsksRedis(t *testing.T) {
	t.Parallel()
	redistest.Client(t)
	d := dbtest.Named(t, "sqlite-pure").New(t)
	env := onDatabase(urlOf(t, d))
	run(t, authcli.Options{}, env, "migrate", "--yes").want(t, authcli.ExitOK)

	if r := run(t, authcli.Options{}, env, "doctor"); strings.Contains(r.stdout, "redis") {
		t.Errorf("Redis was not asked for:\n%s", r.stdout)
	}
	run(t, authcli.Options{}, env, "doctor", "--redis-url", redistest.URL()).want(t, authcli.ExitOK, "ok    redis", "redis memory")
	env["REDIS_URL"] = redistest.URL()
	run(t, authcli.Options{}, env, "doctor", "--json").want(t, authcli.ExitOK, `"name": "redis"`)
}

// Redis that does not answer, or whose URL is wrong, is a fault; no password is shown.
func TestDoctorWithoutRedis(t *testing.T) {
	t.Parallel()
	d := dbtest.Named(t, "sqlite-pure").New(t)
	env := onDatabase(urlOf(t, d))
	run(t, authcli.Options{}, env, "migrate", "--yes").want(t, authcli.ExitOK)
	for url, text := range map[string]string{
		"redis://:hunter2!@127.0.0.1:1/0":           "does not answer",
		"redis://ada:hunter2!@127.0.0.1:1/0":        "does not answer",
		"rediss://:hunter2!@127.0.0.1:1":            "does not answer",
		"redis://:hunter2!@127.0.0.1:1/x":           "cannot be read",
		"redis://:hunter2!@127.0.0.1:x/0":           "cannot be read",
		"redis://:hun/ter2!hunter2!@host:1/0":       "cannot be read",
		"hunter2!":                                  "cannot be read",
		"redis://127.0.0.1:1?password=hunter2!&x=1": "cannot be read",
	} {
		for _, args := range [][]string{{"doctor"}, {"doctor", "--json"}} {
			r := run(t, authcli.Options{}, env, append(args, "--redis-url", url)...)
			r.want(t, authcli.ExitError, text)
			if strings.Contains(r.stdout+r.stderr, "hunter2") {
				t.Errorf("%s shows it:\n%s%s", url, r.stdout, r.stderr)
			}
		}
	}
}

// What Redis does when it is full.
func TestDoctorLooksAtRedisMemory(t *testing.T) {
	t.Parallel()
	d := dbtest.Named(t, "sqlite-pure").New(t)
	env := onDatabase(urlOf(t, d))
	run(t, authcli.Options{}, env, "migrate", "--yes").want(t, authcli.ExitOK)
	for _, tc := range []struct {
		options []string
		texts   []string
	}{
		{nil, []string{"ok    redis memory", "no maxmemory, policy noeviction"}},
		{
			[]string{"--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru"},
			[]string{"warn  redis memory", "when full it evicts (maxmemory-policy allkeys-lru), which signs users out", "-> set maxmemory-policy noeviction"},
		},
		{[]string{"--maxmemory", "64mb", "--maxmemory-policy", "noeviction"}, []string{"ok    redis memory", "maxmemory 64.0 MiB, policy noeviction"}},
		{[]string{"--maxmemory", "100kb", "--maxmemory-policy", "noeviction"}, []string{"warn  redis memory", "of 100.0 KiB are used", "-> raise maxmemory"}},
	} {
		server := redistest.Start(t, tc.options...)
		run(t, authcli.Options{}, env, "doctor", "--redis-url", "redis://"+server.Addr+"/0").want(t, authcli.ExitOK,
			append(tc.texts, "ok    redis", server.Addr)...)
	}
}

// A wrong password is not shown by what Redis answers.
func TestDoctorWithWrongRedisPassword(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	d := dbtest.Named(t, "sqlite-pure").New(t)
	env := onDatabase(urlOf(t, d))
	run(t, authcli.Options{}, env, "migrate", "--yes").want(t, authcli.ExitOK)
	r := run(t, authcli.Options{}, env, "doctor", "--redis-url", "redis://nobody:hunter2!@"+server.Addr+"/0")
	r.want(t, authcli.ExitError, "fail  redis", "does not answer")
	if strings.Contains(r.stdout+r.stderr, "hunter2") {
		t.Errorf("it shows it:\n%s%s", r.stdout, r.stderr)
	}
}
