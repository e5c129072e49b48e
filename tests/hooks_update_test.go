package tests

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// statements are the kinds of the statements that were recorded.
func kinds(r *dbtest.Recorder) string {
	var words []string
	for _, s := range r.Statements() {
		word, _, _ := strings.Cut(s, " ")
		words = append(words, word)
	}
	r.Reset()
	return strings.Join(words, " ")
}

// Rows get by one statement what they share, and by others what they do not.
func TestHooksUpdateRowsApart(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d := &diary{}
		cfg := profiled(userHooks(authplugin.ModelHooks[authplugin.User]{
			BeforeUpdate: func(_ *authplugin.HookContext, c *authplugin.Change[authplugin.User]) error {
				switch c.Before.Name {
				case "n0", "n1":
					c.Values.Set("nick", "low")
				case "n2":
					c.Values = authplugin.Values{"nick": gorm.Expr("UPPER(name)"), "tags": []string{"a", "b"}}
				case "n3":
					clear(c.Values)
				}
				return nil
			},
			AfterUpdate: func(_ *authplugin.HookContext, c *authplugin.Change[authplugin.User]) error {
				d.note("%s>%s %v %v %v", c.Before.Name, c.After.Name, c.After.Additional["nick"], c.After.Additional["tags"], c.After.UpdatedAt.Equal(c.Before.UpdatedAt))
				return nil
			},
		}))
		cfg.AutoMigrate = true
		now := noon
		recorder := dbtest.NewRecorder()
		db, _ := useWith(t, e.New(t), withClock(cfg, &now), &gorm.Config{Logger: recorder})
		var users []authplugin.User
		for i := range 6 {
			users = append(users, authplugin.User{ID: authplugin.ID(fmt.Sprintf("id%d", i)), Name: fmt.Sprintf("n%d", i), Email: fmt.Sprintf("%d", i)})
		}
		must(t, db.Create(&users).Error)
		now = noon.Add(time.Hour)
		recorder.Reset()
		result := db.Model(&users).Where("name <> ?", "n5").Updates(map[string]any{"name": "new"})
		if result.Error != nil || result.RowsAffected != 4 {
			t.Errorf("%v, %d rows", result.Error, result.RowsAffected)
		}
		// The rows, three payloads, and the rows again because of the expression.
		if got, want := strings.ReplaceAll(kinds(recorder), "lock ", ""), "SELECT UPDATE UPDATE UPDATE SELECT"; got != want {
			t.Errorf("statements %s", got)
		}
		d.expect(t, "after", "n0>new low <nil> false", "n1>new low <nil> false", "n2>n2 N2 [a b] true", "n4>new <nil> <nil> false")
		var read []authplugin.User
		must(t, db.Order("id").Find(&read).Error)
		var got, callers []string
		for i, u := range read {
			got = append(got, fmt.Sprintf("%s %v", u.Name, u.Additional["nick"]))
			callers = append(callers, fmt.Sprintf("%s %v", users[i].Name, users[i].Additional["nick"]))
		}
		if diff := cmp.Diff([]string{"new low", "new low", "n2 N2", "n3 <nil>", "new <nil>", "n5 <nil>"}, got); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"new low", "new low", "n2 <nil>", "n3 <nil>", "new <nil>", "n5 <nil>"}, callers); diff != "" {
			t.Errorf("the caller's structs: %s", diff)
		}
	})
}

// What a change holds is what the statement would set.
func TestChangeValues(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		var seen authplugin.Values
		var before authplugin.User
		cfg := profiled(userHooks(authplugin.ModelHooks[authplugin.User]{
			BeforeUpdate: func(_ *authplugin.HookContext, c *authplugin.Change[authplugin.User]) error {
				seen, before = c.Values, *c.Before
				if c.After != nil {
					return errors.New("there is no after yet")
				}
				return nil
			},
		}))
		cfg.User.AdditionalFields["rev"] = authplugin.Field{Type: authplugin.Number, Optional: true, OnUpdate: func() any { return int64(9) }}
		cfg.Clock = fixedClock
		db, _ := migrated(t, e, cfg)
		u := authplugin.User{Name: "ada", Email: "a", Additional: authplugin.Values{"nick": "n", "pin": "1"}}
		must(t, db.Create(&u).Error)
		stamp := noon.UTC().Truncate(time.Millisecond)
		expr := gorm.Expr("UPPER(name)")
		target := &authplugin.User{ID: u.ID}
		for how, c := range map[string]struct {
			write func() error
			want  authplugin.Values
		}{
			"map": {
				func() error { return db.Model(target).Updates(map[string]any{"Name": "x", "nick": nil}).Error },
				authplugin.Values{"name": "x", "nick": nil, "updatedAt": stamp, "rev": int64(9)},
			},
			"expression": {
				func() error { return db.Model(target).Update("name", expr).Error },
				authplugin.Values{"name": expr, "updatedAt": stamp, "rev": int64(9)},
			},
			"struct": {
				func() error {
					return db.Model(target).Updates(authplugin.User{Email: "A", Additional: authplugin.Values{"age": 3}}).Error
				},
				authplugin.Values{"email": "A", "age": 3, "updatedAt": stamp, "rev": int64(9)},
			},
			"select": {
				func() error { return db.Model(target).Select("Name", "Image").Updates(authplugin.User{Email: "no"}).Error },
				authplugin.Values{"name": "", "image": nil, "updatedAt": stamp, "rev": int64(9)},
			},
			"omit": {
				func() error { return db.Model(target).Omit("email").Updates(map[string]any{"name": "o", "email": "no"}).Error },
				authplugin.Values{"name": "o", "updatedAt": stamp, "rev": int64(9)},
			},
			"set": {
				func() error {
					_, err := gorm.G[authplugin.User](db).Where("id = ?", u.ID).Set(clause.Assignment{Column: clause.Column{Name: "nick"}, Value: "s"}).Update(t.Context())
					return err
				},
				authplugin.Values{"nick": "s", "updatedAt": stamp, "rev": int64(9)},
			},
			"save": {
				func() error {
					return db.Save(&authplugin.User{ID: u.ID, Name: "s", Email: "e", Additional: authplugin.Values{"nick": "sv"}}).Error
				},
				authplugin.Values{
					"name": "s", "email": "e", "emailVerified": false, "image": nil, "createdAt": time.Time{}, "nick": "sv",
					"updatedAt": stamp, "rev": int64(9),
				},
			},
		} {
			seen = nil
			must(t, c.write())
			if diff := cmp.Diff(c.want, seen, cmp.AllowUnexported(clause.Expr{})); diff != "" {
				t.Errorf("%s: %s", how, diff)
			}
			if before.ID != u.ID || before.Additional["pin"] != "hash(1)" {
				t.Errorf("%s: before %v %v", how, before, before.Additional)
			}
		}
		if stored(t, db, u.ID, "pin") != "hash(1)" {
			t.Errorf("pin %s", stored(t, db, u.ID, "pin"))
		}
	})
}

// What hooks set is checked like what a caller sets, and what they replace is not.
func TestHookValuesAreChecked(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		set := authplugin.Values{}
		db, _ := migrated(t, e, profiled(userHooks(authplugin.ModelHooks[authplugin.User]{
			BeforeCreate: func(_ *authplugin.HookContext, u *authplugin.User) error {
				for name, v := range set {
					u.Additional.Set(name, v)
				}
				return nil
			},
			BeforeUpdate: func(_ *authplugin.HookContext, c *authplugin.Change[authplugin.User]) error {
				for name, v := range set {
					c.Values.Set(name, v)
				}
				return nil
			},
		})))
		u := newUser(t, db, "ada")
		for name, v := range map[string]any{"role": "king", "age": "old", "nope": 1, "tags": 3} {
			set = authplugin.Values{name: v}
			for how, err := range map[string]error{
				"create":        db.Create(&authplugin.User{Name: "x", Email: "x"}).Error,
				"create by map": db.Model(&authplugin.User{}).Create(map[string]any{"name": "x", "email": "x"}).Error,
				"update":        db.Model(&u).Update("name", "x").Error,
				"struct":        db.Model(&u).Updates(authplugin.User{Name: "x"}).Error,
				"bulk":          db.Model(&authplugin.User{}).Where("1 = 1").Update("name", "x").Error,
			} {
				if !errors.Is(err, authplugin.ErrInvalid) {
					t.Errorf("%s, %s: %v", name, how, err)
				}
			}
		}
		set = authplugin.Values{"role": "admin"}
		must(t, db.Model(&u).Update("role", "king").Error)
		must(t, db.Model(&u).Updates(authplugin.User{Additional: authplugin.Values{"role": "king"}}).Error)
		must(t, db.Create(&authplugin.User{Name: "y", Email: "y", Additional: authplugin.Values{"role": "king"}}).Error)
		var n int64
		must(t, db.Model(&authplugin.User{}).Where("role = ?", "admin").Count(&n).Error)
		if n != 2 {
			t.Errorf("%d admins", n)
		}
	})
}

// A map that lacks a column still lacks it after the hooks, and an expression in
// it stays one.
func TestHooksOfMapsKeepWhatIsAbsent(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d := &diary{}
		cfg := profiled(userHooks(authplugin.ModelHooks[authplugin.User]{
			BeforeCreate: func(_ *authplugin.HookContext, u *authplugin.User) error { u.Image = new(string); return nil },
			AfterCreate: func(_ *authplugin.HookContext, u *authplugin.User) error {
				d.note("%v %s %s %v", u.ID != "", u.Name, u.Email, u.Additional["nick"])
				return nil
			},
		}))
		cfg.AutoMigrate, cfg.GenerateID = true, authplugin.Serial
		recorder := dbtest.NewRecorder()
		db, _ := useWith(t, e.New(t), cfg, &gorm.Config{Logger: recorder})
		recorder.Reset()
		m := map[string]any{"name": gorm.Expr("UPPER(?)", "ada"), "email": "A", "nick": "n"}
		must(t, db.Model(&authplugin.User{}).Create(m).Error)
		statements := recorder.Statements()
		insert := statements[slices.IndexFunc(statements, func(s string) bool { return strings.HasPrefix(s, "INSERT") })]
		for _, absent := range []string{"age", "tags", "pin"} {
			if strings.ContainsAny(insert, "`\"") && (strings.Contains(insert, "`"+absent) || strings.Contains(insert, `"`+absent)) || !strings.Contains(insert, "image") {
				t.Errorf("statement %s", insert)
			}
		}
		d.expect(t, "expression", "true ADA a n")
		list := []map[string]any{{"name": "b", "email": "B"}, {"id": 77, "name": "c", "email": "C"}, {"name": "d", "email": "D"}}
		must(t, db.Model(&authplugin.User{}).Create(&list).Error)
		d.expect(t, "maps", "true b b <nil>", "true c c <nil>", "true d d <nil>")
		var n int64
		must(t, db.Model(&authplugin.User{}).Where("image = ?", "").Count(&n).Error)
		if n != 4 {
			t.Errorf("%d images", n)
		}
	})
}

// An id that a hook sets wins.
func TestHookSetsID(t *testing.T) {
	t.Parallel()
	eachStrategy(t, func(t *testing.T, e dbtest.Engine, s authplugin.IDStrategy) {
		want := []authplugin.ID{"4711", "5000", "6000"}
		if fmt.Sprint(s) == fmt.Sprint(authplugin.UUID) {
			want = []authplugin.ID{"0e2c5c6e-0000-4000-8000-000000000001", "0e2c5c6e-0000-4000-8000-000000000002", "0e2c5c6e-0000-4000-8000-000000000003"}
		}
		i := 0
		cfg := userHooks(authplugin.ModelHooks[authplugin.User]{BeforeCreate: func(_ *authplugin.HookContext, u *authplugin.User) error {
			if strings.HasPrefix(u.Name, "own") {
				u.ID = want[i]
				i++
			}
			return nil
		}})
		cfg.GenerateID = s
		db, _ := migrated(t, e, cfg)
		u := authplugin.User{Name: "own1", Email: "1"}
		must(t, db.Create(&u).Error)
		list := []authplugin.User{{Name: "any", Email: "2"}, {Name: "own2", Email: "3"}}
		must(t, db.Create(&list).Error)
		m := map[string]any{"name": "own3", "email": "4"}
		must(t, db.Model(&authplugin.User{}).Create(m).Error)
		for name, id := range map[string]authplugin.ID{"own1": u.ID, "own2": list[1].ID, "own3": m["id"].(authplugin.ID)} {
			var read authplugin.User
			must(t, db.Where("name = ?", name).First(&read).Error)
			if read.ID != id || !slices.Contains(want, id) {
				t.Errorf("%s: %s, the caller has %s", name, read.ID, id)
			}
		}
	})
}

// Many rows are read and written in batches, each in the order of ids.
func TestHooksInBatches(t *testing.T) {
	t.Parallel()
	eachStrategy(t, func(t *testing.T, e dbtest.Engine, s authplugin.IDStrategy) {
		const rows = 1100
		var before, after, refuseAt int
		count := func() error {
			if before++; before == refuseAt {
				return authplugin.ErrAborted
			}
			return nil
		}
		seen := map[authplugin.ID]bool{}
		cfg := userHooks(authplugin.ModelHooks[authplugin.User]{
			BeforeUpdate: func(_ *authplugin.HookContext, c *authplugin.Change[authplugin.User]) error {
				seen[c.Before.ID] = true
				if strings.HasSuffix(c.Before.Email, "7") {
					c.Values.Set("name", "seven")
				}
				return count()
			},
			AfterUpdate:  func(*authplugin.HookContext, *authplugin.Change[authplugin.User]) error { after++; return nil },
			BeforeDelete: func(*authplugin.HookContext, *authplugin.User) error { return count() },
			AfterDelete:  func(*authplugin.HookContext, *authplugin.User) error { after++; return nil },
		})
		cfg.GenerateID = s
		db, _ := migrated(t, e, cfg)
		list := make([]authplugin.User, rows)
		for i := range list {
			list[i] = authplugin.User{Name: "n", Email: fmt.Sprint(i)}
		}
		must(t, db.CreateInBatches(&list, 200).Error)
		outcome := func(how string, result *gorm.DB, affected int64, wantNames string) {
			t.Helper()
			var got []string
			must(t, db.Model(&authplugin.User{}).Distinct().Order("name").Pluck("name", &got).Error)
			if result.RowsAffected != affected || strings.Join(got, " ") != wantNames || (affected > 0 && (before != rows || after != rows)) {
				t.Errorf("%s: %v, %d rows, names %v, %d before, %d after", how, result.Error, result.RowsAffected, got, before, after)
			}
			before, after = 0, 0
		}
		refuseAt = 1050
		refused := db.Model(&authplugin.User{}).Where("1 = 1").Update("name", "x")
		if !errors.Is(refused.Error, authplugin.ErrAborted) {
			t.Errorf("refused: %v", refused.Error)
		}
		refused.RowsAffected = 0
		outcome("refused", refused, 0, "n")
		must(t, db.Transaction(func(tx *gorm.DB) error {
			if err := tx.Where("1 = 1").Delete(&authplugin.User{}).Error; !errors.Is(err, authplugin.ErrAborted) {
				t.Errorf("refused: %v", err)
			}
			return nil
		}))
		outcome("refused in a transaction", &gorm.DB{}, 0, "n")
		refuseAt = 0
		clear(seen)
		outcome("update", db.Model(&authplugin.User{}).Where("name = ? OR name = ?", "n", "seven").Update("name", "x"), rows, "seven x")
		if len(seen) != rows {
			t.Errorf("%d rows were seen", len(seen))
		}
		outcome("delete", db.Session(&gorm.Session{AllowGlobalUpdate: true}).Delete(&authplugin.User{}), rows, "")
	})
}

// Without hooks of an operation it costs nothing, and with them no more than it must.
func TestHookStatements(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		record := func(h authplugin.ModelHooks[authplugin.User]) (*gorm.DB, *dbtest.Recorder) {
			cfg := userHooks(h)
			cfg.AutoMigrate = true
			recorder := dbtest.NewRecorder()
			db, _ := useWith(t, e.New(t), cfg, &gorm.Config{Logger: recorder})
			recorder.Reset()
			return db, recorder
		}
		all := func(db *gorm.DB, r *dbtest.Recorder) (got []string) {
			u := authplugin.User{Name: "ada", Email: "a"}
			must(t, db.Create(&u).Error)
			got = append(got, kinds(r))
			must(t, db.Model(&u).Update("name", "x").Error)
			got = append(got, kinds(r))
			must(t, db.Model(&authplugin.User{}).Where("name = ?", "x").Update("name", "y").Error)
			got = append(got, kinds(r))
			must(t, db.Delete(&u).Error)
			return append(got, kinds(r))
		}
		ok := func(*authplugin.HookContext, *authplugin.User) error { return nil }
		okChange := func(*authplugin.HookContext, *authplugin.Change[authplugin.User]) error { return nil }
		for name, c := range map[string]struct {
			hooks authplugin.ModelHooks[authplugin.User]
			want  []string
		}{
			"none":   {authplugin.ModelHooks[authplugin.User]{}, []string{"INSERT", "UPDATE", "UPDATE", "DELETE"}},
			"create": {authplugin.ModelHooks[authplugin.User]{BeforeCreate: ok, AfterCreate: ok}, []string{"INSERT", "UPDATE", "UPDATE", "DELETE"}},
			"update": {authplugin.ModelHooks[authplugin.User]{BeforeUpdate: okChange, AfterUpdate: okChange}, []string{"INSERT", "SELECT UPDATE", "SELECT UPDATE", "DELETE"}},
			"delete": {authplugin.ModelHooks[authplugin.User]{AfterDelete: ok}, []string{"INSERT", "UPDATE", "UPDATE", "SELECT DELETE"}},
		} {
			if diff := cmp.Diff(c.want, all(record(c.hooks))); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
	})
}

// Statements that hooks split are logged without secrets, each once.
func TestHookStatementsAreRedacted(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		recorder := dbtest.NewRecorder()
		cfg := authplugin.Config{AutoMigrate: true, Hooks: authplugin.Hooks{Session: authplugin.ModelHooks[authplugin.Session]{
			BeforeUpdate: func(_ *authplugin.HookContext, c *authplugin.Change[authplugin.Session]) error {
				if c.Values.Has("token") {
					c.Values.Set("token", topSecret+"2")
				}
				c.Values.Set("userAgent", "u")
				return nil
			},
		}}}
		db, _ := useWith(t, e.New(t), cfg, &gorm.Config{Logger: recorder})
		u := newUser(t, db, "ada")
		s := newSession(t, db, u.ID, topSecret)
		recorder.Reset()
		must(t, db.Model(&s).Update("token", topSecret+"1").Error)
		s.IPAddress = "::1"
		must(t, db.Save(&s).Error)
		must(t, db.Model(&s).Updates(authplugin.Session{Token: topSecret + "3"}).Error)
		for _, statement := range recorder.Statements() {
			if strings.Contains(statement, topSecret) {
				t.Errorf("a log shows a secret: %s", statement)
			}
		}
		if got := kinds(recorder); strings.Count(got, "UPDATE") != 3 {
			t.Errorf("statements %s", got)
		}
		var read authplugin.Session
		must(t, db.First(&read, s.ID).Error)
		if read.Token != topSecret+"2" || read.UserAgent != "u" || read.IPAddress != "::1" || s.Token != topSecret+"2" {
			t.Errorf("session %+v, the caller's token %v", read, s.Token == read.Token)
		}
	})
}

// RETURNING brings the rows of all statements.
func TestHooksAndReturning(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"sqlite", "postgres"} {
		e := dbtest.Named(t, name)
		db, _ := migrated(t, e, userHooks(authplugin.ModelHooks[authplugin.User]{
			BeforeUpdate: func(_ *authplugin.HookContext, c *authplugin.Change[authplugin.User]) error {
				c.Values.Set("name", c.Values.String("name")+c.Before.Name)
				return nil
			},
			BeforeDelete: func(*authplugin.HookContext, *authplugin.User) error { return nil },
		}))
		newUser(t, db, "a")
		b := newUser(t, db, "b")
		var users []authplugin.User
		must(t, db.Model(&users).Clauses(clause.Returning{}).Where("1 = 1").Update("name", "x").Error)
		slices.SortFunc(users, func(a, b authplugin.User) int { return strings.Compare(a.Name, b.Name) })
		if len(users) != 2 || users[0].Name != "xa" || users[1].Name != "xb" || users[1].ID != b.ID {
			t.Errorf("%s: returned %v", name, users)
		}
		one := authplugin.User{ID: b.ID}
		must(t, db.Model(&one).Clauses(clause.Returning{Columns: []clause.Column{{Name: "email"}}}).Update("name", "y").Error)
		if one.Name != "yxb" || one.Email != "b@example.com" {
			t.Errorf("%s: returned %v", name, one)
		}
		var gone []authplugin.User
		must(t, db.Clauses(clause.Returning{}).Where("1 = 1").Delete(&gone).Error)
		if len(gone) != 2 {
			t.Errorf("%s: deleted %v", name, gone)
		}
	}
}
