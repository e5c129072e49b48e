package storagetest

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gorm-auth/authplugin"
)

// member is a member of a list as it is stored.
type member struct {
	Token     string `json:"token"`
	ExpiresAt int64  `json:"expiresAt"`
}

// expectList reads a list: tokens with the time after a beginning, in milliseconds.
func expectList(t testing.TB, s authplugin.TransitionStorage, key string, begin time.Time, want ...member) {
	t.Helper()
	value, err := s.Get(t.Context(), key)
	if err != nil {
		t.Fatalf("Get of a list: %v", err)
	}
	var got []member
	if err := json.Unmarshal(value, &got); err != nil || len(got) != len(want) {
		t.Fatalf("the list is %s, %v, want %d members", value, err, len(want))
	}
	for i := range want {
		if got[i].Token != want[i].Token || got[i].ExpiresAt != begin.UnixMilli()+want[i].ExpiresAt {
			t.Fatalf("member %d is %s at %d, want %s at %d, in %s", i, show(got[i].Token), got[i].ExpiresAt-begin.UnixMilli(), show(want[i].Token), want[i].ExpiresAt, show(value))
		}
	}
}

// entering has members enter a list, with the time after the beginning.
func entering(key string, now time.Time, members ...member) authplugin.StorageChange {
	edit := &authplugin.ListEdit{Now: now}
	for _, m := range members {
		edit.Enter = append(edit.Enter, authplugin.ListMember{Token: m.Token, ExpiresAt: now.Add(time.Duration(m.ExpiresAt) * time.Millisecond)})
	}
	return authplugin.StorageChange{Key: key, List: edit}
}

func leaving(key string, now time.Time, tokens ...string) authplugin.StorageChange {
	return authplugin.StorageChange{Key: key, List: &authplugin.ListEdit{Leave: tokens, Now: now}}
}

func listOrder(t testing.TB, s authplugin.TransitionStorage) {
	key, now := newKey(t, s), time.Now()
	apply := func(changes ...authplugin.StorageChange) {
		t.Helper()
		for _, change := range changes {
			expectApplied(t, s, "1", authplugin.Transition{change})
		}
	}
	apply(entering(key, now, member{"b", 20_000}, member{"d", 40_000}))
	expectList(t, s, key, now, member{"b", 20_000}, member{"d", 40_000})
	apply(entering(key, now, member{"c", 30_000}), entering(key, now, member{"a", 10_000}), entering(key, now, member{"0", 20_000}))
	expectList(t, s, key, now, member{"a", 10_000}, member{"b", 20_000}, member{"0", 20_000}, member{"c", 30_000}, member{"d", 40_000})
	apply(entering(key, now, member{"a", 50_000}), leaving(key, now, "c", "nobody", "0"))
	expectList(t, s, key, now, member{"b", 20_000}, member{"d", 40_000}, member{"a", 50_000})
	apply(entering(key, now, member{"e", 1}, member{"e", 60_000}))
	expectList(t, s, key, now, member{"b", 20_000}, member{"d", 40_000}, member{"a", 50_000}, member{"e", 60_000})
	both := entering(key, now, member{"b", 70_000})
	both.List.Leave = []string{"a", "b", "d", "e"}
	apply(both)
	expectList(t, s, key, now, member{"b", 70_000})
	apply(leaving(key, now, "b"))
	expectAbsent(t, s, key)
	apply(leaving(key, now, "b"))
	expectAbsent(t, s, key)
}

func listTokens(t testing.TB, s authplugin.TransitionStorage) {
	key, now := newKey(t, s), time.Now()
	tokens := []string{`"`, `\`, `\/`, "</script>&", "a\x00b", "\r\n", "🦊", "\u2028", "null", "0", "%s", "]", `","expiresAt":1},{"token":"x`, strings.Repeat("k", longestKey)}
	want := make([]member, len(tokens))
	for i, token := range tokens {
		want[i] = member{token, int64(1_000_000 + i)}
	}
	expectApplied(t, s, "1", authplugin.Transition{entering(key, now, want...)})
	expectList(t, s, key, now, want...)
	// A list that was read and written anew is the same.
	expectApplied(t, s, "1", authplugin.Transition{leaving(key, now, "nobody")})
	expectList(t, s, key, now, want...)
	expectApplied(t, s, "1", authplugin.Transition{leaving(key, now, tokens[1:]...)})
	expectList(t, s, key, now, want[0])
}

func listExpiry(t testing.TB, s authplugin.TransitionStorage) {
	key := newKey(t, s)
	expectExpiry(t, s, key, short, func() {
		now := time.Now()
		expectApplied(t, s, "1", authplugin.Transition{entering(key, now, member{"a", short.Milliseconds()}, member{"b", 1})})
	})
	now := time.Now()
	expectApplied(t, s, "1", authplugin.Transition{entering(key, now, member{"a", 10_000}, member{"b", 20_000}, member{"c", 30_000})})
	later := now.Add(20 * time.Second)
	expectApplied(t, s, "1", authplugin.Transition{leaving(key, later, "nobody")})
	expectList(t, s, key, now, member{"c", 30_000})
	expectApplied(t, s, "1", authplugin.Transition{leaving(key, now.Add(time.Minute))})
	expectAbsent(t, s, key)
	// The last member to leave takes its expiry along.
	expectExpiry(t, s, key, short, func() {
		now := time.Now()
		expectApplied(t, s, "1", authplugin.Transition{entering(key, now, member{"a", short.Milliseconds()}, member{"b", 60_000})})
		expectApplied(t, s, "1", authplugin.Transition{leaving(key, now, "b")})
	})
}

func listForeign(t testing.TB, s authplugin.TransitionStorage) {
	key, now := newKey(t, s), time.Now()
	for _, foreign := range []string{
		"", "null", "7", `"text"`, "{}", `{"token":"a","expiresAt":9795882737240}`, "[", `[{"token":"a","expiresAt":9795882737240}`, "\xff\xfe", "\x00",
		strings.Repeat("[", 50_000), `[null,1,"a",[],{},{"token":1,"expiresAt":9795882737240},{"token":"a","expiresAt":"x"},{"token":"a"},{"expiresAt":9795882737240}]`,
		`[{"token":"","expiresAt":9795882737240}]`, `[{"token":"a","expiresAt":-1e300}]`,
	} {
		mustSet(t, s, key, []byte(foreign), kept)
		expectApplied(t, s, "1", authplugin.Transition{entering(key, now, member{"t", 60_000})})
		expectList(t, s, key, now, member{"t", 60_000})
		mustSet(t, s, key, []byte(foreign), kept)
		expectApplied(t, s, "1", authplugin.Transition{leaving(key, now, "t")})
		expectAbsent(t, s, key)
	}
}

func listRace(t testing.TB, s authplugin.TransitionStorage) {
	key, now := newKey(t, s), time.Now()
	expectApplied(t, s, "1", authplugin.Transition{entering(key, now, member{"first", 60_000})})
	race(func(racer int) {
		for round := range rounds {
			token := strconv.Itoa(racer*rounds + round)
			if _, err := s.Apply(t.Context(), []authplugin.Transition{{entering(key, now, member{token, 60_000})}}); err != nil {
				t.Errorf("Apply: %v", err)
			}
			if round%2 == 0 {
				continue
			}
			if _, err := s.Apply(t.Context(), []authplugin.Transition{{leaving(key, now, token)}}); err != nil {
				t.Errorf("Apply: %v", err)
			}
		}
	})
	value, err := s.Get(t.Context(), key)
	var got []member
	if err != nil || json.Unmarshal(value, &got) != nil || len(got) != 1+racers*rounds/2 {
		t.Fatalf("the list has %d members, %v, want %d: one was lost or has come back", len(got), err, 1+racers*rounds/2)
	}
}
