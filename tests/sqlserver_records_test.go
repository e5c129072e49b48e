package tests

import (
	"database/sql/driver"
	"slices"
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/sqlrecorder"
)

// recordOperations are what is done with records. Some user has the id.
func recordOperations(id authplugin.ID) []operation {
	find := func(model string, q authplugin.Query) func(*gorm.DB) error {
		return func(db *gorm.DB) error {
			_, err := authplugin.From(db).Records(model).FindMany(db.Statement.Context, q)
			return err
		}
	}
	users := func(run func(db *gorm.DB, users *authplugin.Records) error) func(*gorm.DB) error {
		return func(db *gorm.DB) error { return run(db, authplugin.From(db).Records("user")) }
	}
	byID := where{authplugin.Eq("id", id)}
	return []operation{
		{"create", users(func(db *gorm.DB, u *authplugin.Records) error {
			_, err := u.Create(db.Statement.Context, authplugin.Values{"name": "Ada", "email": "Ada@Example.com", "id": id}, authplugin.AllowID())
			return err
		})},
		{"find by every operator", find("user", authplugin.Query{Where: where{
			authplugin.Eq("email", "Ada@Example.com"), authplugin.Ne("name", "Bob"), authplugin.In("nick", []string{"a", "b"}), authplugin.NotIn("nick", []string{"c"}),
			authplugin.Gt("age", 1), authplugin.Gte("age", 2), authplugin.Lt("age", 9), authplugin.Lte("born", noon), authplugin.Eq("vip", true),
			authplugin.Contains("name", "50%_[x]!").Or(), authplugin.StartsWith("name", "A").Or(), authplugin.EndsWith("name", "a").Or(),
			authplugin.Eq("nick", nil), authplugin.Ne("nick", nil), authplugin.In("nick", []string{}),
		}})},
		{"find without regard to case", find("user", authplugin.Query{Where: where{
			authplugin.Eq("nick", "ADA").Insensitive(), authplugin.Ne("nick", "BOB").Insensitive(), authplugin.In("nick", []string{"A"}).Insensitive(),
			authplugin.NotIn("nick", []string{"B"}).Insensitive(), authplugin.Contains("name", "A").Insensitive(), authplugin.StartsWith("name", "A").Insensitive(),
		}})},
		{"find by ids", find("session", authplugin.Query{Where: where{
			authplugin.In("userId", []any{id, "no such id "}), authplugin.Ne("id", "no such id "), authplugin.StartsWith("userId", "4"), authplugin.Eq("token", "token"),
		}})},
		{"page", find("user", authplugin.Query{Select: []string{"name"}, Sort: authplugin.Desc("age").Then(authplugin.Asc("name")), Limit: 10, Offset: 20})},
		{"join forward and backward", find("user", authplugin.Query{Join: authplugin.Joins{"session": {Limit: 5}, "profile": {}}})},
		{"join backward", find("session", authplugin.Query{Join: authplugin.Joins{"user": {}}})},
		{"count", users(func(db *gorm.DB, u *authplugin.Records) error {
			_, err := u.Count(db.Statement.Context, byID...)
			return err
		})},
		{"update", users(func(db *gorm.DB, u *authplugin.Records) error {
			_, err := u.Update(db.Statement.Context, byID, authplugin.Values{"nick": "x", "age": nil})
			return err
		})},
		{"update many", users(func(db *gorm.DB, u *authplugin.Records) error {
			_, err := u.UpdateMany(db.Statement.Context, nil, authplugin.Values{"nick": "x"})
			return err
		})},
		{"consume one", users(func(db *gorm.DB, u *authplugin.Records) error {
			_, err := u.ConsumeOne(db.Statement.Context, byID...)
			return err
		})},
		{"increment one", users(func(db *gorm.DB, u *authplugin.Records) error {
			_, err := u.IncrementOne(db.Statement.Context, where{authplugin.Eq("id", id), authplugin.Lt("age", 50)}, authplugin.Increment{By: authplugin.Values{"age": 1}, Set: authplugin.Values{"nick": "y"}})
			return err
		})},
		{"delete many", users(func(db *gorm.DB, u *authplugin.Records) error {
			_, err := u.DeleteMany(db.Statement.Context)
			return err
		})},
		{"clause", func(db *gorm.DB) error {
			a := authplugin.From(db)
			return db.Where(a.Clause("user", authplugin.StartsWith("email", "ada"))).Not(a.Clause("user", authplugin.Eq("name", "Bob"))).Find(&[]authplugin.User{}).Error
		}},
	}
}

// recordRows answers reads of records with one row.
func recordRows(id driver.Value) func(sqlrecorder.Statement) *sqlrecorder.Answer {
	stored := noon.UTC()
	return func(s sqlrecorder.Statement) *sqlrecorder.Answer {
		values := map[string]driver.Value{"id": id, "user_id": id, "full_name": "Ada", "email": "ada@example.com", "age": int64(36), "created_at": stored, "updated_at": stored, "token": "token"}
		if !strings.HasPrefix(s.SQL, "SELECT ") {
			return nil
		}
		list, _, _ := strings.Cut(strings.TrimPrefix(s.SQL, "SELECT "), " FROM ")
		if list == "*" {
			return nil
		}
		if list == "count(*)" {
			return &sqlrecorder.Answer{Columns: []string{""}, Rows: [][]driver.Value{{int64(1)}}}
		}
		answer := &sqlrecorder.Answer{Rows: [][]driver.Value{{}}}
		for column := range strings.SplitSeq(list, ",") {
			column = strings.Trim(column, `"`)
			answer.Columns = append(answer.Columns, column)
			answer.Rows[0] = append(answer.Rows[0], values[column])
		}
		return answer
	}
}

// Records on SQL Server are Transact-SQL, and lock the one row that they change.
func TestSQLServerRecords(t *testing.T) {
	t.Parallel()
	for name, ids := range sqlServerIDs() {
		if !slices.Contains([]string{"random", "uuid", "serial"}, name) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, recording := newFakeServer().open(t, nil)
			cfg := authplugin.Config{GenerateID: ids.strategy(), AutoMigrate: true, Clock: fixedClock, Plugins: []authplugin.Plugin{pluginOf{authplugin.PluginModel{
				Name: "profile", Fields: authplugin.Fields{"userId": {Type: authplugin.String, Unique: true, References: &authplugin.Reference{Model: "user"}}},
			}}}}
			cfg.User.AdditionalFields = authplugin.Fields{
				"nick": {Type: authplugin.String, Optional: true}, "age": {Type: authplugin.Number, Optional: true},
				"born": {Type: authplugin.Date, Optional: true}, "vip": {Type: authplugin.Boolean, Optional: true},
			}
			cfg.User.Columns = map[string]string{"name": "full_name"}
			must(t, db.Use(authplugin.New(cfg)))
			recording.Answer(recordRows(ids.read))
			var log transcript
			for _, o := range recordOperations(ids.supplied) {
				recording.Reset()
				if err := o.run(db); err != nil {
					t.Errorf("%s: %v", o.name, err)
				}
				log.section(o.name, recording.Statements())
				checkTSQL(t, recording)
				checkValues(t, o.name, recording.Statements())
				change := slices.IndexFunc(recording.SQL(), func(sql string) bool { return strings.HasPrefix(sql, "UPDATE") || strings.HasPrefix(sql, "DELETE") })
				one := slices.Contains([]string{"update", "consume one", "increment one"}, o.name)
				if one && (change < 1 || !strings.Contains(recording.SQL()[change-1], "WITH (UPDLOCK, ROWLOCK)")) {
					t.Errorf("%s: the row is not locked before it is changed:\n%s", o.name, strings.Join(recording.SQL(), "\n"))
				}
			}
			checkGolden(t, "sqlserver/records-"+name, log.text.String())
			if forUpdateWords.MatchString(log.text.String()) {
				t.Error("FOR UPDATE is not Transact-SQL")
			}
		})
	}
}
