package authcli

import (
	"context"
	"fmt"
	"strings"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/redisstore"
)

// examineStorage looks at the configured secondary storage, and at the Redis of a URL:
// of --redis-url, or of REDIS_URL where the configuration names no storage.
func (a *app) examineStorage(ctx context.Context, d *diagnosis, cfg authplugin.Config, redisURL string) {
	ctx, cancel := context.WithTimeout(ctx, 2*connectTimeout)
	defer cancel()
	if cfg.Validate() != nil { // which is reported; the storage may be one that cannot be used
		cfg = authplugin.Config{}
	}
	store, inRedis := cfg.SecondaryStorage.(*redisstore.Store)
	if cfg.SecondaryStorage != nil {
		d.add("secondary storage", healthy, storageText(cfg.SecondaryStorage)+"; "+usesOfStorage(cfg), "")
	} else if redisURL == "" {
		redisURL = strings.TrimSpace(a.Getenv("REDIS_URL"))
	}
	switch {
	case redisURL != "":
		var options []redisstore.Option
		if inRedis {
			options = append(options, redisstore.Prefix(store.KeyPrefix()))
		}
		other, end := a.redisAt(d, redisURL, options...)
		defer end()
		if other != nil {
			examineRedis(ctx, d, other, cfg)
		}
	case inRedis:
		examineRedis(ctx, d, store, cfg)
	}
	if cfg.SecondaryStorage != nil && !inRedis {
		examineOtherStorage(ctx, d, cfg)
	}
}

// examineOtherStorage looks at a storage that is not in Redis.
func examineOtherStorage(ctx context.Context, d *diagnosis, cfg authplugin.Config) {
	const name = "secondary storage"
	if err := answers(ctx, cfg.SecondaryStorage); err != nil {
		d.add(name, fault, "does not answer: "+problem(err), "look at how it is set up, and at whether its server runs")
		return
	}
	d.add(name, healthy, "it answers", "")
	only := strings.Join(inStorageOnly(cfg), " and ")
	reporter, ok := cfg.SecondaryStorage.(authplugin.EvictionReporter)
	if only == "" || !ok {
		return
	}
	switch evicts, remedy, err := reporter.Evicts(ctx); {
	case err != nil:
		d.add(name, warning, "whether it evicts cannot be told: "+problem(err), "see to it that it does not: it is the only place of "+only)
	case evicts:
		d.add(name, fault, "when full it evicts, and it is the only place of "+only, remedy+", or keep them in the database as well")
	}
}

// usesOfStorage says what is kept in the storage.
func usesOfStorage(cfg authplugin.Config) string {
	return fmt.Sprintf("sessions: %s, verifications: %s, counters of requests: %s", storageWord(cfg.Session.Storage.Resolve(cfg.SecondaryStorage)),
		storageWord(cfg.Verification.Storage.Resolve(cfg.SecondaryStorage)), orWord(string(cfg.RateLimit.Storage), "memory"))
}

// inStorageOnly names what is in the storage alone.
func inStorageOnly(cfg authplugin.Config) []string {
	var only []string
	if cfg.Session.Storage == authplugin.StorageOnly {
		only = append(only, "sessions")
	}
	if cfg.Verification.Storage == authplugin.StorageOnly {
		only = append(only, "verifications")
	}
	return only
}

// examineTableless says which tables are left out, and which of them are there all the
// same.
func examineTableless(ctx context.Context, db *gorm.DB, s *authplugin.Schema, d *diagnosis) {
	for _, m := range s.InStorage() {
		detail := "the model " + m.Name + " has no table: it is in the secondary storage only"
		if db.WithContext(ctx).Migrator().HasTable(m.Table) {
			detail += "; the table " + m.Table + " is left from before"
		}
		d.add("schema", healthy, detail, "")
	}
}
