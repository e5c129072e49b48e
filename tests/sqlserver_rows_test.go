package tests

import (
	"database/sql/driver"
	"maps"
	"slices"
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/sqlrecorder"
)

// rowOperations are what plugins do with rows. Some user has the id.
func rowOperations(id authplugin.ID) []operation {
	rows := func(run func(db *gorm.DB, auth *authplugin.Auth) error) func(*gorm.DB) error {
		return func(db *gorm.DB) error { return run(db, authplugin.From(db)) }
	}
	users := authplugin.RowsOf[authplugin.User]
	return []operation{
		{"find by id", rows(func(db *gorm.DB, a *authplugin.Auth) error {
			_, err := users(a).FindByID(db.Statement.Context, id)
			return err
		})},
		{"find many", rows(func(db *gorm.DB, a *authplugin.Auth) error {
			_, err := users(a).FindMany(db.Statement.Context, authplugin.Query{Sort: authplugin.Desc("name"), Limit: 5, Offset: 5})
			return err
		})},
		{"lock", rows(func(db *gorm.DB, a *authplugin.Auth) error {
			ctx := db.Statement.Context
			return a.Atomically(ctx, func(tx *authplugin.Auth) error {
				if _, err := users(tx).Lock(ctx, id); err != nil {
					return err
				}
				_, err := users(tx).LockMany(ctx, authplugin.Query{Where: where{authplugin.Eq("emailVerified", true)}, Sort: authplugin.Asc("id")})
				return err
			})
		})},
		{"update if", rows(func(db *gorm.DB, a *authplugin.Auth) error {
			_, err := users(a).Update(db.Statement.Context, id, authplugin.Values{"name": "Eve"}, authplugin.Eq("name", "Ada"))
			return err
		})},
		{"consume", rows(func(db *gorm.DB, a *authplugin.Auth) error {
			_, err := users(a).Consume(db.Statement.Context, authplugin.Eq("email", "ada@example.com"))
			return err
		})},
		{"delete", rows(func(db *gorm.DB, a *authplugin.Auth) error {
			return users(a).Delete(db.Statement.Context, id)
		})},
		{"delete expired", rows(func(db *gorm.DB, a *authplugin.Auth) error {
			_, err := authplugin.RowsOf[authplugin.Session](a).DeleteExpired(db.Statement.Context, "expiresAt")
			return err
		})},
	}
}

// wholeRows answers reads of whole users too.
func wholeRows(id driver.Value) func(sqlrecorder.Statement) *sqlrecorder.Answer {
	some := recordRows(id)
	values := map[string]driver.Value{
		"id": id, "name": "Ada", "email": "ada@example.com", "email_verified": true, "created_at": noon.UTC(), "updated_at": noon.UTC(),
	}
	return func(s sqlrecorder.Statement) *sqlrecorder.Answer {
		if !strings.HasPrefix(s.SQL, `SELECT * FROM "users"`) {
			return some(s)
		}
		answer := &sqlrecorder.Answer{Columns: slices.Sorted(maps.Keys(values)), Rows: [][]driver.Value{{}}}
		for _, column := range answer.Columns {
			answer.Rows[0] = append(answer.Rows[0], values[column])
		}
		return answer
	}
}

// Rows on SQL Server are locked by its hint.
func TestSQLServerRows(t *testing.T) {
	t.Parallel()
	for name, ids := range sqlServerIDs() {
		if !slices.Contains([]string{"random", "uuid", "serial"}, name) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, recording := newFakeServer().open(t, nil)
			must(t, db.Use(authplugin.New(authplugin.Config{GenerateID: ids.strategy(), AutoMigrate: true, Clock: fixedClock})))
			recording.Answer(wholeRows(ids.read))
			var log transcript
			for _, o := range rowOperations(ids.supplied) {
				recording.Reset()
				if err := o.run(db); err != nil {
					t.Errorf("%s: %v", o.name, err)
				}
				log.section(o.name, recording.Statements())
				checkTSQL(t, recording)
				checkValues(t, o.name, recording.Statements())
				locks := strings.Count(strings.Join(recording.SQL(), "\n"), "WITH (UPDLOCK, ROWLOCK)")
				if want := map[string]int{"lock": 2, "update if": 1, "consume": 1, "delete": 1}[o.name]; locks != want {
					t.Errorf("%s: %d locks, want %d:\n%s", o.name, locks, want, strings.Join(recording.SQL(), "\n"))
				}
			}
			checkGolden(t, "sqlserver/rows-"+name, log.text.String())
			if forUpdateWords.MatchString(log.text.String()) {
				t.Error("FOR UPDATE is not Transact-SQL")
			}
		})
	}
}
