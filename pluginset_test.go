package authplugin_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gorm-auth/authplugin"
)

// dependent is a plugin with all that the set of plugins asks for.
type dependent struct {
	fixedPlugin

	requires []string
	mistakes []*authplugin.ConfigError
	limits   []authplugin.RateLimitRule
}

func (d dependent) Requires() []string                     { return d.requires }
func (d dependent) Validate() []*authplugin.ConfigError    { return d.mistakes }
func (d dependent) RateLimits() []authplugin.RateLimitRule { return d.limits }

func plugin(id string, requires ...string) dependent {
	return dependent{fixedPlugin: fixedPlugin{id: id}, requires: requires}
}

func adding(id string, fields authplugin.Fields) fixedPlugin {
	return fixedPlugin{id, authplugin.PluginSchema{Fields: map[string]authplugin.Fields{"user": fields}}}
}

type badge struct {
	ID     authplugin.ID
	Colour string
	Hidden string `auth:"hidden"`
}

func TestPluginMistakes(t *testing.T) {
	t.Parallel()
	text := authplugin.Fields{"nick": {Type: authplugin.String, Optional: true}}
	renaming := func(id string, cfg authplugin.ModelConfig) fixedPlugin {
		return fixedPlugin{id, authplugin.PluginSchema{Config: map[string]authplugin.ModelConfig{"user": cfg}}}
	}
	tests := map[string]struct {
		cfg  authplugin.Config
		want map[string]string
	}{
		"no id": {authplugin.Config{Plugins: []authplugin.Plugin{plugin("")}}, map[string]string{"Plugins[0]": "empty ID"}},
		"missing": {
			authplugin.Config{Plugins: []authplugin.Plugin{plugin("teams", "organisation"), plugin("organization")}},
			map[string]string{"Plugins[0]": `plugin "teams" requires the plugin "organisation": add it to Plugins; did you mean "organization"?`},
		},
		"circle": {
			authplugin.Config{Plugins: []authplugin.Plugin{plugin("c", "b"), plugin("b", "a"), plugin("a", "c"), plugin("d", "a")}},
			map[string]string{"Plugins[2]": "the plugins require each other in a circle: a -> c -> b -> a"},
		},
		"itself": {
			authplugin.Config{Plugins: []authplugin.Plugin{plugin("a", "a")}},
			map[string]string{"Plugins[0]": "in a circle: a -> a"},
		},
		"options": {
			authplugin.Config{Plugins: []authplugin.Plugin{dependent{fixedPlugin: fixedPlugin{id: "otp"}, mistakes: []*authplugin.ConfigError{
				{Path: "Digits", Problem: "must be 6 or 8"}, nil, {Path: "", Problem: "needs a key"},
			}}}},
			map[string]string{"Plugins[0].Digits": "must be 6 or 8", "Plugins[0]": "needs a key"},
		},
		"rate limits": {
			authplugin.Config{Plugins: []authplugin.Plugin{dependent{fixedPlugin: fixedPlugin{id: "otp"}, limits: []authplugin.RateLimitRule{{Path: "verify"}}}}},
			map[string]string{
				"Plugins[0].RateLimits()[0].Path": "does not begin with /", "Plugins[0].RateLimits()[0].Max": "must be positive",
				"Plugins[0].RateLimits()[0].Window": "is 0s; it must be a millisecond at least",
			},
		},
		"same field, alike": {authplugin.Config{Plugins: []authplugin.Plugin{adding("one", text), adding("two", text)}}, nil},
		"same field, another type": {
			authplugin.Config{Plugins: []authplugin.Plugin{adding("two", text), adding("one", authplugin.Fields{"nick": {Type: authplugin.Number, Optional: true}})}},
			map[string]string{`Plugins[0].Schema().Fields["user"]["nick"]`: `plugin "two" adds this field with another type than plugin "one"`},
		},
		"same field, another setting": {
			authplugin.Config{Plugins: []authplugin.Plugin{adding("one", text), adding("two", authplugin.Fields{"nick": {Type: authplugin.String, Optional: true, Unique: true}})}},
			map[string]string{`Plugins[1].Schema().Fields["user"]["nick"]`: `plugin "two" adds this field with another Unique than plugin "one"`},
		},
		"same column": {
			authplugin.Config{Plugins: []authplugin.Plugin{
				adding("one", authplugin.Fields{"a": {Type: authplugin.String, Optional: true, Column: "x"}}),
				adding("two", authplugin.Fields{"b": {Type: authplugin.String, Optional: true, Column: "x"}}),
			}},
			map[string]string{`Plugins[1].Schema().Fields["user"]["b"]`: `the fields a of plugin "one" and b of plugin "two" of user are both on column "x"`},
		},
		"same table": {
			authplugin.Config{Plugins: []authplugin.Plugin{
				fixedPlugin{"one", authplugin.PluginSchema{Models: []authplugin.PluginModel{{Name: "thing"}}}},
				fixedPlugin{"two", authplugin.PluginSchema{
					Models: []authplugin.PluginModel{{Name: "other"}},
					Config: map[string]authplugin.ModelConfig{"other": {Table: "things"}},
				}},
			}},
			map[string]string{`Plugins[1].Schema["other"]`: `the models thing of plugin "one" and other of plugin "two" are both on table "things"`},
		},
		"same model": {
			authplugin.Config{Plugins: []authplugin.Plugin{
				fixedPlugin{"two", authplugin.PluginSchema{Models: []authplugin.PluginModel{{Name: "thing"}}}},
				fixedPlugin{"one", authplugin.PluginSchema{Models: []authplugin.PluginModel{{Name: "thing"}}}},
			}},
			map[string]string{"Plugins[0].thing": `plugin "two" adds the model "thing", which is already declared by plugin "one"`},
		},
		"contradicting names": {
			authplugin.Config{
				User: authplugin.ModelConfig{Table: "people", Columns: map[string]string{"name": "full_name"}},
				Plugins: []authplugin.Plugin{
					renaming("one", authplugin.ModelConfig{Table: "members", GenerateID: authplugin.UUID}),
					renaming("two", authplugin.ModelConfig{Columns: map[string]string{"name": "called"}, GenerateID: authplugin.Serial}),
				},
			},
			map[string]string{
				`Plugins[0].Schema["user"].Table`:           "contradicts User.Table",
				`Plugins[1].Schema["user"].Columns["name"]`: `contradicts User.Columns["name"]`,
				`Plugins[1].Schema["user"].GenerateID`:      `contradicts Plugins[0].Schema["user"].GenerateID`,
			},
		},
		"names twice, alike": {
			authplugin.Config{
				User:    authplugin.ModelConfig{Table: "people", GenerateID: authplugin.UUID},
				Plugins: []authplugin.Plugin{renaming("one", authplugin.ModelConfig{Table: "people", GenerateID: authplugin.UUID})},
			}, nil,
		},
		"unknown": {
			authplugin.Config{Plugins: []authplugin.Plugin{fixedPlugin{"one", authplugin.PluginSchema{Config: map[string]authplugin.ModelConfig{
				"usr": {}, "user": {EnumValues: map[string][]string{"rolle": {"x"}, "name": {"x"}}},
			}}}}},
			map[string]string{
				`Plugins[0].Schema["usr"]`: `there is no such model; did you mean "user"?`, `Plugins[0].Schema["user"].EnumValues["rolle"]`: "has no such field",
				`Plugins[0].Schema["user"].EnumValues["name"]`: "user.name is of type string, not an Enum",
			},
		},
		"fields of a struct": {
			authplugin.Config{Plugins: []authplugin.Plugin{fixedPlugin{"one", authplugin.PluginSchema{Models: []authplugin.PluginModel{{
				Name: "badge", Struct: badge{}, Fields: authplugin.Fields{"colour": {
					Type: authplugin.Number, Hidden: true, OnUpdate: func() any { return nil },
				}},
			}}}}}},
			map[string]string{
				"Plugins[0].badge": "Hidden is hidden, but JSON would show it", `Plugins[0].badge.Fields["colour"].Type`: "leave it out",
				`Plugins[0].badge.Fields["colour"].Hidden`: `json:"-" auth:"hidden"`, `Plugins[0].badge.Fields["colour"].OnUpdate`: "use a hook",
			},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := problems(t, tt.cfg.Validate())
			for path, want := range tt.want {
				if !strings.Contains(got[path], want) {
					t.Errorf("%s: got %q, want %q", path, got[path], want)
				}
				delete(got, path)
			}
			if len(got) > 0 {
				t.Errorf("besides: %v", got)
			}
		})
	}
}

func TestConfigErrorNamesThePlugin(t *testing.T) {
	t.Parallel()
	err := &authplugin.ConfigError{Path: "Plugins[0].Digits", Plugin: "two-factor", Problem: "must be 6 or 8"}
	const want = "authplugin: Plugins[0].Digits (plugin two-factor): must be 6 or 8"
	if diff := cmp.Diff(want, err.Error()); diff != "" {
		t.Error(diff)
	}
}

// A Config that is given to several plugins is not changed.
func TestPluginOptionsAreNotChanged(t *testing.T) {
	t.Parallel()
	shared := map[string]authplugin.ModelConfig{"user": {
		Columns: map[string]string{"name": "called"}, EnumValues: map[string][]string{"role": {"owner"}},
		AdditionalFields: authplugin.Fields{"role": {Type: authplugin.Enum("user"), DefaultValue: "user"}},
	}}
	cfg := authplugin.Config{
		User:    authplugin.ModelConfig{Columns: map[string]string{"email": "mail"}, EnumValues: map[string][]string{"role": {"admin"}}},
		Plugins: []authplugin.Plugin{fixedPlugin{"one", authplugin.PluginSchema{Config: shared}}},
	}
	for range 2 {
		if err := cfg.Validate(); err != nil {
			t.Fatal(err)
		}
	}
	if len(cfg.User.Columns) != 1 || len(cfg.User.EnumValues["role"]) != 1 || len(shared["user"].Columns) != 1 {
		t.Errorf("changed: %v, %v", cfg.User, shared)
	}
}
