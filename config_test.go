package authplugin_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gorm-auth/authplugin"
)

// problems maps the path of each mistake to what is said about it.
func problems(t *testing.T, err error) map[string]string {
	t.Helper()
	found := map[string]string{}
	var collect func(err error)
	collect = func(err error) {
		var one *authplugin.ConfigError
		if joined, ok := err.(interface{ Unwrap() []error }); ok {
			for _, e := range joined.Unwrap() {
				collect(e)
			}
		} else if errors.As(err, &one) {
			found[one.Path] += one.Problem
		} else if err != nil {
			t.Errorf("not a ConfigError: %v", err)
		}
	}
	collect(err)
	return found
}

type fixedPlugin struct {
	id     string
	schema authplugin.PluginSchema
}

func (p fixedPlugin) ID() string                      { return p.id }
func (p fixedPlugin) Schema() authplugin.PluginSchema { return p.schema }

type wrongMember struct{ Name string }

type badTagMember struct {
	authplugin.User `auth:"tabel:x"`

	Nick string `auth:"uniqe"`
}

func TestConfigMistakesAreReportedTogether(t *testing.T) {
	t.Parallel()
	text := authplugin.Field{Type: authplugin.String}
	tests := map[string]struct {
		cfg  authplugin.Config
		want map[string]string // path: part of the problem
	}{
		"none": {authplugin.Config{}, nil},
		"several at once": {
			authplugin.Config{
				Naming:    authplugin.SnakeCase,
				User:      authplugin.ModelConfig{Columns: map[string]string{"fulname": "x"}, AdditionalFields: authplugin.Fields{"rolle": {}}},
				Session:   authplugin.SessionConfig{ModelConfig: authplugin.ModelConfig{Table: "x\"; DROP TABLE users; --"}},
				Models:    map[string]authplugin.ModelConfig{"sesion": {}, "user": {}},
				Plugins:   []authplugin.Plugin{nil},
				Account:   authplugin.AccountConfig{ModelConfig: authplugin.ModelConfig{GenerateID: authplugin.IDFunc(nil)}},
				RateLimit: authplugin.RateLimitConfig{Storage: "disk"},
			},
			map[string]string{
				"Naming":                              "refine BetterAuthNaming",
				`User.Columns["fulname"]`:             `did you mean "name"?`,
				`User.AdditionalFields["rolle"].Type`: "is missing",
				"Session.Table":                       "has a character other than",
				`Models["sesion"]`:                    `did you mean "session"?`,
				`Models["user"]`:                      "is configured by Config.User",
				"Plugins[0]":                          "is nil",
				"Account.GenerateID":                  "needs a function",
				"RateLimit.Storage":                   "not known",
			},
		},
		"collisions": {
			authplugin.Config{
				User:    authplugin.ModelConfig{Table: "things", Columns: map[string]string{"name": "email"}},
				Session: authplugin.SessionConfig{ModelConfig: authplugin.ModelConfig{Table: "Things", AdditionalFields: authplugin.Fields{"expires": {Type: authplugin.Date, Optional: true, Column: "created_at"}}}},
			},
			map[string]string{
				"User.Email": `are both on column "email"`,
				"Session":    `the models user and session are both on table "Things"`,
			},
		},
		"a column that is called like another field": {
			authplugin.Config{User: authplugin.ModelConfig{Columns: map[string]string{"name": "full_name", "email": "Name"}}},
			map[string]string{"User.Email": `the column "Name" of the field email is the Go name of the field name`},
		},
		"columns of one model": {
			authplugin.Config{Session: authplugin.SessionConfig{ModelConfig: authplugin.ModelConfig{AdditionalFields: authplugin.Fields{
				"expires": {Type: authplugin.Date, Optional: true, Column: "CREATED_AT"},
			}}}},
			map[string]string{`Session.AdditionalFields["expires"]`: `are both on column "CREATED_AT"`},
		},
		"fields": {
			authplugin.Config{User: authplugin.ModelConfig{AdditionalFields: authplugin.Fields{
				"email":    text,
				"Upper":    text,
				"sessions": text,
				"enum":     {Type: authplugin.Enum()},
				"size":     {Type: authplugin.Number, Size: 3},
				"negative": {Type: authplugin.String, Size: -1},
				"list":     {Type: authplugin.StringArray, Unique: true},
				"def":      {Type: authplugin.Number, DefaultValue: "seven"},
				"enumDef":  {Type: authplugin.Enum("a"), DefaultValue: "b"},
				"ref":      {Type: authplugin.String, References: &authplugin.Reference{Model: "usr"}},
				"refField": {Type: authplugin.String, References: &authplugin.Reference{Model: "session", Field: "tokn"}},
				"refName":  {Type: authplugin.String, References: &authplugin.Reference{Model: "user", Field: "name"}},
				"setNull":  {Type: authplugin.String, References: &authplugin.Reference{Model: "user", OnDelete: authplugin.SetNull}},
				"action":   {Type: authplugin.String, References: &authplugin.Reference{Model: "user", OnDelete: "EXPLODE"}},
				"column":   {Type: authplugin.String, Column: "a`b"},
			}}},
			map[string]string{
				`User.AdditionalFields["email"]`:                       "already has this field",
				`User.AdditionalFields["Upper"]`:                       "lower-case letter",
				`User.AdditionalFields["sessions"]`:                    "already has a Go field Sessions",
				`User.AdditionalFields["enum"].Type`:                   "at least one value",
				`User.AdditionalFields["size"].Size`:                   "only a string",
				`User.AdditionalFields["negative"].Size`:               "negative",
				`User.AdditionalFields["list"]`:                        "cannot be unique",
				`User.AdditionalFields["def"].DefaultValue`:            "whole number",
				`User.AdditionalFields["enumDef"].DefaultValue`:        "must be one of a",
				`User.AdditionalFields["ref"].References`:              `did you mean "user"?`,
				`User.AdditionalFields["refField"].References`:         `did you mean "token"?`,
				`User.AdditionalFields["refName"].References`:          "not unique",
				`User.AdditionalFields["setNull"].References.OnDelete`: "Optional",
				`User.AdditionalFields["action"].References.OnDelete`:  "EXPLODE",
				`User.AdditionalFields["column"]`:                      "character",
			},
		},
		"structs": {
			authplugin.Config{
				User:    authplugin.ModelConfig{Model: badTagMember{}},
				Session: authplugin.SessionConfig{ModelConfig: authplugin.ModelConfig{Model: wrongMember{}}},
				Account: authplugin.AccountConfig{ModelConfig: authplugin.ModelConfig{Model: 7}},
			},
			map[string]string{
				"User.Model":    `unknown word "tabel"; did you mean "table"?`,
				"Session.Model": "must embed authplugin.Session",
				"Account.Model": "must be a struct",
			},
		},
		"plugins": {
			authplugin.Config{Plugins: []authplugin.Plugin{
				fixedPlugin{"one", authplugin.PluginSchema{
					Models: []authplugin.PluginModel{{Name: "thing", Fields: authplugin.Fields{"a": text}}},
					Fields: map[string]authplugin.Fields{"user": {"x": text}, "usr": {"x": text}},
				}},
				fixedPlugin{"two", authplugin.PluginSchema{
					Models: []authplugin.PluginModel{{Name: "thing"}, {Name: "nostruct", Struct: 7}, {Name: "noid", Struct: wrongMember{}}},
					Fields: map[string]authplugin.Fields{"user": {"x": {Type: authplugin.Number}}},
				}},
				fixedPlugin{"two", authplugin.PluginSchema{}},
			}},
			map[string]string{
				`Plugins[0].Schema().Fields["usr"]`:       `did you mean "user"?`,
				`Plugins[1].thing`:                        `already declared by plugin "one"`,
				`Plugins[1].nostruct.Struct`:              "must be a struct",
				`Plugins[1].noid`:                         "needs a field ID",
				`Plugins[1].Schema().Fields["user"]["x"]`: "already added at",
				`Plugins[2]`:                              `"two" is there twice`,
			},
		},
		"lifetimes, identifiers, hashers and keys": {
			authplugin.Config{
				Session: authplugin.SessionConfig{ExpiresIn: -1, NotRememberedExpiresIn: -1, UpdateAge: -1, FreshAge: -1},
				Verification: authplugin.VerificationConfig{
					Identifiers:        "hash",
					IdentifierPrefixes: map[string]authplugin.IdentifierStorage{"": authplugin.PlainIdentifiers, "otp-": "", "reset-": authplugin.HashedIdentifiers},
				},
				Account: authplugin.AccountConfig{
					PasswordHasher: authplugin.MultiHasher{&authplugin.ScryptHasher{}, nil},
					TokenKeys: []authplugin.TokenKey{
						{ID: "2026", Secret: make([]byte, 32)},
						{ID: "", Secret: make([]byte, 32)},
						{ID: "a:b", Secret: make([]byte, 31)},
						{ID: "2026", Secret: make([]byte, 64)},
						{ID: "new\nline", Secret: make([]byte, 64)},
					},
				},
			},
			map[string]string{
				"Session.ExpiresIn":                       "must not be negative",
				"Session.NotRememberedExpiresIn":          "must not be negative",
				"Verification.Identifiers":                `"hash" is not known`,
				`Verification.IdentifierPrefixes[""]`:     "the prefix is empty",
				`Verification.IdentifierPrefixes["otp-"]`: `"" is not known`,
				"Account.PasswordHasher[1]":               "is nil",
				"Account.TokenKeys[1].ID":                 "is empty",
				"Account.TokenKeys[2].ID":                 "other than letters",
				"Account.TokenKeys[2].Secret":             "32 bytes",
				"Account.TokenKeys[3].ID":                 "is that of Account.TokenKeys[0]",
				"Account.TokenKeys[4].ID":                 "other than letters",
			},
		},
		"no hashers": {
			authplugin.Config{Account: authplugin.AccountConfig{PasswordHasher: authplugin.MultiHasher{}}},
			map[string]string{"Account.PasswordHasher": "has no hashers"},
		},
		"good settings": {
			authplugin.Config{
				Session:      authplugin.SessionConfig{UpdateAge: -1, FreshAge: -1},
				Verification: authplugin.VerificationConfig{Identifiers: authplugin.HashedIdentifiers},
				Account: authplugin.AccountConfig{
					PasswordHasher: &authplugin.Argon2idHasher{},
					TokenKeys:      []authplugin.TokenKey{{ID: "2026/a-1", Secret: make([]byte, 32)}, {ID: "2025", Secret: make([]byte, 99)}},
				},
			},
			nil,
		},
		"rate limit not stored": {
			authplugin.Config{RateLimit: authplugin.RateLimitConfig{ModelConfig: authplugin.ModelConfig{Table: "x"}}},
			map[string]string{"RateLimit": "set RateLimit.Storage"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := problems(t, test.cfg.Validate())
			for path, part := range test.want {
				if !strings.Contains(got[path], part) {
					t.Errorf("%s: got %q, want %q", path, got[path], part)
				}
				delete(got, path)
			}
			if len(test.want) == 0 || len(got) > 0 {
				if diff := cmp.Diff(map[string]string{}, got); diff != "" && name != "collisions" {
					t.Errorf("more problems: %s", diff)
				}
			}
		})
	}
}

func TestBetterAuthSchema(t *testing.T) {
	t.Parallel()
	auth, _ := openSQLite(t, authplugin.Config{Naming: authplugin.BetterAuthNaming, RateLimit: authplugin.RateLimitConfig{Storage: authplugin.StorageDatabase}})
	want := map[string][]string{ // the field, its type, ? when optional, its reference
		"user":         {"id id", "name string", "email string unique", "emailVerified boolean", "image string?", "createdAt date", "updatedAt date"},
		"session":      {"id id", "userId id user", "token string unique", "expiresAt date", "ipAddress string?", "userAgent string?", "createdAt date", "updatedAt date"},
		"account":      {"id id", "userId id user", "accountId string", "providerId string", "accessToken string?", "refreshToken string?", "idToken string?", "accessTokenExpiresAt date?", "refreshTokenExpiresAt date?", "scope string?", "password string?", "createdAt date", "updatedAt date"},
		"verification": {"id id", "identifier string", "value string", "expiresAt date", "createdAt date", "updatedAt date"},
		"rateLimit":    {"id id", "key string unique", "count number", "lastRequest bigint"},
	}
	got := map[string][]string{}
	for _, m := range auth.Schema().Models() {
		if m.Table != m.Name {
			t.Errorf("table of %s is %s", m.Name, m.Table)
		}
		for _, f := range m.Fields {
			text := f.Name + " " + f.Type
			if f.Column != f.Name {
				t.Errorf("column of %s.%s is %s", m.Name, f.Name, f.Column)
			}
			if f.Optional {
				text += "?"
			}
			if f.Optional == f.NotNull {
				t.Errorf("%s.%s: optional %v, not null %v", m.Name, f.Name, f.Optional, f.NotNull)
			}
			if f.Unique {
				text += " unique"
			}
			if f.References != nil {
				text += " " + f.References.Model
				if f.References.OnDelete != authplugin.Cascade {
					t.Errorf("%s.%s does not cascade", m.Name, f.Name)
				}
			}
			got[m.Name] = append(got[m.Name], text)
		}
	}
	for name, fields := range got {
		slices.SortFunc(fields[1:], strings.Compare)
		slices.SortFunc(want[name][1:], strings.Compare)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
