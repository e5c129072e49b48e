package username_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gorm-auth/authplugin/internal/betterauth"
	"github.com/gorm-auth/authplugin/internal/dbtest"
	"github.com/gorm-auth/authplugin/plugins/username"
)

// On a database that Better Auth's plugin of that name made there is nothing to do.
func TestInteropPlansNothing(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		_, auth := betterauth.Use(t, e, username.New(username.Options{}))
		ada, err := auth.Users().Create(t.Context(), named(0, "Ada"))
		must(t, err)
		if diff := cmp.Diff([]any{"ada", "Ada"}, names(t, auth, ada.ID)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}
