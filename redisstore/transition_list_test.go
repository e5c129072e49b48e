package redisstore_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/redistest"
	"github.com/gorm-auth/authplugin/redisstore"
)

const (
	// listMoment is the present of the lists that are edited here.
	listMoment = 1_795_882_737_240
	// listStep is by how much their times differ: no list expires during the test.
	listStep = 600_000
)

// lists makes random lists, and edits of them.
type lists struct{ *rand.Rand }

func (r lists) of(texts ...string) string { return texts[r.IntN(len(texts))] }

// token is one of few, so that lists and edits meet, or text that is meant to hurt.
func (r lists) token() string {
	if r.IntN(2) == 0 {
		return r.of("a", "b", "c", "d", "A")
	}
	var text strings.Builder
	for range r.IntN(4) + 1 {
		text.WriteString(r.of("a", `"`, `\`, "/", "\x00", "\x1f", "\x7f", "\u0080", "\u2028", "\u2029", "<", "&", ">", "\b", "\f", "\n", "\t", "ü", "🦉", "\ufffd", "u007f", "u2028", "%s", "%", "[", "}", "\ufeff"))
	}
	return text.String()
}

// number is a time as JSON has it.
func (r lists) number() string {
	switch r.IntN(12) {
	case 0:
		return r.of("0", "-1", "-0", "1e3", "9007199254740991", "9007199254740992", "9007199254740993", "1e300", "-1e300", "1.7958827372405e12", "1795882737240.999")
	case 1:
		return strconv.Itoa(listMoment+listStep*(r.IntN(3)-1)) + r.of(".0", ".5", ".999", "e0")
	default:
		return strconv.Itoa(listMoment + listStep*(r.IntN(9)-4))
	}
}

// member is an element of a list, mostly one that counts.
func (r lists) member() string {
	token, _ := json.Marshal(r.token())
	switch r.IntN(14) {
	case 0:
		return r.of("null", "5", `"text"`, "[]", "{}", "true", `[{"token":"a","expiresAt":1e13}]`, `{"expiresAt":1e13}`, `{"token":"a"}`)
	case 1:
		return `{"token":` + r.of("null", "5", `""`, "[]", "{}", "true") + `,"expiresAt":` + r.number() + `}`
	case 2:
		return `{"token":` + string(token) + `,"expiresAt":` + r.of("null", `"5"`, `"1e13"`, "[]", "{}", "true") + `}`
	case 3:
		return `{"token":"other","token":` + string(token) + `,"expiresAt":1,"x":{"token":"y"},"expiresAt":` + r.number() + `}`
	case 4:
		return ` { "expiresAt" : ` + r.number() + " ,\n\t\"token\" : " + string(token) + ` } `
	default:
		return `{"token":` + string(token) + `,"expiresAt":` + r.number() + `}`
	}
}

// value is what stands under the key of a list.
func (r lists) value() []byte {
	switch r.IntN(20) {
	case 0:
		return nil
	case 1:
		return []byte(r.of("", "null", "5", "{}", `"[]"`, "[", "[,]", "[1,]", `{"1":{"token":"a","expiresAt":1e13}}`, "[] []", `[{"token":"a","expiresAt":1e13}`, "\x00", "not JSON", "[[[[[[]]]]]]", `[{"token":"a" "expiresAt":1}]`))
	}
	members := make([]string, r.IntN(8))
	for i := range members {
		members[i] = r.member()
	}
	return []byte("[" + strings.Join(members, ",") + "]")
}

func (r lists) edit() authplugin.ListEdit {
	edit := authplugin.ListEdit{Now: time.UnixMilli(listMoment)}
	for range r.IntN(4) {
		expires := time.UnixMilli(listMoment + listStep*(r.Int64N(9)-3))
		if r.IntN(10) == 0 {
			expires = time.UnixMilli(1<<53 + r.Int64N(3) - 1)
		}
		edit.Enter = append(edit.Enter, authplugin.ListMember{Token: r.token(), ExpiresAt: expires})
	}
	for range r.IntN(3) {
		edit.Leave = append(edit.Leave, r.token())
	}
	return edit
}

// The script edits a list to the byte as authplugin.ListEdit does, whatever any program
// has written there as JSON.
func TestListEditIsThatOfTheLibrary(t *testing.T) {
	t.Parallel()
	const rounds, each = 20, 200
	ctx, client, prefix := t.Context(), redistest.Client(t), redistest.Prefix(t)
	s := redisstore.New(client, redisstore.Prefix(prefix))
	seed := rand.Uint64()
	r := lists{rand.New(rand.NewPCG(seed, 0))}
	keys := make([]string, each)
	for range rounds {
		held, edits, transitions := make([][]byte, each), make([]authplugin.ListEdit, each), make([]authplugin.Transition, each)
		for i := range each {
			keys[i], held[i], edits[i] = fmt.Sprint("list", i), r.value(), r.edit()
			transitions[i] = authplugin.Transition{{Key: keys[i], List: &edits[i]}}
			if held[i] != nil {
				if err := s.Set(ctx, keys[i], held[i], time.Hour); err != nil {
					t.Fatal(err)
				}
			}
		}
		if done, err := s.Apply(ctx, transitions); err != nil || len(done) != each {
			t.Fatal(err)
		}
		got, err := s.GetMany(ctx, keys)
		if err != nil {
			t.Fatal(err)
		}
		for i := range each {
			want, ttl := edits[i].Edit(held[i])
			if ttl > 0 && ttl < listStep*time.Millisecond/2 {
				t.Fatalf("a list that lives for %v", ttl)
			}
			if string(got[i]) != string(want) || (got[i] == nil) != (ttl <= 0) {
				t.Errorf("seed %d: %q by %+v is\n%q, want\n%q", seed, held[i], edits[i], got[i], want)
			}
		}
		if err := s.Delete(ctx, keys...); err != nil {
			t.Fatal(err)
		}
	}
}

// What no program writes as JSON the script reads in its own way: it fails of none, and
// the edit is made all the same.
func TestListEditOfNoJSON(t *testing.T) {
	t.Parallel()
	ctx, client, prefix := t.Context(), redistest.Client(t), redistest.Prefix(t)
	s := redisstore.New(client, redisstore.Prefix(prefix))
	now := time.UnixMilli(listMoment)
	edit := authplugin.ListEdit{Enter: []authplugin.ListMember{{Token: "new", ExpiresAt: now.Add(time.Hour)}}, Leave: []string{"old"}, Now: now}
	for _, held := range []string{
		`[{"token":"old","expiresAt":NaN}]`, `[{"token":"x","expiresAt":Infinity}]`, `[{"token":"x","expiresAt":-inf}]`, `[{"token":"x","expiresAt":0xffffffffffff}]`,
		`[{"token":"x","expiresAt":1e400}]`, `[{"token":"\ud800","expiresAt":1e13}]`, "[{\"token\":\"\xff\xfe\",\"expiresAt\":1e13}]", "[{\"token\":\"a\nb\",\"expiresAt\":1e13}]",
		`[{"TOKEN":"old","expiresAt":1e13}]`, `[{"token":"old","expiresAt":1e13,"__index":{}}]`, strings.Repeat("[", 100_000), strings.Repeat("[", 2000) + strings.Repeat("]", 2000),
		`[` + strings.Repeat(`{"token":"x","expiresAt":1e13},`, 20_000) + `{}]`, "\xef\xbb\xbf[]", `[{"token":"%s%d%n","expiresAt":1e13}]`, "[1e", `["\u00`, `{"0":1}`,
	} {
		if err := s.Set(ctx, "list", []byte(held), time.Hour); err != nil {
			t.Fatal(err)
		}
		if done, err := s.Apply(ctx, []authplugin.Transition{{{Key: "list", List: &edit}}}); err != nil || !done[0] {
			t.Errorf("%.60q: %v, %v", held, done, err)
			continue
		}
		value, err := s.Get(ctx, "list")
		if err != nil {
			t.Fatal(err)
		}
		var members []struct {
			Token     string  `json:"token"`
			ExpiresAt float64 `json:"expiresAt"`
		}
		if err := json.Unmarshal(value, &members); err != nil {
			t.Errorf("%.60q becomes %.200q: %v", held, value, err)
		}
		entered := false
		for _, m := range members {
			entered = entered || m.Token == "new"
			if m.Token == "old" && !strings.Contains(held, "TOKEN") {
				t.Errorf("%.60q: what has left is there: %.200q", held, value)
			}
		}
		if edited, ttl := edit.Edit([]byte(held)); !entered || ttl <= 0 || !strings.Contains(string(edited), `"new"`) {
			t.Errorf("%.60q becomes %.200q and %.200q", held, value, edited)
		}
	}
	if err := s.Delete(ctx, "list"); err != nil {
		t.Fatal(err)
	}
}
