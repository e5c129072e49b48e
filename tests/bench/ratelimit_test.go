package bench

import (
	"context"
	"database/sql"
	"slices"
	"strconv"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
	"github.com/gorm-auth/authplugin/internal/redistest"
	"github.com/gorm-auth/authplugin/redisstore"
)

// never is a limit that no benchmark reaches.
const never = 999_999_999

// limits are the rules that are measured, the last one full.
func limits() map[string]authplugin.RateLimitRule {
	return map[string]authplugin.RateLimitRule{
		"fixed":   {Max: never, Window: time.Hour, Algorithm: authplugin.FixedWindow},
		"sliding": {Max: never, Window: time.Hour, Algorithm: authplugin.SlidingWindow},
		"refused": {Max: 1, Window: 10 * time.Hour, Algorithm: authplugin.SlidingWindow},
	}
}

// BenchmarkRateLimiter measures Take: by itself in memory, and against the raw statement
// or command in the databases and in Redis. The variant "ratios" has them take turns.
func BenchmarkRateLimiter(b *testing.B) {
	b.Run("memory", func(b *testing.B) {
		limiter, _ := newLimiter(b, dbtest.Named(b, "sqlite"), authplugin.Config{})
		measure(b, takes(limiter))
	})
	for _, name := range []string{"sqlite", "sqlite-pure", "postgres", "mysql"} {
		b.Run(name, func(b *testing.B) {
			cfg := authplugin.Config{}
			cfg.RateLimit.Storage, cfg.RateLimit.SlidingWindows = authplugin.StorageDatabase, true
			limiter, db := newLimiter(b, dbtest.Named(b, name), cfg)
			raw := rawUpdate(b, db, name)
			compareTakes(b, raw, takes(limiter))
		})
	}
	b.Run("redis", func(b *testing.B) {
		client, prefix := redistest.Client(b), redistest.Prefix(b)
		cfg := authplugin.Config{SecondaryStorage: redisstore.New(client, redisstore.Prefix(prefix))}
		cfg.Session.Storage, cfg.Verification.Storage = authplugin.DatabaseOnly, authplugin.DatabaseOnly
		cfg.RateLimit.Storage = authplugin.StorageSecondary
		limiter, _ := newLimiter(b, dbtest.Named(b, "sqlite"), cfg)
		raw := variant{"raw", func(ctx context.Context, _ int) error { return client.Incr(ctx, prefix+"raw").Err() }}
		b.Cleanup(func() { client.Del(context.Background(), prefix+"raw") })
		compareTakes(b, raw, takes(limiter))
	})
}

func newLimiter(b *testing.B, e dbtest.Engine, cfg authplugin.Config) (authplugin.RateLimiter, *gorm.DB) {
	b.Helper()
	cfg.AutoMigrate = true
	db := e.New(b).Open(b, &gorm.Config{})
	auth := authplugin.New(cfg)
	if err := db.Use(auth); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = auth.Close(context.WithoutCancel(b.Context())) })
	return auth.RateLimiter(), db
}

// takes are the requests, by rule. The first of each is made, so that there is a counter.
func takes(limiter authplugin.RateLimiter) []variant {
	var list []variant
	for _, name := range []string{"fixed", "sliding", "refused"} {
		rule := limits()[name]
		list = append(list, variant{name, func(ctx context.Context, _ int) error {
			_, err := limiter.Take(ctx, name, rule)
			return err
		}})
	}
	return list
}

// rawUpdate is the least that counts in a database: one prepared UPDATE by key.
func rawUpdate(b *testing.B, db *gorm.DB, engine string) variant {
	b.Helper()
	row := authplugin.RateLimit{Key: "raw", LastRequest: time.Now().UnixMilli()}
	if err := db.Create(&row).Error; err != nil {
		b.Fatal(err)
	}
	pool, err := db.DB()
	if err != nil {
		b.Fatal(err)
	}
	query := "UPDATE rate_limits SET count = count + 1, last_request = ? WHERE key = ? AND count < ? RETURNING count, last_request"
	switch engine {
	case "postgres":
		query = "UPDATE rate_limits SET count = count + 1, last_request = $1 WHERE key = $2 AND count < $3 RETURNING count, last_request"
	case "mysql":
		query = "UPDATE rate_limits SET count = LAST_INSERT_ID(count + 1), last_request = ? WHERE `key` = ? AND count < ?"
	}
	stmt, err := pool.PrepareContext(b.Context(), query)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = stmt.Close() })
	return variant{"raw", func(ctx context.Context, _ int) error {
		if engine == "mysql" {
			result, err := stmt.ExecContext(ctx, time.Now().UnixMilli(), "raw", never)
			if err == nil {
				_, err = result.LastInsertId()
			}
			return err
		}
		var count, last sql.NullInt64
		return stmt.QueryRowContext(ctx, time.Now().UnixMilli(), "raw", never).Scan(&count, &last)
	}}
}

// measure runs variants by themselves.
func measure(b *testing.B, variants []variant) {
	b.Helper()
	for _, v := range variants {
		b.Run(v.name, func(b *testing.B) {
			repeat(b, v, 0, warmUps)
			ctx := context.Background()
			b.ReportAllocs()
			for b.Loop() {
				if err := v.do(ctx, 0); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// compareTakes measures all, and has them take turns with the raw one.
func compareTakes(b *testing.B, raw variant, others []variant) {
	b.Helper()
	variants := append([]variant{raw}, others...)
	measure(b, variants)
	b.Run("ratios", func(b *testing.B) {
		const block = 20
		ratios := make([][]float64, len(variants))
		for round := 0; b.Loop(); round++ {
			took := make([]float64, len(variants))
			for turn := range variants {
				v := (round + turn) % len(variants)
				begin := time.Now()
				repeat(b, variants[v], 0, block)
				took[v] = float64(time.Since(begin))
			}
			for v := range variants {
				ratios[v] = append(ratios[v], took[v]/took[0])
			}
		}
		b.ReportMetric(0, "ns/op") // that of a round says nothing
		for v := 1; v < len(variants); v++ {
			slices.Sort(ratios[v])
			b.ReportMetric(ratios[v][len(ratios[v])/2], variants[v].name+"/raw")
		}
	})
}

// BenchmarkRateLimiterFlood counts clients that nobody has seen before, in memory that is
// full of others.
func BenchmarkRateLimiterFlood(b *testing.B) {
	limiter, _ := newLimiter(b, dbtest.Named(b, "sqlite"), authplugin.Config{})
	rule := limits()["sliding"]
	i := 0
	take := func() {
		i++
		if _, err := limiter.Take(b.Context(), "flood "+strconv.Itoa(i), rule); err != nil {
			b.Fatal(err)
		}
	}
	for range 200_000 {
		take()
	}
	b.ReportAllocs()
	for b.Loop() {
		take()
	}
}
