package authplugin_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/gorm-auth/authplugin"
)

// Any model is read and written by its logical name.
func ExampleAuth_Records() {
	_, auth := open(authplugin.Config{AutoMigrate: true})
	ctx, users := context.Background(), auth.Records("user")

	ada, err := users.Create(ctx, authplugin.Values{"name": "Ada", "email": "Ada@Example.com"})
	if err != nil {
		panic(err)
	}
	if _, err := auth.Records("account").Create(ctx, authplugin.Values{
		"userId": ada["id"], "providerId": "github", "accountId": "42",
	}); err != nil {
		panic(err)
	}
	found, err := users.FindMany(ctx, authplugin.Query{
		Where:  []authplugin.Condition{authplugin.StartsWith("email", "ada@"), authplugin.Contains("name", "AD").Insensitive()},
		Select: []string{"name", "email"}, Sort: authplugin.Desc("createdAt"), Limit: 20,
		Join: authplugin.Joins{"account": {Limit: 5}},
	})
	if err != nil {
		panic(err)
	}
	for _, u := range found {
		fmt.Println(u["name"], u["email"], len(u["account"].([]authplugin.Record)))
	}

	// Output: Ada ada@example.com 1
}

// Of many callers one gets the record.
func ExampleRecords_ConsumeOne() {
	_, auth := open(authplugin.Config{AutoMigrate: true})
	ctx, proofs := context.Background(), auth.Records("verification")

	_, err := proofs.Create(ctx, authplugin.Values{"identifier": "reset:ada", "value": "1234", "expiresAt": "2030-01-01"})
	fmt.Println(err)
	for range 2 {
		proof, err := proofs.ConsumeOne(ctx, authplugin.Eq("identifier", "reset:ada"))
		fmt.Println(proof["value"], errors.Is(err, authplugin.ErrNotFound))
	}

	// Output:
	// <nil>
	// 1234 false
	// <nil> true
}

// Conditions may come from JSON, and are conditions in plain GORM too.
func ExampleAuth_Clause() {
	db, auth := open(authplugin.Config{AutoMigrate: true})
	db.Create(&[]authplugin.User{{Name: "Ada", Email: "ada@example.com"}, {Name: "Bob", Email: "bob@example.com"}})

	var conditions []authplugin.Condition
	err := json.Unmarshal([]byte(`[
		{"field": "email", "operator": "ends_with", "value": "@example.com"},
		{"field": "name", "value": "ADA", "mode": "insensitive"}
	]`), &conditions)
	if err != nil {
		panic(err)
	}
	var users []authplugin.User
	err = db.Where(auth.Clause("user", conditions...)).Find(&users).Error
	fmt.Println(len(users), users[0].Name, err)

	err = db.Where(auth.Clause("user", authplugin.Eq("names", "Ada"))).Find(&users).Error
	fmt.Println(err)

	// Output:
	// 1 Ada <nil>
	// authplugin: user.names: there is no such field; did you mean "name"?
}
