package authplugin

import (
	"testing"
	"time"
)

func TestDefaultClause(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 2, 3, 4, 5, 678_900_000, time.FixedZone("", 3600))
	for _, test := range []struct {
		dialect string
		v       any
		want    string
	}{
		{"sqlite", "it's", ` DEFAULT 'it''s'`},
		{"sqlite", `C:\new "x"`, ` DEFAULT 'C:\new "x"'`},
		{"sqlite", true, " DEFAULT 1"},
		{"postgres", `C:\n'`, ` DEFAULT  E'C:\\n'''`},
		{"postgres", false, " DEFAULT false"},
		{"postgres", at, " DEFAULT '2026-01-02 02:04:05.678+00:00'"},
		{"mysql", "x", " DEFAULT ('x')"},
		{"mysql", `C:\n`, " DEFAULT (_utf8mb4 X'433a5c6e')"},
		{"mysql", at, " DEFAULT ('2026-01-02 02:04:05.678')"},
		{"mysql", int64(-7), " DEFAULT (-7)"},
		{"sqlserver", "北京", " DEFAULT N'北京' WITH VALUES"},
		{"sqlserver", at, " DEFAULT '2026-01-02 02:04:05.678+00:00' WITH VALUES"},
		{"sqlserver", 1.5, " DEFAULT 1.5 WITH VALUES"},
		{"sqlserver", nil, " DEFAULT NULL WITH VALUES"},
	} {
		if got := defaultClause(test.dialect, test.v); got != test.want {
			t.Errorf("%s, %v: %s, want %s", test.dialect, test.v, got, test.want)
		}
	}
}
