package generate

import (
	"slices"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/redisstore"
)

// sharedStorage reports whether Better Auth needs the secondary storage.
func sharedStorage(cfg authplugin.Config) bool {
	return cfg.SecondaryStorage != nil && (sessionsIn(cfg) != authplugin.DatabaseOnly ||
		verificationsIn(cfg) != authplugin.DatabaseOnly || cfg.RateLimit.Storage == authplugin.StorageSecondary)
}

func sessionsIn(cfg authplugin.Config) authplugin.RecordStorage {
	return cfg.Session.Storage.Resolve(cfg.SecondaryStorage)
}

func verificationsIn(cfg authplugin.Config) authplugin.RecordStorage {
	return cfg.Verification.Storage.Resolve(cfg.SecondaryStorage)
}

// betterAuthStorage says what the option secondaryStorage is to be. It holds a
// connection, so that it is no part of the options.
func betterAuthStorage(storage authplugin.SecondaryStorage) string {
	store, ok := storage.(*redisstore.Store)
	if !ok {
		return "made for what this library has its storage in, which is not Redis"
	}
	keyPrefix := ""
	if prefix := store.KeyPrefix(); prefix != redisstore.BetterAuthPrefix {
		keyPrefix = ", keyPrefix: " + jsonText(prefix)
	}
	return "redisStorage({ client" + keyPrefix + " }) of @better-auth/redis-storage"
}

// storageOptions say where what a model describes is kept. Better Auth keeps sessions
// and verifications in the secondary storage as soon as there is one, and in the
// database as well if it is told so.
func storageOptions(model string, cfg authplugin.Config) tsObject {
	shared := sharedStorage(cfg)
	switch model {
	case authplugin.ModelSession:
		return sessionStorage(cfg, shared)
	case authplugin.ModelVerification:
		return recordStorage("storeInDatabase", verificationsIn(cfg), shared)
	case authplugin.ModelRateLimit:
		return limitStorage(cfg.RateLimit, shared)
	default:
		return nil
	}
}

func sessionStorage(cfg authplugin.Config, shared bool) tsObject {
	object := recordStorage("storeSessionInDatabase", sessionsIn(cfg), shared)
	switch {
	case cfg.Session.PreserveInDatabase && shared:
		object.add("preserveSessionInDatabase", "true")
	case cfg.Session.PreserveInDatabase:
		object.note("rows of revoked sessions are kept, as Better Auth does with a secondaryStorage only")
	}
	return object
}

func recordStorage(option string, place authplugin.RecordStorage, shared bool) tsObject {
	var object tsObject
	switch {
	case !shared || place == authplugin.StorageOnly:
		return nil
	case place == authplugin.DatabaseOnly:
		object.note("these are in the database only here, and Better Auth would read copies in the secondaryStorage, which this library does not discard: set their Storage to StorageAndDatabase")
	}
	object.add(option, "true")
	return object
}

func limitStorage(cfg authplugin.RateLimitConfig, shared bool) tsObject {
	var object tsObject
	switch {
	case cfg.Storage == authplugin.StorageDatabase:
		object.add("storage", `"database"`)
	case cfg.Storage == authplugin.StorageSecondary:
		object.add("storage", `"secondary-storage"`)
	case shared: // without it that is where Better Auth counts by itself
		object.add("storage", `"memory"`)
		return object
	default:
		return nil
	}
	if cfg.Algorithm == authplugin.SlidingWindow || slices.ContainsFunc(cfg.Rules, func(r authplugin.RateLimitRule) bool { return r.Algorithm == authplugin.SlidingWindow }) {
		object.note("requests are counted in sliding windows, which Better Auth does not know: each counts for itself")
	}
	return object
}

// withoutColumns are models that have no table: of them Better Auth has to know the
// additional fields, by the names under which the storage has them.
func withoutColumns(stored []authplugin.ModelInfo) []authplugin.ModelInfo {
	models := slices.Clone(stored)
	for i := range models {
		m := &models[i]
		m.Table, m.Indexes, m.NoMigration = m.Name, nil, false
		m.Fields = slices.Clone(m.Fields)
		for j := range m.Fields {
			f := &m.Fields[j]
			f.Column, f.Unique, f.Indexed, f.Sortable = f.Name, false, false, false
		}
	}
	return models
}
