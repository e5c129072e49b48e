package authplugin

import (
	"path/filepath"
	"testing"

	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

func TestFindWord(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text, word string
		want       int
	}{
		{"token = ?", "token", 0},
		{"lower(Token) = ?", "token", 6},
		{"access_token = ? AND token = ?", "token", 21},
		{"access_token = ?", "token", -1},
		{"tokens = ?", "token", -1},
		{"`token`=?", "token", 1},
		{"s.token", "token", 2},
		{"größe = ?", "größe", 0},
		{"übergröße = ?", "größe", -1},
		{"[mit leer] = ?", "mit leer", 1},
		{"", "token", -1},
		{"token", "", -1},
	} {
		if got := findWord(c.text, c.word, 0); got != c.want {
			t.Errorf("%q in %q: %d, want %d", c.word, c.text, got, c.want)
		}
	}
}

func TestAliasAfter(t *testing.T) {
	t.Parallel()
	for rest, want := range map[string]string{
		"":                          "",
		" ON s.id = 1":              "",
		" s ON s.id = 1":            "s",
		" AS s ON s.id = 1":         "s",
		"\" as \"my s\" ON 1 = 1":   "my s",
		"] [s] ON 1 = 1":            "s",
		"` `on` ON 1 = 1":           "on",
		".user_id = 1":              "",
		" WHERE 1 = 1":              "",
		",posts":                    "",
		"\n\tINNER JOIN posts ON 1": "",
		" AS":                       "",
		" `s":                       "s",
		"AS s":                      "",
		" ":                         "",
	} {
		if got := aliasAfter("sessions"+rest, len("sessions")); got != want {
			t.Errorf("alias in %q: %q, want %q", "sessions"+rest, got, want)
		}
	}
}

// Statements that need no change cost no allocation.
func TestUnchangedConditionsAllocateNothing(t *testing.T) {
	db, err := gorm.Open(sqlite.New(sqlite.Config{DriverName: "sqlite", DSN: filepath.Join(t.TempDir(), "test.db")}), &gorm.Config{})
	if err != nil {
		t.Fatal(err)
	}
	a := New(Config{})
	t.Cleanup(func() {
		if pool, err := db.DB(); err == nil {
			_ = pool.Close()
		}
	})
	if err = db.Use(a); err != nil {
		t.Fatal(err)
	}
	c := a.core.Load()
	dry := db.Session(&gorm.Session{DryRun: true})
	for name, q := range map[string]*gorm.DB{
		"first":  dry.First(&User{}, ID("some-id")),
		"text":   dry.Where("email = ? AND name = ?", "ada", "Ada").Find(&[]User{}),
		"map":    dry.Where(map[string]any{"email": "ada", "id": ID("x")}).Find(&[]User{}),
		"struct": dry.Where(&User{Email: "ada", Name: "x"}).Find(&[]User{}),
		"not":    dry.Not(clause.Eq{Column: "name", Value: "x"}).Order("name").Find(&[]User{}),
	} {
		if q.Error != nil {
			t.Fatal(q.Error)
		}
		q.Statement.SQL.Reset()
		if n := testing.AllocsPerRun(100, func() { c.rewriteConditions(q) }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}
