package tests

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// Among many counters none is looked for by a scan, and those that are deleted neither.
func TestRateLimiterUsesIndexes(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		cfg := authplugin.Config{AutoMigrate: true}
		cfg.RateLimit.Storage, cfg.RateLimit.SlidingWindows = authplugin.StorageDatabase, true
		d := e.New(t)
		filled, _ := use(t, d, cfg)
		rows := make([]authplugin.RateLimit, 10_000)
		for i := range rows {
			rows[i] = authplugin.RateLimit{Key: fmt.Sprintf("client %d", i), Count: 1, LastRequest: time.Now().UnixMilli()}
			if i < 600 {
				rows[i].LastRequest -= (48 * time.Hour).Milliseconds()
			}
		}
		must(t, filled.CreateInBatches(rows, 100).Error)
		pool := d.Pool(t)
		if e.Dialect() == "postgres" {
			_, err := pool.ExecContext(t.Context(), "ANALYZE rate_limits")
			must(t, err)
		}
		db := d.Open(t, nil)
		notes := recordOn(db, pool)
		auth := authplugin.New(cfg)
		must(t, db.Use(auth))
		notes.taken()
		for _, algorithm := range algorithms() {
			for range 3 { // the first, one that is counted, one that is refused
				_, err := auth.RateLimiter().Take(t.Context(), "new", authplugin.RateLimitRule{Max: 2, Window: time.Hour, Algorithm: algorithm})
				must(t, err)
			}
		}
		n, err := auth.RateLimiter().DeleteExpired(t.Context())
		if err != nil || n != 600 {
			t.Errorf("deleted %d, %v", n, err)
		}
		explained := 0
		for _, s := range notes.taken() {
			verb, _, _ := strings.Cut(s.text, " ")
			if !strings.Contains(s.text, "rate_limits") || !slices.Contains([]string{"SELECT", "UPDATE", "DELETE"}, verb) {
				continue
			}
			explained++
			for _, problem := range scans(t, e, pool, s) {
				t.Errorf("%s\n%s", problem, s.text)
			}
		}
		if explained < 10 {
			t.Errorf("only %d statements were explained", explained)
		}
	})
}
