package tests

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
	"github.com/gorm-auth/authplugin/internal/redistest"
	"github.com/gorm-auth/authplugin/localcache"
	"github.com/gorm-auth/authplugin/redisstore"
)

// refuser has no session count as long as it refuses.
type refuser struct{ refuses *atomic.Bool }

func (refuser) ID() string                      { return "refuser" }
func (refuser) Schema() authplugin.PluginSchema { return authplugin.PluginSchema{} }

func (r refuser) CheckSession(_ context.Context, _ *authplugin.Auth, session, user authplugin.RowFields) error {
	if r.refuses.Load() && session.ID("userId") == user.ID("id") {
		return authplugin.ErrNotFound
	}
	return nil
}

// What is found in the memory of the process is what is found in Redis, is the caller's
// own, and is asked of plugins.
func TestSessionsInTheMemoryOfTheProcess(t *testing.T) {
	t.Parallel()
	for _, place := range []authplugin.RecordStorage{authplugin.StorageAndDatabase, authplugin.StorageOnly} {
		for name, hashed := range map[string]bool{"plain": false, "hashed": true} {
			t.Run(string(place)+" "+name, func(t *testing.T) {
				t.Parallel()
				testLocalSessions(t, place, hashed)
			})
		}
	}
}

func testLocalSessions(t *testing.T, place authplugin.RecordStorage, hashed bool) {
	t.Helper()
	var refused atomic.Bool
	hits := counter{authplugin.StorageLocalHit: new(atomic.Int64)}
	cfg := copiedConfig(redisstore.New(redistest.Client(t), redisstore.Prefix(redistest.Prefix(t))))
	cfg.Session.Storage, cfg.Session.HashTokens = place, hashed
	cfg.LocalCache, cfg.StorageObserver = localcache.New(), hits
	cfg.Plugins = []authplugin.Plugin{refuser{&refused}}
	db, auth := migrated(t, dbtest.Named(t, "sqlite"), cfg)
	t.Cleanup(func() { must(t, auth.Close(context.Background())) })
	ctx := t.Context()
	image := "ada.png"
	user, err := auth.Users().Create(ctx, authplugin.User{
		Name: "Ada", Email: "ada@example.com", Image: &image, Additional: authplugin.Values{"tags": []string{"a", "b"}, "nick": "ada"},
	})
	must(t, err)
	session, err := auth.Sessions().Create(ctx, user.ID, authplugin.SessionOptions{IPAddress: "203.0.113.7"})
	must(t, err)
	find := func(options ...authplugin.ReadOption) *authplugin.FoundSession[authplugin.Session, authplugin.User] {
		t.Helper()
		found, err := auth.Sessions().Find(ctx, session.Token, options...)
		must(t, err)
		return found
	}
	want, shown := find(authplugin.Strict), cmpopts.IgnoreUnexported(authplugin.Session{}, authplugin.User{})
	local := func() *authplugin.FoundSession[authplugin.Session, authplugin.User] {
		t.Helper()
		var found *authplugin.FoundSession[authplugin.Session, authplugin.User]
		eventually(t, "a session in memory", func() bool {
			before := hits[authplugin.StorageLocalHit].Load()
			found = find()
			return hits[authplugin.StorageLocalHit].Load() > before
		})
		return found
	}
	first := local()
	if diff := cmp.Diff(want, first, shown); diff != "" {
		t.Errorf("in memory (-want +got):\n%s", diff)
	}
	first.Session.IPAddress, *first.User.Image = "", "changed"
	first.User.Additional["nick"] = "changed"
	first.User.Additional["tags"].([]string)[0] = "changed"
	if diff := cmp.Diff(want, local(), shown); diff != "" {
		t.Errorf("in memory, after a caller has changed what he found (-want +got):\n%s", diff)
	}
	before := hits[authplugin.StorageLocalHit].Load()
	find(authplugin.Strict)
	must(t, db.Transaction(func(tx *gorm.DB) error {
		_, err := auth.WithDB(tx).Sessions().Find(ctx, session.Token)
		return err
	}))
	if n := hits[authplugin.StorageLocalHit].Load() - before; n != 0 {
		t.Errorf("a strict look-up and one in a transaction were answered from memory %d times", n)
	}
	if _, err := authplugin.SessionsOf[authplugin.Session, authplugin.Account](auth).Find(ctx, session.Token); err == nil {
		t.Error("a session was found with an account for a user")
	}
	refused.Store(true)
	if _, err := auth.Sessions().Find(ctx, session.Token); !errors.Is(err, authplugin.ErrNotFound) {
		t.Errorf("a session that a plugin refuses: %v", err)
	}
	refused.Store(false)
	local()
	must(t, auth.Sessions().Revoke(ctx, session.Token))
	if _, err := auth.Sessions().Find(ctx, session.Token); !errors.Is(err, authplugin.ErrNotFound) {
		t.Errorf("a revoked session: %v", err)
	}
}

// A session in memory becomes due for a refresh when it is time, and ends.
func TestSessionInMemoryGrowsOld(t *testing.T) {
	t.Parallel()
	var later atomic.Int64
	hits := counter{authplugin.StorageLocalHit: new(atomic.Int64)}
	cfg := copiedConfig(redisstore.New(redistest.Client(t), redisstore.Prefix(redistest.Prefix(t))))
	cfg.LocalCache, cfg.LocalMaxAge, cfg.StorageObserver = localcache.New(), 30*24*time.Hour, hits
	begin := time.Now()
	cfg.Clock = func() time.Time { return begin.Add(time.Duration(later.Load())) }
	_, auth := migrated(t, dbtest.Named(t, "sqlite"), cfg)
	t.Cleanup(func() { must(t, auth.Close(context.Background())) })
	ctx := t.Context()
	user, err := auth.Users().Create(ctx, authplugin.User{Name: "Ada", Email: "ada@example.com"})
	must(t, err)
	session, err := auth.Sessions().Create(ctx, user.ID, authplugin.SessionOptions{})
	must(t, err)
	eventually(t, "a session in memory", func() bool {
		found, err := auth.Sessions().Find(ctx, session.Token)
		must(t, err)
		if found.RefreshDue {
			t.Fatal("a new session is due for a refresh")
		}
		return hits[authplugin.StorageLocalHit].Load() > 0
	})
	later.Store(int64(25 * time.Hour))
	found, err := auth.Sessions().Find(ctx, session.Token)
	must(t, err)
	if n := hits[authplugin.StorageLocalHit].Load(); n != 2 || !found.RefreshDue {
		t.Errorf("after a day it is due: %v, found in memory %d times", found.RefreshDue, n)
	}
	later.Store(int64(8 * 24 * time.Hour))
	if _, err := auth.Sessions().Find(ctx, session.Token); !errors.Is(err, authplugin.ErrNotFound) {
		t.Errorf("after it has ended: %v", err)
	}
}

// Who revokes a session that somebody else has revoked just now does not find it either,
// also before that one has had the memory of the process follow.
func TestRevokingWhatIsBeingRevoked(t *testing.T) {
	t.Parallel()
	for name, revoke := range map[string]func(ctx context.Context, auth *authplugin.Auth, s *authplugin.Session) error{
		"one": func(ctx context.Context, auth *authplugin.Auth, s *authplugin.Session) error {
			return auth.Sessions().Revoke(ctx, s.Token)
		},
		"all": func(ctx context.Context, auth *authplugin.Auth, s *authplugin.Session) error {
			_, err := auth.Sessions().RevokeAll(ctx, s.UserID)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := copiedConfig(redisstore.New(redistest.Client(t), redisstore.Prefix(redistest.Prefix(t))))
			cfg.Session.Storage, cfg.LocalCache, cfg.StorageObserver = authplugin.StorageOnly, localcache.New(), gates{}
			_, auth := migrated(t, dbtest.Named(t, "sqlite"), cfg)
			t.Cleanup(func() { must(t, auth.Close(context.Background())) })
			ctx := t.Context()
			user, err := auth.Users().Create(ctx, authplugin.User{Name: "Ada", Email: "ada@example.com"})
			must(t, err)
			session, err := auth.Sessions().Create(ctx, user.ID, authplugin.SessionOptions{})
			must(t, err)
			eventually(t, "a session in memory", func() bool {
				g, gated := newGate(ctx, "get")
				close(g.release)
				_, err := auth.Sessions().Find(gated, session.Token)
				must(t, err)
				select {
				case <-g.reached:
					return false // Redis was asked
				default:
					return true
				}
			})
			g, gated := newGate(ctx, "end of apply")
			first := make(chan error)
			go func() { first <- revoke(gated, auth, session) }()
			<-g.reached
			if err := revoke(ctx, auth, session); err != nil && !errors.Is(err, authplugin.ErrNotFound) {
				t.Error(err)
			}
			if _, err := auth.Sessions().Find(ctx, session.Token); !errors.Is(err, authplugin.ErrNotFound) {
				t.Errorf("after its revocation: %v", err)
			}
			close(g.release)
			must(t, <-first)
		})
	}
}

// Gadget is what a client is, for structs of the application to embed.
type Gadget struct{ Maker string }

// gadgetSession embeds a pointer.
type gadgetSession struct {
	authplugin.Session
	*Gadget
}

func (gadgetSession) TableName() string { return "sessions" }

// A struct that embeds a pointer is written, read and copied, and each caller has his own.
func TestSessionsThatEmbedAPointer(t *testing.T) {
	t.Parallel()
	hits := counter{authplugin.StorageLocalHit: new(atomic.Int64)}
	cfg := copiedConfig(redisstore.New(redistest.Client(t), redisstore.Prefix(redistest.Prefix(t))))
	cfg.Session.Model, cfg.LocalCache, cfg.StorageObserver = gadgetSession{}, localcache.New(), hits
	_, auth := migrated(t, dbtest.Named(t, "sqlite"), cfg)
	t.Cleanup(func() { must(t, auth.Close(context.Background())) })
	ctx, sessions := t.Context(), authplugin.SessionsOf[gadgetSession, authplugin.User](auth)
	user, err := auth.Users().Create(ctx, authplugin.User{Name: "Ada", Email: "ada@example.com"})
	must(t, err)
	created, err := sessions.Create(ctx, user.ID, authplugin.SessionOptions{Additional: authplugin.Values{"maker": "Acme"}})
	must(t, err)
	eventually(t, "three from memory", func() bool {
		found, err := sessions.Find(ctx, created.Token)
		must(t, err)
		if found.Session.Gadget == nil || found.Session.Maker != "Acme" {
			t.Fatalf("found %+v", found.Session.Gadget)
		}
		found.Session.Maker = "changed by its caller"
		return hits[authplugin.StorageLocalHit].Load() > 2
	})
}
