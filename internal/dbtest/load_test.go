package dbtest_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// enginesOf tells which engines take a fixture, by the first part of its name.
var enginesOf = map[string][]string{
	"postgres": {"postgres"},
	"mariadb":  {"mysql"},
	"sqlite":   {"sqlite", "sqlite-pure"},
}

type seed struct {
	Email        string `json:"email"`
	UserID       string `json:"userId"`
	SessionToken string `json:"sessionToken"`
	PasswordHash string `json:"passwordHash"`
}

func TestLoad(t *testing.T) {
	t.Parallel()

	seeds := readSeeds(t)
	for _, file := range fixtures(t) {
		name := strings.TrimSuffix(filepath.Base(file), ".sql")
		kind, strategy, _ := strings.Cut(name, "-")

		for _, engine := range enginesOf[kind] {
			t.Run(name+"/"+engine, func(t *testing.T) {
				t.Parallel()

				e := dbtest.Named(t, engine)

				script, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}

				d := e.NewWithOwnDatabase(t)
				d.Load(t, string(script))
				checkLoaded(t, d.Open(t, nil), strategy, seeds[name])
			})
		}
	}
}

// checkLoaded reads the rows of one sign-up back. The fixture with plugins has
// their tables and no rows.
func checkLoaded(t *testing.T, db *gorm.DB, strategy string, want seed) {
	t.Helper()

	if strategy == "plugins" {
		var n int64
		if err := db.Table("passkey").Count(&n).Error; err != nil || n != 0 {
			t.Errorf("table passkey: %d rows, %v", n, err)
		}

		return
	}

	if want.UserID == "" {
		t.Fatal("seeds.json does not know the file")
	}

	var got []seed

	// Names in clauses are quoted by the dialector, so that one text serves every database.
	err := db.Table("user").
		Select("? AS email, ? AS user_id, ? AS session_token, ? AS password_hash",
			clause.Column{Name: "user.email"}, clause.Column{Name: "user.id"},
			clause.Column{Name: "session.token"}, clause.Column{Name: "account.password"}).
		Joins("JOIN session ON ? = ?", clause.Column{Name: "session.userId"}, clause.Column{Name: "user.id"}).
		Joins("JOIN account ON ? = ?", clause.Column{Name: "account.userId"}, clause.Column{Name: "user.id"}).
		Where(map[string]any{"session.token": want.SessionToken}).Find(&got).Error
	if err != nil {
		t.Fatal(err)
	}

	if len(got) != 1 || got[0] != want {
		t.Errorf("read %+v, want %+v", got, want)
	}

	if strategy == "serial" {
		checkNextID(t, db)
	}
}

// checkNextID inserts a row without an id: a dump carries the sequence on.
func checkNextID(t *testing.T, db *gorm.DB) {
	t.Helper()

	now := time.Now().UTC()

	row := map[string]any{"identifier": "next", "value": "", "expiresAt": now, "createdAt": now, "updatedAt": now}
	if err := db.Table("verification").Create(row).Error; err != nil {
		t.Fatal(err)
	}

	var ids []int64
	if err := db.Table("verification").Order("id").Pluck("id", &ids).Error; err != nil {
		t.Fatal(err)
	}

	if len(ids) != 2 || ids[1] <= ids[0] {
		t.Errorf("ids are %v, want the second to follow the first", ids)
	}
}

func TestLoadLeavesNoSettings(t *testing.T) {
	t.Parallel()

	d := dbtest.Named(t, "sqlite-pure").New(t)
	db := d.Open(t, nil)
	d.Load(t, "PRAGMA foreign_keys=OFF; CREATE TABLE a (id int);")

	var on bool
	if err := db.Raw("PRAGMA foreign_keys").Scan(&on).Error; err != nil || !on {
		t.Errorf("foreign keys are %v after Load, %v", on, err)
	}
}

func fixtures(t *testing.T) []string {
	t.Helper()

	files, err := filepath.Glob("../../tests/testdata/better-auth/*.sql")
	if err != nil || len(files) != 12 {
		t.Fatalf("found %d fixtures, want 12: %v", len(files), err)
	}

	return files
}

func readSeeds(t *testing.T) map[string]seed {
	t.Helper()

	data, err := os.ReadFile("../../tests/testdata/better-auth/seeds.json")
	if err != nil {
		t.Fatal(err)
	}

	var seeds map[string]seed
	if err := json.Unmarshal(data, &seeds); err != nil {
		t.Fatal(err)
	}

	return seeds
}
