package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// BenchmarkSessionsFindAtScale looks sessions up in a small table and in a large
// one: 1 thousand and 10 thousand rows by default, 10 thousand and 1 million with
// AUTHPLUGIN_TEST_SCALE=full. "ratio" has both take turns, and reports the median
// of large/small. The tokens are picked at random, so that the large table is not
// in the processor's caches.
func BenchmarkSessionsFindAtScale(b *testing.B) {
	sizes := [2]int{1_000, 10_000}
	if os.Getenv("AUTHPLUGIN_TEST_SCALE") == "full" {
		sizes = [2]int{10_000, 1_000_000}
	}
	for _, e := range dbtest.Engines() {
		if e.Name == "sqlserver" {
			continue // nobody has measured it
		}
		b.Run(e.Name, func(b *testing.B) {
			e := dbtest.Named(b, e.Name)
			var find [2]func(*testing.B)
			for i, n := range sizes {
				find[i] = findAtScale(b, e, n)
			}
			for i, n := range sizes {
				b.Run(strconv.Itoa(n), func(b *testing.B) {
					b.ReportAllocs()
					for b.Loop() {
						find[i](b)
					}
				})
			}
			b.Run("ratio", func(b *testing.B) { compareScales(b, find) })
		})
	}
}

func compareScales(b *testing.B, find [2]func(*testing.B)) {
	b.Helper()
	const block = 20
	var ratios []float64
	for round := 0; b.Loop(); round++ {
		var took [2]float64
		for turn := range find {
			which := (round + turn) % len(find)
			begin := time.Now()
			for range block {
				find[which](b)
			}
			took[which] = float64(time.Since(begin))
		}
		ratios = append(ratios, took[1]/took[0])
	}
	slices.Sort(ratios)
	b.ReportMetric(0, "ns/op") // that of a round says nothing
	b.ReportMetric(ratios[len(ratios)/2], "large/small")
}

// findAtScale fills a table, and returns a look-up in it.
func findAtScale(b *testing.B, e dbtest.Engine, sessions int) func(*testing.B) {
	b.Helper()
	d := e.New(b)
	db := d.Open(b, nil)
	auth := authplugin.New(authplugin.Config{AutoMigrate: true})
	if err := db.Use(auth); err != nil {
		b.Fatal(err)
	}
	dbtest.Rows{Engine: e, Strategy: "random", Users: sessions / 10, Sessions: sessions}.Fill(b, d.Pool(b))
	ctx := context.Background()
	return func(b *testing.B) {
		b.Helper()
		token := fmt.Sprintf("t%d", rand.IntN(sessions)+1)
		found, err := auth.Sessions().Find(ctx, token)
		if err != nil {
			b.Fatal(err)
		}
		if found.Session.Token != token {
			b.Fatalf("found %s", found.Session.ID)
		}
	}
}
