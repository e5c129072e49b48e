package authplugin_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm/schema"

	"github.com/gorm-auth/authplugin"
)

// Player is an application's own struct with Go types that JSON does not know.
type Player struct {
	authplugin.User

	Level  int8              `auth:"optional"`
	Score  uint64            `auth:"optional"`
	Raw    json.RawMessage   `auth:"optional"`
	Limits map[string]int    `gorm:"serializer:json"`
	Secret string            `auth:"serverOnly" json:"-"`
	Inside string            `auth:"hidden"`
	Extra  map[string]string `gorm:"-"`
}

// passkey is a plugin's struct.
type passkey struct {
	ID         authplugin.ID     `json:"id"`
	UserID     authplugin.ID     `json:"userId" auth:"references:user;serverOnly"`
	Name       *string           `json:"name"`
	PublicKey  string            `json:"-" auth:"secret"`
	Counter    int64             `json:"counter" auth:"default:0;serverOnly"`
	Additional authplugin.Values `gorm:"-" json:"-"`
}

func (passkey) TableName(n schema.Namer) string { return authplugin.TableName(n, "passkey") }

func inputConfig() authplugin.Config {
	return authplugin.Config{
		User: authplugin.ModelConfig{AdditionalFields: authplugin.Fields{
			"age":    {Type: authplugin.Number, Optional: true},
			"big":    {Type: authplugin.BigInt, Optional: true},
			"ratio":  {Type: authplugin.Float, Optional: true},
			"active": {Type: authplugin.Boolean, Optional: true},
			"born":   {Type: authplugin.Date, Optional: true},
			"prefs":  {Type: authplugin.JSON, Optional: true},
			"tags":   {Type: authplugin.StringArray, Optional: true},
			"marks":  {Type: authplugin.NumberArray, Optional: true},
			"lang":   {Type: authplugin.Enum("en", "de"), DefaultValue: "en"},
			"role":   {Type: authplugin.String, DefaultValue: "user", ServerOnly: true},
			"nick":   {Type: authplugin.String, Optional: true, Size: 5},
			"boss":   {Type: authplugin.String, Optional: true, References: &authplugin.Reference{Model: "user"}},
			"made":   {Type: authplugin.String, DefaultValue: func() any { return "by a function" }},
			"phone": {
				Type: authplugin.String, Optional: true,
				TransformInput: func(v any) (any, error) { return strings.ReplaceAll(v.(string), " ", ""), nil },
				ValidateInput: func(v any) error {
					if strings.Contains(v.(string), " ") || !strings.HasPrefix(v.(string), "+") {
						return errors.New("is no number with a country code")
					}
					return nil
				},
			},
		}},
		Plugins: []authplugin.Plugin{fixedPlugin{"passkey", authplugin.PluginSchema{Models: []authplugin.PluginModel{{Name: "passkey", Struct: passkey{}}}}}},
	}
}

// nested is JSON of that many levels.
func nested(levels int) any {
	var v any = "x"
	for range levels {
		v = []any{v}
	}
	return v
}

func TestParseInputTakesEveryType(t *testing.T) {
	t.Parallel()
	auth, _ := openSQLite(t, inputConfig())
	const text = `{
		"name": "Ada", "email": "Ada@Example.com", "image": null, "age": 36, "big": 12, "ratio": 1.5, "active": false,
		"born": "1815-12-10T01:00:00.123456+01:00", "prefs": {"a": [1, null, "x"]}, "tags": ["a", ""], "marks": [1, 2.5],
		"lang": "de", "nick": "ädä", "boss": "u1", "phone": "+44 20"
	}`
	want := authplugin.Values{
		"name": "Ada", "email": "ada@example.com", "image": nil, "emailVerified": false,
		"age": int64(36), "big": int64(12), "ratio": 1.5, "active": false,
		"born":  time.Date(1815, 12, 10, 0, 0, 0, 123e6, time.UTC),
		"prefs": map[string]any{"a": []any{1.0, nil, "x"}}, "tags": []string{"a", ""}, "marks": []float64{1, 2.5},
		"lang": "de", "nick": "ädä", "boss": authplugin.ID("u1"), "phone": "+44 20",
		"role": "user", "made": "by a function",
	}
	for _, useNumber := range []bool{false, true} {
		decoder := json.NewDecoder(strings.NewReader(text))
		if useNumber {
			decoder.UseNumber()
		}
		var input map[string]any
		if err := decoder.Decode(&input); err != nil {
			t.Fatal(err)
		}
		got, err := auth.ParseInput("user", input, authplugin.OperationCreate)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("UseNumber %v: %s", useNumber, diff)
		}
	}
}

func TestParseInputRefuses(t *testing.T) {
	t.Parallel()
	auth, _ := openSQLite(t, inputConfig())
	const hostile = "hostile-value"
	tests := map[string]struct {
		field string
		value any
		want  string // part of the problem, "" when the value is taken
	}{
		"unknown":              {"agee", 1.0, `there is no such field; did you mean "age"?`},
		"a column":             {"email_verified", true, "there is no such field"},
		"a Go name":            {"Name", hostile, "there is no such field"},
		"server-only":          {"role", "admin", "cannot be set by a client"},
		"server-only null":     {"role", nil, "cannot be set by a client"},
		"verified":             {"emailVerified", true, "cannot be set by a client"},
		"id":                   {"id", hostile, "cannot be set by a client"},
		"created":              {"createdAt", "2026-01-01T00:00:00Z", "cannot be set by a client"},
		"number for string":    {"name", 1.0, "must be a string, not float64"},
		"Number for string":    {"name", json.Number("1"), "must be a string, not int64"},
		"list for string":      {"name", []any{hostile}, "must be a string"},
		"object for string":    {"name", map[string]any{hostile: 1}, "must be a string"},
		"NUL":                  {"name", hostile + "\x00", "NUL"},
		"UTF-8":                {"name", hostile + "\xff", "UTF-8"},
		"empty email":          {"email", "", "is required"},
		"null name":            {"name", nil, "is required"},
		"string for number":    {"age", "36", "whole number of 32 bits, not string"},
		"fraction":             {"age", 1.5, "whole number"},
		"33 bits":              {"age", json.Number("2147483648"), "32 bits"},
		"exponent":             {"age", json.Number("1e2"), ""},
		"not a number":         {"age", json.Number(hostile), "out of range"},
		"inexact":              {"big", 9007199254740994.0, "too large a number to be exact"},
		"inexact Number":       {"big", json.Number("9.007199254740994e15"), "too large a number to be exact"},
		"64 bits":              {"big", json.Number("9223372036854775807"), ""},
		"65 bits":              {"big", json.Number("9223372036854775808"), "too large"},
		"infinite":             {"ratio", json.Number("1e999"), "out of range"},
		"hexadecimal NaN":      {"ratio", json.Number("NaN"), "out of range"},
		"text for boolean":     {"active", "true", "true or false"},
		"number for boolean":   {"active", 1.0, "true or false"},
		"no date":              {"born", hostile, "must be a time.Time or text"},
		"number for date":      {"born", 1.0, "must be a time.Time or text"},
		"year 10000":           {"born", "9999-12-31T23:59:59-23:00", "years 1 to 9999"},
		"year 0":               {"born", "0000-01-01T00:00:00Z", "years 1 to 9999"},
		"not in the enum":      {"lang", "EN", "must be one of en, de"},
		"too long":             {"nick", "äääääx", "longer than 5"},
		"number in strings":    {"tags", []any{"a", 1.0}, "list of strings"},
		"Number in strings":    {"tags", []any{"a", json.Number("1")}, "list of strings"},
		"NUL in strings":       {"tags", []any{"a\x00"}, "NUL"},
		"string in numbers":    {"marks", []any{1.0, hostile}, "list of finite numbers"},
		"infinite in numbers":  {"marks", []any{json.Number("1e999")}, "out of range"},
		"object for list":      {"marks", map[string]any{}, "list of finite numbers"},
		"31 levels":            {"prefs", nested(31), ""},
		"32 levels":            {"prefs", nested(32), "nested deeper than 31 levels"},
		"a million levels":     {"prefs", nested(1_000_000), "nested deeper"},
		"levels in a string":   {"name", nested(1_000_000), "must be a string"},
		"levels in a list":     {"tags", nested(1_000_000), "list of strings"},
		"NUL in JSON":          {"prefs", map[string]any{"a": []any{hostile + "\x00"}}, "NUL"},
		"NUL in a key":         {"prefs", map[string]any{"a\x00": 1.0}, "NUL"},
		"no JSON":              {"prefs", map[string]any{"a": struct{}{}}, "must be decoded JSON"},
		"boolean for id":       {"boss", true, "must be an id"},
		"NUL in an id":         {"boss", "u\x00", "NUL"},
		"space after an id":    {"boss", "u ", "is not an id"},
		"number for id":        {"boss", json.Number("7"), ""},
		"empty id":             {"boss", "", ""},
		"validator":            {"phone", hostile, "is no number with a country code"},
		"validated after":      {"phone", "+44 20", ""},
		"null for a default":   {"lang", nil, ""},
		"null for an optional": {"nick", nil, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			input := map[string]any{"name": "Ada", "email": "ada@example.com"}
			input[test.field] = test.value
			_, err := auth.ParseInput("user", input, authplugin.OperationCreate)
			if test.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			var ie *authplugin.InputError
			if !errors.As(err, &ie) || !errors.Is(err, authplugin.ErrInvalid) || len(ie.Fields) != 1 {
				t.Fatalf("got %v", err)
			}
			if ie.Model != "user" || ie.Fields[0].Field != test.field || !strings.Contains(ie.Fields[0].Problem, test.want) {
				t.Errorf("got %q, want %q", ie, test.want)
			}
			if strings.Contains(err.Error(), hostile) {
				t.Errorf("shows the value: %v", err)
			}
		})
	}
}

func TestParseInputReportsEverything(t *testing.T) {
	t.Parallel()
	auth, _ := openSQLite(t, inputConfig())
	_, err := auth.ParseInput("user", map[string]any{
		"zzz": 1.0, "role": "admin", "age": "x", "lang": "fr", "email": "a@b", "phone": "12",
		"line\nbreak": 1.0, strings.Repeat("x", 1000): 1.0,
	}, authplugin.OperationCreate)
	var ie *authplugin.InputError
	if !errors.As(err, &ie) {
		t.Fatal(err)
	}
	var got []string
	for _, f := range ie.Fields {
		got = append(got, f.Field)
	}
	want := []string{`"line\nbreak"`, `"` + strings.Repeat("x", 64) + `..."`, "age", "lang", "name", "phone", "role", "zzz"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if !strings.HasPrefix(err.Error(), "authplugin: invalid input for user: ") || strings.Contains(err.Error(), "\n") {
		t.Error(err)
	}
	flood := map[string]any{"name": "Ada", "email": "a@b"}
	for i := range 1000 {
		flood[fmt.Sprint("field", i)] = 1.0
	}
	if _, err = auth.ParseInput("user", flood, authplugin.OperationCreate); !errors.As(err, &ie) || len(ie.Fields) != 50 {
		t.Errorf("a flood: %d mistakes", len(ie.Fields))
	}
}

func TestParseInputArguments(t *testing.T) {
	t.Parallel()
	if _, err := authplugin.New(authplugin.Config{}).ParseInput("user", nil, authplugin.OperationCreate); !errors.Is(err, authplugin.ErrNotInitialized) {
		t.Errorf("before db.Use: %v", err)
	}
	auth, _ := openSQLite(t, inputConfig())
	if _, err := auth.ParseInput("usr", nil, authplugin.OperationCreate); err == nil || !strings.Contains(err.Error(), `did you mean "user"?`) {
		t.Errorf("unknown model: %v", err)
	}
	if _, err := auth.ParseInput("user", nil, authplugin.OperationDelete); err == nil {
		t.Error("a delete has no input")
	}
	got, err := auth.ParseInput("user", nil, authplugin.OperationUpdate)
	if err != nil || got == nil || len(got) != 0 {
		t.Errorf("an empty update: %v, %v", got, err)
	}
	if _, err = auth.ParseInput("user", map[string]any{"email": "e@x.io"}, authplugin.OperationUpdate); !errors.Is(err, authplugin.ErrInvalid) {
		t.Errorf("another address would stay verified: %v", err)
	}
}

// What decides who somebody is, is never the client's to say.
func TestParseInputOfCoreModels(t *testing.T) {
	t.Parallel()
	cfg := inputConfig()
	cfg.RateLimit.Storage = authplugin.StorageDatabase
	cfg.Session.AdditionalFields = authplugin.Fields{"theme": {Type: authplugin.String, Optional: true}}
	auth, _ := openSQLite(t, cfg)
	want := map[string][]string{
		"user":    {"name", "email", "image", "age", "big", "ratio", "active", "born", "prefs", "tags", "marks", "lang", "nick", "boss", "made", "phone"},
		"session": {"theme"}, "account": nil, "verification": nil, "rateLimit": nil, "passkey": {"name", "publicKey"},
	}
	for _, m := range auth.Schema().Models() {
		var settable []string
		for _, f := range m.Fields {
			_, err := auth.ParseInput(m.Name, map[string]any{f.Name: struct{}{}}, authplugin.OperationCreate)
			var ie *authplugin.InputError
			if !errors.As(err, &ie) {
				t.Fatalf("%s.%s: %v", m.Name, f.Name, err)
			}
			refused := slices.ContainsFunc(ie.Fields, func(fe *authplugin.FieldError) bool {
				return fe.Field == f.Name && fe.Problem == "cannot be set by a client"
			})
			if !refused {
				settable = append(settable, f.Name)
			}
		}
		slices.Sort(settable)
		slices.Sort(want[m.Name])
		if diff := cmp.Diff(want[m.Name], settable); diff != "" {
			t.Errorf("%s: %s", m.Name, diff)
		}
	}
	if got, err := auth.ParseInput("session", nil, authplugin.OperationCreate); err != nil || len(got) != 0 {
		t.Errorf("what the server adds is not missing: %v, %v", got, err)
	}
}

// The table of docs: who may set a field, and what becomes of one that is absent.
func TestParseInputOptionsOfAField(t *testing.T) {
	t.Parallel()
	type outcome struct{ absent, null, given string }
	for _, optional := range []bool{false, true} {
		for _, hasDefault := range []bool{false, true} {
			for _, serverOnly := range []bool{false, true} {
				for _, hidden := range []bool{false, true} {
					f := authplugin.Field{Type: authplugin.String, Optional: optional, ServerOnly: serverOnly, Hidden: hidden}
					create := outcome{"refused", "refused", "given"}
					update := outcome{"absent", "refused", "given"}
					if optional {
						create, update = outcome{"absent", "null", "given"}, outcome{"absent", "null", "given"}
					}
					if hasDefault {
						f.DefaultValue = "default"
						create.absent = "default"
						if !optional {
							create.null = "default"
						}
					}
					if serverOnly {
						create.null, create.given, update.null, update.given = "refused", "refused", "refused", "refused"
						if create.absent == "refused" {
							create.absent = "absent" // the server adds it
						}
					}
					auth, _ := openSQLite(t, authplugin.Config{User: authplugin.ModelConfig{AdditionalFields: authplugin.Fields{"x": f}}})
					for op, want := range map[authplugin.Operation]outcome{authplugin.OperationCreate: create, authplugin.OperationUpdate: update} {
						got := outcome{
							parseX(t, auth, op, nil), parseX(t, auth, op, map[string]any{"x": nil}), parseX(t, auth, op, map[string]any{"x": "given"}),
						}
						if got != want {
							t.Errorf("%s of optional %v, default %v, serverOnly %v, hidden %v: got %v, want %v", op, optional, hasDefault, serverOnly, hidden, got, want)
						}
					}
					out, err := auth.Output("user", authplugin.Record{"x": "given"})
					if _, shown := out["x"]; shown == hidden || err != nil {
						t.Errorf("hidden %v: shown %v, %v", hidden, shown, err)
					}
				}
			}
		}
	}
}

func parseX(t *testing.T, auth *authplugin.Auth, op authplugin.Operation, x map[string]any) string {
	t.Helper()
	input := map[string]any{"name": "Ada"}
	if op == authplugin.OperationCreate {
		input["email"] = "ada@example.com"
	}
	maps.Copy(input, x)
	values, err := auth.ParseInput("user", input, op)
	if err != nil {
		var ie *authplugin.InputError
		if !errors.As(err, &ie) || ie.Fields[0].Field != "x" {
			t.Fatal(err)
		}
		return "refused"
	}
	v, ok := values["x"]
	switch {
	case !ok:
		return "absent"
	case v == nil:
		return "null"
	default:
		return v.(string)
	}
}

func TestParseInputDefaultsAreNotShared(t *testing.T) {
	t.Parallel()
	auth, _ := openSQLite(t, authplugin.Config{User: authplugin.ModelConfig{AdditionalFields: authplugin.Fields{
		"prefs":  {Type: authplugin.JSON, DefaultValue: map[string]any{"n": 1}},
		"tags":   {Type: authplugin.StringArray, DefaultValue: []string{"a"}},
		"broken": {Type: authplugin.Number, DefaultValue: func() any { return "seven" }, Optional: true},
	}}})
	input := map[string]any{"name": "Ada", "email": "a@b", "broken": nil}
	for range 2 {
		got, err := auth.ParseInput("user", input, authplugin.OperationCreate)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(authplugin.Values{"prefs": map[string]any{"n": 1.0}, "tags": []string{"a"}}, authplugin.Values{"prefs": got["prefs"], "tags": got["tags"]}); diff != "" {
			t.Fatal(diff)
		}
		got["prefs"].(map[string]any)["n"] = 2
		got["tags"].([]string)[0] = "b"
	}
	delete(input, "broken")
	var ie *authplugin.InputError
	if _, err := auth.ParseInput("user", input, authplugin.OperationCreate); err == nil || errors.As(err, &ie) {
		t.Errorf("a default that does not fit is not the client's mistake: %v", err)
	}
}

func TestParseInputIntoGoTypes(t *testing.T) {
	t.Parallel()
	auth, db := openSQLite(t, authplugin.Config{User: authplugin.ModelConfig{Model: Player{}}, AutoMigrate: true})
	base := map[string]any{"name": "Ada", "email": "ada@example.com"}
	for name, test := range map[string]struct {
		value any
		want  string
	}{
		"level":  {1000.0, "does not fit the type int8"},
		"score":  {-1.0, "does not fit the type uint64"},
		"limits": {map[string]any{"a": "x"}, "does not fit the type map[string]int"},
		"raw":    {nested(40), "nested deeper"},
		"secret": {"x", "cannot be set"},
		"extra":  {map[string]any{}, "no such field"},
	} {
		input := maps.Clone(base)
		input[name] = test.value
		_, err := auth.ParseInput("user", input, authplugin.OperationCreate)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	input := maps.Clone(base)
	maps.Copy(input, map[string]any{"level": 7.0, "score": 9.0, "limits": map[string]any{"a": 1.0}, "raw": map[string]any{"b": true}, "inside": "x"})
	values, err := auth.ParseInput("user", input, authplugin.OperationCreate)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Model(&Player{}).Create(map[string]any(values)).Error; err != nil {
		t.Fatal(err)
	}
	var found Player
	if err := db.First(&found).Error; err != nil {
		t.Fatal(err)
	}
	if found.Level != 7 || found.Score != 9 || found.Limits["a"] != 1 || !bytes.Equal(found.Raw, []byte(`{"b":true}`)) || found.Inside != "x" {
		t.Errorf("%v %v %v %s", found.Level, found.Score, found.Limits, found.Raw)
	}
}
