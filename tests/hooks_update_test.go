package tests

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
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
			users = append(users, authplugin.User{ID: authplugin.ID(fmt.Sprintf("id%d", i)), Name: fmt.Sprintf("n%d", i), Email: strconv.Itoa(i)})
		}
		must(t, db.Create(&users).Error)
		now = noon.Add(time.Hour)
		recorder.Reset()
		result := db.Model(&users).Where("name <> ?", "n5").Updates(map[string]any{"name": "new"})
		if result.Error != nil || result.RowsAffected != 4 {
			t.Errorf("%v, %d rows", result.Error, result.RowsAffected)
		}
		// The rows, three payloads, and the rows again because of the expression.
		if got, want := kinds(recorder), "SELECT"+strings.Repeat(" UPDATE", 3)+" SELECT"; got != want {
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
				func() error {
					return db.Model(target).Select("Name", "Image").Updates(authplugin.User{Email: "no"}).Error
				},
				authplugin.Values{"name": "", "image": nil, "updatedAt": stamp, "rev": int64(9)},
			},
			"omit": {
				func() error {
					return db.Model(target).Omit("email").Updates(map[string]any{"name": "o", "email": "no"}).Error
				},
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
					return db.Save(&authplugin.User{ID: u.ID, Name: "s", Email: "e", CreatedAt: stamp, Additional: authplugin.Values{"nick": "sv"}}).Error
				},
				authplugin.Values{
					"name": "s", "email": "e", "emailVerified": false, "image": nil, "createdAt": stamp, "nick": "sv",
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
		list := []map[string]any{{"name": "bob", "email": "B"}, {"id": 77, "name": "cid", "email": "C"}, {"name": "dan", "email": "D"}}
		must(t, db.Model(&authplugin.User{}).Create(&list).Error)
		d.expect(t, "maps", "true bob b <nil>", "true cid c <nil>", "true dan d <nil>")
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
