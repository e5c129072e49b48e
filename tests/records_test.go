package tests

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// recordsConfig has a model of every kind: core, with additional fields of all
// types, a plugin's struct, and models that are known at run time only.
func recordsConfig(s authplugin.IDStrategy) authplugin.Config {
	cfg := pluginConfig(s)
	cfg.User.AdditionalFields = authplugin.Fields{
		"role":   {Type: authplugin.Enum("user", "admin"), DefaultValue: "user"},
		"nick":   {Type: authplugin.String, Optional: true},
		"lang":   {Type: authplugin.String, Optional: true, DefaultValue: "en"},
		"age":    {Type: authplugin.Number, Optional: true},
		"score":  {Type: authplugin.Float, Optional: true},
		"coins":  {Type: authplugin.BigInt, Optional: true},
		"born":   {Type: authplugin.Date, Optional: true},
		"prefs":  {Type: authplugin.JSON, Optional: true},
		"tags":   {Type: authplugin.StringArray, Optional: true},
		"marks":  {Type: authplugin.NumberArray, Optional: true},
		"vip":    {Type: authplugin.Boolean, Optional: true},
		"pin":    {Type: authplugin.String, Optional: true, Hidden: true},
		"handle": {Type: authplugin.String, Optional: true, Unique: true},
	}
	cfg.User.Columns = map[string]string{"name": "full_name", "nick": "alias"}
	cfg.Plugins = append(cfg.Plugins, recordsPlugin{})
	return cfg
}

// recordsPlugin adds models that refer to users in several ways.
type recordsPlugin struct{}

func (recordsPlugin) ID() string { return "records" }

func (recordsPlugin) Schema() authplugin.PluginSchema {
	user := func(r authplugin.Reference) *authplugin.Reference { r.Model = "user"; return &r }
	return authplugin.PluginSchema{Models: []authplugin.PluginModel{
		{Name: "profile", Fields: authplugin.Fields{
			"userId": {Type: authplugin.String, Unique: true, References: user(authplugin.Reference{})},
			"bio":    {Type: authplugin.String, Optional: true},
		}},
		{Name: "badge", Fields: authplugin.Fields{
			"owner": {Type: authplugin.String, Optional: true, References: user(authplugin.Reference{Field: "handle"})},
			"title": {Type: authplugin.String, Index: true},
			"left":  {Type: authplugin.Number, Optional: true},
		}},
		{Name: "gift", Fields: authplugin.Fields{
			"giver": {Type: authplugin.String, References: user(authplugin.Reference{})},
			"taker": {Type: authplugin.String, References: user(authplugin.Reference{OnDelete: authplugin.NoAction})},
		}},
		{Name: "counter", Fields: authplugin.Fields{
			"key":   {Type: authplugin.String, Unique: true},
			"count": {Type: authplugin.Number, DefaultValue: 0},
			"big":   {Type: authplugin.BigInt, Optional: true},
			"ratio": {Type: authplugin.Float, Optional: true},
			"state": {Type: authplugin.String, Optional: true},
			"times": {Type: authplugin.Number, Optional: true, OnUpdate: func() any { return 7 }},
		}},
		{Name: "node", Fields: authplugin.Fields{
			"label":    {Type: authplugin.String},
			"parentId": {Type: authplugin.String, Optional: true, References: &authplugin.Reference{Model: "node", OnDelete: authplugin.NoAction}},
		}},
	}}
}

// eachRecords runs a test on every database with every strategy.
func eachRecords(t *testing.T, f func(t *testing.T, e dbtest.Engine, db *gorm.DB, auth *authplugin.Auth)) {
	t.Helper()
	eachStrategy(t, func(t *testing.T, e dbtest.Engine, s authplugin.IDStrategy) {
		cfg := recordsConfig(s)
		cfg.Clock = fixedClock
		db, auth := use(t, e.New(t), cfg)
		f(t, e, db, auth)
	})
}

func record(t testing.TB, auth *authplugin.Auth, model string, values authplugin.Values) authplugin.Record {
	t.Helper()
	r, err := auth.Records(model).Create(t.Context(), values)
	must(t, err)
	return r
}

// user makes a user with an e-mail made of the name.
func userRecord(t testing.TB, auth *authplugin.Auth, name string, more authplugin.Values) authplugin.Record {
	t.Helper()
	values := authplugin.Values{"name": name, "email": name + "@example.com"}
	maps.Copy(values, more)
	return record(t, auth, "user", values)
}

func isInvalid(t testing.TB, what string, err error, parts ...string) {
	t.Helper()
	if !errors.Is(err, authplugin.ErrInvalid) {
		t.Errorf("%s: %v", what, err)
		return
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%s: %v does not say %q", what, err, part)
		}
	}
}

func wantSame(t testing.TB, what string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// names lists a field of records, sorted.
func fieldOf(records []authplugin.Record, field string) []string {
	list := []string{}
	for _, r := range records {
		s, _ := r[field].(string)
		list = append(list, s)
	}
	slices.Sort(list)
	return list
}

// What create returns is the whole row with the types of Values, and is what
// every read returns.
func TestRecordsCreate(t *testing.T) {
	t.Parallel()
	eachRecords(t, func(t *testing.T, e dbtest.Engine, db *gorm.DB, auth *authplugin.Auth) {
		ctx := t.Context()
		users := auth.Records("user")
		stored := noon.UTC().Truncate(time.Millisecond)
		got := userRecord(t, auth, "ada", authplugin.Values{
			"email": "Ada@Example.com", "id": "ignored", "unknown": 1, "nick": "", "age": 36, "score": 1.5, "coins": int64(1) << 40,
			"born": "1815-12-10T01:00:00.1239+01:00", "prefs": map[string]any{"a": []any{1, nil}}, "tags": []string{"x"}, "marks": []float64{1, 2.5},
			"vip": true, "pin": "1234", "lang": nil,
		})
		id, ok := got["id"].(string)
		if !ok || id == "" || id == "ignored" {
			t.Errorf("id %v", got["id"])
		}
		want := authplugin.Record{
			"id": id, "name": "ada", "email": "ada@example.com", "emailVerified": false, "image": nil, "createdAt": stored, "updatedAt": stored,
			"role": "user", "nick": "", "lang": nil, "age": int64(36), "score": 1.5, "coins": int64(1) << 40,
			"born":  time.Date(1815, 12, 10, 0, 0, 0, 123e6, time.UTC),
			"prefs": map[string]any{"a": []any{1.0, nil}}, "tags": []string{"x"}, "marks": []float64{1, 2.5}, "vip": true, "pin": "1234",
			"handle": nil, "keyCount": int64(0),
		}
		wantSame(t, "created", want, got)
		found, err := users.FindOne(ctx, authplugin.Query{Where: []authplugin.Condition{authplugin.Eq("id", id)}})
		must(t, err)
		wantSame(t, "found", got, found)
		all, err := users.FindMany(ctx, authplugin.Query{})
		must(t, err)
		wantSame(t, "all", []authplugin.Record{got}, all)

		plainUser := authplugin.User{}
		must(t, db.First(&plainUser, authplugin.ID(id)).Error)
		if plainUser.Name != "ada" || plainUser.Additional["coins"] != int64(1)<<40 {
			t.Errorf("plain GORM reads %v", plainUser)
		}
		// Null and a default: of an optional field it stays, of a required one it does not.
		eve := userRecord(t, auth, "eve", authplugin.Values{"role": nil, "createdAt": nil, "emailVerified": nil})
		if eve["role"] != "user" || eve["lang"] != "en" || eve["createdAt"] != stored || eve["emailVerified"] != false {
			t.Errorf("defaults %v", eve)
		}
		// Text that is NULL is told from text that is empty, in Go structs' fields too.
		for address, want := range map[any]any{nil: nil, "": "", "::1": "::1"} {
			s := record(t, auth, "session", authplugin.Values{"userId": id, "token": "t" + e.Name + strings.Repeat("x", len(cmp.Diff(nil, address))), "expiresAt": noon, "ipAddress": address})
			if s["ipAddress"] != want || s["userId"] != id || s["userAgent"] != nil {
				t.Errorf("session %v", s)
			}
		}
		key := record(t, auth, "passkey", authplugin.Values{"userId": id, "publicKey": "k", "meta": map[string]any{"a": 1}, "counter": 3, "backedUp": true, "lastUsed": "2026-01-02"})
		if diff := cmp.Diff(map[string]any{"a": 1.0}, key["meta"]); diff != "" || key["lastUsed"] != time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC) || key["label"] != "key" || key["name"] != nil {
			t.Errorf("passkey %v", key)
		}
		use := record(t, auth, "keyUse", authplugin.Values{"passkeyId": key["id"], "usedAt": noon})
		wantSame(t, "run-time model", authplugin.Record{"id": use["id"], "passkeyId": key["id"], "usedAt": stored, "place": nil}, use)
		foundUse, err := auth.Records("keyUse").FindOne(ctx, authplugin.Query{Where: []authplugin.Condition{authplugin.Eq("passkeyId", key["id"])}})
		must(t, err)
		wantSame(t, "run-time model found", use, foundUse)

		_, err = users.Create(ctx, authplugin.Values{"name": "x"})
		isInvalid(t, "missing email", err, "user.email")
		_, err = users.Create(ctx, authplugin.Values{"name": "x", "email": "x", "role": "king"})
		isInvalid(t, "enum", err, "user.role")
		_, err = users.Create(ctx, authplugin.Values{"name": "x", "email": "ada@example.com"})
		if !errors.Is(err, authplugin.ErrDuplicate) {
			t.Errorf("duplicate: %v", err)
		}
	})
}

// An id is used when the caller may set it and the strategy could have made it.
func TestRecordsAllowID(t *testing.T) {
	t.Parallel()
	const v4, v7 = "6e9a7f0b-c352-4e4d-8f10-92a4f6b1c3d5", "01890a5d-ac96-774b-bcce-b302099a8057"
	cases := map[string]map[any]bool{ // whether an id is used
		"random": {"mine": true, v7: true, "42": true, "": false},
		"uuid":   {"mine": false, v4: true, strings.ToUpper("7e9a7f0b-c352-4e4d-8f10-92a4f6b1c3d5"): true, v7: false, "42": false},
		"serial": {"mine": false, v4: false, "4711": true, 4712: true, "007": false},
	}
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		for name, ids := range cases {
			_, auth := use(t, e.New(t), recordsConfig(strategies()[name]))
			for id, used := range ids {
				text := strings.ToLower(strings.Trim(strings.ReplaceAll(jsonOf(t, id), `"`, ""), " "))
				r, err := auth.Records("counter").Create(t.Context(), authplugin.Values{"id": id, "key": text}, authplugin.AllowID())
				must(t, err)
				if got := strings.ToLower(r["id"].(string)); (got == text) != used || got == "" {
					t.Errorf("%s: given %v, id %v", name, id, got)
				}
			}
			r, err := auth.Records("counter").Create(t.Context(), authplugin.Values{"key": "none"}, authplugin.AllowID())
			must(t, err)
			if r["id"] == "" {
				t.Errorf("%s: no id", name)
			}
			_, err = auth.Records("counter").Create(t.Context(), authplugin.Values{"key": "bad", "id": true}, authplugin.AllowID())
			isInvalid(t, name+": boolean", err, "counter.id")
		}
	})
}

func jsonOf(t testing.TB, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	must(t, err)
	return string(text)
}

func TestRecordsWhere(t *testing.T) {
	t.Parallel()
	eachRecords(t, func(t *testing.T, _ dbtest.Engine, db *gorm.DB, auth *authplugin.Auth) {
		ids := map[string]any{}
		for name, more := range map[string]authplugin.Values{
			"ada":   {"nick": "Ad%_a[!]\\*?^", "age": 36, "born": "2000-01-01", "vip": true, "score": 1.5, "coins": 5},
			"bob":   {"nick": "bOB", "age": 20, "born": "2001-01-01", "vip": false, "score": -1},
			"carl":  {"nick": "bob"},
			"dora":  {"nick": "bob ", "age": -3},
			"emile": {"nick": "bôb"},
			"fay":   {},
			"gil":   {"nick": ""},
		} {
			ids[name] = userRecord(t, auth, name, more)["id"]
		}
		eq, ne, in, notIn := authplugin.Eq, authplugin.Ne, authplugin.In, authplugin.NotIn
		contains, starts, ends := authplugin.Contains, authplugin.StartsWith, authplugin.EndsWith
		type conditions = []authplugin.Condition
		all := "ada bob carl dora emile fay gil"
		for name, c := range map[string]struct {
			where conditions
			want  string
		}{
			"none":                 {nil, all},
			"eq":                   {conditions{eq("nick", "bob")}, "carl"},
			"eq space":             {conditions{eq("nick", "bob ")}, "dora"},
			"eq accent":            {conditions{eq("nick", "bôb")}, "emile"},
			"eq empty":             {conditions{eq("nick", "")}, "gil"},
			"eq null":              {conditions{eq("nick", nil)}, "fay"},
			"eq nil pointer":       {conditions{eq("nick", (*string)(nil))}, "fay"},
			"no operator":          {conditions{{Field: "nick", Value: "bob"}}, "carl"},
			"ne null":              {conditions{ne("nick", nil)}, "ada bob carl dora emile gil"},
			"ne":                   {conditions{ne("nick", "bob")}, "ada bob dora emile gil"},
			"ne insensitive":       {conditions{ne("nick", "BOB").Insensitive()}, "ada dora emile gil"},
			"eq insensitive":       {conditions{eq("nick", "BoB").Insensitive()}, "bob carl"},
			"in":                   {conditions{in("nick", []string{"bob", "bOB"})}, "bob carl"},
			"in any":               {conditions{in("nick", []any{"bob", nil})}, "carl"},
			"in insensitive":       {conditions{in("nick", []any{"BOB", "x"}).Insensitive()}, "bob carl"},
			"in empty":             {conditions{in("nick", []string{})}, ""},
			"not in":               {conditions{notIn("nick", []string{"bob", ""})}, "ada bob dora emile"},
			"not in insensitive":   {conditions{notIn("nick", []string{"BOB"}).Insensitive()}, "ada dora emile gil"},
			"not in null":          {conditions{notIn("nick", []any{nil, "bob"})}, "ada bob dora emile gil"},
			"not in empty":         {conditions{notIn("nick", []string{})}, "ada bob carl dora emile gil"},
			"contains":             {conditions{contains("nick", "ob")}, "carl dora"},
			"contains insensitive": {conditions{contains("nick", "oB").Insensitive()}, "bob carl dora"},
			"contains percent":     {conditions{contains("nick", "%")}, "ada"},
			"contains underscore":  {conditions{contains("nick", "_")}, "ada"},
			"contains wild":        {conditions{contains("nick", "%_a[!]\\*?^")}, "ada"},
			"contains not wild":    {conditions{contains("nick", "b%")}, ""},
			"contains wild fold":   {conditions{contains("nick", "%_A[!]\\*?").Insensitive()}, "ada"},
			"contains empty":       {conditions{contains("nick", "")}, "ada bob carl dora emile gil"},
			"starts":               {conditions{starts("nick", "bo")}, "carl dora"},
			"starts wild":          {conditions{starts("nick", "Ad%_a[!]\\*?")}, "ada"},
			"starts not wild":      {conditions{starts("nick", "*")}, ""},
			"starts class":         {conditions{starts("nick", "[a-z]")}, ""},
			"starts insensitive":   {conditions{starts("nick", "BO").Insensitive()}, "bob carl dora"},
			"starts long":          {conditions{starts("nick", strings.Repeat("bo", 30000))}, ""},
			"ends":                 {conditions{ends("nick", "ob")}, "carl"},
			"ends space":           {conditions{ends("nick", "b ")}, "dora"},
			"ends longer":          {conditions{ends("nick", "xxbob")}, ""},
			"ends insensitive":     {conditions{ends("nick", "Ob").Insensitive()}, "bob carl"},
			"ends wild":            {conditions{ends("nick", "]\\*?^")}, "ada"},
			"email":                {conditions{eq("email", "ADA@Example.com")}, "ada"},
			"emails":               {conditions{in("email", []string{"ADA@Example.com", "bob@example.com"})}, "ada bob"},
			"email prefix":         {conditions{starts("email", "ADA")}, "ada"},
			"number":               {conditions{eq("age", 36)}, "ada"},
			"JSON number":          {conditions{eq("age", 36.0)}, "ada"},
			"number insensitive":   {conditions{eq("age", 36).Insensitive()}, "ada"},
			"numbers":              {conditions{in("age", []int{36, 20})}, "ada bob"},
			"greater":              {conditions{authplugin.Gt("age", 20)}, "ada"},
			"greater or equal":     {conditions{authplugin.Gte("age", 20)}, "ada bob"},
			"less":                 {conditions{authplugin.Lt("age", 20)}, "dora"},
			"less or equal":        {conditions{authplugin.Lte("age", 20)}, "bob dora"},
			"greater than null":    {conditions{authplugin.Gt("age", nil)}, ""},
			"float":                {conditions{authplugin.Gt("score", -1)}, "ada"},
			"bigint":               {conditions{eq("coins", int64(5))}, "ada"},
			"date":                 {conditions{authplugin.Gt("born", "2000-06-01T00:00:00Z")}, "bob"},
			"date zone":            {conditions{eq("born", time.Date(2000, 1, 1, 5, 0, 0, 0, time.FixedZone("", 5*3600)))}, "ada"},
			"dates":                {conditions{in("born", []any{"2000-01-01", "2001-01-01T00:00:00Z"})}, "ada bob"},
			"boolean":              {conditions{eq("vip", false)}, "bob"},
			"boolean ne":           {conditions{ne("vip", false)}, "ada"},
			"json null":            {conditions{ne("prefs", nil)}, ""},
			"id":                   {conditions{eq("id", ids["ada"])}, "ada"},
			"ids":                  {conditions{in("id", []any{ids["ada"], ids["bob"], "no such", ""})}, "ada bob"},
			"not ids":              {conditions{notIn("id", []any{ids["ada"], "no such", ids["bob"]})}, "carl dora emile fay gil"},
			"id none":              {conditions{eq("id", "no such id ")}, ""},
			"id NUL":               {conditions{eq("id", "\x00")}, ""},
			"id empty":             {conditions{eq("id", "")}, ""},
			"id ne none":           {conditions{ne("id", "no such id ")}, all},
			"id insensitive":       {conditions{eq("id", strings.ToUpper(ids["ada"].(string))).Insensitive()}, "ada"},
			"id contains":          {conditions{contains("id", ids["ada"].(string)), starts("id", ids["ada"].(string)), ends("id", ids["ada"].(string)), eq("name", "ada")}, "ada"},
			"and":                  {conditions{eq("age", 36), eq("name", "ada")}, "ada"},
			"and none":             {conditions{eq("age", 36), eq("name", "bob")}, ""},
			"or":                   {conditions{eq("name", "ada").Or(), eq("name", "bob").Or()}, "ada bob"},
			"one or":               {conditions{ne("nick", nil), eq("name", "bob").Or()}, "bob"},
			"groups":               {conditions{eq("name", "ada").Or(), ne("age", nil), eq("name", "bob").Or(), authplugin.Lt("age", 30), eq("name", "dora").Or()}, "bob dora"},
			"only or":              {conditions{eq("name", "ada").Or()}, "ada"},
		} {
			found, err := auth.Records("user").FindMany(t.Context(), authplugin.Query{Where: c.where})
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if got := strings.Join(fieldOf(found, "name"), " "); got != c.want {
				t.Errorf("%s: %q, want %q", name, got, c.want)
			}
			n, err := auth.Records("user").Count(t.Context(), c.where...)
			must(t, err)
			var viaGORM, not []authplugin.User
			must(t, db.Where(auth.Clause("user", c.where...)).Find(&viaGORM).Error)
			must(t, db.Not(auth.Clause("user", c.where...)).Find(&not).Error)
			if int(n) != len(found) || len(viaGORM) != len(found) || len(not)+len(found) > 7 {
				t.Errorf("%s: counted %d, by clause %d, not %d", name, n, len(viaGORM), len(not))
			}
		}
	})
}

func TestRecordsRefuse(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		db, auth := use(t, e.New(t), recordsConfig(authplugin.Random))
		ctx, users := t.Context(), auth.Records("user")
		find := func(q authplugin.Query) error { _, err := users.FindMany(ctx, q); return err }
		where := func(c authplugin.Condition) authplugin.Query {
			return authplugin.Query{Where: []authplugin.Condition{c}}
		}
		_, err := auth.Records("usr").FindMany(ctx, authplugin.Query{})
		isInvalid(t, "model", err, `"user"`)
		isInvalid(t, "field", find(where(authplugin.Eq("emial", 1))), "user.emial", `"email"`)
		isInvalid(t, "column", find(where(authplugin.Eq("full_name", "x"))), "user.full_name")
		isInvalid(t, "operator", find(where(authplugin.Condition{Field: "name", Operator: "like"})), "operator")
		isInvalid(t, "connector", find(where(authplugin.Condition{Field: "name", Connector: "XOR"})), "connector")
		isInvalid(t, "mode", find(where(authplugin.Condition{Field: "name", Mode: "x"})), "mode")
		isInvalid(t, "in", find(where(authplugin.In("name", "x"))), "list")
		isInvalid(t, "in nil", find(where(authplugin.In("name", nil))), "list")
		isInvalid(t, "date", find(where(authplugin.Eq("born", "yesterday"))), "user.born")
		isInvalid(t, "number", find(where(authplugin.Gt("age", "1"))), "user.age")
		isInvalid(t, "wide number", find(where(authplugin.Gt("age", 1<<40))), "user.age")
		isInvalid(t, "string", find(where(authplugin.Eq("name", 1))), "user.name")
		isInvalid(t, "NUL", find(where(authplugin.Eq("name", "\x00"))), "user.name")
		isInvalid(t, "boolean", find(where(authplugin.Eq("vip", 1))), "user.vip")
		isInvalid(t, "json", find(where(authplugin.Eq("prefs", "x"))), "user.prefs")
		isInvalid(t, "id", find(where(authplugin.Eq("id", true))), "user.id")
		isInvalid(t, "pattern", find(where(authplugin.Contains("age", "1"))), "user.age")
		isInvalid(t, "pattern null", find(where(authplugin.Condition{Field: "name", Operator: authplugin.OperatorContains})), "user.name")
		isInvalid(t, "select", find(authplugin.Query{Select: []string{"nme"}}), `"name"`)
		isInvalid(t, "sort", find(authplugin.Query{Sort: authplugin.Asc("nme")}), `"name"`)
		isInvalid(t, "sort json", find(authplugin.Query{Sort: authplugin.Asc("prefs")}), "user.prefs")
		isInvalid(t, "direction", find(authplugin.Query{Sort: authplugin.Sort{{Field: "name", Direction: "down"}}}), "down")
		isInvalid(t, "limit", find(authplugin.Query{Limit: -1}))
		isInvalid(t, "offset", find(authplugin.Query{Offset: -1}))
		isInvalid(t, "join", find(authplugin.Query{Join: authplugin.Joins{"sesion": {}}}), `"session"`)
		isInvalid(t, "join none", find(authplugin.Query{Join: authplugin.Joins{"verification": {}}}), "no foreign key")
		isInvalid(t, "join several", find(authplugin.Query{Join: authplugin.Joins{"gift": {}}}), "several")
		isInvalid(t, "delete all", users.Delete(ctx))
		_, err = users.Update(ctx, []authplugin.Condition{authplugin.Eq("id", "x")}, authplugin.Values{"nme": 1})
		isInvalid(t, "update", err, `"name"`)
		isInvalid(t, "clause", db.Where(auth.Clause("user", authplugin.Eq("nme", 1))).Find(&[]authplugin.User{}).Error, `"name"`)
		isInvalid(t, "clause of no model", db.Where(auth.Clause("usr")).Find(&[]authplugin.User{}).Error, `"user"`)
		isInvalid(t, "clause of another model", db.Where(auth.Clause("user", authplugin.Eq("id", "x"))).Find(&[]authplugin.Session{}).Error, "session")
		if err := db.Where(auth.Clause("user")).Delete(&authplugin.User{}).Error; !errors.Is(err, gorm.ErrMissingWhereClause) {
			t.Errorf("delete by an empty clause: %v", err)
		}
		if _, err := authplugin.New(authplugin.Config{}).Records("user").FindOne(ctx, authplugin.Query{}); !errors.Is(err, authplugin.ErrNotInitialized) {
			t.Errorf("before db.Use: %v", err)
		}
	})
}
