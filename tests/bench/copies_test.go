package bench

import (
	"context"
	"runtime"
	"slices"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
	"github.com/gorm-auth/authplugin/internal/redistest"
	"github.com/gorm-auth/authplugin/localcache"
	"github.com/gorm-auth/authplugin/memorystore"
	"github.com/gorm-auth/authplugin/redisstore"
)

// BenchmarkSessionCopies measures sessions in Redis: the raw GET that is not decoded, the
// look-up by a copy, the one by the in-process tier, and the one in the database. The
// user has an additional field, but in local. The variant "ratios" has the GET and the
// look-ups in Redis take turns, "local-ratios" the tier and the least it could cost.
func BenchmarkSessionCopies(b *testing.B) {
	client := redistest.Client(b)
	prefix := redistest.Prefix(b)
	storage := redisstore.New(client, redisstore.Prefix(prefix))
	additional := authplugin.Fields{"role": {Type: authplugin.String, DefaultValue: "user"}}
	copies := authplugin.Config{SecondaryStorage: storage}
	copies.User.AdditionalFields = additional
	stored, local := copies, copies
	stored.Session.Storage = authplugin.StorageOnly
	local.LocalCache = localcache.New()

	inMemory := copies
	inMemory.SecondaryStorage = memorystore.New()
	plain := local
	plain.User.AdditionalFields = nil
	plain.LocalCache = localcache.New()
	session := func(b *testing.B, cfg authplugin.Config) (auth *authplugin.Auth, token string) {
		b.Helper()
		cfg.AutoMigrate = true
		db := dbtest.Named(b, "sqlite").New(b).Open(b, &gorm.Config{})
		auth = authplugin.New(cfg)
		if err := db.Use(auth); err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = auth.Close(context.WithoutCancel(b.Context())) })
		user, err := auth.Users().Create(b.Context(), authplugin.User{Name: "Ada", Email: "ada@example.com"})
		if err != nil {
			b.Fatal(err)
		}
		session, err := auth.Sessions().Create(b.Context(), user.ID, authplugin.SessionOptions{IPAddress: "203.0.113.7", UserAgent: "bench"})
		if err != nil {
			b.Fatal(err)
		}
		return auth, session.Token
	}
	find := func(b *testing.B, cfg authplugin.Config, options ...authplugin.ReadOption) func(context.Context, int) error {
		b.Helper()
		auth, token := session(b, cfg)
		return func(ctx context.Context, _ int) error {
			_, err := auth.Sessions().Find(ctx, token, options...)
			return err
		}
	}
	get := func(b *testing.B) func(context.Context, int) error {
		b.Helper()
		_, token := session(b, copies)
		return func(ctx context.Context, _ int) error { return client.Get(ctx, prefix+token).Err() }
	}
	for _, variant := range []struct {
		name string
		make func(b *testing.B) func(context.Context, int) error
	}{
		{"raw-get", get},
		{"copy", func(b *testing.B) func(context.Context, int) error { b.Helper(); return find(b, copies) }},
		{"copy-in-memory", func(b *testing.B) func(context.Context, int) error { b.Helper(); return find(b, inMemory) }},
		{"stored", func(b *testing.B) func(context.Context, int) error { b.Helper(); return find(b, stored) }},
		{"local-floor", func(b *testing.B) func(context.Context, int) error { b.Helper(); return copyRows(b, session, plain) }},
		{"local", func(b *testing.B) func(context.Context, int) error { b.Helper(); return find(b, plain) }},
		{"local-in-64MB", func(b *testing.B) func(context.Context, int) error {
			b.Helper()
			return besides(b, 64<<20, find(b, plain))
		}},
		{"local-additional", func(b *testing.B) func(context.Context, int) error { b.Helper(); return find(b, local) }},
		{"strict", func(b *testing.B) func(context.Context, int) error {
			b.Helper()
			return find(b, copies, authplugin.Strict)
		}},
	} {
		b.Run(variant.name, func(b *testing.B) {
			do := variant.make(b)
			b.ReportAllocs()
			for b.Loop() {
				if err := do(b.Context(), 0); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("ratios", func(b *testing.B) {
		compare(b, 100, variant{"raw-get", get(b)}, variant{"copy", find(b, copies)}, variant{"stored", find(b, stored)})
	})
	b.Run("local-ratios", func(b *testing.B) {
		compare(b, 2000, variant{"floor", copyRows(b, session, plain)}, variant{"local", find(b, plain)}, variant{"local-additional", find(b, local)})
	})
}

// compare has variants take turns, in blocks, and reports the ratios of all to the
// first one: the median of the time that blocks took, and of the whole time of the CPU.
func compare(b *testing.B, block int, variants ...variant) {
	b.Helper()
	for _, v := range variants {
		repeat(b, v, 0, warmUps)
	}
	ratios, spent := make([][]float64, len(variants)), make([]time.Duration, len(variants))
	n := warmUps
	for round := 0; b.Loop(); round++ {
		took := make([]float64, len(variants))
		for turn := range variants {
			v := (round + turn) % len(variants)
			begin, cpu := time.Now(), cpuTime(b)
			n = repeat(b, variants[v], n, block)
			took[v] = float64(time.Since(begin))
			spent[v] += cpuTime(b) - cpu
		}
		for v := range variants {
			ratios[v] = append(ratios[v], took[v]/took[0])
		}
	}
	b.ReportMetric(0, "ns/op") // that of a round says nothing
	for v := 1; v < len(variants); v++ {
		name := variants[v].name + "/" + variants[0].name
		slices.Sort(ratios[v])
		b.ReportMetric(ratios[v][len(ratios[v])/2], name)
		b.ReportMetric(float64(spent[v])/float64(spent[0]), "cpu:"+name)
	}
}

// copyRows is the least that a hit in the memory of the process costs, since the caller
// may change what he is given: the time, and a copy of both rows.
func copyRows(b *testing.B, session func(*testing.B, authplugin.Config) (*authplugin.Auth, string), cfg authplugin.Config) func(context.Context, int) error {
	b.Helper()
	auth, token := session(b, cfg)
	type rows struct {
		found   authplugin.FoundSession[authplugin.Session, authplugin.User]
		session authplugin.Session
		user    authplugin.User
	}
	found, err := auth.Sessions().Find(b.Context(), token)
	if err != nil {
		b.Fatal(err)
	}
	held := &rows{session: *found.Session, user: *found.User}
	return func(context.Context, int) error {
		given := new(rows)
		given.session, given.user = held.session, held.user
		given.found.Session, given.found.User = &given.session, &given.user
		given.found.RefreshDue = time.Now().After(held.session.ExpiresAt)
		kept = &given.found
		return nil
	}
}

// besides does something in a process that holds so many bytes besides, as services do:
// the garbage collector runs when as much again was allocated. Without, it runs after
// each 4 MB, which is most of what a hit in memory costs.
func besides(b *testing.B, size int, do func(context.Context, int) error) func(context.Context, int) error {
	b.Helper()
	ballast := make([]byte, size)
	return func(ctx context.Context, n int) error {
		err := do(ctx, n)
		runtime.KeepAlive(ballast)
		return err
	}
}

// kept keeps the compiler from leaving out a copy.
var kept *authplugin.FoundSession[authplugin.Session, authplugin.User]
