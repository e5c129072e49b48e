package authcli

import (
	"net/url"
	"strings"
	"testing"
)

func TestRedact(t *testing.T) {
	t.Parallel()
	for _, password := range []string{
		"hunter2", "p@ss word", "a/b?c#d", "100%", "%41", "back\\slash", `quo"te`, "it's", "ünïcødé", "a+b&c=d", ":colon:", "x",
		"ab", strings.Repeat("long", 50),
	} {
		for _, form := range []string{password, url.QueryEscape(password), url.PathEscape(password), url.UserPassword("", password).String()[1:]} {
			a := &app{}
			a.addURL("postgres://ada:" + url.UserPassword("", password).String()[1:] + "@host/app")
			for _, text := range []string{
				"cannot connect as ada:" + form + "@host", "password=" + form + " refused", "<" + form + ">",
			} {
				if got := a.redact(text); strings.Contains(got, form) && len(form) > 1 {
					t.Errorf("%q of %q is shown: %s", form, password, got)
				}
			}
		}
	}
}

func TestRedactLeavesTheRest(t *testing.T) {
	t.Parallel()
	a := &app{}
	a.addURL("postgres://ada:a@db.example.com/app?sslmode=disable&application_name=web&password=b")
	text := "cannot connect to postgres://db.example.com/app: a bad database, abba"
	if got, want := a.redact(text), strings.Replace(text, " a bad", " [redacted] bad", 1); got != want {
		t.Errorf("it is %q", got)
	}
	if got := a.redact(`FATAL: password authentication failed for user "ada"`); strings.Contains(got, "ada") {
		t.Errorf("it is %q", got)
	}
}
