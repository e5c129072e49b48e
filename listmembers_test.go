package authplugin

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

const listNow = 1_795_882_737_240

func at(ms int64) time.Time { return time.UnixMilli(ms) }

func TestListEdit(t *testing.T) {
	t.Parallel()
	const held = `[{"token":"a","expiresAt":1795882737300},{"token":"b","expiresAt":1795882737400},{"token":"c","expiresAt":1795882737400}]`
	enter := func(members ...ListMember) ListEdit { return ListEdit{Enter: members, Now: at(listNow)} }
	leave := func(tokens ...string) ListEdit { return ListEdit{Leave: tokens, Now: at(listNow)} }
	for name, c := range map[string]struct {
		edit       ListEdit
		held, want string
		ttl        time.Duration
	}{
		"into nothing":         {enter(ListMember{"x", at(listNow + 60)}), "", `[{"token":"x","expiresAt":1795882737300}]`, 60 * time.Millisecond},
		"nothing into nothing": {leave(), "", "", 0},
		"nothing":              {leave(), held, held, 160 * time.Millisecond},
		"in order": {
			enter(ListMember{"x", at(listNow + 100)}, ListMember{"y", at(listNow + 10)}), held,
			`[{"token":"y","expiresAt":1795882737250},{"token":"a","expiresAt":1795882737300},{"token":"x","expiresAt":1795882737340},{"token":"b","expiresAt":1795882737400},{"token":"c","expiresAt":1795882737400}]`,
			160 * time.Millisecond,
		},
		"after its equals": {
			enter(ListMember{"0", at(listNow + 160)}), held,
			strings.TrimSuffix(held, "]") + `,{"token":"0","expiresAt":1795882737400}]`, 160 * time.Millisecond,
		},
		"replaced": {
			enter(ListMember{"b", at(listNow + 1)}), held,
			`[{"token":"b","expiresAt":1795882737241},{"token":"a","expiresAt":1795882737300},{"token":"c","expiresAt":1795882737400}]`, 160 * time.Millisecond,
		},
		"entered twice": {
			enter(ListMember{"x", at(listNow + 1)}, ListMember{"y", at(listNow + 2)}, ListMember{"x", at(listNow + 3)}), "",
			`[{"token":"y","expiresAt":1795882737242},{"token":"x","expiresAt":1795882737243}]`, 3 * time.Millisecond,
		},
		"one leaves":         {leave("b", "nobody"), held, `[{"token":"a","expiresAt":1795882737300},{"token":"c","expiresAt":1795882737400}]`, 160 * time.Millisecond},
		"the last leaves":    {leave("c", "b"), held, `[{"token":"a","expiresAt":1795882737300}]`, 60 * time.Millisecond},
		"all leave":          {leave("a", "b", "c"), held, "", 0},
		"leaves and returns": {ListEdit{Leave: []string{"a"}, Enter: []ListMember{{"a", at(listNow + 1)}}, Now: at(listNow)}, `[{"token":"a","expiresAt":1795882737300}]`, `[{"token":"a","expiresAt":1795882737241}]`, time.Millisecond},
		"expired":            {ListEdit{Now: at(1795882737300)}, held, `[{"token":"b","expiresAt":1795882737400},{"token":"c","expiresAt":1795882737400}]`, 100 * time.Millisecond},
		"all expired":        {ListEdit{Now: at(1795882737400)}, held, "", 0},
		"replaced by what has expired": {
			enter(ListMember{"a", at(listNow)}), `[{"token":"a","expiresAt":1795882737300}]`, "", 0,
		},
		"no UTF-8":         {enter(ListMember{"a\xff\xfe", at(listNow + 1)}), "", `[{"token":"a��","expiresAt":1795882737241}]`, time.Millisecond},
		"without token":    {enter(ListMember{"", at(listNow + 1)}), "", "", 0},
		"as in JavaScript": {enter(ListMember{`</a>&"\` + "\n", at(listNow + 1)}), "", `[{"token":"</a>&\"\\\n","expiresAt":1795882737241}]`, time.Millisecond},
		"for ever":         {enter(ListMember{"x", time.Unix(1<<44, 0)}), "", `[{"token":"x","expiresAt":9007199254740992}]`, math.MaxInt64 / 1_000_000 * time.Millisecond},

		"no JSON":          {leave(), `[{"token":"a","expiresAt":1795882737300}`, "", 0},
		"no list":          {leave(), `{"token":"a","expiresAt":1795882737300}`, "", 0},
		"null":             {leave(), `null`, "", 0},
		"a list and more":  {leave(), held + held, "", 0},
		"foreign members":  {leave(), `[null,1,"a",[],{},{"token":1,"expiresAt":1795882737300},{"token":"","expiresAt":1795882737300},{"token":"a","expiresAt":"x"},{"token":"a"},{"token":"b","expiresAt":1795882737300,"more":{}}]`, `[{"token":"b","expiresAt":1795882737300}]`, 60 * time.Millisecond},
		"foreign numbers":  {leave(), `[{"token":"a","expiresAt":1.7958827373e12},{"token":"b","expiresAt":1795882737300.9},{"token":"c","expiresAt":-1e300}]`, `[{"token":"a","expiresAt":1795882737300},{"token":"b","expiresAt":1795882737300}]`, 60 * time.Millisecond},
		"a number too big": {leave(), `[{"token":"a","expiresAt":1e300}]`, `[{"token":"a","expiresAt":9007199254740992}]`, math.MaxInt64 / 1_000_000 * time.Millisecond},
		"no order":         {leave(), `[{"token":"b","expiresAt":1795882737400},{"token":"a","expiresAt":1795882737300}]`, `[{"token":"a","expiresAt":1795882737300},{"token":"b","expiresAt":1795882737400}]`, 160 * time.Millisecond},
	} {
		got, ttl := c.edit.Edit([]byte(c.held))
		if string(got) != c.want || ttl != c.ttl {
			t.Errorf("%s: %s for %v, want %s for %v", name, got, ttl, c.want, c.ttl)
		}
	}
}

func FuzzListEdit(f *testing.F) {
	for _, held := range []string{
		``, `[]`, `null`, `[{"token":"a","expiresAt":1795882737300}]`, `[{"token":"a","expiresAt":1e999},{"token":"\ud800","expiresAt":9007199254740993}]`,
		`[{"token":"b","expiresAt":1795882737400},null,{"token":"a","expiresAt":1795882737300},{"token":"a","expiresAt":1.5}]`, strings.Repeat("[", 20_000),
	} {
		f.Add([]byte(held), "a", int64(listNow+1), "b", int64(listNow))
	}
	f.Add([]byte(nil), "\xff", int64(listNow+1), "b", int64(listNow))
	f.Fuzz(func(t *testing.T, held []byte, enter string, expires int64, leave string, now int64) {
		given := slices.Clone(held)
		edit := ListEdit{Enter: []ListMember{{enter, at(expires)}}, Leave: []string{leave}, Now: at(now)}
		edited, ttl := edit.Edit(held)
		if !slices.Equal(given, held) {
			t.Fatal("the value that was given has changed")
		}
		members := parseListMembers(edited)
		if (len(members) == 0) != (ttl <= 0) || (edited == nil) != (ttl <= 0) {
			t.Fatalf("%s for %v", edited, ttl)
		}
		if edited != nil && !json.Valid(edited) {
			t.Fatalf("%s is no JSON", edited)
		}
		var there bool
		for i, m := range members {
			if m.ExpiresAt.UnixMilli() <= now || i > 0 && m.ExpiresAt.Before(members[i-1].ExpiresAt) {
				t.Fatalf("%s at %d", edited, now)
			}
			if m.Token == leave && leave != enter {
				t.Fatalf("%s, which %q has left", edited, leave)
			}
			there = there || m.Token == string([]rune(enter))
		}
		if enter != "" && expires > now && min(expires, latestMember) > now && !there {
			t.Fatalf("%s, which %q has entered", edited, enter)
		}
		again, _ := ListEdit{Now: at(now)}.Edit(edited)
		if string(again) != string(edited) {
			t.Fatalf("%s was written anew as %s", edited, again)
		}
	})
}
