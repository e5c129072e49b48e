package passkey_test

import (
	"context"
	"fmt"
	"testing"

	sqlitedriver "gorm.io/driver/sqlite"
	"gorm.io/gorm"
	_ "modernc.org/sqlite" // the driver

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/plugins/passkey"
)

func Example() {
	ctx := context.Background()
	db, err := gorm.Open(sqlitedriver.New(sqlitedriver.Config{DriverName: "sqlite", DSN: "file::memory:?_pragma=foreign_keys(1)"}), &gorm.Config{})
	if err != nil {
		panic(err)
	}
	if pool, err := db.DB(); err == nil {
		pool.SetMaxOpenConns(1) // the database lives as long as its connection
	}
	auth := authplugin.New(authplugin.Config{
		AutoMigrate: true,
		Plugins: []authplugin.Plugin{passkey.New(passkey.Options{
			RPID: "example.com", Origins: []string{"https://example.com"},
		})},
	})
	if err := db.Use(auth); err != nil {
		panic(err)
	}
	user, err := auth.Users().Create(ctx, authplugin.User{Name: "Ada", Email: "ada@example.com"})
	if err != nil {
		panic(err)
	}
	browser := newBrowser() // an authenticator in software, for this example

	// Ada, who is signed in, registers a passkey.
	keys := passkey.Of(auth)
	begun, err := keys.BeginRegistration(ctx, user.ID, passkey.RegistrationOptions{})
	if err != nil {
		panic(err)
	}
	key, err := keys.FinishRegistration(ctx, user.ID, begun.Token, browser.create(begun.Options), "my phone")
	if err != nil {
		panic(err)
	}
	fmt.Println(*key.Name, key.DeviceType, key.TransportList())

	// Whoever comes signs in with a passkey.
	begun, err = keys.BeginSignIn(ctx, passkey.SignInOptions{})
	if err != nil {
		panic(err)
	}
	response := browser.get(begun.Options)
	signedIn, err := keys.FinishSignIn(ctx, begun.Token, response)
	if err != nil {
		panic(err)
	}
	session, err := auth.Sessions().Create(ctx, signedIn.User.ID, authplugin.SessionOptions{})
	if err != nil {
		panic(err)
	}
	fmt.Println(signedIn.User.Name, signedIn.UserVerified, session.UserID == user.ID)

	_, err = keys.FinishSignIn(ctx, begun.Token, response)
	fmt.Println("again:", err)

	// Output:
	// my phone singleDevice [internal hybrid]
	// Ada true true
	// again: authplugin: 400 CHALLENGE_NOT_FOUND: challenge not found
}

// browser is an authenticator without a test.
type browser struct{ authenticator *authenticator }

func newBrowser() browser { return browser{newAuthenticator()} }

func (b browser) create(options []byte) []byte { return b.authenticator.create(panics{}, options) }

func (b browser) get(options []byte) []byte { return b.authenticator.get(panics{}, options) }

// panics is a test that an example fails by.
type panics struct{ testing.TB }

func (panics) Helper()                      {}
func (panics) Fatal(args ...any)            { panic(fmt.Sprint(args...)) }
func (panics) Fatalf(f string, args ...any) { panic(fmt.Sprintf(f, args...)) }
