package tests

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/redis/go-redis/v9"
	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
	"github.com/gorm-auth/authplugin/internal/redistest"
	"github.com/gorm-auth/authplugin/redisstore"
)

// roundTrips counts what a client sends.
type roundTrips struct{ n atomic.Int64 }

func (r *roundTrips) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, addr string) (net.Conn, error) { return next(ctx, network, addr) }
}

func (r *roundTrips) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		r.n.Add(1)
		return next(ctx, cmd)
	}
}

func (r *roundTrips) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		r.n.Add(1)
		return next(ctx, cmds)
	}
}

// A session that a thousand callers miss at once is read from the database once, and
// what is done to a user's thousand sessions takes as many round trips as for ten.
func TestRoundTripsOfSessions(t *testing.T) {
	t.Parallel()
	for _, in := range []authplugin.RecordStorage{authplugin.StorageAndDatabase, authplugin.StorageOnly} {
		var trips roundTrips
		client, prefix := redistest.Client(t), redistest.Prefix(t)
		client.AddHook(&trips)
		storage := redisstore.New(client, redisstore.Prefix(prefix))
		cfg := copiedConfig(storage)
		cfg.Session.Storage = in
		db, auth := migrated(t, dbtest.Named(t, "postgres"), cfg)
		var reads atomic.Int64
		must(t, db.Callback().Query().After("gorm:query").Register("test:count", func(*gorm.DB) { reads.Add(1) }))
		ctx := t.Context()
		measured := map[int]map[string]int64{}
		for _, n := range []int{10, 1000} {
			user, err := auth.Users().Create(ctx, authplugin.User{Name: "Ada", Email: string(in[0]) + "a" + string(rune('a'+n%26)) + "@example.com"})
			must(t, err)
			var tokens []string
			for range n {
				session, err := auth.Sessions().Create(ctx, user.ID, authplugin.SessionOptions{})
				must(t, err)
				tokens = append(tokens, session.Token)
			}
			count := func(what string, do func() error) {
				before := trips.n.Load()
				must(t, do())
				if measured[n] == nil {
					measured[n] = map[string]int64{}
				}
				measured[n][what] = trips.n.Load() - before
			}
			count("find", func() error { _, err := auth.Sessions().Find(ctx, tokens[0]); return err })
			count("list", func() error {
				list, err := auth.Sessions().List(ctx, user.ID)
				if len(list) != n {
					t.Errorf("%s: listed %d of %d", in, len(list), n)
				}
				return err
			})
			count("find many", func() error { _, err := auth.Sessions().FindMany(ctx, tokens); return err })
			if n == 1000 && in == authplugin.StorageAndDatabase {
				must(t, storage.Delete(ctx, tokens[0]))
				reads.Store(0)
				var group sync.WaitGroup
				for range 1000 {
					group.Go(func() {
						if _, err := auth.Sessions().Find(ctx, tokens[0]); err != nil {
							t.Error(err)
						}
					})
				}
				group.Wait()
				if got := reads.Load(); got != 1 {
					t.Errorf("a thousand callers read the database %d times", got)
				}
			}
			count("revoke all", func() error {
				ended, err := auth.Sessions().RevokeAll(ctx, user.ID)
				if ended != int64(n) {
					t.Errorf("%s: revoked %d of %d", in, ended, n)
				}
				return err
			})
		}
		if measured[10]["find"] != 1 {
			t.Errorf("%s: a look-up takes %d round trips", in, measured[10]["find"])
		}
		for what, trips := range measured[1000] {
			if trips > measured[10][what]+2 { // a pipeline has a thousand commands at most
				t.Errorf("%s: %s takes %d round trips for ten sessions, %d for a thousand", in, what, measured[10][what], trips)
			}
		}
		t.Logf("%s: %v", in, measured)
	}
}
