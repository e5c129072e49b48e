package authplugin_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
)

// FuzzIdentifiers: a table or column name is either refused by db.Use, or it is
// exactly the name of what is created, and nothing else is.
func FuzzIdentifiers(f *testing.F) {
	for _, seed := range [][2]string{
		{"users", "full_name"},
		{"x\"; DROP TABLE sessions; --", "a`b"},
		{"order", "select"},
		{"a.b", "c.d"},
		{"ünï", "𝟙"},
		{"a b", "a-b$"},
		{"users--", "x\\"},
		{"[x]", "x]"},
		{"?", "@name"},
		{"", "\x00"},
		{"sqlite_x", "rowid"},
		{"users__temp", "id"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, table, column string) {
		if strings.Contains(table, ".") {
			t.Skip("a name with a dot names an attached database")
		}
		db := openPlain(t)
		err := db.Use(authplugin.New(authplugin.Config{
			User:        authplugin.ModelConfig{Table: table, Columns: map[string]string{"name": column}},
			AutoMigrate: true,
		}))
		if err != nil {
			var ce *authplugin.ConfigError
			if !errors.As(err, &ce) {
				t.Fatalf("table %q, column %q: %v", table, column, err)
			}
			return
		}
		if table == "" {
			table = "users"
		}
		var tables, columns []string
		if err := db.Raw("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name").Scan(&tables).Error; err != nil {
			t.Fatal(err)
		}
		want := []string{"accounts", "sessions", table, "verifications"}
		slices.Sort(want)
		if !slices.Equal(tables, want) {
			t.Fatalf("table %q: tables %q", table, tables)
		}
		if err := db.Raw("SELECT name FROM pragma_table_info(?)", table).Scan(&columns).Error; err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(columns, column) {
			t.Fatalf("column %q: columns %q", column, columns)
		}
		u := authplugin.User{Name: "ada", Email: "ada"}
		if err := db.Create(&u).Error; err != nil {
			t.Fatal(err)
		}
		var found authplugin.User
		if err := db.Where(map[string]any{column: "ada"}).First(&found, u.ID).Error; err != nil || found.Name != "ada" {
			t.Fatalf("table %q, column %q: %v, %v", table, column, found, err)
		}
	})
}

// FuzzFieldMap: a dynamic-field map is either refused with a FieldError, or what
// is read back is what was written; and no other row is touched.
func FuzzFieldMap(f *testing.F) {
	for _, seed := range [][2]string{
		{"nick", "ada"},
		{"nick", "'; DROP TABLE users; --"},
		{"nick\" = 1; --", "x"},
		{"email", "x"},
		{"nick", "\x00"},
		{"nick", "?@name :x $1 %s"},
		{"", ""},
		{"lang", "en"},
		{"lang", "xx"},
	} {
		f.Add(seed[0], seed[1])
	}
	auth, db := openSQLite(f, authplugin.Config{
		User: authplugin.ModelConfig{AdditionalFields: authplugin.Fields{
			"nick": {Type: authplugin.String, Optional: true},
			"lang": {Type: authplugin.Enum("en", "de"), Optional: true},
		}},
		AutoMigrate: true,
	})
	_ = auth
	if err := db.Create(&authplugin.User{ID: "witness", Name: "w", Email: "w"}).Error; err != nil {
		f.Fatal(err)
	}
	n := 0
	f.Fuzz(func(t *testing.T, name, value string) {
		n++
		u := authplugin.User{Name: "x", Email: strconv.Itoa(n), Additional: authplugin.Values{name: value}}
		err := db.Create(&u).Error
		var fe *authplugin.FieldError
		if err != nil {
			if !errors.As(err, &fe) {
				t.Fatalf("%q: %v", name, err)
			}
			if db.Model(&authplugin.User{ID: "witness"}).Updates(map[string]any{"": name, name: value}).Error == nil {
				t.Fatalf("%q: an update takes what a create refuses", name)
			}
			return
		}
		var found authplugin.User
		if err := db.Where(&authplugin.User{Additional: authplugin.Values{name: value}}).First(&found, u.ID).Error; err != nil {
			t.Fatal(err)
		}
		if found.Additional[name] != value {
			t.Fatalf("%q: wrote %q, read %q", name, value, found.Additional[name])
		}
		var witness authplugin.User
		if err := db.First(&witness, authplugin.ID("witness")).Error; err != nil || !witness.Additional.IsNull("nick") {
			t.Fatalf("another row was touched: %v, %v", witness, err)
		}
		if err := db.Delete(&u).Error; err != nil {
			t.Fatal(err)
		}
	})
}

// FuzzIDConditions: an id is a value, whatever it is.
func FuzzIDConditions(f *testing.F) {
	for _, seed := range []string{"1", "1=1", "1 OR 1=1", "'", "0x1", "", "-1", "9223372036854775808", "1 ", "\x00", "𝟙"} {
		f.Add(seed)
	}
	_, db := openSQLite(f, authplugin.Config{GenerateID: authplugin.Serial, AutoMigrate: true})
	ada := authplugin.User{Name: "ada", Email: "ada"}
	if err := db.Create(&ada).Error; err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, id string) {
		want := error(nil)
		if authplugin.ID(id) != ada.ID {
			want = gorm.ErrRecordNotFound
		}
		for how, q := range map[string]*gorm.DB{
			"First": db.First(&authplugin.User{}, authplugin.ID(id)),
			"map":   db.Where(map[string]any{"id": id}).First(&authplugin.User{}),
			"struct": db.Where(&authplugin.User{ID: authplugin.ID(id), Name: "ada"}).Where("1 = ?", 1).
				Take(&authplugin.User{}, "? <> ''", id),
		} {
			if !errors.Is(q.Error, want) {
				t.Fatalf("%s with id %q: %v, want %v", how, id, q.Error, want)
			}
		}
		if id == "" {
			return // GORM takes a delete by an empty value for one without conditions
		}
		if res := db.Where(map[string]any{"name": "nobody"}).Delete(&authplugin.User{}, authplugin.ID(id)); res.Error != nil || res.RowsAffected != 0 {
			t.Fatalf("delete with id %q: %v, %d rows", id, res.Error, res.RowsAffected)
		}
	})
}

// FuzzUserJSON: what was decoded once encodes to what decodes to the same.
func FuzzUserJSON(f *testing.F) {
	for _, seed := range []string{
		`{"id":"1","name":"Ada","email":"a@b","emailVerified":true,"image":null,"createdAt":"2026-11-21T07:00:00.123Z","lang":"en","n":1.5,"o":{"a":[null]}}`,
		`{}`, `null`, `[]`, `{"name":1}`, `{"additional":{"x":1}}`, `{"Additional":{"x":1},"bound":1,"sessions":[]}`, `{"":1,"\u0000":"𝟙"}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var u authplugin.User
		if json.Unmarshal([]byte(text), &u) != nil {
			return
		}
		once, err := json.Marshal(u)
		if err != nil {
			return // a year that JSON cannot write
		}
		var again authplugin.User
		if err := json.Unmarshal(once, &again); err != nil {
			t.Fatalf("%s: %v", once, err)
		}
		twice, err := json.Marshal(again)
		if err != nil || string(once) != string(twice) {
			t.Fatalf("%s became %s: %v", once, twice, err)
		}
	})
}

// FuzzParseInput: what is refused is an InputError; what is taken can be given to
// the write it is for, which finds nothing more to refuse, and reads back the same.
func FuzzParseInput(f *testing.F) {
	for _, seed := range []string{
		`{"name":"Ada","email":"a@b","age":1,"big":1e3,"ratio":-0.5,"active":true,"born":"2026-01-31T12:00:00.5+14:00","prefs":{"":[null,1e-7]},"tags":["",""],"marks":[0]}`,
		`{"name":"Ada","email":"A@B","lang":"de","nick":"x","boss":"","phone":"+1","role":"admin","id":"1"}`,
		`{"name":"\u0000","email":"","age":"1","big":9223372036854775808,"prefs":[[[[[[]]]]]],"tags":[1],"marks":["x"],"lang":""}`,
		`{"name":null,"email":null,"born":"0000-00-00","image":"\ud800","boss":1.5,"sessions":[]}`,
		`{}`, `null`, `{"":1}`,
	} {
		f.Add(seed, true)
		f.Add(seed, false)
	}
	cfg := inputConfig()
	cfg.AutoMigrate = true
	auth, db := openSQLite(f, cfg)
	f.Fuzz(func(t *testing.T, text string, useNumber bool) {
		decoder := json.NewDecoder(strings.NewReader(text))
		if useNumber {
			decoder.UseNumber()
		}
		var input map[string]any
		if decoder.Decode(&input) != nil {
			return
		}
		var ie *authplugin.InputError
		if _, err := auth.ParseInput("user", input, authplugin.OperationUpdate); err != nil && !errors.As(err, &ie) {
			t.Fatalf("%s: %v", text, err)
		}
		values, err := auth.ParseInput("user", input, authplugin.OperationCreate)
		if err != nil {
			if !errors.As(err, &ie) || !errors.Is(err, authplugin.ErrInvalid) {
				t.Fatalf("%s: %v", text, err)
			}
			return
		}
		delete(values, "boss") // there is no such user
		u := authplugin.User{Additional: authplugin.Values{}}
		for name, v := range values {
			switch name {
			case "name":
				u.Name = v.(string)
			case "email":
				u.Email = v.(string)
			case "emailVerified", "image":
			default:
				u.Additional[name] = v
			}
		}
		rollback := errors.New("roll back")
		err = db.Transaction(func(tx *gorm.DB) error {
			if err := tx.Create(&u).Error; err != nil {
				return err
			}
			var found authplugin.User
			if err := tx.First(&found, u.ID).Error; err != nil {
				return err
			}
			for name, v := range u.Additional {
				if name != "phone" && !reflect.DeepEqual(found.Additional[name], v) {
					t.Errorf("%s: wrote %#v, read %#v", name, v, found.Additional[name])
				}
			}
			if _, err := auth.Output("user", found); err != nil {
				return err
			}
			return rollback
		})
		if !errors.Is(err, rollback) {
			t.Fatalf("%s is refused by the write only: %v", text, err)
		}
	})
}
