package authplugin_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"gorm.io/driver/sqlite"
	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
)

// memory is a database that lives as long as its one connection.
func memory() gorm.Dialector {
	return sqlite.New(sqlite.Config{DriverName: "sqlite", DSN: "file::memory:?_pragma=foreign_keys(1)"})
}

func open(cfg authplugin.Config) (*gorm.DB, *authplugin.Auth) {
	db, err := gorm.Open(memory(), &gorm.Config{})
	if err != nil {
		panic(err)
	}
	pool, err := db.DB()
	if err != nil {
		panic(err)
	}
	pool.SetMaxOpenConns(1)
	auth := authplugin.New(cfg)
	if err := db.Use(auth); err != nil {
		panic(err)
	}
	return db, auth
}

func Example() {
	dialector := memory()

	auth := authplugin.New(authplugin.Config{
		User: authplugin.ModelConfig{AdditionalFields: authplugin.Fields{
			"role": {Type: authplugin.Enum("user", "admin"), DefaultValue: "user"},
		}},
		AutoMigrate: true,
	})
	db, err := gorm.Open(dialector, &gorm.Config{})
	if err == nil {
		err = db.Use(auth) // tables users, sessions, accounts, verifications
	}
	ada := authplugin.User{Name: "Ada", Email: "ada@example.com"}
	err = errors.Join(err, db.Create(&ada).Error, db.First(&ada, "role = ?", "user").Error)
	fmt.Println(ada.Name, ada.Additional["role"], err)

	// Output: Ada user <nil>
}

// Hooks run for plain GORM writes, too. They may change what is written, or
// refuse it with an error that carries a status for the client.
func ExampleModelHooks() {
	db, _ := open(authplugin.Config{
		AutoMigrate: true,
		Hooks: authplugin.Hooks{User: authplugin.ModelHooks[authplugin.User]{
			BeforeCreate: func(_ *authplugin.HookContext, u *authplugin.User) error {
				if !strings.HasSuffix(u.Email, "@example.com") {
					return authplugin.NewAPIError(403, "NOT_INVITED", "this address is not invited")
				}
				u.Name = strings.TrimSpace(u.Name)
				return nil
			},
			AfterUpdate: func(_ *authplugin.HookContext, c *authplugin.Change[authplugin.User]) error {
				fmt.Println(c.Before.Name, "is now", c.After.Name)
				return nil
			},
		}},
	})
	err := db.Create(&authplugin.User{Name: "Eve", Email: "eve@elsewhere.org"}).Error
	var refused *authplugin.APIError
	fmt.Println(errors.As(err, &refused), refused.Code)

	ada := authplugin.User{Name: " Ada ", Email: "ada@example.com"}
	db.Create(&ada)
	db.Model(&authplugin.User{}).Where("email = ?", ada.Email).Update("name", "Lady Ada")

	// Output:
	// true NOT_INVITED
	// Ada is now Lady Ada
}

// The example of the README is the one above.
func TestREADMEExample(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	_, block, ok := strings.Cut(string(readme), "```go\n")
	block, _, closed := strings.Cut(block, "```")
	if !ok || !closed {
		t.Fatal("README.md has no Go example")
	}
	var indented strings.Builder
	for line := range strings.Lines(block) {
		if strings.TrimSpace(line) != "" {
			indented.WriteString("\t")
		}
		indented.WriteString(line)
	}
	if !strings.Contains(string(source), indented.String()) {
		t.Errorf("the example of README.md is not that of example_test.go:\n%s", indented.String())
	}
}

func ExampleConfig_names() {
	_, auth := open(authplugin.Config{
		Naming: authplugin.BetterAuthNaming,
		User:   authplugin.ModelConfig{Table: "members", Columns: map[string]string{"name": "full_name"}},
	})
	user, _ := auth.Schema().Model(authplugin.ModelUser)
	session, _ := auth.Schema().Model(authplugin.ModelSession)
	name, _ := user.Field("name")
	verified, _ := user.Field("emailVerified")
	fmt.Println(user.Table, name.Column, verified.Column, session.Table)
	// Output: members full_name emailVerified session
}

func ExampleConfig_Validate() {
	err := authplugin.Config{
		User: authplugin.ModelConfig{
			Columns:          map[string]string{"fulname": "full_name"},
			AdditionalFields: authplugin.Fields{"rolle": {}},
		},
	}.Validate()
	fmt.Println(err)
	// Output:
	// authplugin: User.AdditionalFields["rolle"].Type: is missing; it is one of String, Number, Float, BigInt, Boolean, Date, JSON, StringArray, NumberArray, Enum(...)
	// authplugin: User.Columns["fulname"]: the model user has no such field; did you mean "name"?
}

func ExampleValues() {
	db, _ := open(authplugin.Config{
		User: authplugin.ModelConfig{AdditionalFields: authplugin.Fields{
			"lang":  {Type: authplugin.String, DefaultValue: "en"},
			"nick":  {Type: authplugin.String, Optional: true},
			"tags":  {Type: authplugin.StringArray, Optional: true},
			"notes": {Type: authplugin.String, Optional: true, Hidden: true},
		}},
		Clock:       func() time.Time { return time.Date(2026, 11, 21, 7, 0, 0, 0, time.UTC) },
		AutoMigrate: true,
	})
	ada := authplugin.User{ID: "u1", Name: "Ada", Email: "Ada@example.com", Additional: authplugin.Values{
		"tags": []string{"first"}, "notes": "only for the server",
	}}
	fmt.Println(db.Create(&ada).Error)

	var found authplugin.User
	fmt.Println(db.Where("lang = ?", "en").First(&found).Error)
	fmt.Println(found.Additional.Strings("tags"), found.Additional.IsNull("nick"), found.Additional.String("notes"))
	text, err := json.Marshal(found)
	fmt.Println(string(text), err)
	// Output:
	// <nil>
	// <nil>
	// [first] true only for the server
	// {"id":"u1","name":"Ada","email":"ada@example.com","emailVerified":false,"image":null,"createdAt":"2026-11-21T07:00:00.000Z","updatedAt":"2026-11-21T07:00:00.000Z","lang":"en","nick":null,"tags":["first"]} <nil>
}

// Customer is an application's own struct with a typed column.
type Customer struct {
	authplugin.User `auth:"table:customers;columns:name=full_name"`

	Phone string `gorm:"size:30" auth:"optional"`
}

// MarshalJSON keeps the embedded user's from hiding Customer's own fields.
func (c Customer) MarshalJSON() ([]byte, error) { return authplugin.MarshalModel(c) }

func ExampleModelConfig_model() {
	db, auth := open(authplugin.Config{User: authplugin.ModelConfig{Model: Customer{}}, AutoMigrate: true})
	err := db.Create(&Customer{User: authplugin.User{Name: "Ada", Email: "ada@example.com"}, Phone: "+44"}).Error
	fmt.Println(err)

	var found Customer
	fmt.Println(db.Where("phone = ?", "+44").First(&found).Error, found.Name)
	user, _ := auth.Schema().Model(authplugin.ModelUser)
	fmt.Println(user.Table)
	// Output:
	// <nil>
	// <nil> Ada
	// customers
}

func ExampleAuth_PlanMigration() {
	db, auth := open(authplugin.Config{User: authplugin.ModelConfig{
		AdditionalFields: authplugin.Fields{"phone": {Type: authplugin.String}},
	}})
	ctx := db.Statement.Context
	plan, err := auth.PlanMigration(ctx)
	fmt.Print(plan)
	fmt.Println(err, auth.Migrate(ctx))
	plan, err = auth.PlanMigration(ctx)
	fmt.Print(plan)
	fmt.Println(err)
	// Output:
	// create table users
	// create table sessions
	// create table accounts
	// create table verifications
	// <nil> <nil>
	// up to date
	// <nil>
}
