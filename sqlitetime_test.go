package authplugin

import (
	"testing"
	"time"
)

func TestParseSQLiteTime(t *testing.T) {
	t.Parallel()
	for year := 0; year <= 9999; year += 7 {
		for day := range 366 {
			want := time.Date(year, 1, 1+day, day%24, day%60, (day+year)%60, day*2*int(time.Millisecond), time.UTC)
			if got, ok := parseSQLiteTime(want.Format(sqliteTime)); want.Year() <= 9999 && (!ok || got != want) {
				t.Fatalf("%s: %v %v", want.Format(sqliteTime), got, ok)
			}
		}
	}
}

// What is read is what the time package reads, and nothing else.
func FuzzParseSQLiteTime(f *testing.F) {
	for _, s := range []string{
		"2026-11-21T17:17:07.806Z", "2024-02-29T00:00:00.000Z", "2023-02-29T00:00:00.000Z", "2026-13-01T00:00:00.000Z",
		"2026-00-10T00:00:00.000Z", "2026-01-00T00:00:00.000Z", "2026-01-01T24:00:00.000Z", "2026-01-01T00:60:00.000Z",
		"2026-01-01T00:00:60.000Z", "0000-01-01T00:00:00.000Z", "2026-1a-01T00:00:00.000Z", "2026-01-01T00:00:00,000Z", "",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, ok := parseSQLiteTime(s)
		want, err := time.Parse(sqliteTime, s)
		wanted := err == nil && want.Format(sqliteTime) == s
		if ok != wanted || ok && got != want {
			t.Fatalf("%q: %v %v, want %v %v", s, got, ok, want, err)
		}
	})
}

func BenchmarkParseSQLiteTime(b *testing.B) {
	for b.Loop() {
		if _, ok := parseSQLiteTime("2026-11-21T17:17:07.806Z"); !ok {
			b.Fatal("it is none")
		}
	}
}
