package organization_test

import (
	"context"
	"fmt"

	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/plugins/organization"
)

func Example() {
	ctx := context.Background()
	db, err := gorm.Open(sqlite.Open("file:organization_example?mode=memory&cache=shared"), &gorm.Config{Logger: logger.Discard})
	if err != nil {
		panic(err)
	}
	auth := authplugin.New(authplugin.Config{
		AutoMigrate: true,
		Plugins:     []authplugin.Plugin{organization.New(organization.Options{})},
	})
	if err := db.Use(auth); err != nil {
		panic(err)
	}
	ada, _ := auth.Users().Create(ctx, authplugin.User{Name: "Ada", Email: "ada@example.com", EmailVerified: true})
	bob, _ := auth.Users().Create(ctx, authplugin.User{Name: "Bob", Email: "bob@example.com", EmailVerified: true})

	ops := organization.Of(auth)
	acme, _ := ops.Create(ctx, ada.ID, organization.Details{Name: "Acme", Slug: "acme"})
	invitation, _ := ops.Invite(ctx, ada.ID, acme.ID, organization.Invite{Email: "bob@example.com"})
	_, err = ops.Accept(ctx, bob.ID, invitation.ID)
	fmt.Println("accepted:", err == nil)

	session, _ := auth.Sessions().Create(ctx, bob.ID, authplugin.SessionOptions{})
	session, _ = ops.SetActive(ctx, session.Token, acme.ID)
	membership, _ := ops.Active(ctx, session)
	fmt.Println(membership.Member.Role, "may invite:", membership.Permits("invitation", "create"))
	fmt.Println(ops.Leave(ctx, ada.ID, acme.ID))
	// Output:
	// accepted: true
	// member may invite: false
	// authplugin: 400 YOU_CANNOT_LEAVE_THE_ORGANIZATION_WITHOUT_AN_OWNER: the organization must keep an owner
}
