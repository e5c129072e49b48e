package tests

import (
	"encoding/json"
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

func fieldsConfig() authplugin.Config {
	fields := everyField()
	delete(fields, "friendMail")
	return authplugin.Config{User: authplugin.ModelConfig{AdditionalFields: fields}, Clock: fixedClock}
}

// fullValues are values with characters that trip up careless code.
func fullValues() authplugin.Values {
	return authplugin.Values{
		"text": "4-byte 𝟙, quote ' \" ` \\ and %_?@name", "code": "𝟙𝟚", "sorted": "b", "slug": "s", "city": "Zürich", "role": "admin",
		"age": int64(-36), "score": 0.1, "views": int64(1) << 62, "active": false,
		"bornAt":   time.Date(1815, 12, 10, 1, 2, 3, 987_654_321, time.FixedZone("", -3600)),
		"settings": map[string]any{"a": []any{1.5, nil, "x?"}, "b": map[string]any{}},
		"tags":     []string{"a,b", "", "𝟙"}, "points": []float64{1, -0.5}, "friend": nil,
	}
}

// wantValues are fullValues as they are read back.
func wantValues() authplugin.Values {
	v := fullValues()
	v["bornAt"] = time.Date(1815, 12, 10, 2, 2, 3, 987_000_000, time.UTC)
	return v
}

func TestAdditionalFieldsRoundTrip(t *testing.T) {
	t.Parallel()
	eachStrategy(t, func(t *testing.T, e dbtest.Engine, s authplugin.IDStrategy) {
		cfg := fieldsConfig()
		cfg.GenerateID = s
		db, _ := migrated(t, e, cfg)
		check := func(how string, id authplugin.ID, want authplugin.Values) {
			t.Helper()
			var found authplugin.User
			must(t, db.First(&found, id).Error)
			if diff := cmp.Diff(want, found.Additional); diff != "" {
				t.Errorf("%s: %s", how, diff)
			}
		}
		full := authplugin.User{Name: "full", Email: "full", Additional: fullValues()}
		must(t, db.Create(&full).Error)
		check("create", full.ID, wantValues())
		if diff := cmp.Diff(wantValues(), full.Additional); diff != "" {
			t.Errorf("the struct after create: %s", diff)
		}
		friend := fullValues()
		friend["friend"], friend["slug"] = full.ID, "s2"
		batch := []authplugin.User{{Name: "b", Email: "b", Additional: friend}, {Name: "c", Email: "c"}}
		must(t, db.Create(&batch).Error)
		want := wantValues()
		want["friend"], want["slug"] = full.ID, "s2"
		check("batch", batch[0].ID, want)

		empty := authplugin.Values{"role": "user", "active": true}
		for name := range everyField() {
			if _, ok := empty[name]; !ok && name != "friendMail" {
				empty[name] = nil
			}
		}
		check("defaults", batch[1].ID, empty)
		asMap := map[string]any{"name": "m", "email": "m"}
		maps.Copy(asMap, friend)
		asMap["slug"] = "s3"
		must(t, db.Model(&authplugin.User{}).Create(asMap).Error)
		want["slug"] = "s3"
		id, _ := asMap["id"].(authplugin.ID)
		check("map", id, want)
	})
}

// Additional fields behave as ordinary GORM columns everywhere.
func TestAdditionalFieldsAreColumns(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		db, _ := migrated(t, e, fieldsConfig())
		ada := authplugin.User{Name: "ada", Email: "ada", Additional: fullValues()}
		eve := authplugin.User{Name: "eve", Email: "eve", Additional: authplugin.Values{"city": "Aachen", "tags": []string{"x"}}}
		must(t, db.Create([]*authplugin.User{&ada, &eve}).Error)

		find := func(how string, q *gorm.DB, want ...string) {
			t.Helper()
			var users []authplugin.User
			must(t, q.Find(&users).Error)
			var names []string
			for _, u := range users {
				names = append(names, u.Name)
			}
			if diff := cmp.Diff(want, names); diff != "" {
				t.Errorf("%s: %s", how, diff)
			}
		}
		with := func(v authplugin.Values) *authplugin.User { return &authplugin.User{Additional: v} }
		find("SQL", db.Where("city = ?", "Zürich"), "ada")
		find("struct", db.Where(with(authplugin.Values{"city": "Aachen"})), "eve")
		find("struct false", db.Where(with(authplugin.Values{"active": false})), "ada")
		find("struct null", db.Where(with(authplugin.Values{"age": nil})), "eve")
		find("struct date", db.Where(with(authplugin.Values{"bornAt": fullValues()["bornAt"]})), "ada")
		find("struct and core", db.Where(&authplugin.User{Name: "ada", Additional: authplugin.Values{"role": "user"}}))
		find("map", db.Where(map[string]any{"role": "user"}), "eve")
		find("map logical date", db.Where(map[string]any{"born_at": fullValues()["bornAt"]}), "ada")
		find("SQL date", db.Where("born_at < ?", time.Date(1815, 12, 10, 2, 2, 3, 988_000_000, time.UTC)), "ada")
		find("Order", db.Order("city"), "eve", "ada")
		find("Select", db.Select("name", "city").Where("age IS NOT NULL"), "ada")

		var cities []string
		must(t, db.Model(&authplugin.User{}).Order("city").Pluck("city", &cities).Error)
		if diff := cmp.Diff([]string{"Aachen", "Zürich"}, cities); diff != "" {
			t.Error(diff)
		}
		var partial authplugin.User
		must(t, db.Select("ID", "City", "role").First(&partial, ada.ID).Error)
		if diff := cmp.Diff(authplugin.Values{"city": "Zürich", "role": "admin"}, partial.Additional); diff != "" {
			t.Errorf("absent and null must differ: %s", diff)
		}
		var omitted authplugin.User
		must(t, db.Omit("City", "settings").First(&omitted, ada.ID).Error)
		if omitted.Additional.Has("city") || omitted.Additional.Has("settings") || !omitted.Additional.Has("role") {
			t.Errorf("omitted: %v", omitted)
		}
		var rows []map[string]any
		must(t, db.Model(&authplugin.User{}).Select("city", "active").Order("city").Find(&rows).Error)
		if len(rows) != 2 || rows[0]["city"] != "Aachen" || rows[0]["active"] != true {
			t.Errorf("maps: %v", rows)
		}
		var scanned struct {
			City string
			Age  int
		}
		must(t, db.Model(&authplugin.User{}).Where("name = ?", "ada").Scan(&scanned).Error)
		if scanned.City != "Zürich" || scanned.Age != -36 {
			t.Errorf("scan: %+v", scanned)
		}
		session := newSession(t, db, ada.ID, "t")
		var s authplugin.Session
		must(t, db.Joins("User").First(&s, session.ID).Error)
		if diff := cmp.Diff(wantValues(), s.User.Additional); diff != "" {
			t.Errorf("Joins: %s", diff)
		}
		s = authplugin.Session{}
		must(t, db.Preload("User").First(&s, session.ID).Error)
		if diff := cmp.Diff(wantValues(), s.User.Additional); diff != "" {
			t.Errorf("Preload: %s", diff)
		}
		g, err := gorm.G[authplugin.User](db).Where("city = ?", "Zürich").First(t.Context())
		must(t, err)
		if g.Additional["role"] != "admin" {
			t.Errorf("generics: %v", g)
		}
		must(t, gorm.G[authplugin.User](db).Create(t.Context(), &authplugin.User{Name: "g", Email: "g", Additional: authplugin.Values{"city": "Gent"}}))
		if _, err := gorm.G[authplugin.User](db).Where("name = ?", "g").Update(t.Context(), "city", "Ghent"); err != nil {
			t.Error(err)
		}
		find("generics", db.Where("city = ?", "Ghent"), "g")
	})
}

func TestUpdates(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		clock := noon
		db, _ := migrated(t, e, withClock(fieldsConfig(), &clock))
		ada := authplugin.User{Name: "ada", Email: "ada", Additional: fullValues()}
		must(t, db.Create(&ada).Error)
		eve := newUser(t, db, "eve")
		reload := func() authplugin.User {
			t.Helper()
			var u authplugin.User
			must(t, db.First(&u, ada.ID).Error)
			if !u.UpdatedAt.Equal(clock.Truncate(time.Millisecond)) {
				t.Errorf("updated at %v, want %v", u.UpdatedAt, clock)
			}
			clock = clock.Add(time.Hour)
			return u
		}
		expect := func(how string, u authplugin.User, want authplugin.Values) {
			t.Helper()
			for name, v := range want {
				if diff := cmp.Diff(v, u.Additional[name]); diff != "" {
					t.Errorf("%s: %s: %s", how, name, diff)
				}
			}
		}
		must(t, db.Model(&ada).Updates(map[string]any{"city": nil, "tags": []string{"n"}, "settings": map[string]any{"z": 1.0}, "Age": 7, "bornAt": noon}).Error)
		expect("map", reload(), authplugin.Values{
			"city": nil, "tags": []string{"n"}, "settings": map[string]any{"z": 1.0}, "age": int64(7),
			"bornAt": noon.UTC().Truncate(time.Millisecond), "role": "admin",
		})
		expect("the model of a map update", ada, authplugin.Values{"tags": []string{"n"}, "age": int64(7)})
		must(t, db.Model(&ada).Updates(authplugin.User{Name: "Ada", Additional: authplugin.Values{"city": "Bonn", "age": nil}}).Error)
		u := reload()
		expect("struct", u, authplugin.Values{"city": "Bonn", "age": nil, "role": "admin"})
		if u.Name != "Ada" {
			t.Errorf("name %q", u.Name)
		}
		must(t, db.Model(&authplugin.User{}).Where("name = ?", "Ada").Update("role", "user").Error)
		expect("where", reload(), authplugin.Values{"role": "user"})
		must(t, db.Model(&ada).Select("city").Updates(authplugin.User{Name: "never", Additional: authplugin.Values{"city": "Ulm"}}).Error)
		u = reload()
		expect("select", u, authplugin.Values{"city": "Ulm"})
		if u.Name != "Ada" {
			t.Errorf("select let the name through: %q", u.Name)
		}
		must(t, db.Model(&ada).Omit("city").Updates(map[string]any{"city": "never", "age": 1}).Error)
		expect("omit", reload(), authplugin.Values{"city": "Ulm", "age": int64(1)})
		must(t, db.Model(&ada).Update("age", gorm.Expr("age + ?", 1)).Error)
		u = reload()
		expect("expression", u, authplugin.Values{"age": int64(2)})

		u.Name = "Saved"
		u.Additional.Set("city", "Kiel")
		u.Additional.Set("age", nil)
		must(t, db.Save(&u).Error)
		u = reload()
		expect("save", u, authplugin.Values{"city": "Kiel", "age": nil, "role": "user"})

		// What was not read is not overwritten by Save.
		var partial authplugin.User
		must(t, db.Select("id", "name", "email", "created_at").First(&partial, ada.ID).Error)
		partial.Name = "Partial"
		must(t, db.Save(&partial).Error)
		expect("partial save", reload(), authplugin.Values{"city": "Kiel", "role": "user"})

		type change struct{ Name, City string }
		must(t, db.Model(&ada).Updates(change{City: "Trier"}).Error)
		expect("foreign struct", reload(), authplugin.Values{"city": "Trier"})
		must(t, db.Model(&ada).UpdateColumn("city", "Worms").Error)
		var found authplugin.User
		must(t, db.First(&found, ada.ID).Error)
		if found.Additional["city"] != "Worms" || found.UpdatedAt.Equal(clock.Truncate(time.Millisecond)) {
			t.Errorf("UpdateColumn: %v", found)
		}
		fresh := authplugin.User{Name: "fresh", Email: "fresh", Additional: authplugin.Values{"city": "Graz"}}
		must(t, db.Save(&fresh).Error)
		must(t, db.Save([]*authplugin.User{&fresh, {Name: "f2", Email: "f2"}}).Error)
		var f2 authplugin.User
		must(t, db.First(&f2, "email = ?", "f2").Error)

		var other authplugin.User
		must(t, db.First(&other, eve.ID).Error)
		if other.Name != "eve" || other.Additional["city"] != nil {
			t.Errorf("another row changed: %v", other)
		}
	})
}

func TestUpsertOfAdditionalFields(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		db, _ := migrated(t, e, fieldsConfig())
		ada := authplugin.User{Name: "ada", Email: "ada", Additional: authplugin.Values{"city": "Ulm", "age": 1}}
		must(t, db.Create(&ada).Error)
		again := authplugin.User{Name: "never", Email: "ada", Additional: authplugin.Values{"city": "Bonn", "age": 2}}
		must(t, db.Clauses(clause.OnConflict{
			Columns: []clause.Column{{Name: "email"}}, DoUpdates: clause.AssignmentColumns([]string{"city"}),
		}).Create(&again).Error)
		var found authplugin.User
		must(t, db.First(&found, "email = ?", "ada").Error)
		if found.Name != "ada" || found.Additional["city"] != "Bonn" || found.Additional["age"] != int64(1) {
			t.Errorf("found %v", found)
		}
	})
}

func TestBadFieldsAreRefused(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		cfg := fieldsConfig()
		cfg.User.AdditionalFields["phone"] = authplugin.Field{Type: authplugin.String}
		db, _ := migrated(t, e, cfg)
		ok := authplugin.Values{"phone": "1"}
		ada := authplugin.User{Name: "ada", Email: "ada", Additional: ok}
		must(t, db.Create(&ada).Error)
		secret := "do-not-print-me"
		for _, c := range []struct {
			values authplugin.Values
			field  string
			text   string
		}{
			{authplugin.Values{"phone": "1", "rolle": secret}, "rolle", `did you mean "role"?`},
			{authplugin.Values{"phone": "1", "email": secret}, "email", "belongs into the Go field Email"},
			{authplugin.Values{}, "phone", "is required"},
			{authplugin.Values{"phone": nil}, "phone", "is required"},
			{authplugin.Values{"phone": 7}, "phone", "must be a string, not int"},
			{authplugin.Values{"phone": "1", "role": secret}, "role", "must be one of user, admin"},
			{authplugin.Values{"phone": "1", "age": secret}, "age", "must be a whole number of 32 bits"},
			{authplugin.Values{"phone": "1", "age": 1 << 40}, "age", "must be a whole number of 32 bits"},
			{authplugin.Values{"phone": "1", "age": 1.5}, "age", "must be a whole number"},
			{authplugin.Values{"phone": "1", "score": "x"}, "score", "must be a finite number"},
			{authplugin.Values{"phone": "1", "views": true}, "views", "must be a whole number of 64 bits"},
			{authplugin.Values{"phone": "1", "active": "yes"}, "active", "must be true or false"},
			{authplugin.Values{"phone": "1", "bornAt": "soon"}, "bornAt", "must be a time.Time"},
			{authplugin.Values{"phone": "1", "settings": func() {}}, "settings", "cannot be encoded as JSON"},
			{authplugin.Values{"phone": "1", "tags": []any{1}}, "tags", "must be a list of strings"},
			{authplugin.Values{"phone": "1", "points": []string{"x"}}, "points", "must be a list of finite numbers"},
			{authplugin.Values{"phone": "1", "code": strings.Repeat("𝟙", 41)}, "code", "longer than 40 characters"},
			{authplugin.Values{"phone": "1\x00"}, "phone", "NUL"},
			{authplugin.Values{"phone": "\xff"}, "phone", "UTF-8"},
		} {
			given := len(c.values)
			u := authplugin.User{Name: "x", Email: "x", Additional: c.values}
			asMap := map[string]any{"name": "x", "email": "x"}
			maps.Copy(asMap, c.values)
			errs := map[string]error{"create": db.Create(&u).Error}
			if c.field != "email" {
				errs["map"] = db.Model(&authplugin.User{}).Create(asMap).Error
			}
			if given != len(c.values) {
				t.Error("a map of the caller was changed")
			}
			if given > 0 {
				errs["update"] = db.Model(&authplugin.User{ID: ada.ID}).Updates(authplugin.User{Additional: c.values}).Error
				errs["where"] = db.Where(&authplugin.User{Additional: c.values}).First(&authplugin.User{}).Error
				if c.values["phone"] == nil {
					delete(errs, "where") // NULL is a condition like any other
				}
				if c.field != "email" {
					errs["update map"] = db.Model(&authplugin.User{ID: ada.ID}).Updates(map[string]any(c.values)).Error
				}
			}
			for how, err := range errs {
				var fe *authplugin.FieldError
				if !errors.As(err, &fe) || fe.Model != "user" || fe.Field != c.field || !strings.Contains(fe.Problem, c.text) {
					t.Errorf("%s of %s: %v", how, c.field, err)
				} else if strings.Contains(err.Error(), secret) {
					t.Errorf("the error shows the value: %v", err)
				}
			}
		}
		var n int64
		must(t, db.Model(&authplugin.User{}).Count(&n).Error)
		if n != 1 {
			t.Errorf("%d users, want 1", n)
		}
	})
}

func TestTransformsValidatorsAndOnUpdate(t *testing.T) {
	t.Parallel()
	errOdd := errors.New("odd")
	cfg := authplugin.Config{User: authplugin.ModelConfig{AdditionalFields: authplugin.Fields{
		"nick": {
			Type: authplugin.String, Optional: true,
			TransformInput:  func(v any) (any, error) { return strings.ToUpper(v.(string)), nil },
			TransformOutput: func(v any) (any, error) { return v.(string) + "!", nil },
			ValidateInput: func(v any) error {
				if len(v.(string))%2 == 1 {
					return errOdd
				}
				return nil
			},
		},
		"version": {Type: authplugin.Number, DefaultValue: func() any { return 1 }, OnUpdate: func() any { return 2 }},
	}}}
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		db, _ := migrated(t, e, cfg)
		ada := authplugin.User{Name: "ada", Email: "ada", Additional: authplugin.Values{"nick": "aa"}}
		must(t, db.Create(&ada).Error)
		read := func() authplugin.Values {
			t.Helper()
			var u authplugin.User
			must(t, db.First(&u, ada.ID).Error)
			return u.Additional
		}
		if diff := cmp.Diff(authplugin.Values{"nick": "AA!", "version": int64(1)}, read()); diff != "" {
			t.Error(diff)
		}
		must(t, db.Model(&authplugin.User{ID: ada.ID}).Update("nick", "bbbb").Error)
		if diff := cmp.Diff(authplugin.Values{"nick": "BBBB!", "version": int64(2)}, read()); diff != "" {
			t.Error(diff)
		}
		must(t, db.Model(&authplugin.User{ID: ada.ID}).Updates(authplugin.User{Additional: authplugin.Values{"nick": "cc", "version": 9}}).Error)
		if diff := cmp.Diff(authplugin.Values{"nick": "CC!", "version": int64(9)}, read()); diff != "" {
			t.Error(diff)
		}
		for _, err := range []error{
			db.Create(&authplugin.User{Name: "x", Email: "x", Additional: authplugin.Values{"nick": "odd"}}).Error,
			db.Model(&authplugin.User{ID: ada.ID}).Update("nick", "odd").Error,
		} {
			if !errors.Is(err, errOdd) || !errors.Is(err, authplugin.ErrInvalid) {
				t.Errorf("got %v", err)
			}
		}
	})
}

func TestJSONOfModels(t *testing.T) {
	t.Parallel()
	cfg := authplugin.Config{Clock: fixedClock, User: authplugin.ModelConfig{AdditionalFields: authplugin.Fields{
		"lang":   {Type: authplugin.String, DefaultValue: "en"},
		"secret": {Type: authplugin.String, Optional: true, Hidden: true},
		"bornAt": {Type: authplugin.Date, Optional: true},
	}}}
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		db, _ := migrated(t, e, cfg)
		ada := authplugin.User{ID: "u1", Name: "Ada", Email: "ada@example.com", Additional: authplugin.Values{"secret": "hush", "bornAt": noon}}
		must(t, db.Create(&ada).Error)
		const want = `{"id":"u1","name":"Ada","email":"ada@example.com","emailVerified":false,"image":null,` +
			`"createdAt":"2026-11-21T07:00:00.123Z","updatedAt":"2026-11-21T07:00:00.123Z","bornAt":"2026-11-21T07:00:00.123Z","lang":"en"}`
		var read authplugin.User
		must(t, db.First(&read, ada.ID).Error)
		for how, u := range map[string]authplugin.User{"created": ada, "read": read} {
			got, err := json.Marshal(u)
			must(t, err)
			if string(got) != want {
				t.Errorf("%s:\n got %s\nwant %s", how, got, want)
			}
		}
		if read.Additional["secret"] != "hush" {
			t.Error("a hidden field is still there for the server")
		}
		var back authplugin.User
		must(t, json.Unmarshal([]byte(want), &back))
		back.ID, back.Email = "u2", "u2"
		must(t, db.Create(&back).Error) // a date that is text in JSON is parsed
		if back.Additional["lang"] != "en" || !back.Additional.Time("bornAt").Equal(noon.Truncate(time.Millisecond)) {
			t.Errorf("back: %v", back.Additional)
		}
		token := "token-of-account"
		account := authplugin.Account{UserID: ada.ID, AccountID: "a", ProviderID: "p", AccessToken: &token, RefreshToken: &token, IDToken: &token, Password: &token}
		must(t, db.Create(&account).Error)
		must(t, db.First(&account).Error)
		text, err := json.Marshal(account)
		must(t, err)
		if strings.Contains(string(text), token) || *account.Password != token {
			t.Errorf("account: %s", text)
		}
		must(t, json.Unmarshal([]byte(`{"id":"x","password":"p","accessToken":"t"}`), &account))
		if *account.Password != token || account.Additional != nil {
			t.Errorf("fields that JSON never shows were read: %v", account.Additional)
		}
	})
}
