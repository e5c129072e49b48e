package tests

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/databasestore"
	"github.com/gorm-auth/authplugin/internal/dbtest"
	"github.com/gorm-auth/authplugin/internal/redistest"
	"github.com/gorm-auth/authplugin/memorystore"
	"github.com/gorm-auth/authplugin/redisstore"
)

const whenFull = "drops values when it is full"

// loggedByUse is what db.Use logs with a storage.
func loggedByUse(t *testing.T, storage authplugin.SecondaryStorage, sessions, verifications authplugin.RecordStorage) string {
	t.Helper()
	var log bytes.Buffer
	cfg := authplugin.Config{SecondaryStorage: storage, Logger: slog.New(slog.NewTextHandler(&log, nil))}
	cfg.Session.Storage, cfg.Verification.Storage = sessions, verifications
	use(t, dbtest.Named(t, "sqlite").New(t), cfg)
	return log.String()
}

func redisOf(t *testing.T, addr string) *redisstore.Store {
	t.Helper()
	client := redis.NewUniversalClient(recommended(5*time.Second, addr))
	t.Cleanup(func() { _ = client.Close() })
	return redisstore.New(client)
}

// db.Use warns of a storage that evicts what is nowhere else, and says what to set.
func TestEvictionIsWarnedOf(t *testing.T) {
	t.Parallel()
	const only, both, none = authplugin.StorageOnly, authplugin.StorageAndDatabase, authplugin.DatabaseOnly
	full := []string{"--maxmemory", "64mb", "--maxmemory-policy"}
	evicting := redistest.Start(t, append(full, "allkeys-lru")...).Addr
	keeping := redistest.Start(t, append(full, "noeviction")...).Addr
	for _, tc := range []struct {
		name                    string
		storage                 authplugin.SecondaryStorage
		sessions, verifications authplugin.RecordStorage
		want                    string
	}{
		{"sessions in Redis", redisOf(t, evicting), only, both, "of sessions: set maxmemory-policy noeviction in Redis, which has allkeys-lru"},
		{"both in Redis", redisOf(t, evicting), only, only, "of sessions and verifications: set maxmemory-policy noeviction"},
		{"verifications in Redis", redisOf(t, evicting), none, only, "of verifications: set maxmemory-policy noeviction"},
		{"copies in Redis", redisOf(t, evicting), both, both, ""},
		{"Redis that keeps", redisOf(t, keeping), only, only, ""},
		{"memory", memorystore.New(), only, both, "of sessions: make it with memorystore.NoEviction()"},
		{"memory that keeps", memorystore.New(memorystore.NoEviction()), only, only, ""},
		{"database", databasestore.New(dbtest.Named(t, "sqlite").New(t).Open(t, nil)), only, only, ""},
		{"one that cannot be asked", dumbStorage{memorystore.New()}, only, only, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			log := loggedByUse(t, tc.storage, tc.sessions, tc.verifications)
			if tc.want == "" && strings.Contains(log, whenFull) || !strings.Contains(log, tc.want) {
				t.Errorf("logged %q, want %q", log, tc.want)
			}
		})
	}
}

// dumbStorage has no more than the methods of an AtomicStorage.
type dumbStorage struct{ authplugin.AtomicStorage }

// A Redis that is down, or hangs, or refuses the question, neither keeps db.Use from
// returning nor has it warn. With go-redis's own options the client obeys no deadline.
func TestEvictionOfARedisThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	paused := redistest.Start(t)
	paused.Pause(t)
	down := redistest.Start(t)
	down.Kill(t)
	refusing := redistest.Start(t, "--rename-command", "INFO", "")
	for name, addr := range map[string]string{"paused": paused.Addr, "down": down.Addr, "refusing": refusing.Addr} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := redis.NewClient(&redis.Options{Addr: addr})
			t.Cleanup(func() { _ = client.Close() })
			for _, storage := range []*redisstore.Store{redisOf(t, addr), redisstore.New(client)} {
				if log := loggedByUse(t, storage, authplugin.StorageOnly, authplugin.StorageOnly); strings.Contains(log, whenFull) {
					t.Errorf("logged %q", log)
				}
			}
		})
	}
}

// stubbornStorage answers only after db.Use has returned; panickyStorage panics.
type (
	stubbornStorage struct {
		*memorystore.Store
		returned chan struct{}
	}
	panickyStorage struct {
		*memorystore.Store
		asked *atomic.Bool
	}
)

func (s stubbornStorage) Evicts(context.Context) (bool, string, error) {
	<-s.returned
	return true, "nothing", nil
}

func (s panickyStorage) Evicts(context.Context) (bool, string, error) {
	s.asked.Store(true)
	panic("no")
}

// A storage of the application's own does not hold db.Use up, nor end the process.
func TestEvictionOfAStorageThatMisbehaves(t *testing.T) {
	t.Parallel()
	stubborn := stubbornStorage{memorystore.New(), make(chan struct{})}
	panicky := panickyStorage{memorystore.New(), new(atomic.Bool)}
	for _, storage := range []authplugin.SecondaryStorage{stubborn, panicky} {
		if log := loggedByUse(t, storage, authplugin.StorageOnly, authplugin.StorageOnly); strings.Contains(log, whenFull) {
			t.Errorf("logged %q", log)
		}
	}
	close(stubborn.returned)
	if !panicky.asked.Load() {
		t.Error("it was not asked")
	}
}

// A description of the schema asks nothing of the storage.
func TestDescribeDoesNotAskTheStorage(t *testing.T) {
	t.Parallel()
	storage := panickyStorage{memorystore.New(), new(atomic.Bool)}
	cfg := authplugin.Config{SecondaryStorage: storage}
	cfg.Session.Storage = authplugin.StorageOnly
	cfg.User.AdditionalFields = authplugin.Fields{"favouriteId": {
		Type: authplugin.String, Optional: true, References: &authplugin.Reference{Model: "session", OnDelete: authplugin.NoAction},
	}}
	d, err := authplugin.Describe(cfg, offline("postgres"))
	must(t, err)
	if _, ok := d.Schema.Model("session"); ok {
		t.Error("sessions have a table")
	}
	if storage.asked.Load() {
		t.Error("the storage was asked")
	}
	stored := d.Schema.InStorage()
	if len(stored) != 1 || stored[0].Name != "session" || len(stored[0].Fields) != 8 {
		t.Errorf("in the storage: %v", stored)
	}
	// What has no table neither references nor is referenced.
	user, _ := d.Schema.Model("user")
	favourite, _ := user.Field("favouriteId")
	if userID, ok := stored[0].Field("userId"); !ok || userID.References != nil || favourite.References != nil {
		t.Errorf("references: %v, %v", userID, favourite)
	}
}
