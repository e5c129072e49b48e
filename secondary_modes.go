package authplugin

import (
	"fmt"
	"reflect"
	"time"
)

// RecordStorage says where sessions or verifications are kept when there is a
// [Config.SecondaryStorage]. It may be changed from one start to the next; what
// that means for sessions that exist is said at each mode.
type RecordStorage string

// The places for sessions and verifications.
const (
	// DatabaseOnly keeps them in the database and asks the storage for nothing. It
	// is the default without a SecondaryStorage.
	DatabaseOnly RecordStorage = "database"
	// StorageAndDatabase keeps them in the database, and copies in the storage, which
	// reads are answered from. A copy that is missing is made again, and when the
	// storage is out of order the database answers. It is the default with a
	// SecondaryStorage, and changing to it or from it to DatabaseOnly signs nobody out.
	StorageAndDatabase RecordStorage = "storage and database"
	// StorageOnly keeps them in the storage alone. Their table is not part of the
	// schema; one that exists is left as it is. The storage must not evict, and what
	// it loses is lost: users sign in again, as they do after a change to this mode.
	// After a change to StorageAndDatabase the sessions in the storage go on, and get
	// their rows when they are first met.
	StorageOnly RecordStorage = "storage"
)

// Resolve is the place that a setting means with a storage, nil for none: itself, or
// the default.
func (s RecordStorage) Resolve(storage SecondaryStorage) RecordStorage {
	switch {
	case s != "":
		return s
	case storage == nil:
		return DatabaseOnly
	default:
		return StorageAndDatabase
	}
}

// inStorage reports whether the storage has a say.
func (s RecordStorage) inStorage() bool { return s == StorageAndDatabase || s == StorageOnly }

func (s RecordStorage) known() bool {
	switch s {
	case "", DatabaseOnly, StorageAndDatabase, StorageOnly:
		return true
	default:
		return false
	}
}

// sessionsIn and verificationsIn are where they are kept.
func (c Config) sessionsIn() RecordStorage { return c.Session.Storage.Resolve(c.SecondaryStorage) }

func (c Config) verificationsIn() RecordStorage {
	return c.Verification.Storage.Resolve(c.SecondaryStorage)
}

// storageValidator is a storage that knows why it cannot be used.
type storageValidator interface{ Validate() error }

// checkSecondaryStorage checks the storage and what is asked of it.
func (b *schemaBuilder) checkSecondaryStorage() {
	storage := b.cfg.SecondaryStorage
	if v := reflect.ValueOf(storage); v.IsValid() && v.Kind() == reflect.Pointer && v.IsNil() {
		b.errorf("SecondaryStorage", "is a nil %T; leave it out, or make one", storage)
		return
	}
	if v, ok := storage.(storageValidator); ok {
		if err := v.Validate(); err != nil {
			b.errs = append(b.errs, &ConfigError{Path: "SecondaryStorage", Problem: fmt.Sprintf("cannot be used: %v", err)})
		}
	}
	b.checkRecordStorage("Session", b.cfg.Session.Storage)
	b.checkRecordStorage("Verification", b.cfg.Verification.Storage)
	b.checkLocalCache()
	if b.cfg.Session.CopyMaxAge < 0 {
		b.errorf("Session.CopyMaxAge", "must not be negative; 0 is the default")
	}
	if b.cfg.Session.PreserveFor < 0 {
		b.errorf("Session.PreserveFor", "must not be negative; 0 is for ever")
	}
	if b.cfg.Session.PreserveFor > 0 && !b.cfg.Session.PreserveInDatabase {
		b.errorf("Session.PreserveFor", "means nothing without Session.PreserveInDatabase: set that too")
	}
	if b.cfg.sessionsIn() == StorageOnly {
		b.checkStorageOnlySessions()
	}
}

func (b *schemaBuilder) checkLocalCache() {
	if b.cfg.LocalMaxAge < 0 {
		b.errorf("LocalMaxAge", "must not be negative; 0 is the default")
	}
	if b.cfg.LocalCache == nil {
		return
	}
	if !b.cfg.sessionsIn().inStorage() {
		b.errorf("LocalCache", "stands in front of a storage of sessions, and there is none: set SecondaryStorage, or leave this out")
		return
	}
	if _, ok := b.cfg.SecondaryStorage.(Broadcaster); !ok {
		b.errorf("LocalCache", "needs a storage that passes messages between processes, and %T has no Publish and Subscribe: use redisstore, or leave this out", b.cfg.SecondaryStorage)
	}
}

func (b *schemaBuilder) checkRecordStorage(setting string, place RecordStorage) {
	storage, path := b.cfg.SecondaryStorage, setting+".Storage"
	_, atomic := storage.(AtomicStorage)
	switch resolved := place.Resolve(storage); {
	case !place.known():
		b.errorf(path, "%q is not known; it is DatabaseOnly, StorageAndDatabase or StorageOnly", place)
	case resolved == DatabaseOnly:
	case storage == nil:
		b.errorf(path, "is %q, but there is no storage: set SecondaryStorage, or leave this out", place)
	case !atomic:
		b.errorf("SecondaryStorage", "%T has no CompareAndSwap, without which a %s that is revoked could come back: give it the methods of AtomicStorage, or set %s to DatabaseOnly", storage, goNameToLower(setting), path)
	}
}

func goNameToLower(setting string) string {
	if setting == "Session" {
		return ModelSession
	}
	return ModelVerification
}

func (b *schemaBuilder) checkStorageOnlySessions() {
	if b.cfg.Session.PreserveInDatabase {
		b.errorf("Session.PreserveInDatabase", "cannot keep rows of sessions that are in the storage only: set Session.Storage to StorageAndDatabase, or leave this out")
	}
	if s := b.cfg.Session.GenerateID; s != nil && s.idStrategy().fn == nil && s.idStrategy().name != Random && s.idStrategy().name != UUID {
		b.errorf("Session.GenerateID", "is made by the database, but sessions are in the storage only: use Random, UUID or an IDFunc")
	}
}

// defaultCopyMaxAge is how long the storage keeps a copy of a row.
const defaultCopyMaxAge = time.Hour

func (c SessionConfig) copyMaxAge() time.Duration { return orDefault(c.CopyMaxAge, defaultCopyMaxAge) }
