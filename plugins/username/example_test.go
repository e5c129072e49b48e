package username_test

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/driver/sqlite"
	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/plugins/username"
)

func Example() {
	ctx := context.Background()
	auth := authplugin.New(authplugin.Config{
		AutoMigrate: true,
		Plugins:     []authplugin.Plugin{username.New(username.Options{Reserved: []string{"admin"}})},
	})
	db, err := gorm.Open(sqlite.Open("file:username-example?mode=memory&cache=shared"), &gorm.Config{})
	if err == nil {
		err = db.Use(auth)
	}
	if err != nil {
		fmt.Println(err)
		return
	}

	ada := authplugin.User{Name: "Ada", Email: "ada@example.com", Additional: authplugin.Values{"username": "Ada_L"}}
	if _, err := auth.Users().SignUp(ctx, ada, "correct horse battery"); err != nil {
		fmt.Println(err)
		return
	}
	_, user, err := username.Of(auth).SignIn(ctx, "ada_l", "correct horse battery", authplugin.SessionOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(user.Additional.String("username"), user.Additional.String("displayUsername"))

	free, err := username.Of(auth).IsAvailable(ctx, "ADMIN")
	fmt.Println(free, err)

	_, err = username.Of(auth).Set(ctx, user.ID, "no spaces")
	var shown *authplugin.APIError
	fmt.Println(errors.As(err, &shown) && shown.Code == "INVALID_USERNAME")
	// Output:
	// ada_l Ada_L
	// false <nil>
	// true
}
