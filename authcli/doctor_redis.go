package authcli

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/redisstore"
)

const (
	// fullRedis is the share of maxmemory from which on Redis is nearly full.
	fullRedis = 0.9
	// clockSkew is how far clocks may be apart, with the time that an answer takes.
	clockSkew = 30 * time.Second

	mendRedis = "look at REDIS_URL, at the network, and at whether the server runs"
)

// redisAt is a storage in the Redis of a URL, nil when that cannot be read; close ends
// its connections.
func (a *app) redisAt(d *diagnosis, raw string, options ...redisstore.Option) (_ *redisstore.Store, end func()) {
	a.addURL(raw)
	o, err := redis.ParseURL(raw)
	if err != nil {
		d.add("redis", fault, "the Redis URL cannot be read", "its form is redis://user:password@host:6379/0; percent-encode special characters") // the error shows parts of it
		return nil, func() {}
	}
	o.DialTimeout, o.DialerRetries, o.MaxRetries, o.PoolSize, o.ContextTimeoutEnabled = connectTimeout, 1, -1, 1, true
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	client := redis.NewClient(o)
	return redisstore.New(client, options...), func() { _ = client.Close() }
}

// examineRedis looks at the servers of a storage: at their versions and clocks, and at
// what they do when they are full.
func examineRedis(ctx context.Context, d *diagnosis, store *redisstore.Store, cfg authplugin.Config) {
	const name = "redis"
	if err := answers(ctx, store); err != nil {
		d.add(name, fault, "does not answer: "+problem(err), mendRedis)
		return
	}
	servers, err := store.Servers(ctx)
	if err != nil {
		d.add(name, warning, "does not say how it is set up: "+problem(err), "allow the user INFO, or see to it that maxmemory-policy is noeviction")
		return
	}
	for _, server := range servers {
		addVersion(d, server)
		addMemory(d, server, cfg)
		addClock(d, server, cfg)
	}
}

// answers asks a storage for a key that nobody has.
func answers(ctx context.Context, storage authplugin.SecondaryStorage) error {
	_, err := storage.Get(ctx, "authplugin-doctor")
	if errors.Is(err, authplugin.ErrNotFound) {
		return nil
	}
	return err
}

func addVersion(d *diagnosis, server redisstore.Server) {
	detail := "Redis " + server.Version + " at " + server.Addr
	major, rest, _ := strings.Cut(server.Version, ".")
	minor, _, _ := strings.Cut(rest, ".")
	x, errMajor := strconv.Atoi(major)
	y, errMinor := strconv.Atoi(minor)
	switch {
	case errMajor != nil || errMinor != nil:
		d.add("redis", healthy, detail, "")
	case x < 5:
		d.add("redis", fault, detail+" is too old", "upgrade: redisstore needs Redis 5, and 6.2 is better")
	case x == 5 || x == 6 && y < 2:
		d.add("redis", healthy, detail+", which has no GETDEL: a script does it", "")
	default:
		d.add("redis", healthy, detail, "")
	}
}

func addMemory(d *diagnosis, server redisstore.Server, cfg authplugin.Config) {
	const name = "redis memory"
	only := inStorageOnly(cfg)
	switch {
	case server.Evicts() && len(only) > 0:
		d.add(name, fault, fmt.Sprintf("when full it evicts (maxmemory-policy %s), and it is the only place of %s", server.Policy, strings.Join(only, " and ")),
			"set maxmemory-policy noeviction, or keep them in the database as well")
	case server.Evicts():
		d.add(name, warning, fmt.Sprintf("when full it evicts (maxmemory-policy %s), which %s", server.Policy, costOfEviction(cfg)),
			choose(cfg.SecondaryStorage == nil, "set maxmemory-policy noeviction, or keep sessions in the database as well", "set maxmemory-policy noeviction"))
	case server.Policy == "" && len(only) > 0:
		d.add(name, warning, "it does not say what it does when it is full, and it is the only place of "+strings.Join(only, " and "), "see to it that maxmemory-policy is noeviction")
	case server.Policy == "":
		d.add(name, healthy, "it does not say what it does when it is full", "")
	case server.MaxMemory == 0:
		d.add(name, healthy, "no maxmemory, policy "+server.Policy, "")
	case float64(server.UsedMemory) > fullRedis*float64(server.MaxMemory):
		d.add(name, warning, fmt.Sprintf("%s of %s are used; writes fail when it is full", byteSize(server.UsedMemory), byteSize(server.MaxMemory)), "raise maxmemory")
	default:
		d.add(name, healthy, fmt.Sprintf("maxmemory %s, policy %s", byteSize(server.MaxMemory), server.Policy), "")
	}
}

// costOfEviction is what comes of it when nothing is in the storage alone.
func costOfEviction(cfg authplugin.Config) string {
	switch {
	case cfg.SecondaryStorage == nil: // what it is used for is not known
		return "signs users out"
	case cfg.RateLimit.Storage == authplugin.StorageSecondary:
		return "lifts limits of requests"
	default:
		return "has the database read again"
	}
}

func addClock(d *diagnosis, server redisstore.Server, cfg authplugin.Config) {
	if server.Time.IsZero() {
		return
	}
	clock := cfg.Clock
	if clock == nil {
		clock = time.Now
	}
	ahead := server.Time.Sub(clock()).Round(time.Second)
	switch {
	case ahead > clockSkew:
		d.add("redis clock", warning, fmt.Sprintf("%s ahead of this machine's", ahead), "set both by NTP: what expires, expires by the clocks of the application's machines")
	case ahead < -clockSkew:
		d.add("redis clock", warning, fmt.Sprintf("%s behind this machine's", -ahead), "set both by NTP: what expires, expires by the clocks of the application's machines")
	default:
		d.add("redis clock", healthy, "as this machine's", "")
	}
}
