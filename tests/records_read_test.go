package tests

import (
	"fmt"
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// The default limit, order, offset and selection.
func TestRecordsPages(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		_, auth := use(t, e.New(t), recordsConfig(authplugin.Random))
		ctx, counters := t.Context(), auth.Records("counter")
		for i := range 105 {
			record(t, auth, "counter", authplugin.Values{"key": fmt.Sprintf("k%03d", i), "count": i % 10, "big": i})
		}
		keys := func(q authplugin.Query) []string {
			found, err := counters.FindMany(ctx, q)
			must(t, err)
			list := []string{}
			for _, r := range found {
				list = append(list, r["key"].(string))
			}
			return list
		}
		if n := len(keys(authplugin.Query{})); n != 100 {
			t.Errorf("default limit: %d", n)
		}
		if n := len(keys(authplugin.Query{Limit: 1000})); n != 105 {
			t.Errorf("limit of 1000: %d", n)
		}
		wantSame(t, "sort, offset, limit", []string{"k102", "k101"}, keys(authplugin.Query{Sort: authplugin.Desc("key"), Offset: 2, Limit: 2}))
		wantSame(t, "offset alone", []string{"k104"}, keys(authplugin.Query{Sort: authplugin.Asc("big"), Offset: 104}))
		if n := len(keys(authplugin.Query{Offset: 100})); n != 5 {
			t.Errorf("offset without order: %d", n)
		}
		wantSame(t, "two orders", []string{"k009", "k019", "k029"}, keys(authplugin.Query{Sort: authplugin.Desc("count").Then(authplugin.Asc("key")), Limit: 3}))
		wantSame(t, "where before limit", []string{"k100"}, keys(authplugin.Query{Where: []authplugin.Condition{authplugin.Gte("big", 100)}, Sort: authplugin.Asc("key"), Limit: 1}))
		first, err := counters.FindOne(ctx, authplugin.Query{Sort: authplugin.Asc("key"), Offset: 3, Limit: 50})
		must(t, err)
		if first["key"] != "k003" {
			t.Errorf("find one: %v", first)
		}
		some, err := counters.FindMany(ctx, authplugin.Query{Select: []string{"big", "key", "big"}, Sort: authplugin.Asc("key"), Limit: 1})
		must(t, err)
		wantSame(t, "select", []authplugin.Record{{"key": "k000", "big": int64(0)}}, some)
		some, err = counters.FindMany(ctx, authplugin.Query{Select: []string{"count"}, Sort: authplugin.Asc("key"), Limit: 1})
		must(t, err)
		wantSame(t, "select one", []authplugin.Record{{"count": int64(0)}}, some)
		none, err := counters.FindMany(ctx, authplugin.Query{Where: []authplugin.Condition{authplugin.Eq("key", "x")}})
		must(t, err)
		wantSame(t, "nothing", []authplugin.Record{}, none)
	})
}

func TestRecordsJoin(t *testing.T) {
	t.Parallel()
	eachRecords(t, func(t *testing.T, _ dbtest.Engine, _ *gorm.DB, auth *authplugin.Auth) {
		ctx, users := t.Context(), auth.Records("user")
		ada := userRecord(t, auth, "ada", authplugin.Values{"handle": "ada"})
		bob := userRecord(t, auth, "bob", authplugin.Values{"handle": "bob"})
		eve := userRecord(t, auth, "eve", nil)
		sessions := map[any][]string{}
		for i := range 8 {
			owner := []authplugin.Record{ada, bob}[i%2]
			s := record(t, auth, "session", authplugin.Values{"userId": owner["id"], "token": fmt.Sprint("t", i), "expiresAt": noon})
			sessions[owner["id"]] = append(sessions[owner["id"]], s["token"].(string))
		}
		profile := record(t, auth, "profile", authplugin.Values{"userId": ada["id"], "bio": "b"})
		badges := []authplugin.Record{
			record(t, auth, "badge", authplugin.Values{"owner": "ada", "title": "x"}),
			record(t, auth, "badge", authplugin.Values{"owner": "ada", "title": "y"}),
		}
		lost := record(t, auth, "badge", authplugin.Values{"title": "z"})

		// Forward: many sessions, one profile, badges by a field that is no id; at once.
		found, err := users.FindMany(ctx, authplugin.Query{
			Join: authplugin.Joins{"session": {}, "profile": {}, "badge": {}}, Sort: authplugin.Asc("name"), Select: []string{"name"},
		})
		must(t, err)
		if len(found) != 3 {
			t.Fatalf("%d users", len(found))
		}
		for i, u := range []authplugin.Record{ada, bob, eve} {
			r := found[i]
			joined, _ := r["session"].([]authplugin.Record)
			if len(r) != 4 || r["name"] != u["name"] || joined == nil || len(joined) != len(sessions[u["id"]]) {
				t.Errorf("user %v", r)
			}
			wantSame(t, "sessions", fieldOf(joined, "token"), append([]string{}, sessions[u["id"]]...))
		}
		wantSame(t, "profile", any(profile), found[0]["profile"])
		if found[1]["profile"] != any(nil) || found[2]["profile"] != any(nil) {
			t.Errorf("no profile: %v, %v", found[1]["profile"], found[2]["profile"])
		}
		if got := found[0]["badge"].([]authplugin.Record); len(got) != len(badges) || strings.Join(fieldOf(got, "title"), "") != "xy" {
			t.Errorf("badges %v", got)
		}
		wantSame(t, "no badges", any([]authplugin.Record{}), found[2]["badge"])

		// The limit is per record, and the page is one of users.
		found, err = users.FindMany(ctx, authplugin.Query{Join: authplugin.Joins{"session": {Limit: 3}}, Sort: authplugin.Asc("name"), Limit: 2})
		must(t, err)
		for _, r := range found {
			if got := r["session"].([]authplugin.Record); len(got) != 3 || got[0]["userId"] != r["id"] || got[0]["id"] == got[1]["id"] {
				t.Errorf("limited join %v", got)
			}
		}
		if len(found) != 2 || found[1]["name"] != "bob" {
			t.Errorf("page %v", found)
		}

		// Backward: to an id it is one record, the whole of it; of records it may be the same.
		joined, err := auth.Records("session").FindMany(ctx, authplugin.Query{
			Where: []authplugin.Condition{authplugin.Eq("userId", ada["id"])}, Join: authplugin.Joins{"user": {}}, Select: []string{"token"},
		})
		must(t, err)
		if len(joined) != 4 {
			t.Fatalf("sessions %v", joined)
		}
		wantSame(t, "backward", authplugin.Record{"token": joined[0]["token"], "user": ada}, joined[0])
		joined[0]["user"].(authplugin.Record)["name"] = "changed"
		if joined[1]["user"].(authplugin.Record)["name"] != "ada" {
			t.Error("two records share one that is joined")
		}
		owned, err := auth.Records("profile").FindOne(ctx, authplugin.Query{Join: authplugin.Joins{"user": {}}})
		must(t, err)
		wantSame(t, "backward by a unique key", any(ada), owned["user"])
		// Backward to another field it is a list, as in Better Auth.
		badge, err := auth.Records("badge").FindOne(ctx, authplugin.Query{Where: []authplugin.Condition{authplugin.Eq("title", "x")}, Join: authplugin.Joins{"user": {}}})
		must(t, err)
		wantSame(t, "backward to a field", any([]authplugin.Record{ada}), badge["user"])
		badge, err = auth.Records("badge").FindOne(ctx, authplugin.Query{Where: []authplugin.Condition{authplugin.Eq("id", lost["id"])}, Join: authplugin.Joins{"user": {}}})
		must(t, err)
		wantSame(t, "backward from null", any([]authplugin.Record{}), badge["user"])

		// A model that refers to itself joins those that refer to it.
		root := record(t, auth, "node", authplugin.Values{"label": "root"})
		leaf := record(t, auth, "node", authplugin.Values{"label": "leaf", "parentId": root["id"]})
		tree, err := auth.Records("node").FindOne(ctx, authplugin.Query{Where: []authplugin.Condition{authplugin.Eq("id", root["id"])}, Join: authplugin.Joins{"node": {}}})
		must(t, err)
		wantSame(t, "itself", any([]authplugin.Record{leaf}), tree["node"])

		// The plugin's struct and its run-time model, which is two keys away.
		key := record(t, auth, "passkey", authplugin.Values{"userId": ada["id"], "publicKey": "k", "counter": 0, "backedUp": false, "meta": map[string]any{}})
		record(t, auth, "keyUse", authplugin.Values{"passkeyId": key["id"], "usedAt": noon})
		uses, err := auth.Records("passkey").FindMany(ctx, authplugin.Query{Join: authplugin.Joins{"user": {}, "keyUse": {}}})
		must(t, err)
		if len(uses) != 1 || len(uses[0]["keyUse"].([]authplugin.Record)) != 1 || uses[0]["user"].(authplugin.Record)["id"] != ada["id"] {
			t.Errorf("passkey %v", uses)
		}
	})
}

// A page with joins takes one statement and one for each join, for many records
// a few; a limit counts for each record.
func TestRecordsJoinStatements(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		recorder := dbtest.NewRecorder()
		db, auth := useWith(t, e.New(t), recordsConfig(authplugin.Random), &gorm.Config{Logger: recorder})
		const many = 1100
		counters := make([]map[string]any, 0, many)
		users := make([]map[string]any, 0, many)
		for i := range many {
			name := fmt.Sprintf("u%04d", i)
			users = append(users, map[string]any{"name": name, "email": name, "handle": name})
			counters = append(counters, map[string]any{"owner": name, "title": "a"}, map[string]any{"owner": name, "title": "b"})
		}
		must(t, db.Model(&authplugin.User{}).CreateInBatches(users, 200).Error)
		for _, c := range counters[:300] {
			record(t, auth, "badge", c)
		}
		for limit, statements := range map[int]int{100: 3, many: 5} {
			recorder.Reset()
			found, err := auth.Records("user").FindMany(t.Context(), authplugin.Query{
				Join: authplugin.Joins{"session": {}, "badge": {Limit: 1}}, Limit: limit, Sort: authplugin.Asc("name"),
			})
			must(t, err)
			if got := recorder.Statements(); len(got) != statements || len(found) != limit {
				t.Errorf("%d users by %d statements:\n%s", len(found), len(got), strings.Join(got, "\n"))
			}
			if got := found[99]["badge"].([]authplugin.Record); len(got) != 1 || got[0]["owner"] != found[99]["handle"] {
				t.Errorf("badge %v", got)
			}
		}
	})
}

// The application's own callbacks see every statement, and those on the models'
// schemas.
func TestRecordsRunThroughCallbacks(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		db, auth := use(t, e.New(t), recordsConfig(authplugin.Random))
		seen := map[string]int{}
		note := func(chain string) func(*gorm.DB) {
			return func(tx *gorm.DB) {
				if tx.Statement.Schema != nil {
					seen[chain+" "+tx.Statement.Schema.Table]++
				}
			}
		}
		must(t, db.Callback().Query().Before("gorm:query").Register("app:query", note("query")))
		must(t, db.Callback().Create().Before("gorm:create").Register("app:create", note("create")))
		must(t, db.Callback().Update().Before("gorm:update").Register("app:update", note("update")))
		must(t, db.Callback().Delete().Before("gorm:delete").Register("app:delete", note("delete")))
		ctx := t.Context()
		for _, model := range []string{"user", "counter"} {
			records := auth.Records(model)
			r, err := records.Create(ctx, authplugin.Values{"name": "x", "email": "x", "key": "x"})
			must(t, err)
			id := authplugin.Eq("id", r["id"])
			_, err = records.FindMany(ctx, authplugin.Query{})
			must(t, err)
			_, err = records.Update(ctx, []authplugin.Condition{id}, authplugin.Values{})
			must(t, err)
			must(t, records.Delete(ctx, id))
		}
		for _, table := range []string{"users", "counters"} {
			for chain, least := range map[string]int{"query": 3, "create": 1, "update": 1, "delete": 1} {
				if seen[chain+" "+table] < least {
					t.Errorf("%s on %s was seen %d times", chain, table, seen[chain+" "+table])
				}
			}
		}
	})
}
