package tests

import (
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// Expired rows are deleted in batches: by the index, with statements of bounded
// size and in memory that does not depend on how many there are.
func TestExpiredRowsAreDeletedInBatches(t *testing.T) { //nolint:tparallel // one after the other
	t.Parallel()
	sessions, expired := scaled(20_000, 1_000_000), scaled(2_200, 100_000)
	for _, e := range dbtest.Engines() {
		t.Run(e.Name, func(t *testing.T) {
			e := dbtest.Named(t, e.Name)
			d := e.New(t)
			use(t, d, authplugin.Config{AutoMigrate: true})
			pool := d.Pool(t)
			begin := time.Now()
			dbtest.Rows{Engine: e, Strategy: "random", Users: 1000, Sessions: sessions, Expired: expired}.Fill(t, pool)
			filled := time.Since(begin)

			db := d.Open(t, nil)
			notes := recordOn(db, pool)
			auth := authplugin.New(authplugin.Config{})
			must(t, db.Use(auth))
			notes.taken()
			peak := peakOfHeap()
			begin = time.Now()
			n, err := auth.Sessions().DeleteExpired(t.Context())
			took := time.Since(begin)
			grown := peak()
			must(t, err)
			if n != int64(expired) {
				t.Errorf("%d sessions were deleted, want %d", n, expired)
			}
			if left := counted(t, db, &authplugin.Session{}, "1 = 1"); left != sessions-expired {
				t.Errorf("%d sessions are left, want %d", left, sessions-expired)
			}
			list := notes.taken()
			const batch, conditions = 500, 2
			if want := 2*(expired/batch) + 4; len(list) > want {
				t.Errorf("%d statements, want at most %d", len(list), want)
			}
			texts := map[string]bool{}
			for _, s := range list {
				if len(s.args) > batch+conditions {
					t.Errorf("a statement with %d parameters", len(s.args))
				}
				if strings.Contains(s.text, "count(*)") || texts[s.text] || !planned(s.text) {
					continue
				}
				texts[s.text] = true
				for _, problem := range scans(t, e, pool, s) {
					t.Errorf("%s\n%s", problem, s.text)
				}
			}
			t.Logf("%d of %d sessions: %v, %d statements, the heap grew by %d KiB; filling took %v", expired, sessions, took, len(list), grown/1024, filled)
			if fullScale() && grown > 16<<20 { // by default other tests run beside it
				t.Errorf("the heap grew by %d MiB", grown>>20)
			}
		})
	}
}

// peakOfHeap measures from now on; the function it returns ends that, and tells by
// how much the heap grew.
func peakOfHeap() func() uint64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	base, peak := stats.HeapAlloc, stats.HeapAlloc
	done := make(chan struct{})
	var measuring sync.WaitGroup
	measuring.Go(func() {
		ticker := time.NewTicker(5 * time.Millisecond)
		defer ticker.Stop()
		for {
			select {
			case <-done:
				return
			case <-ticker.C:
				var now runtime.MemStats
				runtime.ReadMemStats(&now)
				peak = max(peak, now.HeapAlloc)
			}
		}
	})
	return func() uint64 {
		close(done)
		measuring.Wait()
		return peak - base
	}
}
