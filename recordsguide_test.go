package authplugin_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
)

// The snippets of docs/records.md, in its order.

func guideReading(ctx context.Context, auth *authplugin.Auth, userID string) (authplugin.Record, []authplugin.Record, int64, error) {
	users := auth.Records("user")
	user, err := users.FindOne(ctx, authplugin.Query{Where: []authplugin.Condition{authplugin.Eq("email", "Ada@example.com")}})
	sessions, err2 := auth.Records("session").FindMany(ctx, authplugin.Query{
		Where: []authplugin.Condition{authplugin.Eq("userId", userID), authplugin.Gt("expiresAt", "2026-01-31T12:00:00Z")},
	})
	n, err3 := users.Count(ctx, authplugin.Eq("emailVerified", false))
	return user, sessions, n, errors.Join(err, err2, err3)
}

func guideGrouping() []authplugin.Condition {
	// role is admin, and the name or the address has "ada" in it
	where := []authplugin.Condition{
		authplugin.Eq("role", "admin"),
		authplugin.Contains("name", "ada").Insensitive().Or(),
		authplugin.Contains("email", "ada").Or(),
	}
	return where
}

func guidePaging(ctx context.Context, users *authplugin.Records) ([]authplugin.Record, error) {
	page, err := users.FindMany(ctx, authplugin.Query{
		Select: []string{"id", "name"},
		Sort:   authplugin.Desc("createdAt").Then(authplugin.Asc("id")),
		Limit:  20, Offset: 40,
	})
	return page, err
}

func guideJoining(ctx context.Context, auth *authplugin.Auth, token string) (user authplugin.Record, sessions []authplugin.Record, err error) {
	found, err := auth.Records("session").FindOne(ctx, authplugin.Query{
		Where: []authplugin.Condition{authplugin.Eq("token", token)}, Join: authplugin.Joins{"user": {}},
	})
	user, _ = found["user"].(authplugin.Record) // backward: one, or nil

	users, err2 := auth.Records("user").FindMany(ctx, authplugin.Query{
		Join: authplugin.Joins{"session": {Limit: 5}, "account": {}},
	})
	sessions, _ = users[0]["session"].([]authplugin.Record) // forward: many, perhaps none
	return user, sessions, errors.Join(err, err2)
}

func guideWriting(ctx context.Context, users *authplugin.Records) (ada, updated authplugin.Record, n int64, err error) {
	ada, err = users.Create(ctx, authplugin.Values{"name": "Ada", "email": "Ada@example.com", "role": "admin"})
	if err != nil {
		return ada, updated, n, err
	}
	byID := []authplugin.Condition{authplugin.Eq("id", ada["id"])}
	updated, err = users.Update(ctx, byID, authplugin.Values{"name": "Ada L."})
	if err != nil {
		return ada, updated, n, err
	}
	n, err = users.UpdateMany(ctx, []authplugin.Condition{authplugin.Eq("role", "admin")}, authplugin.Values{"role": "user"})
	if err != nil {
		return ada, updated, n, err
	}
	err = users.Delete(ctx, byID...)
	return ada, updated, n, err
}

func guideOnce(ctx context.Context, auth *authplugin.Auth, identifier string) (authplugin.Record, error) {
	proof, err := auth.Records("verification").ConsumeOne(ctx, authplugin.Eq("identifier", identifier))
	if errors.Is(err, authplugin.ErrNotFound) {
		return nil, errors.New("used already, or never sent")
	}
	return proof, err
}

func guideIncrement(ctx context.Context, auth *authplugin.Auth, id string) (authplugin.Record, error) {
	key, err := auth.Records("apiKey").IncrementOne(ctx,
		[]authplugin.Condition{authplugin.Eq("id", id), authplugin.Gt("remaining", 0)},
		authplugin.Increment{By: authplugin.Values{"remaining": -1}, Set: authplugin.Values{"lastUsedAt": "2026-01-31T12:00:00Z"}})
	return key, err
}

type apiKeys struct{}

func (apiKeys) ID() string { return "api-keys" }

func (apiKeys) Schema() authplugin.PluginSchema {
	return authplugin.PluginSchema{Models: []authplugin.PluginModel{{Name: "apiKey", Fields: authplugin.Fields{
		"userId":     {Type: authplugin.String, References: &authplugin.Reference{Model: "user"}},
		"remaining":  {Type: authplugin.Number},
		"lastUsedAt": {Type: authplugin.Date, Optional: true},
	}}}}
}

func guideClause(db *gorm.DB, auth *authplugin.Auth) ([]authplugin.User, error) {
	var admins []authplugin.User
	err := db.Where(auth.Clause("user", authplugin.Eq("role", "admin"), authplugin.EndsWith("email", "@example.com"))).
		Where("created_at > ?", "2026-01-01").Order("name").Find(&admins).Error
	return admins, err
}

func guideTransaction(ctx context.Context, auth *authplugin.Auth, token, userID string) error {
	err := auth.Transaction(ctx, func(tx *authplugin.Auth) error {
		if _, err := tx.Records("verification").ConsumeOne(ctx, authplugin.Eq("identifier", "verify-email:"+token)); err != nil {
			return err
		}
		_, err := tx.Records("user").Update(ctx, []authplugin.Condition{authplugin.Eq("id", userID)}, authplugin.Values{"emailVerified": true})
		return err
	})
	return err
}

// Every snippet of the guide is one that is compiled and run here, line by line.
func TestRecordsGuideIsThis(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("docs/records.md")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("recordsguide_test.go")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll("\n"+string(source), "\r\n", "\n")
	blocks := strings.Split(strings.ReplaceAll(string(guide), "\r\n", "\n"), "```")
	snippets := 0
	for i := 1; i < len(blocks); i += 2 {
		snippet, ok := strings.CutPrefix(blocks[i], "go\n")
		if !ok {
			continue
		}
		snippets++
		indented := "\n\t" + strings.ReplaceAll(strings.TrimSuffix(snippet, "\n"), "\n", "\n\t") + "\n"
		indented = strings.ReplaceAll(indented, "\n\t\n", "\n\n")
		if !strings.Contains(text, indented) && !strings.Contains(text, "\n"+snippet) {
			t.Errorf("this snippet is in no test:\n%s", snippet)
		}
	}
	if snippets < 9 {
		t.Errorf("%d snippets", snippets)
	}
}

func TestRecordsGuide(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	cfg := authplugin.Config{AutoMigrate: true, Plugins: []authplugin.Plugin{apiKeys{}}}
	cfg.User.AdditionalFields = authplugin.Fields{"role": {Type: authplugin.String, DefaultValue: "user"}}
	db, auth := open(cfg)
	users := auth.Records("user")
	check := func(what string, ok bool, err error) {
		t.Helper()
		if !ok || err != nil {
			t.Errorf("%s: %v, %v", what, ok, err)
		}
	}
	create := func(model string, values authplugin.Values) string {
		t.Helper()
		r, err := auth.Records(model).Create(ctx, values)
		if err != nil {
			t.Fatal(err)
		}
		return r["id"].(string)
	}

	ada, updated, n, err := guideWriting(ctx, users)
	check("writing", ada["email"] == "ada@example.com" && updated["name"] == "Ada L." && n == 1, err)
	id := create("user", authplugin.Values{"name": "Ada", "email": "Ada@example.com", "role": "admin"})
	create("user", authplugin.Values{"name": "Eve", "email": "eve@example.com", "role": "admin"})
	create("session", authplugin.Values{"userId": id, "token": "token", "expiresAt": "2030-01-01"})

	user, sessions, n, err := guideReading(ctx, auth, id)
	check("reading", user["id"] == id && len(sessions) == 1 && n == 2, err)
	n, err = users.Count(ctx, guideGrouping()...)
	check("grouping", n == 1, err)
	page, err := guidePaging(ctx, users)
	check("paging", len(page) == 0, err)
	joined, _, err := guideJoining(ctx, auth, "token")
	check("joining", joined["name"] == "Ada", err)
	admins, err := guideClause(db, auth)
	check("clause", len(admins) == 2 && admins[0].Name == "Ada", err)

	create("verification", authplugin.Values{"identifier": "reset:1", "value": "", "expiresAt": "2030-01-01"})
	proof, err := guideOnce(ctx, auth, "reset:1")
	check("once", proof["identifier"] == "reset:1", err)
	_, err = guideOnce(ctx, auth, "reset:1")
	check("twice", err != nil, nil)

	key := create("apiKey", authplugin.Values{"userId": id, "remaining": 1})
	counted, err := guideIncrement(ctx, auth, key)
	check("increment", counted["remaining"] == int64(0), err)
	_, err = guideIncrement(ctx, auth, key)
	check("guard", errors.Is(err, authplugin.ErrNotFound), nil)

	create("verification", authplugin.Values{"identifier": "verify-email:1", "value": "", "expiresAt": "2030-01-01"})
	check("transaction", true, guideTransaction(ctx, auth, "1", id))
	user, err = users.FindOne(ctx, authplugin.Query{Where: []authplugin.Condition{authplugin.Eq("id", id)}})
	check("verified", user["emailVerified"] == true, err)
}
