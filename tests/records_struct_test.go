package tests

import (
	"bytes"
	"database/sql/driver"
	"errors"
	"log"
	"strings"
	"testing"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// Employee is an application's struct with typed columns of its own, one of a
// type that only GORM understands, and rows that are not really deleted.
type Employee struct {
	authplugin.User
	Level     int
	Address   Place `gorm:"type:varchar(100)"`
	DeletedAt gorm.DeletedAt
}

// Place is a type that the library knows nothing of.
type Place struct{ City string }

// Value implements driver.Valuer.
func (p Place) Value() (driver.Value, error) { return "city:" + p.City, nil }

// Scan implements sql.Scanner.
func (p *Place) Scan(src any) error {
	if b, ok := src.([]byte); ok {
		src = string(b)
	}
	text, _ := src.(string)
	p.City = strings.TrimPrefix(text, "city:")
	return nil
}

// Records of an application's struct have its columns, and GORM's soft deletion.
func TestRecordsOfOwnStruct(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		db, auth := migrated(t, e, authplugin.Config{User: authplugin.ModelConfig{Model: Employee{}}})
		ctx, users := t.Context(), auth.Records("user")
		r := userRecord(t, auth, "ada", authplugin.Values{"level": 3, "address": Place{City: "Rome"}})
		if r["level"] != int64(3) || r["address"] != "city:Rome" || r["deletedAt"] != any(nil) {
			t.Errorf("record %v", r)
		}
		var employee Employee
		must(t, db.First(&employee, authplugin.ID(r["id"].(string))).Error)
		if employee.Level != 3 || employee.Address.City != "Rome" {
			t.Errorf("employee %+v", employee)
		}
		_, err := users.IncrementOne(ctx, where{authplugin.Eq("level", 3)}, authplugin.Increment{By: authplugin.Values{"level": 1}})
		must(t, err)
		must(t, users.Delete(ctx, authplugin.Eq("level", 4)))
		if n, err := users.Count(ctx); n != 0 || err != nil {
			t.Errorf("%d users, %v", n, err)
		}
		if _, err := users.FindOne(ctx, authplugin.Query{}); !errors.Is(err, authplugin.ErrNotFound) {
			t.Errorf("found: %v", err)
		}
		if err := db.Unscoped().First(&employee).Error; err != nil || !employee.DeletedAt.Valid {
			t.Errorf("the row is gone: %v", err)
		}
	})
}

// Transforms run as with plain GORM, and no secret is logged.
func TestRecordsTransformAndConceal(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		var out bytes.Buffer
		cfg := authplugin.Config{AutoMigrate: true, User: authplugin.ModelConfig{AdditionalFields: authplugin.Fields{
			"shout": {
				Type: authplugin.String, Optional: true,
				TransformInput:  func(v any) (any, error) { return strings.ToUpper(v.(string)), nil },
				TransformOutput: func(v any) (any, error) { return v.(string) + "!", nil },
			},
			"pin": {Type: authplugin.String, Optional: true, Hidden: true},
			"num": {Type: authplugin.Number, Optional: true, Hidden: true},
		}}}
		db, auth := useWith(t, e.New(t), cfg, &gorm.Config{Logger: logger.New(log.New(&out, "", 0), logger.Config{LogLevel: logger.Info})})
		ctx, users, own := t.Context(), auth.Records("user"), dbtest.NewRecorder()
		r := userRecord(t, auth, "ada", authplugin.Values{"shout": "hey", "pin": topSecret, "num": 918273})
		if r["shout"] != "HEY!" || r["pin"] != topSecret {
			t.Errorf("record %v", r)
		}
		r, err := users.Update(ctx, where{authplugin.Eq("shout", "HEY"), authplugin.Eq("pin", topSecret)}, authplugin.Values{"shout": "ho", "pin": topSecret + "2"})
		must(t, err)
		if r["shout"] != "HO!" {
			t.Errorf("updated %v", r)
		}
		record(t, auth, "session", authplugin.Values{"userId": r["id"], "token": topSecret, "expiresAt": noon})
		for _, handle := range []*gorm.DB{db, db.Session(&gorm.Session{Logger: own})} {
			a := auth.WithDB(handle)
			for _, c := range []authplugin.Condition{
				authplugin.StartsWith("pin", topSecret), authplugin.Contains("pin", topSecret), authplugin.EndsWith("pin", topSecret+"2"),
				authplugin.In("pin", []string{topSecret + "2"}), authplugin.Contains("pin", topSecret).Insensitive(), authplugin.Gte("num", 918273),
			} {
				if n, err := a.Records("user").Count(ctx, c); n != 1 || err != nil {
					t.Errorf("%s: %d, %v", c.Operator, n, err)
				}
			}
			_, err := a.Records("user").IncrementOne(ctx, where{authplugin.Eq("num", 918273)}, authplugin.Increment{By: authplugin.Values{"num": 918273 * 2}, Set: authplugin.Values{"pin": topSecret + "2", "num2": nil}})
			isInvalid(t, "unknown field", err)
			_, err = a.Records("user").IncrementOne(ctx, where{authplugin.Eq("num", 918273)}, authplugin.Increment{By: authplugin.Values{"num": 0}, Set: authplugin.Values{"pin": topSecret + "2"}})
			must(t, err)
			found, err := a.Records("user").FindMany(ctx, authplugin.Query{Where: where{authplugin.Ne("pin", topSecret)}, Join: authplugin.Joins{"session": {}}})
			must(t, err)
			if len(found) != 1 || found[0]["session"].([]authplugin.Record)[0]["token"] != topSecret {
				t.Errorf("found %v", found)
			}
		}
		_, err = users.Update(ctx, where{authplugin.Eq("id", r["id"])}, authplugin.Values{"num": topSecret})
		if err == nil || strings.Contains(err.Error(), topSecret) {
			t.Errorf("error %v", err)
		}
		logged := out.String() + strings.Join(own.Statements(), "\n")
		if strings.Contains(logged, topSecret) || strings.Contains(logged, "918273") {
			t.Errorf("logged %s", logged)
		}
	})
}

// Records and their joins are found in tables of a schema.
func TestRecordsInDatabaseSchema(t *testing.T) {
	t.Parallel()
	d := dbtest.Named(t, "postgres").NewWithOwnDatabase(t)
	cfg := recordsConfig(authplugin.Serial)
	cfg.DatabaseSchema = "auth"
	db, auth := use(t, d, cfg)
	ada := userRecord(t, auth, "ada", nil)
	record(t, auth, "session", authplugin.Values{"userId": ada["id"], "token": "t", "expiresAt": noon})
	record(t, auth, "profile", authplugin.Values{"userId": ada["id"]})
	found, err := auth.Records("user").FindOne(t.Context(), authplugin.Query{
		Where: where{authplugin.Eq("id", ada["id"])}, Sort: authplugin.Asc("name"), Join: authplugin.Joins{"session": {}, "profile": {}},
	})
	must(t, err)
	if len(found["session"].([]authplugin.Record)) != 1 || found["profile"] == nil {
		t.Errorf("found %v", found)
	}
	got, err := auth.Records("profile").Update(t.Context(), where{authplugin.Eq("userId", ada["id"])}, authplugin.Values{"bio": "x"})
	must(t, err)
	consumed, err := auth.Records("profile").ConsumeOne(t.Context(), authplugin.Eq("bio", "x"))
	must(t, err)
	wantSame(t, "consumed", got, consumed)
	var users []authplugin.User
	must(t, db.Where(auth.Clause("user", authplugin.Eq("name", "ada"))).Joins("JOIN auth.sessions s ON s.user_id = users.id").Find(&users).Error)
	if len(users) != 1 {
		t.Errorf("users %v", users)
	}
}

// A clause works wherever GORM takes conditions.
func TestClauseInGORM(t *testing.T) {
	t.Parallel()
	eachRecords(t, func(t *testing.T, _ dbtest.Engine, db *gorm.DB, auth *authplugin.Auth) {
		ada := userRecord(t, auth, "ada", authplugin.Values{"age": 3})
		userRecord(t, auth, "bob", authplugin.Values{"age": 5})
		userRecord(t, auth, "eve", nil)
		record(t, auth, "session", authplugin.Values{"userId": ada["id"], "token": "t", "expiresAt": noon})
		name := func(names ...string) any { return auth.Clause("user", authplugin.In("name", names)) }
		sessions := auth.Clause("session", authplugin.Eq("userId", ada["id"]), authplugin.Eq("expiresAt", noon))
		for what, c := range map[string]struct {
			query *gorm.DB
			want  int
		}{
			"and":      {db.Where(name("ada", "bob")).Where("age > ?", 4), 1},
			"or":       {db.Where(name("ada")).Or(name("bob")), 2},
			"not":      {db.Not(name("ada", "eve")), 1},
			"not two":  {db.Not(db.Where(name("ada")).Where(auth.Clause("user", authplugin.Eq("age", 3)))), 2},
			"group":    {db.Where(db.Where(name("ada")).Or(auth.Clause("user", authplugin.Eq("age", nil)))).Where("1 = 1"), 2},
			"inline":   {db.Session(&gorm.Session{}), 3},
			"subquery": {db.Where("id IN (?)", db.Model(&authplugin.Session{}).Select("user_id").Where(sessions)), 1},
			"joins":    {db.Joins("JOIN sessions ON sessions.user_id = users.id").Where(auth.Clause("user", authplugin.Eq("id", ada["id"]))), 1},
			"nothing":  {db.Where(auth.Clause("user")), 3},
		} {
			var users []authplugin.User
			if err := c.query.Find(&users).Error; err != nil || len(users) != c.want {
				t.Errorf("%s: %d, %v", what, len(users), err)
			}
		}
		var users []authplugin.User
		must(t, db.Preload("Sessions", sessions).Find(&users, name("ada")).Error)
		if len(users) != 1 || len(users[0].Sessions) != 1 {
			t.Errorf("preload %v", users)
		}
		var found []authplugin.Session
		must(t, db.InnerJoins("User", db.Where(name("ada"))).Find(&found).Error)
		if len(found) != 1 || found[0].User.Name != "ada" {
			t.Errorf("relation %v", found)
		}
		if res := db.Model(&authplugin.User{}).Where(name("ada")).Update("age", 4); res.Error != nil || res.RowsAffected != 1 {
			t.Errorf("update: %v, %d", res.Error, res.RowsAffected)
		}
		if res := db.Where(name("bob")).Delete(&authplugin.User{}); res.Error != nil || res.RowsAffected != 1 {
			t.Errorf("delete: %v, %d", res.Error, res.RowsAffected)
		}
	})
}
