package passkey_test

import (
	"context"
	"log/slog"
	"testing"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/plugins/passkey"
)

// guideConfig is the configuration of the guide.
func guideConfig() authplugin.Config {
	return authplugin.Config{
		Plugins: []authplugin.Plugin{passkey.New(passkey.Options{
			RPID:    "example.com",                   // for good: passkeys of another domain do not work
			RPName:  "Example",                       // what authenticators show
			Origins: []string{"https://example.com"}, // where the pages come from
		})},
	}
}

// lenient is the option of the guide that lets a copied authenticator in.
func lenient() passkey.Options {
	return passkey.Options{
		RPID: "example.com", Origins: []string{"https://example.com"},
		OnCloneWarning: func(ctx context.Context, w passkey.CloneWarning) error {
			slog.WarnContext(ctx, "passkey copied?", "passkey", w.Passkey.ID, "stored", w.Passkey.Counter, "got", w.Counter)
			return nil // go on; passkey.ErrCloned refuses
		},
	}
}

func TestGuideOptions(t *testing.T) {
	t.Parallel()
	must(t, guideConfig().Validate())
	f := newFixture(t, sqlite{}, lenient(), nil)
	f.device.counts = false
	f.register(t)
	f.device.only(t).counter = 1
	for range 2 {
		_, err := f.signIn(t)
		must(t, err)
	}
}
