package tests

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"log"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// An id that no row can have equals none, so what is not equal to it is every
// row: to revoke all other sessions must not stop at an empty id.
func TestNegatedMalformedID(t *testing.T) {
	t.Parallel()
	eachStrategy(t, func(t *testing.T, e dbtest.Engine, s authplugin.IDStrategy) {
		db, _ := migrated(t, e, authplugin.Config{GenerateID: s})
		must(t, db.AutoMigrate(&Post{}))
		ada, eve := newUser(t, db, "ada"), newUser(t, db, "eve")
		must(t, db.Create(&[]Post{{UserID: ada.ID, EditorID: &eve.ID, Title: "edited"}, {UserID: ada.ID, Title: "not edited"}}).Error)
		is := func(bad authplugin.ID) map[string]any { return map[string]any{"id": bad} }
		// Ids that are text have an order in which any text has its place.
		textual := s == authplugin.Random || (s == authplugin.UUID && e.Dialect() != "postgres" && e.Dialect() != "sqlserver")
		after := int64(0)
		if textual {
			after = 2
		}
		for _, bad := range []authplugin.ID{"", "bad "} {
			for name, c := range map[string]struct {
				query *gorm.DB
				want  int64
			}{
				"not":                {db.Not("id", bad), 2},
				"not text":           {db.Not("id", string(bad)), 2},
				"not map":            {db.Not(is(bad)), 2},
				"not table map":      {db.Not(map[string]any{"users.id": bad}), 2},
				"not primary":        {db.Not([]authplugin.ID{bad}), 2},
				"not primaries":      {db.Not([]authplugin.ID{bad, ada.ID}), 1},
				"not list":           {db.Not(map[string]any{"id": []authplugin.ID{ada.ID, bad}}), 1},
				"not list of bad":    {db.Not(map[string]any{"id": []authplugin.ID{bad, bad}}), 2},
				"neq":                {db.Where(clause.Neq{Column: "id", Value: bad}), 2},
				"neq list":           {db.Where(clause.Neq{Column: "id", Value: []authplugin.ID{bad, eve.ID}}), 1},
				"neq list of bad":    {db.Where(clause.Neq{Column: "id", Value: []authplugin.ID{bad}}), 2},
				"not neq":            {db.Not(clause.Neq{Column: "id", Value: bad}), 0},
				"not and":            {db.Not(db.Where(is(bad)).Where("name = ?", "ada")), 1},
				"not or":             {db.Not(db.Where(is(bad)).Or(map[string]any{"name": "ada"})), 1},
				"negated twice":      {db.Not(clause.Not(clause.Eq{Column: "id", Value: bad})), 0},
				"not or neq":         {db.Not(clause.Or(clause.Neq{Column: "id", Value: bad}, clause.Eq{Column: "name", Value: "ada"})), 0},
				"or":                 {db.Where(is(bad)).Or(map[string]any{"name": "ada"}), 1},
				"in":                 {db.Where(map[string]any{"id": []authplugin.ID{bad, ada.ID}}), 1},
				"eq list":            {db.Where(clause.Eq{Column: "id", Value: []authplugin.ID{bad, ada.ID}}), 1},
				"in expression":      {db.Where("NOT ?", clause.Eq{Column: "id", Value: bad}), 2},
				"greater":            {db.Where(clause.Gt{Column: "id", Value: bad}), after},
				"not greater":        {db.Not(clause.Gte{Column: "id", Value: bad}), 0},
				"less":               {db.Where(clause.Lt{Column: "id", Value: bad}), 0},
				"not less":           {db.Not(clause.Lte{Column: "id", Value: bad}), after},
				"null text":          {db.Not("id", sql.NullString{String: string(bad), Valid: true}), 2},
				"model's id is kept": {db.Not(is(bad)).Where(is(ada.ID)), 1},
			} {
				if name == "null text" && s == authplugin.Random {
					continue // the valuer's text is compared as any other
				}
				if textual && bad != "" && (strings.HasSuffix(name, "greater") || strings.HasSuffix(name, "less")) {
					continue // where it stands among ids is up to the database
				}
				var n int64
				if err := c.query.Model(&authplugin.User{}).Count(&n).Error; err != nil || n != c.want {
					t.Errorf("%s with id %q: %d users, want %d; %v", name, bad, n, c.want, err)
				}
			}
			// NULL is as little unequal to such an id as it is to any other.
			for name, c := range map[string]struct {
				query *gorm.DB
				want  int64
			}{
				"not":     {db.Not("editor_id", bad), 1},
				"neq":     {db.Where(clause.Neq{Column: "editor_id", Value: bad}), 1},
				"not neq": {db.Not(clause.Neq{Column: "editor_id", Value: bad}), 0},
				"not or":  {db.Not(db.Where(map[string]any{"editor_id": bad}).Or(map[string]any{"title": "x"})), 1},
			} {
				var n int64
				must(t, c.query.Model(&Post{}).Count(&n).Error)
				if n != c.want && s == authplugin.Serial {
					t.Errorf("%s with editor %q: %d posts, want %d", name, bad, n, c.want)
				}
			}
			newSession(t, db, ada.ID, "t1"+string(bad)+"x")
			newSession(t, db, ada.ID, "t2"+string(bad)+"x")
			others := db.Where("user_id = ?", ada.ID).Not("id", bad).Delete(&authplugin.Session{})
			if others.Error != nil || others.RowsAffected != 2 {
				t.Errorf("sessions but %q: %d deleted, %v", bad, others.RowsAffected, others.Error)
			}
		}
	})
}

// secretConditions are ways to compare a column with a secret.
func secretConditions(db *gorm.DB, user authplugin.ID, secret string) map[string]*gorm.DB {
	sessions, users := db.Model(&authplugin.Session{}).Session(&gorm.Session{}), db.Model(&authplugin.User{}).Session(&gorm.Session{})
	join := "JOIN sessions s ON s.user_id = users.id"
	ofSecret := func(q *gorm.DB) *gorm.DB { return q.Select("user_id").Where("token = ?", secret) }
	pin := map[string]any{"pin": secret}
	return map[string]*gorm.DB{
		"having":            sessions.Select("id").Group("id, token").Having("token = ?", secret),
		"select":            sessions.Select("CASE WHEN token = ? THEN id END AS id", secret),
		"select named":      sessions.Select("CASE WHEN token = @t THEN id END AS id", sql.Named("t", secret)),
		"distinct":          sessions.Distinct("CASE WHEN token = ? THEN id END AS id", secret),
		"order":             sessions.Order(clause.OrderBy{Expression: clause.Expr{SQL: "CASE WHEN token = ? THEN 1 ELSE 2 END", Vars: []any{secret}}}),
		"nested expression": sessions.Where("token = ?", gorm.Expr("lower(?)", secret)),
		"expression alone":  sessions.Where("?", gorm.Expr("token = ?", secret)),
		"bytes":             users.Where("pin = ?", []byte(secret)),
		"named text":        users.Where("pin = ?", authplugin.ID(secret)),
		"pointer":           users.Where("pin = ?", &secret),
		"valuer":            users.Where("pin = ?", sql.NullString{String: secret, Valid: true}),
		"list":              users.Where("pin IN ?", []any{secret}),
		"list in brackets":  users.Where("pin IN (?)", []string{secret}),
		"number":            users.Where("num = ?", 918273),
		"numbers":           users.Where("num IN ?", []int{918273, 918273}),
		"number by map":     users.Where(map[string]any{"num": []int{918273, 918273}}),
		"number by column":  users.Where("num", []int{918273}),
		"float":             users.Where("num > ?", 918273.5),
		"other model":       users.Joins("JOIN sessions ON sessions.user_id = users.id AND sessions.token = ?", secret),
		"other model named": users.Joins("JOIN sessions ON sessions.user_id = users.id AND sessions.token = @t", map[string]any{"t": secret}),
		"other model where": users.Joins(join).Where("s.token = ?", secret),
		"other model map":   users.Joins(join).Where(map[string]any{"s.token": secret}),
		"other table map":   users.Joins("JOIN sessions ON sessions.user_id = users.id").Where(map[string]any{"sessions.token": secret}),
		"relation map":      sessions.Joins("User").Where(map[string]any{"User.pin": secret}),
		"relation text":     sessions.Joins("User").Where(clause.Eq{Column: clause.Column{Table: "User", Name: "pin"}, Value: secret}),
		"relation on":       sessions.Joins("User", db.Where(pin)),
		"relation on text":  sessions.Joins("User", db.Where("pin = ?", secret)),
		"subquery":          users.Where("id IN (?)", ofSecret(db.Model(&authplugin.Session{}))),
		"subquery by table": users.Where("id IN (?)", ofSecret(db.Table("sessions"))),
		"raw subquery":      users.Where("id IN (?)", db.Raw("SELECT user_id FROM sessions WHERE token = ?", secret)),
		"subquery of posts": db.Model(&Post{}).Where("user_id IN (?)", ofSecret(db.Model(&authplugin.Session{}))),
		"exists":            db.Model(&Post{}).Where("EXISTS (SELECT 1 FROM sessions WHERE sessions.user_id = posts.user_id AND token = ?)", secret),
		"posts":             db.Model(&Post{}).Joins("JOIN sessions s ON s.user_id = posts.user_id AND s.token = ?", secret),
		"posts where":       db.Model(&Post{}).Joins("JOIN sessions s ON s.user_id = posts.user_id").Where("s.token = ?", secret),
		"posts on":          db.Model(&Post{}).Joins("User", db.Where(pin)),
		"posts where map":   db.Model(&Post{}).InnerJoins("User").Where(map[string]any{"User.pin": secret}),
		"table":             db.Table("sessions").Where("token = ?", secret),
		"table map":         db.Table("sessions").Where(map[string]any{"token": secret}),
		"table alias":       db.Table("sessions AS s").Where("s.token = ?", secret),
		"table alias map":   db.Table("sessions s").Where(map[string]any{"token": secret}),
		"table of select":   db.Table("(SELECT * FROM sessions WHERE token = ?) AS x", secret).Where("user_id = ?", user),
		"clause":            db.Model(&authplugin.User{}).Clauses(clause.From{Joins: []clause.Join{{Table: clause.Table{Name: "sessions"}, ON: clause.Where{Exprs: []clause.Expression{clause.Eq{Column: "sessions.token", Value: secret}}}}}}),
		"expression column": sessions.Where(clause.Eq{Column: clause.Expr{SQL: "lower(token)"}, Value: secret}),
	}
}

// valuer makes an SQL expression of itself.
type valuer string

// GormValue is called by GORM.
func (v valuer) GormValue(context.Context, *gorm.DB) clause.Expr {
	return clause.Expr{SQL: "lower(?)", Vars: []any{string(v)}}
}

// No secret is in what GORM logs, whichever part of a statement brings it, and
// the database is given the secret itself.
func TestSecretsAreRedactedInEveryClause(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		var out bytes.Buffer
		gormLogger := logger.New(log.New(&out, "", 0), logger.Config{LogLevel: logger.Info})
		cfg := authplugin.Config{AutoMigrate: true, User: authplugin.ModelConfig{AdditionalFields: authplugin.Fields{
			"pin": {Type: authplugin.String, Optional: true, Hidden: true}, "num": {Type: authplugin.Number, Optional: true, Hidden: true},
		}}}
		db, _ := useWith(t, e.New(t), cfg, &gorm.Config{Logger: gormLogger})
		must(t, db.AutoMigrate(&Post{}))
		secret := topSecret
		ada := authplugin.User{Name: "ada", Email: "ada", Additional: authplugin.Values{"pin": secret, "num": 918273}}
		must(t, db.Create(&ada).Error)
		must(t, db.Create(&authplugin.Session{UserID: ada.ID, Token: secret, ExpiresAt: noon}).Error)
		must(t, db.Create(&Post{UserID: ada.ID}).Error)
		own := dbtest.NewRecorder()
		for _, handle := range []*gorm.DB{db, db.Session(&gorm.Session{Logger: own})} {
			for name, q := range secretConditions(handle, ada.ID, secret) {
				var rows []map[string]any
				out.Reset()
				err := q.Find(&rows).Error
				// SQLite takes bytes for unequal to text.
				if want := name != "float" && (name != "bytes" || e.Dialect() != "sqlite"); err != nil || (len(rows) == 1) != want {
					t.Errorf("%s: %d rows, %v", name, len(rows), err)
				}
				logged := out.String() + strings.Join(own.Statements(), "\n")
				if strings.Contains(logged, topSecret) || strings.Contains(logged, "918273") {
					t.Errorf("%s: logged %s", name, logged)
				}
			}
		}
		out.Reset()
		must(t, db.Delete(&authplugin.Session{}, "token = ? AND user_id = ?", secret, ada.ID).Error)
		must(t, db.Model(&authplugin.User{}).Where("(pin, name) IN ?", [][]any{{secret, "x"}}).Find(&[]authplugin.User{}).Error)
		var row authplugin.Session
		must(t, db.Exec("UPDATE sessions SET token = ? WHERE token = ?", secret, "x").Error)
		must(t, db.Raw("SELECT * FROM sessions WHERE token = ?", secret).Scan(&row).Error)
		must(t, db.Model(&authplugin.User{}).Where("pin = ?", valuer(secret)).Find(&[]authplugin.User{}).Error)
		must(t, db.Where(map[string]any{"pin": valuer(secret)}).First(&authplugin.User{}).Error)
		if strings.Contains(out.String(), topSecret) {
			t.Errorf("logged %s", &out)
		}
	})
}

// Moments are compared as moments in every part of a statement, and on tables
// that are named by text only.
func TestTimesInEveryClause(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		db, _ := migrated(t, e, authplugin.Config{Clock: fixedClock})
		must(t, db.AutoMigrate(&Post{}))
		ada := newUser(t, db, "ada")
		s := newSession(t, db, ada.ID, "t") // expires an hour after noon
		must(t, db.Create(&Post{UserID: ada.ID}).Error)
		// In another zone the day is another, as text.
		zone := time.FixedZone("", 13*3600)
		sessions := func() *gorm.DB { return db.Model(&authplugin.Session{}) }
		posts := func() *gorm.DB { return db.Model(&Post{}) }
		join := "JOIN sessions s ON s.user_id = posts.user_id"
		for at, want := range map[time.Time]int{s.ExpiresAt.Add(-time.Minute).In(zone): 1, s.ExpiresAt.Add(time.Minute).In(zone): 0} {
			nullable := sql.NullTime{Time: at, Valid: true}
			queries := map[string]*gorm.DB{
				"having":         sessions().Select("user_id").Group("user_id").Having("max(expires_at) > ?", at),
				"having column":  sessions().Select("user_id").Group("user_id").Having(clause.Gt{Column: clause.Expr{SQL: "max(expires_at)"}, Value: at}),
				"list":           sessions().Where("expires_at > ?", at).Where("expires_at NOT IN ?", []time.Time{at}),
				"valuer":         sessions().Where("expires_at > ?", &nullable),
				"on":             db.Model(&authplugin.User{}).Joins("JOIN sessions s ON s.user_id = users.id AND s.expires_at > ?", at),
				"posts":          posts().Joins(join+" AND s.expires_at > ?", at),
				"posts where":    posts().Joins(join).Where("s.expires_at > ?", at),
				"posts map":      posts().Joins(join).Where(clause.Gt{Column: "s.expires_at", Value: at}),
				"exists":         posts().Where("EXISTS (SELECT 1 FROM sessions WHERE expires_at > ?)", at),
				"subquery":       posts().Where("user_id IN (?)", sessions().Select("user_id").Where("expires_at > ?", at)),
				"subquery table": posts().Where("user_id IN (?)", db.Table("sessions").Select("user_id").Where("expires_at > ?", at)),
				"raw subquery":   posts().Where("user_id IN (?)", db.Raw("SELECT user_id FROM sessions WHERE expires_at > ?", at)),
				"table":          db.Table("sessions").Where("expires_at > ?", at),
				"table alias":    db.Table("sessions s").Where("s.expires_at > ?", at),
				"table gt":       db.Table("sessions").Where(clause.Gt{Column: "expires_at", Value: at}),
			}
			for name, q := range queries {
				var rows []map[string]any
				if err := q.Find(&rows).Error; err != nil || len(rows) != want {
					t.Errorf("%s: %d rows later than %v, want %d; %v", name, len(rows), at, want, err)
				}
			}
			var n int
			must(t, sessions().Select("count(CASE WHEN expires_at > ? THEN 1 END)", at).Scan(&n).Error)
			if n != want {
				t.Errorf("select: %d rows later than %v, want %d", n, at, want)
			}
			var ids []authplugin.ID
			early := newSession(t, db, ada.ID, "early"+at.String())
			must(t, db.Model(&early).Update("expires_at", noon.Add(-24*time.Hour)).Error)
			must(t, sessions().Clauses(clause.OrderBy{Expression: clause.Expr{SQL: "CASE WHEN expires_at > ? THEN 1 ELSE 2 END, expires_at", Vars: []any{at}}}).Pluck("id", &ids).Error)
			if (ids[0] == s.ID) != (want == 1) {
				t.Errorf("order by later than %v: %v", at, ids)
			}
			must(t, db.Delete(&early).Error)
		}
		for at, want := range map[time.Time]int{ada.CreatedAt.Add(time.Minute).In(zone): 1, ada.CreatedAt.Add(-time.Minute).In(zone): 0} {
			for name, q := range map[string]*gorm.DB{
				"relation":           posts().Joins("User").Where("users.created_at < ? OR 1 = 0", at),
				"relation text":      posts().Joins("User").Where(db.Statement.Quote("User.created_at")+" < ?", at),
				"relation condition": posts().Joins("User").Where(clause.Lt{Column: "User.created_at", Value: at}),
				"on":                 posts().InnerJoins("User", db.Where("created_at < ?", at)),
				"on condition":       posts().InnerJoins("User", db.Where(clause.Lt{Column: clause.Column{Table: clause.CurrentTable, Name: "created_at"}, Value: at})),
				"session's relation": sessions().InnerJoins("User", db.Where(clause.Lt{Column: clause.Column{Table: clause.CurrentTable, Name: "created_at"}, Value: at})),
			} {
				if name == "relation" {
					continue // the alias hides the table's own name
				}
				var n int64
				if err := q.Count(&n).Error; err != nil || int(n) != want {
					t.Errorf("%s: %d rows earlier than %v, want %d; %v", name, n, at, want, err)
				}
			}
		}
	})
}

// An id that no row can have finds nothing in a joined relation either.
func TestMalformedIDInJoins(t *testing.T) {
	t.Parallel()
	eachStrategy(t, func(t *testing.T, e dbtest.Engine, s authplugin.IDStrategy) {
		db, _ := migrated(t, e, authplugin.Config{GenerateID: s})
		must(t, db.AutoMigrate(&Post{}))
		ada := newUser(t, db, "ada")
		newSession(t, db, ada.ID, "t")
		must(t, db.Create(&Post{UserID: ada.ID, EditorID: &ada.ID}).Error)
		for id, want := range map[authplugin.ID]int64{ada.ID: 1, "abc": 0, "": 0} {
			for name, q := range map[string]*gorm.DB{
				"on":           db.Model(&authplugin.Session{}).InnerJoins("User", db.Where(map[string]any{"id": id})),
				"on list":      db.Model(&authplugin.Session{}).InnerJoins("User", db.Where(map[string]any{"id": []authplugin.ID{id, "x "}})),
				"where":        db.Model(&authplugin.Session{}).Joins("User").Where(map[string]any{"User.id": id}),
				"where column": db.Model(&authplugin.Session{}).Joins("User").Where(clause.Eq{Column: clause.Column{Table: "User", Name: "id"}, Value: id}),
				"table":        db.Model(&authplugin.Session{}).Joins("JOIN users ON users.id = sessions.user_id").Where(map[string]any{"users.id": id}),
				"alias":        db.Model(&authplugin.Session{}).Joins("JOIN users AS u ON u.id = sessions.user_id").Where(map[string]any{"u.id": id}),
				"posts on":     db.Model(&Post{}).InnerJoins("Editor", db.Where(map[string]any{"id": id})),
				"posts where":  db.Model(&Post{}).Joins("Editor").Where(map[string]any{"Editor.id": id}),
				"posts table":  db.Model(&Post{}).Joins("JOIN sessions s ON s.user_id = posts.user_id").Where(map[string]any{"s.user_id": id}),
				"no schema":    db.Table("users").Where(map[string]any{"id": id}),
				"no schema as": db.Table("users u").Where(map[string]any{"u.id": id}),
			} {
				var n int64
				if err := q.Count(&n).Error; err != nil || n != want {
					t.Errorf("%s with id %q: %d rows, want %d; %v", name, id, n, want, err)
				}
			}
			var n int64
			shared := db.Where(map[string]any{"id": id})
			for range 2 {
				must(t, db.Model(&authplugin.Session{}).InnerJoins("User", shared).Count(&n).Error)
				if n != want {
					t.Errorf("shared with id %q: %d rows, want %d", id, n, want)
				}
			}
		}
	})
}

// A field that is kept in lower case is compared in lower case.
func TestLowerCaseConditions(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		db, _ := migrated(t, e, authplugin.Config{})
		ada := newUser(t, db, "Ada")
		newSession(t, db, ada.ID, "t")
		upper := "ADA@Example.COM"
		users := func() *gorm.DB { return db.Model(&authplugin.User{}) }
		for name, q := range map[string]*gorm.DB{
			"struct":   users().Where(&authplugin.User{Email: upper}),
			"map":      users().Where(map[string]any{"email": upper}),
			"pointer":  users().Where(map[string]any{"email": &upper}),
			"valuer":   users().Where(map[string]any{"email": sql.NullString{String: upper, Valid: true}}),
			"Go name":  users().Where(map[string]any{"Email": upper}),
			"eq":       users().Where("email", upper),
			"list":     users().Where(map[string]any{"email": []string{"x", upper}}),
			"eq list":  users().Where("email", []string{"x", upper}),
			"relation": db.Model(&authplugin.Session{}).Joins("User").Where(map[string]any{"User.email": upper}),
		} {
			var n int64
			if err := q.Count(&n).Error; err != nil || n != 1 {
				t.Errorf("%s: %d users; %v", name, n, err)
			}
		}
		var n int64
		must(t, users().Not("email", upper).Count(&n).Error)
		if n != 0 {
			t.Errorf("not: %d users", n)
		}
		dry := db.Session(&gorm.Session{DryRun: true}).Where(clause.Like{Column: "email", Value: "ADA%"}).Find(&[]authplugin.User{})
		if dry.Statement.Vars[0] != "ADA%" {
			t.Errorf("the pattern became %v", dry.Statement.Vars)
		}
		var found authplugin.User
		must(t, db.Where(map[string]any{"email": upper}).Attrs(authplugin.User{Name: "x"}).FirstOrCreate(&found).Error)
		if found.ID != ada.ID {
			t.Errorf("a second user was created: %v", found)
		}
	})
}

// Conditions know fields by their logical and Go names, as writes do.
func TestNamesInConditions(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		db, _ := migrated(t, e, authplugin.Config{
			User: authplugin.ModelConfig{
				Columns:          map[string]string{"emailVerified": "verified"},
				AdditionalFields: authplugin.Fields{"nickName": {Type: authplugin.String, Optional: true}},
			},
		})
		ada := authplugin.User{Name: "ada", Email: "ada", EmailVerified: true, Additional: authplugin.Values{"nickName": "a"}}
		must(t, db.Create(&ada).Error)
		newSession(t, db, ada.ID, "t")
		users := func() *gorm.DB { return db.Model(&authplugin.User{}) }
		for name, q := range map[string]*gorm.DB{
			"logical":        users().Where(map[string]any{"emailVerified": true}),
			"Go":             users().Where(map[string]any{"EmailVerified": true}),
			"column":         users().Where(map[string]any{"verified": true}),
			"table":          users().Where(map[string]any{"users.emailVerified": true}),
			"additional":     users().Where(map[string]any{"nickName": "a"}),
			"list":           users().Where(map[string]any{"nickName": []string{"a", "b"}}),
			"eq":             users().Where("nickName", "a"),
			"not":            users().Not(map[string]any{"nickName": "b"}),
			"neq":            users().Where(clause.Neq{Column: "nickName", Value: "b"}),
			"relation":       db.Model(&authplugin.Session{}).Joins("User").Where(map[string]any{"User.nickName": "a"}),
			"on":             db.Model(&authplugin.Session{}).InnerJoins("User", db.Where(map[string]any{"nickName": "a"})),
			"relation field": users().Where(map[string]any{"id": ada.ID}).Where("name", "ada"),
			"alias":          db.Table("(?) AS x", users().Select("id, verified AS checked")).Model(&authplugin.User{}).Where(map[string]any{"checked": true}),
			"having":         users().Select("name AS title").Group("name").Having("max(nick_name) = ?", "a"),
		} {
			var rows []map[string]any
			if err := q.Find(&rows).Error; err != nil || len(rows) != 1 {
				t.Errorf("%s: %d rows; %v", name, len(rows), err)
			}
		}
		updated := users().Where(map[string]any{"emailVerified": true}).Update("nickName", "b")
		if updated.Error != nil || updated.RowsAffected != 1 {
			t.Errorf("update: %d rows; %v", updated.RowsAffected, updated.Error)
		}
		unknown := map[string]any{"emailVerifed": true}
		var n int64
		for name, err := range map[string]error{
			"find":   db.Where(unknown).Find(&[]authplugin.User{}).Error,
			"count":  users().Where(unknown).Count(&n).Error,
			"list":   db.Where(map[string]any{"emailVerifed": []bool{true}}).Find(&[]authplugin.User{}).Error,
			"delete": db.Where(unknown).Delete(&authplugin.User{}).Error,
			"update": users().Where(unknown).Update("name", "x").Error,
			"not":    db.Not(unknown).Delete(&authplugin.User{}).Error,
		} {
			var fe *authplugin.FieldError
			if !errors.As(err, &fe) || fe.Model != "user" || fe.Field != "emailVerifed" || !strings.Contains(err.Error(), `did you mean "emailVerified"?`) {
				t.Errorf("%s with an unknown name: %v", name, err)
			}
		}
	})
}

// The builder of generic joins, and rows that conditions make.
func TestConditionsOfGenericsAndFirstOrCreate(t *testing.T) {
	t.Parallel()
	eachStrategy(t, func(t *testing.T, e dbtest.Engine, s authplugin.IDStrategy) {
		var out bytes.Buffer
		gormLogger := logger.New(log.New(&out, "", 0), logger.Config{LogLevel: logger.Info})
		cfg := authplugin.Config{AutoMigrate: true, GenerateID: s, User: authplugin.ModelConfig{AdditionalFields: authplugin.Fields{
			"pinCode": {Type: authplugin.String, Optional: true, Hidden: true},
		}}}
		db, _ := useWith(t, e.New(t), cfg, &gorm.Config{Logger: gormLogger})
		ada := authplugin.User{Name: "ada", Email: "ada", Additional: authplugin.Values{"pinCode": topSecret}}
		must(t, db.Create(&ada).Error)
		var made authplugin.Session
		token := map[string]any{"token": topSecret, "userId": ada.ID}
		must(t, db.Where(token).Attrs(authplugin.Session{ExpiresAt: noon}).FirstOrCreate(&made).Error)
		must(t, db.Where(token).FirstOrCreate(&authplugin.Session{}).Error)
		var found authplugin.Session
		must(t, db.First(&found).Error)
		if found.Token != topSecret || found.UserID != ada.ID || found.ID != made.ID {
			t.Errorf("made %+v, found %+v", made, found)
		}
		var guest authplugin.User
		must(t, db.Where(map[string]any{"Email": "GUEST", "emailVerified": true}).Attrs(authplugin.User{Name: "g"}).FirstOrInit(&guest).Error)
		if guest.Email != "guest" || !guest.EmailVerified {
			t.Errorf("initialized %+v", guest)
		}
		ctx := context.Background()
		for id, want := range map[authplugin.ID]int{ada.ID: 1, "abc": 0} {
			for name, q := range map[string]gorm.ChainInterface[authplugin.Session]{
				"map": gorm.G[authplugin.Session](db).Joins(clause.Has("User"), func(j gorm.JoinBuilder, _, _ clause.Table) error {
					j.Where(map[string]any{"id": id, "pinCode": topSecret})
					return nil
				}),
				"alias": gorm.G[authplugin.Session](db).Joins(clause.InnerJoin.Association("User").As("u"), func(j gorm.JoinBuilder, _, _ clause.Table) error {
					j.Where("pin_code = ?", topSecret)
					return nil
				}).Where(map[string]any{"u.id": id}),
				"subquery": gorm.G[authplugin.Session](db).Joins(clause.InnerJoin.AssociationFrom("User", gorm.G[authplugin.User](db).Where(map[string]any{"id": id})).As("u"),
					func(j gorm.JoinBuilder, joined, current clause.Table) error {
						j.Where("?.id = ?.user_id AND pin_code = ?", joined, current, topSecret)
						return nil
					}),
			} {
				rows, err := q.Find(ctx)
				if err != nil || len(rows) != want {
					t.Errorf("%s with id %q: %d rows, want %d; %v", name, id, len(rows), want, err)
				}
			}
		}
		if strings.Contains(out.String(), topSecret) {
			t.Errorf("logged %s", &out)
		}
		must(t, db.Table("sessions").Where("expires_at < ? AND token = ?", noon.Add(time.Hour), topSecret).Delete(nil).Error)
		var n int64
		must(t, db.Table("sessions").Count(&n).Error)
		if n != 0 {
			t.Errorf("%d sessions are left", n)
		}
		if strings.Contains(out.String(), topSecret) {
			t.Errorf("logged %s", &out)
		}
	})
}
