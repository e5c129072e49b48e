package organization_test

import (
	"testing"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/betterauth"
	"github.com/gorm-auth/authplugin/internal/dbtest"
	"github.com/gorm-auth/authplugin/plugins/organization"
)

// On the tables that Better Auth has made, nothing is to be migrated, and everything
// works.
func TestBetterAuth(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		_, auth := betterauth.Use(t, e, organization.New(everything()))
		testActive(t, auth)
	})
}

// What is not enabled is not there.
func TestModelsOfOptions(t *testing.T) {
	t.Parallel()
	plain, err := authplugin.Describe(config(organization.Options{}), dbtest.Named(t, "sqlite").New(t).Dialector())
	must(t, err)
	invitation, _ := plain.Schema.Model("invitation")
	session, _ := plain.Schema.Model("session")
	if _, ok := invitation.Field("teamId"); ok {
		t.Error("there is a teamId without teams")
	}
	if _, ok := session.Field("activeTeamId"); ok {
		t.Error("there is an activeTeamId without teams")
	}
	if _, ok := plain.Schema.Model("team"); ok {
		t.Error("there are teams")
	}
}
