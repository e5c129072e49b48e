package authplugin

import (
	"testing"
	"time"
)

func TestDefaultClause(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 2, 3, 4, 5, 678_900_000, time.FixedZone("", 3600))
	for _, test := range []struct {
		dialect, sqlType string
		v                any
		want             string
	}{
		{"sqlite", "text", "it's", ` DEFAULT 'it''s'`},
		{"sqlite", "text", `C:\new "x"`, ` DEFAULT 'C:\new "x"'`},
		{"sqlite", "text", true, " DEFAULT 1"},
		{"postgres", "text", `C:\n'`, ` DEFAULT  E'C:\\n'''`},
		{"postgres", "text", false, " DEFAULT false"},
		{"postgres", "text", at, " DEFAULT '2026-01-02 02:04:05.678+00:00'"},
		{"mysql", "text", "x", " DEFAULT ('x')"},
		{"mysql", "text", `C:\n`, " DEFAULT (_utf8mb4 X'433a5c6e')"},
		{"mysql", "datetime(3)", at, " DEFAULT '2026-01-02 02:04:05.678'"},
		{"mysql", "varchar(10)", "x", " DEFAULT 'x'"},
		{"mysql", "int", int64(-7), " DEFAULT -7"},
		{"sqlserver", "text", "北京", " DEFAULT N'北京' WITH VALUES"},
		{"sqlserver", "text", at, " DEFAULT '2026-01-02 02:04:05.678+00:00' WITH VALUES"},
		{"sqlserver", "text", 1.5, " DEFAULT 1.5 WITH VALUES"},
		{"sqlserver", "text", nil, " DEFAULT NULL WITH VALUES"},
	} {
		if got := defaultClause(test.dialect, test.sqlType, test.v); got != test.want {
			t.Errorf("%s, %v: %s, want %s", test.dialect, test.v, got, test.want)
		}
	}
}
