package authplugin_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gorm-auth/authplugin"
)

func ExampleSessions_Find() {
	_, auth := open(authplugin.Config{AutoMigrate: true})
	ctx := context.Background()
	user, err := auth.Users().Create(ctx, authplugin.User{Name: "Ada", Email: "Ada@Example.com"})
	if err != nil {
		fmt.Println(err)
		return
	}
	session, err := auth.Sessions().Create(ctx, user.ID, authplugin.SessionOptions{UserAgent: "example/1"})
	if err != nil {
		fmt.Println(err)
		return
	}
	found, err := auth.Sessions().Find(ctx, session.Token)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(found.User.Email, found.Session.UserAgent, found.RefreshDue)

	if _, err := auth.Sessions().RevokeAll(ctx, user.ID); err != nil {
		fmt.Println(err)
	}
	_, err = auth.Sessions().Find(ctx, session.Token)
	fmt.Println(errors.Is(err, authplugin.ErrNotFound))
	// Output:
	// ada@example.com example/1 false
	// true
}

func ExampleVerifications_Consume() {
	_, auth := open(authplugin.Config{AutoMigrate: true})
	ctx := context.Background()
	verifications := auth.Verifications()
	_, err := verifications.Create(ctx, "reset-password:x7Kd", "the user's id", authplugin.VerificationOptions{ExpiresIn: time.Hour})
	if err != nil {
		fmt.Println(err)
		return
	}
	for range 2 {
		taken, err := verifications.Consume(ctx, "reset-password:x7Kd")
		if errors.Is(err, authplugin.ErrNotFound) {
			fmt.Println("it was used before")
			continue
		}
		fmt.Println(taken.Value, err)
	}
	// Output:
	// the user's id <nil>
	// it was used before
}

func ExampleAuth_Transaction() {
	_, auth := open(authplugin.Config{AutoMigrate: true})
	ctx := context.Background()
	err := auth.Transaction(ctx, func(tx *authplugin.Auth) error {
		if _, err := tx.Users().Create(ctx, authplugin.User{Name: "Ada", Email: "ada@example.com"}); err != nil {
			return err
		}
		return errors.New("the invitation has expired")
	})
	fmt.Println(err)
	n, err := auth.Users().Count(ctx)
	fmt.Println(n, err)
	// Output:
	// the invitation has expired
	// 0 <nil>
}
