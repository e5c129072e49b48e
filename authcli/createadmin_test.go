package authcli_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/authcli"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// Fields that the application requires are given by --set.
func TestCreateAdminSetsFields(t *testing.T) {
	t.Parallel()
	cfg := authplugin.Config{User: authplugin.ModelConfig{AdditionalFields: authplugin.Fields{
		"lang": {Type: authplugin.String}, "agreed": {Type: authplugin.Boolean}, "points": {Type: authplugin.Number},
		"tags": {Type: authplugin.StringArray},
	}}}
	d := dbtest.Named(t, "sqlite-pure").New(t)
	env := onDatabase(urlOf(t, d))
	run(t, authcli.Options{Config: cfg}, env, "migrate", "--yes").want(t, authcli.ExitOK)
	create := func(args ...string) result {
		opts := authcli.Options{Config: cfg, Stdin: strings.NewReader("correct horse\n")}
		return run(t, opts, env, append([]string{"create-admin", "--email", "ada@example.com", "--password-stdin"}, args...)...)
	}
	create().want(t, authcli.ExitError, "authplugin: user.agreed: is required")
	create("--set", "lang").want(t, authcli.ExitUsage, "field=value")
	create("--set", "lnag=en").want(t, authcli.ExitUsage, "no field")
	create("--set", "agreed=perhaps").want(t, authcli.ExitUsage, "not of type boolean")
	create("--set", "lang=a=b", "--set", "agreed=true", "--set", "points=7", "--set", `tags=["x"]`).want(t, authcli.ExitOK, "no field role")

	auth := authplugin.New(cfg)
	if err := d.Open(t, nil).Use(auth); err != nil {
		t.Fatal(err)
	}
	user, err := auth.Users().FindByEmail(t.Context(), "ada@example.com")
	if err != nil {
		t.Fatal(err)
	}
	want := authplugin.Values{"lang": "a=b", "agreed": true, "points": int64(7), "tags": []string{"x"}}
	if diff := cmp.Diff(want, user.Additional); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
