package configfile_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/examples/invites"
	"github.com/gorm-auth/authplugin/internal/configfile"
)

// inviting makes a whole plugin of its options.
func inviting() map[string]configfile.PluginFactory {
	return map[string]configfile.PluginFactory{"invites": func(s *configfile.Settings) (authplugin.Plugin, error) {
		return invites.New(invites.Options{
			ExpiresIn: s.Duration("expiresIn"), PerUser: s.Int("perUser"), Required: s.Bool("required", false), Schema: s.Models("schema"),
		}), nil
	}}
}

func TestPluginOptions(t *testing.T) {
	t.Parallel()
	got, err := configfile.Read("f.yaml", []byte(`plugins:
  invites:
    expiresIn: 12h
    required: true
    schema:
      invite: {table: invitations, columns: {email: address}}
      user: {columns: {invitesLeft: invites_left_over}}
`), inviting())
	if err != nil {
		t.Fatal(err)
	}
	want := authplugin.Config{Plugins: []authplugin.Plugin{invites.New(invites.Options{
		ExpiresIn: 12 * time.Hour, Required: true, Schema: map[string]authplugin.ModelConfig{
			"invite": {Table: "invitations", Columns: map[string]string{"email": "address"}},
			"user":   {Columns: map[string]string{"invitesLeft": "invites_left_over"}},
		},
	})}}
	if diff := cmp.Diff(want, got, everything()...); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// What a plugin finds wrong is shown where it stands in the file.
func TestPluginMistakes(t *testing.T) {
	t.Parallel()
	_, err := configfile.Read("f.yaml", []byte(`plugins:
  invites:
    perUser: -1
    schema:
      invite:
        columns: {mail: address}
      invitation: {table: x}
    limit: 3
models:
  invite:
    table: elsewhere
`), inviting())
	const want = `authplugin: the configuration has 4 mistakes
f.yaml:3:14: plugins.invites.perUser: must not be negative
f.yaml:6:19: plugins.invites.schema.invite.columns.mail: the model invite has no such field; did you mean "email"?
f.yaml:7:7: plugins.invites.schema.invitation: there is no such model; did you mean "invite"?
f.yaml:8:5: plugins.invites.limit: is not a known key; known are expiresIn, perUser, required, schema`
	if err == nil {
		t.Fatal("no mistakes")
	}
	if diff := cmp.Diff(want, err.Error()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
