package authplugin_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gorm-auth/authplugin"
)

var noon = time.Date(2026, 11, 21, 13, 0, 0, 123456789, time.FixedZone("", 3600))

const noonText = "2026-11-21T12:00:00.123Z"

func outputConfig() authplugin.Config {
	cfg := inputConfig()
	cfg.User.AdditionalFields["notes"] = authplugin.Field{Type: authplugin.String, Optional: true, Hidden: true}
	cfg.Plugins = append(cfg.Plugins, fixedPlugin{"gadget", authplugin.PluginSchema{Models: []authplugin.PluginModel{{
		Name: "gadget", Fields: authplugin.Fields{"label": {Type: authplugin.String}, "pin": {Type: authplugin.String, Hidden: true}},
	}}}})
	return cfg
}

func show(t *testing.T, auth *authplugin.Auth, model string, record any) map[string]any {
	t.Helper()
	got, err := auth.Output(model, record)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestOutputOfRecords(t *testing.T) {
	t.Parallel()
	auth, _ := openSQLite(t, outputConfig())
	nick := "lady"
	got := show(t, auth, "user", authplugin.Record{
		"id": authplugin.ID("u1"), "name": "Ada", "image": nil, "createdAt": noon, "born": &noon, "nick": &nick, "boss": "u2",
		"tags": []string{"a"}, "prefs": map[string]any{"a": 1.0}, "age": int64(7),
		"notes": "hidden", "unknown": "dropped", "email_verified": true, "Name": "a Go name",
		"account": []authplugin.Record{
			{"id": "a1", "providerId": "github", "accessToken": "t", "refreshToken": "t", "idToken": "t", "password": "p", "user": map[string]any{"name": "Ada", "notes": "n"}},
			nil,
		},
		"session": authplugin.Values{"token": "s1", "x": 1},
		"passkey": nil,
		"gadget":  []map[string]any{{"label": "l", "pin": "1234"}},
	})
	want := map[string]any{
		"id": "u1", "name": "Ada", "image": nil, "createdAt": noonText, "born": noonText, "nick": "lady", "boss": "u2",
		"tags": []string{"a"}, "prefs": map[string]any{"a": 1.0}, "age": int64(7),
		"account": []map[string]any{{"id": "a1", "providerId": "github", "user": map[string]any{"name": "Ada"}}, nil},
		"session": map[string]any{"token": "s1"}, "passkey": nil, "gadget": []map[string]any{{"label": "l"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Every model's struct and its Output have the same JSON.
func TestOutputIsJSONOfStructs(t *testing.T) {
	t.Parallel()
	cfg := outputConfig()
	cfg.RateLimit.Storage = authplugin.StorageDatabase
	auth, db := openSQLite(t, cfg)
	if err := auth.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	secret := "top-secret"
	user := authplugin.User{ID: "u1", Name: "Ada", Email: "ada@x.io", Additional: authplugin.Values{
		"notes": secret, "lang": "de", "born": noon, "age": nil, "boss": authplugin.ID("u2"), "prefs": []any{1.0},
	}}
	if err := db.Omit("boss").Create(&user).Error; err != nil {
		t.Fatal(err) // the user knows now which fields are hidden
	}
	session := authplugin.Session{ID: "s1", UserID: "u1", Token: "t", ExpiresAt: noon, User: &user}
	account := authplugin.Account{ID: "a1", AccessToken: &secret, RefreshToken: &secret, IDToken: &secret, Password: &secret, AccessTokenExpiresAt: &noon}
	full := user
	full.Sessions, full.Accounts = []authplugin.Session{session}, []authplugin.Account{account}
	for model, records := range map[string][]any{
		"user":         {user, &full, full},
		"session":      {session, &session},
		"account":      {&account},
		"verification": {authplugin.Verification{ID: "v1", Identifier: "i", Value: "v"}},
		"rateLimit":    {authplugin.RateLimit{Key: "k", Count: 1, LastRequest: 5}},
	} {
		for _, record := range records {
			shown, err := json.Marshal(show(t, auth, model, record))
			if err != nil {
				t.Fatal(err)
			}
			text, err := json.Marshal(record)
			if err != nil {
				t.Fatal(err)
			}
			var a, b any
			if json.Unmarshal(shown, &a) != nil || json.Unmarshal(text, &b) != nil {
				t.Fatalf("%s, %s", shown, text)
			}
			if diff := cmp.Diff(a, b); diff != "" || strings.Contains(string(shown), secret) {
				t.Errorf("%s: %s: %s", model, shown, diff)
			}
		}
	}
}

func TestOutputOfOtherStructs(t *testing.T) {
	t.Parallel()
	cfg := outputConfig()
	cfg.User.Model = Player{}
	auth, _ := openSQLite(t, cfg)
	ada := authplugin.User{ID: "u1", Name: "Ada", Additional: authplugin.Values{"level": int64(3), "notes": "n", "x": 1, "inside": "i", "secret": "s"}}
	player := Player{User: ada, Level: 4, Secret: "s", Inside: "i", Raw: json.RawMessage(`{"a":1}`)}
	core := map[string]any{
		"id": "u1", "name": "Ada", "email": "", "emailVerified": false, "image": nil,
		"createdAt": "0001-01-01T00:00:00.000Z", "updatedAt": "0001-01-01T00:00:00.000Z",
	}
	asUser := maps.Clone(core)
	asUser["level"] = int64(3)
	asPlayer := maps.Clone(core)
	maps.Copy(asPlayer, map[string]any{"level": int8(4), "score": uint64(0), "raw": json.RawMessage(`{"a":1}`), "limits": map[string]int(nil)})
	if diff := cmp.Diff(asUser, show(t, auth, "user", &ada)); diff != "" {
		t.Errorf("the core struct: %s", diff)
	}
	for name, record := range map[string]any{"own": player, "pointer": &player, "embedding": struct {
		*Player
		N int
	}{Player: &player}} {
		if diff := cmp.Diff(asPlayer, show(t, auth, "user", record)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	text, err := authplugin.MarshalModel(player)
	if err != nil || strings.Contains(string(text), "Inside") || strings.Contains(string(text), "Secret") {
		t.Errorf("the tags hidden and json hide the same: %s, %v", text, err)
	}
	var read Player
	if err := authplugin.UnmarshalModel([]byte(`{"name":"Eve","Inside":"x","inside":"x","secret":"x"}`), &read); err != nil || read.Inside != "" || read.Secret != "" || len(read.Additional) != 0 {
		t.Errorf("nor is it read from JSON: %q, %v, %v", read.Inside, read.Additional, err)
	}
	name := "yubi"
	got := show(t, auth, "passkey", passkey{ID: "p1", UserID: "u1", Name: &name, PublicKey: "k", Counter: 2})
	if diff := cmp.Diff(map[string]any{"id": "p1", "userId": "u1", "name": "yubi", "counter": int64(2)}, got); diff != "" {
		t.Errorf("a plugin's: %s", diff)
	}
	got = show(t, auth, "passkey", authplugin.Record{"publicKey": "k", "name": nil})
	if diff := cmp.Diff(map[string]any{"name": nil}, got); diff != "" {
		t.Errorf("a plugin's record: %s", diff)
	}
}

func TestOutputOfNothingAndOfMistakes(t *testing.T) {
	t.Parallel()
	auth, _ := openSQLite(t, outputConfig())
	for _, record := range []any{nil, (*authplugin.User)(nil), authplugin.Record(nil), userView{}} {
		if got := show(t, auth, "user", record); got != nil {
			t.Errorf("%T: %v", record, got)
		}
	}
	circle := authplugin.Record{"name": "Ada"}
	circle["session"] = []authplugin.Record{{"token": "t", "user": circle}}
	user := authplugin.User{}
	user.Sessions = []authplugin.Session{{User: &user}}
	for name, test := range map[string]struct {
		model  string
		record any
		want   string
	}{
		"unknown model":  {"usr", nil, `did you mean "user"?`},
		"another struct": {"user", authplugin.Session{}, "is no struct of the model user"},
		"a foreign one":  {"user", struct{ Name string }{}, "is no struct of the model user"},
		"a list":         {"user", []authplugin.User{{}}, "is a Record or a struct"},
		"a number":       {"user", 1, "is a Record or a struct"},
		"a joined text":  {"user", authplugin.Record{"session": "x"}, "is a Record or a struct"},
		"a circle":       {"user", circle, "contains itself"},
		"of structs":     {"user", &user, "contains itself"},
	} {
		if _, err := auth.Output(test.model, test.record); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := authplugin.New(authplugin.Config{}).Output("user", nil); err == nil {
		t.Error("before db.Use")
	}
}

// What a client may set comes back, unless it is hidden.
func TestOutputOfInput(t *testing.T) {
	t.Parallel()
	auth, db := openSQLite(t, func() authplugin.Config { c := outputConfig(); c.AutoMigrate = true; return c }())
	values, err := auth.ParseInput("user", map[string]any{"name": "Ada", "email": "a@b", "phone": "+44 20", "notes": "n", "lang": "de"}, authplugin.OperationCreate)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Model(&authplugin.User{}).Create(values).Error; err != nil {
		t.Fatal(err)
	}
	var found authplugin.User
	if err := db.First(&found).Error; err != nil {
		t.Fatal(err)
	}
	got := show(t, auth, "user", found)
	if got["phone"] != "+4420" || got["lang"] != "de" || got["role"] != "user" || slices.Contains(slices.Collect(maps.Keys(got)), "notes") {
		t.Errorf("got %v", got)
	}
	values, err = auth.ParseInput("user", map[string]any{"phone": nil, "name": "Eve"}, authplugin.OperationUpdate)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Model(&found).Updates(values).Error; err != nil {
		t.Fatal(err)
	}
	if got = show(t, auth, "user", found); got["phone"] != nil || got["name"] != "Eve" {
		t.Errorf("got %v", got)
	}
}
