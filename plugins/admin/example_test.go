package admin_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/driver/sqlite"
	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/plugins/admin"
)

func Example() {
	if err := example(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// user true
	// banned: true
	// ada@example.com 2
}

func example(ctx context.Context) error {
	auth := authplugin.New(authplugin.Config{AutoMigrate: true, Plugins: []authplugin.Plugin{admin.New(admin.Options{})}})
	db, err := gorm.Open(sqlite.Open("file:admin-example?mode=memory&cache=shared"), &gorm.Config{})
	if err != nil {
		return err
	}
	if err := db.Use(auth); err != nil {
		return err
	}
	// The first admin is made by the server itself.
	ada, err := admin.Of(auth).Unchecked().Create(ctx, admin.NewUser{
		User: authplugin.User{Name: "Ada", Email: "ada@example.com"}, Roles: []string{"admin"},
	})
	if err != nil {
		return err
	}
	session, err := auth.Sessions().Create(ctx, ada.ID, authplugin.SessionOptions{})
	if err != nil {
		return err
	}

	// From here on as in a request.
	found, err := auth.Sessions().Find(ctx, session.Token)
	if err != nil {
		return err
	}
	as := admin.Of(auth).As(found.Session, found.User)
	eve, err := as.Create(ctx, admin.NewUser{User: authplugin.User{Name: "Eve", Email: "eve@example.com"}, Password: "correct horse battery"})
	if err != nil {
		return err
	}
	fmt.Println(eve.Additional.String("role"), admin.Of(auth).HasPermission(found.User, admin.ResourceUser, admin.ActionBan))

	if _, err := as.Ban(ctx, eve.ID, admin.BanOptions{Reason: "spam", ExpiresIn: 24 * time.Hour}); err != nil {
		return err
	}
	_, err = auth.Sessions().Create(ctx, eve.ID, authplugin.SessionOptions{})
	var refusal *authplugin.APIError
	fmt.Println("banned:", errors.As(err, &refusal) && refusal.Code == "BANNED_USER")

	page, err := as.List(ctx, admin.ListQuery{Sort: authplugin.Asc("email"), Limit: 1})
	if err != nil {
		return err
	}
	fmt.Println(page.Users[0].Email, page.Total)
	return nil
}
