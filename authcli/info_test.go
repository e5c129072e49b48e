package authcli_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/authcli"
	"github.com/gorm-auth/authplugin/localcache"
	"github.com/gorm-auth/authplugin/memorystore"
	"github.com/gorm-auth/authplugin/redisstore"
)

// rich is a configuration with secrets and functions.
func rich() authplugin.Config {
	cfg := withRole()
	cfg.Naming = authplugin.BetterAuthNaming | authplugin.PluralTables
	cfg.GenerateID = authplugin.UUID
	cfg.User.AdditionalFields["note"] = authplugin.Field{Type: authplugin.String, Hidden: true, DefaultValue: "default-hunter2"}
	cfg.User.AdditionalFields["boss"] = authplugin.Field{
		Type: authplugin.String, Optional: true, References: &authplugin.Reference{Model: "user", OnDelete: authplugin.SetNull},
	}
	cfg.Session.ExpiresIn, cfg.Session.HashTokens = 36*time.Hour, true
	cfg.Account.PasswordHasher = &authplugin.Argon2idHasher{}
	cfg.Account.TokenKeys = []authplugin.TokenKey{{ID: "2026", Secret: []byte("hunter2-hunter2-hunter2-hunter2-hunter2")}}
	cfg.Account.Linking.TrustedProviders = []string{"google"}
	cfg.Session.GenerateID = authplugin.IDFunc(func(context.Context, string) (authplugin.ID, bool) { return "s", true })
	return cfg
}

func TestInfo(t *testing.T) {
	t.Parallel()
	cfg := rich()
	for _, args := range [][]string{{"info"}, {"info", "--json"}} {
		r := run(t, authcli.Options{Config: cfg}, nil, args...)
		r.want(t, authcli.ExitOK)
		if strings.Contains(r.stdout+r.stderr, "hunter2") {
			t.Errorf("a secret is shown:\n%s", r.stdout)
		}
		golden(t, strings.Join(args, "")+".txt", r.stdout)
		again := run(t, authcli.Options{Config: cfg}, nil, args...)
		if again.stdout != r.stdout {
			t.Error("it is not the same again")
		}
	}
}

// Where records and counters are, in words and as JSON, without the password.
func TestInfoOfStorages(t *testing.T) {
	t.Parallel()
	client := redis.NewUniversalClient(&redis.UniversalOptions{Addrs: []string{"127.0.0.1:1"}, Username: "ada", Password: "hunter2"})
	t.Cleanup(func() { _ = client.Close() })
	cfg := authplugin.Config{
		SecondaryStorage: redisstore.New(client, redisstore.Prefix("app:")), LocalCache: localcache.New(),
		RateLimit: authplugin.RateLimitConfig{Storage: authplugin.StorageSecondary},
		Account:   authplugin.AccountConfig{ModelConfig: authplugin.ModelConfig{NoMigration: true}},
	}
	cfg.Session.Storage = authplugin.StorageOnly
	cfg.Session.AdditionalFields = authplugin.Fields{"device": {Type: authplugin.String, Optional: true}}
	for _, args := range [][]string{{"info"}, {"info", "--json"}} {
		r := run(t, authcli.Options{Config: cfg}, nil, args...)
		r.want(t, authcli.ExitOK)
		if strings.Contains(r.stdout+r.stderr, "hunter2") {
			t.Errorf("a secret is shown:\n%s", r.stdout)
		}
		golden(t, "storages-"+strings.Join(args, "")+".txt", r.stdout)
	}
	for want, change := range map[string]func(*authplugin.Config){
		"secondary storage: memory of the process, at most 100000 values and 128 MiB\n": func(c *authplugin.Config) { c.SecondaryStorage = memorystore.New() },
		"secondary storage: authcli_test.ownStorage\n": func(c *authplugin.Config) {
			c.SecondaryStorage = ownStorage{memorystore.New()}
		},
		"session storage: databaseOnly, revoked rows are kept for 1h0m0s\n": func(c *authplugin.Config) {
			c.Session.PreserveInDatabase, c.Session.PreserveFor = true, time.Hour
		},
		"session storage: storageAndDatabase, copy max age 1m0s, writes go on without the storage, revoked rows are kept\n": func(c *authplugin.Config) {
			c.SecondaryStorage, c.Session.CopyMaxAge = memorystore.New(), time.Minute
			c.Session.WriteWithoutStorage, c.Session.PreserveInDatabase = true, true
		},
		"rate limit storage: memory\n": func(*authplugin.Config) {},
	} {
		cfg := authplugin.Config{}
		change(&cfg)
		run(t, authcli.Options{Config: cfg}, nil, "info").want(t, authcli.ExitOK, want)
	}
}

// ownStorage is one of the application's own, which can only be a storage.
type ownStorage struct{ authplugin.AtomicStorage }

// An application brings its NamingStrategy and its dialector.
func TestApplicationsOwnGORM(t *testing.T) {
	t.Parallel()
	opts := authcli.Options{
		GORM: &gorm.Config{NamingStrategy: schema.NamingStrategy{TablePrefix: "auth_", SingularTable: true}},
		Dialector: func(url string) (gorm.Dialector, error) {
			if url != "own" {
				return nil, errors.New("the URL is " + url)
			}
			return sqlite.New(sqlite.Config{DriverName: "sqlite", DSN: ":memory:"}), nil
		},
	}
	run(t, opts, onDatabase("own"), "status").want(t, authcli.ExitPending, "create table auth_user")
	run(t, opts, onDatabase("own"), "info").want(t, authcli.ExitOK, "user in table auth_user")
	run(t, opts, onDatabase("ada:hunter2@other"), "status").want(t, authcli.ExitError, "cannot make the dialector: the URL is [redacted]")
	if opts.GORM.Logger != nil || opts.GORM.Dialector != nil {
		t.Error("the given gorm.Config was changed")
	}
}
