package authplugin_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gorm-auth/authplugin"
)

type userView struct {
	*authplugin.User

	N int `json:"n"`
}

// Audit is a mixin.
type Audit struct {
	By   string     `json:"by"`
	When *time.Time `json:"when,omitempty"`
}

type inner struct {
	City string `json:"city"`
}

type audited struct {
	authplugin.User
	*Audit
	*inner

	Nick string `json:"nick"`
}

// loop embeds itself.
type loop struct {
	*loop

	N int `json:"n"`
}

func object(t *testing.T, v any) map[string]any {
	t.Helper()
	text, err := authplugin.MarshalModel(v)
	if err != nil {
		t.Fatal(err)
	}
	var o map[string]any
	if err := json.Unmarshal(text, &o); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return o
}

func TestMarshalModelWithEmbeddedPointers(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff(map[string]any{"n": 1.0}, object(t, userView{N: 1})); diff != "" {
		t.Errorf("a nil pointer: %s", diff)
	}
	ada := authplugin.User{ID: "1", Name: "Ada", Additional: authplugin.Values{"role": "admin", "n": 9}}
	got := object(t, &userView{User: &ada, N: 1})
	if got["name"] != "Ada" || got["role"] != "admin" || got["n"] != 1.0 || got["User"] != nil {
		t.Errorf("a pointer: %v", got)
	}
	got = object(t, audited{User: ada, Audit: &Audit{By: "eve"}, inner: &inner{"Ulm"}, Nick: "lady"})
	if got["by"] != "eve" || got["city"] != "Ulm" || got["nick"] != "lady" || got["name"] != "Ada" || got["Audit"] != nil {
		t.Errorf("a mixin: %v", got)
	}
	if got = object(t, audited{User: ada}); got["by"] != nil || got["nick"] != "" {
		t.Errorf("a nil mixin: %v", got)
	}
	if diff := cmp.Diff(map[string]any{"n": 1.0}, object(t, loop{N: 1, loop: &loop{N: 2}})); diff != "" {
		t.Errorf("a struct that embeds itself: %s", diff)
	}
	circle := loop{N: 1}
	circle.loop = &circle
	if diff := cmp.Diff(map[string]any{"n": 1.0}, object(t, circle)); diff != "" {
		t.Errorf("a circle: %s", diff)
	}
}

func TestUnmarshalModelWithEmbeddedPointers(t *testing.T) {
	t.Parallel()
	var v userView
	read := func(text string, dest any) {
		t.Helper()
		if err := authplugin.UnmarshalModel([]byte(text), dest); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
	if read(`{"n":1}`, &v); v.User != nil || v.N != 1 {
		t.Errorf("no field of the user: %+v", v)
	}
	if read(`{"n":2,"name":"Ada","role":"admin"}`, &v); v.User == nil || v.Name != "Ada" || v.N != 2 || v.Additional["role"] != "admin" {
		t.Errorf("fields of the user: %+v", v)
	}
	ada := v.User
	if read(`{"email":"a@x.io"}`, &v); v.User != ada || v.Name != "Ada" || v.Email != "a@x.io" {
		t.Errorf("into a pointer that is set: %+v", v)
	}
	v = userView{}
	if read(`{"role":"admin"}`, &v); v.User == nil || v.Additional["role"] != "admin" {
		t.Errorf("an additional field only: %+v", v)
	}
	var a audited
	if read(`{"name":"Ada"}`, &a); a.Audit != nil || a.Name != "Ada" {
		t.Errorf("no field of the mixin: %+v", a)
	}
	if read(`{"by":"eve"}`, &a); a.Audit == nil || a.By != "eve" || len(a.Additional) != 0 {
		t.Errorf("a field of the mixin: %+v", a)
	}
	if err := authplugin.UnmarshalModel([]byte(`{"city":"Ulm"}`), &a); err == nil || !strings.Contains(err.Error(), "unexported") {
		t.Errorf("a pointer that cannot be set: %v", err)
	}
	var l loop
	if read(`{"n":3,"x":4}`, &l); l.N != 3 || l.loop != nil {
		t.Errorf("a struct that embeds itself: %+v", l)
	}
	l.loop = &l
	if read(`{"n":5,"x":4}`, &l); l.N != 5 {
		t.Errorf("a circle: %d", l.N)
	}
}

// What JSON never shows is not read through a pointer either.
func TestUnmarshalModelLeavesSecretsAlone(t *testing.T) {
	t.Parallel()
	var v struct{ *authplugin.Account }
	if err := authplugin.UnmarshalModel([]byte(`{"password":"x","accessToken":"y"}`), &v); err != nil {
		t.Fatal(err)
	}
	if v.Account != nil {
		t.Errorf("read %v", v.Account)
	}
}

// slog's JSON handler would take MarshalJSON, which shows the session's token.
func TestSlogShowsNoSecrets(t *testing.T) {
	t.Parallel()
	const secret = "top-secret"
	text := secret
	user := authplugin.User{ID: "u1", Name: "Ada"}
	session := authplugin.Session{ID: "s1", Token: secret}
	account := authplugin.Account{ID: "a1", AccessToken: &text, RefreshToken: &text, IDToken: &text, Password: &text}
	verification := authplugin.Verification{ID: "v1", Identifier: secret, Value: secret}
	rate := authplugin.RateLimit{ID: "r1", Key: "k"}
	for name, handler := range map[string]func(*bytes.Buffer) slog.Handler{
		"JSON": func(b *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(b, nil) },
		"text": func(b *bytes.Buffer) slog.Handler { return slog.NewTextHandler(b, nil) },
	} {
		for id, v := range map[string][]any{
			"u1": {user, &user},
			"s1": {session, &session},
			"a1": {account, &account},
			"v1": {verification, &verification},
			"r1": {rate, &rate},
		} {
			for _, value := range v {
				var out bytes.Buffer
				log := slog.New(handler(&out))
				log.Info("x", "value", value)
				log.With("value", value).WithGroup("g").Info("x", slog.Group("h", "value", value))
				if strings.Contains(out.String(), secret) || strings.Count(out.String(), "ID:"+id) != 3 {
					t.Errorf("%s handler, %T: %s", name, value, out.String())
				}
			}
		}
	}
}
