package dialect

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func dialects() []Dialect {
	return []Dialect{SQLite{}, Postgres{}, MySQL{}, MySQL{MariaDB: true}, SQLServer{}}
}

func TestCheckIdentifierOnAll(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"users":         "",
		"emailVerified": "",
		"order":         "",
		"_private":      "",
		"größe":         "",
		"用户":            "",
		"a":             "",
		"two-factor":    "",
		"full name":     "",
		"cash$":         "",
		"":              "is empty",
		"1st":           "begins with '1', where only a letter or an underscore may stand",
		" users":        "begins with ' ', where only a letter or an underscore may stand",
		"$users":        "begins with '$', where only a letter or an underscore may stand",
		"users ":        "ends with ' '",
		"users-":        "ends with '-'",
		`us"ers`:        `has a character that no identifier may have ('"')`,
		"us`ers":        "has a character that no identifier may have ('`')",
		"auth.users":    "has a character that no identifier may have ('.')",
		"users;":        "has a character that no identifier may have (';')",
		"us\x00ers":     `has a character that no identifier may have ('\x00')`,
		"us\ners":       `has a character that no identifier may have ('\n')`,
		"us\u200bers":   `has a character that no identifier may have ('\u200b')`,
		"us\xffers":     "is not valid UTF-8",
	} {
		for _, d := range dialects() {
			if got := d.CheckIdentifier(name); got != want {
				t.Errorf("%s, %q: %q, want %q", d.Name(), name, got, want)
			}
		}
	}
}

func TestCheckIdentifierByDatabase(t *testing.T) {
	t.Parallel()
	repeat := strings.Repeat
	for _, test := range []struct {
		dialect Dialect
		name    string
		want    string
	}{
		{Postgres{}, repeat("a", 63), ""},
		{Postgres{}, repeat("a", 64), "is longer than 63 bytes, the limit of PostgreSQL"},
		{Postgres{}, repeat("ü", 32), "is longer than 63 bytes, the limit of PostgreSQL"},
		{Postgres{}, "ctid", "is the name of a system column of PostgreSQL"},
		{Postgres{}, "Ctid", ""},
		{Postgres{}, "pg_users", "begins with pg_, which PostgreSQL keeps for itself"},
		{Postgres{}, "sqlite_users", ""},
		{MySQL{}, repeat("ü", 64), ""},
		{MySQL{}, repeat("a", 65), "is longer than 64 characters, the limit of MySQL"},
		{MySQL{MariaDB: true}, repeat("a", 65), "is longer than 64 characters, the limit of MariaDB"},
		{MySQL{}, "a\U00020000", "has a character beyond U+FFFF ('\U00020000'), which MySQL does not take in names"},
		{MySQL{}, "pg_users", ""},
		{SQLServer{}, repeat("ü", 128), ""},
		{SQLServer{}, repeat("a", 129), "is longer than 128 UTF-16 units, the limit of SQL Server"},
		{SQLServer{}, repeat("\U00020000", 65), "is longer than 128 UTF-16 units, the limit of SQL Server"},
		{SQLite{}, repeat("a", 1000), ""},
		{SQLite{}, repeat("a", 1001), "is longer than 1000 bytes, the limit of this library for SQLite"},
		{SQLite{}, "sqlite_users", "begins with sqlite_, which SQLite keeps for itself"},
		{SQLite{}, "SQLite_Users", "begins with sqlite_, which SQLite keeps for itself"},
		{SQLite{}, "sqlite", ""},
		{SQLite{}, "ROWID", "is a name that SQLite gives to the row number"},
		{SQLite{}, "oid", "is a name that SQLite gives to the row number"},
		{SQLite{}, "_rowid_", "is a name that SQLite gives to the row number"},
	} {
		if got := test.dialect.CheckIdentifier(test.name); got != test.want {
			t.Errorf("%s, %q: %q, want %q", test.dialect.Name(), test.name, got, test.want)
		}
	}
}

func TestFoldIdentifier(t *testing.T) {
	t.Parallel()
	for _, d := range dialects() {
		want := "größe"
		if d.Name() == "postgres" {
			want = "GRÖßE"
		}
		if got := d.FoldIdentifier("GRÖßE"); got != want {
			t.Errorf("%s: %q, want %q", d.Name(), got, want)
		}
	}
}

// A name that passes can be written between any quotes as it is.
func FuzzCheckIdentifier(f *testing.F) {
	for _, seed := range []string{
		"users", "emailVerified", "two-factor", "full name", "größe", "用户", "", "1a", `a"b`, "a`b", "a]b", "a.b", "a'b", `a\b`,
		"a;b", "a\x00b", "a\u2028b", "a\xffb", "sqlite_x", "pg_x", "\U00020000", strings.Repeat("a", 130),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		for _, d := range dialects() {
			if d.CheckIdentifier(name) != "" {
				continue
			}
			if name == "" || !utf8.ValidString(name) || len(name) > 1000 || name != strings.TrimSpace(name) {
				t.Errorf("%s accepts %q", d.Name(), name)
			}
			if strings.ContainsAny(name, "\"'`[]\\;.,()*/#@%&?:") || strings.ContainsFunc(name, unicode.IsControl) {
				t.Errorf("%s accepts %q", d.Name(), name)
			}
			if d.FoldIdentifier(d.FoldIdentifier(name)) != d.FoldIdentifier(name) {
				t.Errorf("%s does not fold %q to one name", d.Name(), name)
			}
		}
	})
}
