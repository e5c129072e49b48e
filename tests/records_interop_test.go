package tests

import (
	"errors"
	"fmt"
	"testing"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// Records work on a database that Better Auth made and wrote.
func TestRecordsOfBetterAuth(t *testing.T) {
	t.Parallel()
	eachBetterAuth(t, func(t *testing.T, b betterAuth) {
		ctx := t.Context()
		db := b.Open(t, nil)
		auth := authplugin.New(b.config())
		must(t, db.Use(auth))
		user, err := auth.Records("user").FindOne(ctx, authplugin.Query{
			Where: where{authplugin.Eq("email", b.seed.Email)}, Join: authplugin.Joins{"session": {}, "account": {}},
		})
		must(t, err)
		var plainUser authplugin.User
		must(t, db.Preload("Sessions").Preload("Accounts").First(&plainUser, b.seed.UserID).Error)
		if user["id"] != string(b.seed.UserID) || user["createdAt"] != plainUser.CreatedAt || user["emailVerified"] != plainUser.EmailVerified ||
			len(user["session"].([]authplugin.Record)) != len(plainUser.Sessions) || len(user["account"].([]authplugin.Record)) != len(plainUser.Accounts) {
			t.Errorf("user %v", user)
		}
		session, err := auth.Records("session").FindOne(ctx, authplugin.Query{Where: where{authplugin.Eq("token", b.seed.SessionToken)}, Join: authplugin.Joins{"user": {}}})
		must(t, err)
		if session["user"].(authplugin.Record)["id"] != string(b.seed.UserID) || session["userId"] != string(b.seed.UserID) {
			t.Errorf("session %v", session)
		}
		n, err := auth.Records("session").Count(ctx, authplugin.Eq("expiresAt", session["expiresAt"]), authplugin.Gt("expiresAt", "2000-01-01"))
		if err != nil || n < 1 {
			t.Errorf("%d by the moment, %v", n, err)
		}
		for _, none := range []string{"9223372036854775807", "-1", "no such", "00000000-0000-4000-8000-000000000000"} {
			if n, err := auth.Records("session").Count(ctx, authplugin.In("userId", []string{none}), authplugin.Eq("userId", none).Or(), authplugin.Eq("userId", none).Insensitive()); n != 0 || err != nil {
				t.Errorf("%s: %d, %v", none, n, err)
			}
		}
		made, err := auth.Records("verification").Create(ctx, authplugin.Values{"identifier": "i", "value": "v", "expiresAt": noon})
		must(t, err)
		updated, err := auth.Records("verification").Update(ctx, where{authplugin.Eq("identifier", "i"), authplugin.Eq("expiresAt", noon)}, authplugin.Values{"value": "w"})
		must(t, err)
		consumed, err := auth.Records("verification").ConsumeOne(ctx, authplugin.Eq("id", made["id"]), authplugin.Eq("value", "w"))
		must(t, err)
		wantSame(t, "consumed", updated, consumed)
		if _, err := auth.Records("verification").ConsumeOne(ctx, authplugin.Eq("id", made["id"])); !errors.Is(err, authplugin.ErrNotFound) {
			t.Errorf("consumed again: %v", err)
		}
		must(t, auth.Records("user").Delete(ctx, authplugin.Eq("id", b.seed.UserID)))
		if n, _ := auth.Records("session").Count(ctx, authplugin.Eq("userId", b.seed.UserID)); n != 0 {
			t.Errorf("%d sessions outlive their user", n)
		}
	})
}

// Records mean the same however the application has set up GORM.
func TestRecordsWithGORMSettings(t *testing.T) {
	t.Parallel()
	settings := map[string]gorm.Config{
		"prepared": {PrepareStmt: true}, "no transaction": {SkipDefaultTransaction: true},
		"query fields": {QueryFields: true}, "errors": {TranslateError: true}, "global": {AllowGlobalUpdate: true},
		"batches": {CreateBatchSize: 2}, "associations": {FullSaveAssociations: true},
	}
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d := e.New(t)
		for name, config := range settings {
			_, auth := useWith(t, d, recordsConfig(authplugin.Serial), &config)
			ctx, users := t.Context(), auth.Records("user")
			email := fmt.Sprint(len(name), name, "@x")
			made := userRecord(t, auth, name, authplugin.Values{"email": email, "handle": name, "age": 1})
			record(t, auth, "badge", authplugin.Values{"owner": name, "title": "t"})
			found, err := users.FindOne(ctx, authplugin.Query{Where: where{authplugin.Eq("email", email)}, Join: authplugin.Joins{"badge": {Limit: 1}}, Select: []string{"age"}})
			must(t, err)
			if found["age"] != int64(1) || len(found) != 2 || len(found["badge"].([]authplugin.Record)) != 1 {
				t.Errorf("%s: found %v", name, found)
			}
			_, err = users.Create(ctx, authplugin.Values{"name": "x", "email": email})
			if !errors.Is(err, authplugin.ErrDuplicate) {
				t.Errorf("%s: duplicate: %v", name, err)
			}
			got, err := users.IncrementOne(ctx, where{authplugin.Eq("id", made["id"])}, authplugin.Increment{By: authplugin.Values{"age": 1}})
			must(t, err)
			if got["age"] != int64(2) {
				t.Errorf("%s: incremented %v", name, got)
			}
			if n, err := users.UpdateMany(ctx, where{authplugin.Eq("age", 2)}, authplugin.Values{"age": 2}); n != 1 || err != nil {
				t.Errorf("%s: updated %d, %v", name, n, err)
			}
			if _, err := users.ConsumeOne(ctx, authplugin.Eq("id", made["id"])); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// One connection is enough for every operation.
func TestRecordsOnOneConnection(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		db, auth := use(t, e.New(t), recordsConfig(authplugin.UUID))
		pool, err := db.DB()
		must(t, err)
		pool.SetMaxOpenConns(1)
		ada := userRecord(t, auth, "ada", nil)
		record(t, auth, "session", authplugin.Values{"userId": ada["id"], "token": "t", "expiresAt": noon})
		_, err = auth.Records("session").FindMany(t.Context(), authplugin.Query{Join: authplugin.Joins{"user": {}}})
		must(t, err)
		_, err = auth.Records("session").ConsumeOne(t.Context(), authplugin.Eq("token", "t"))
		must(t, err)
		_, err = auth.Records("user").UpdateMany(t.Context(), nil, authplugin.Values{"age": 1})
		must(t, err)
	})
}
