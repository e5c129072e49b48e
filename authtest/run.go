package authtest

import (
	"testing"

	"github.com/gorm-auth/authplugin"
)

// Option changes what [Run] does.
type Option func(*conformance)

// WithValues has records of a model made with these values, where those that Run
// makes up will not do: a validator refuses them, a hook wants others. The function
// is given a number that differs with each record, and references by logical field
// name, such as the id of a user under "userId".
func WithValues(model string, values func(n int, references authplugin.Values) authplugin.Values) Option {
	return func(c *conformance) { c.values[model] = values }
}

// WithoutRecords leaves out records of a model, for one that only its plugin can
// write. Models that reference it must be left out, too.
func WithoutRecords(model string) Option {
	return func(c *conformance) { c.left[model] = true }
}

// conformance is one call of Run.
type conformance struct {
	config func() authplugin.Config
	values map[string]func(n int, references authplugin.Values) authplugin.Values
	left   map[string]bool
}

// Run tests that the schema of plugins works on every database: that an empty
// database and one without the plugins are migrated, and a second time need nothing;
// that records of each model come back as they were written, under Better Auth's
// names, under names of the application's own and with every kind of ids; that the
// application's hooks run; that hidden fields are not shown; that the order of the
// plugins does not matter. The function makes the configuration anew on each call.
func Run(t *testing.T, config func() authplugin.Config, options ...Option) {
	t.Helper()
	c := &conformance{config: config, values: map[string]func(int, authplugin.Values) authplugin.Values{}, left: map[string]bool{}}
	for _, option := range options {
		option(c)
	}
	t.Run("order", c.order)
	for _, check := range []struct {
		name string
		run  func(t *testing.T, d Database)
	}{
		{"migration", c.migration},
		{"added later", c.addedLater},
		{"records", c.records},
		{"hooks", c.hooks},
		{"hidden fields", c.hiddenFields},
	} {
		t.Run(check.name, func(t *testing.T) {
			t.Parallel()
			Each(t, check.run)
		})
	}
}

// variants are the configurations that records are tried under.
func (c *conformance) variants() map[string]authplugin.Config {
	variants := map[string]authplugin.Config{"better auth's names": c.named(authplugin.BetterAuthNaming), "own names": c.renamed()}
	for name, strategy := range map[string]authplugin.IDStrategy{
		"random": authplugin.Random, "uuid": authplugin.UUID, "serial": authplugin.Serial,
	} {
		cfg := c.config()
		cfg.GenerateID = strategy
		variants[name+" ids"] = cfg
	}
	return variants
}

func (c *conformance) named(naming authplugin.Naming) authplugin.Config {
	cfg := c.config()
	cfg.Naming = naming
	return cfg
}
