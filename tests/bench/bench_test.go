// Package bench measures what the plugin costs: each operation as one prepared
// database/sql statement (raw), as GORM with a struct of the application's own
// (gorm), and as GORM with the plugin's model and an additional field in its map
// (authplugin). README.md says how to run it and how to read it.
package bench

import (
	"context"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// warmUps are runs before the clock starts, which also count the statements.
const warmUps = 5

// Benchmark is named <engine>/<operation>/<variant>. The variant "ratios" has
// the three take turns in one loop, and reports medians of their ratios.
func Benchmark(b *testing.B) {
	for _, e := range dbtest.Engines() {
		if e.Name == "sqlserver" {
			continue // nobody has measured it
		}
		b.Run(e.Name, func(b *testing.B) {
			e := dbtest.Named(b, e.Name)
			// Made when they are first needed, so that -bench may choose.
			fixtures := map[bool]*fixture{}
			engine := b
			for _, o := range operations() {
				b.Run(o.name, func(b *testing.B) {
					f := fixtures[o.filled]
					if f == nil {
						f = newFixture(engine, e, o.filled)
						fixtures[o.filled] = f
					}
					benchmark(b, o, f)
				})
			}
		})
	}
}

func benchmark(b *testing.B, o operation, f *fixture) {
	b.Helper()
	for v, name := range []string{"raw", "gorm", "authplugin"} {
		b.Run(name, func(b *testing.B) {
			start(b, o, f)
			counted := f.counted(b)
			n := repeat(b, o.variants(counted)[v], 0, warmUps)
			statements := float64(counted.sent.Load()) / warmUps
			do := o.variants(f.timed(b))[v]
			n = repeat(b, do, n, 1)
			ctx := context.Background() // a plain db.First has no other
			b.ReportAllocs()
			for b.Loop() {
				if err := do.do(ctx, n); err != nil {
					b.Fatal(err)
				}
				n++
			}
			b.ReportMetric(statements, "stmts/op")
			finish(b, o, f, n)
		})
	}
	b.Run("ratios", func(b *testing.B) { takeTurns(b, o, f) })
}

// start removes what others have created. That matters to startup too: with a
// row in the table, GORM's AutoMigrate rebuilds it each time on sqlite-pure.
func start(b *testing.B, o operation, f *fixture) {
	b.Helper()
	if !o.filled {
		f.empty(b)
	}
}

func finish(b *testing.B, o operation, f *fixture, n int) {
	b.Helper()
	if o.after != nil {
		o.after(b, f, n)
	}
}

// repeat runs a variant n times and returns the next number.
func repeat(tb testing.TB, v variant, from, n int) int {
	tb.Helper()
	for i := from; i < from+n; i++ {
		if err := v.do(context.Background(), i); err != nil {
			tb.Fatalf("%s: %v", v.name, err)
		}
	}
	return from + n
}

// takeTurns runs blocks of the variants one after the other, each round in
// another order. What slows the machine down for more than a few milliseconds
// then slows down all three.
func takeTurns(b *testing.B, o operation, f *fixture) {
	b.Helper()
	start(b, o, f)
	variants := o.variants(f.timed(b))
	n := 0
	for _, v := range variants {
		n = repeat(b, v, n, warmUps)
	}
	names := []string{"gorm/raw", "authplugin/raw", "authplugin/gorm", "cpu:authplugin/raw"}
	ratios := make([][]float64, len(names))
	var spent [3]time.Duration
	for round := 0; b.Loop(); round++ {
		var took [3]float64
		for turn := range variants {
			v := (round + turn) % len(variants)
			begin, cpu := time.Now(), cpuTime(b)
			n = repeat(b, variants[v], n, o.block)
			took[v] = float64(time.Since(begin))
			spent[v] += cpuTime(b) - cpu
		}
		ratios[0] = append(ratios[0], took[1]/took[0])
		ratios[1] = append(ratios[1], took[2]/took[0])
		ratios[2] = append(ratios[2], took[2]/took[1])
	}
	// A block is too short for a ratio of its own: the clock of the CPU is coarse.
	ratios[3] = []float64{float64(spent[2]) / float64(spent[0])}
	b.ReportMetric(0, "ns/op") // that of a round says nothing
	for i, name := range names {
		slices.Sort(ratios[i])
		b.ReportMetric(ratios[i][len(ratios[i])/2], name)
	}
	finish(b, o, f, n)
}

// cpuTime is what this process has used of its processors, the garbage collector
// included; that of a server is not.
func cpuTime(tb testing.TB) time.Duration {
	tb.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
