package storagetest

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gorm-auth/authplugin"
)

// manyRead are read in one call.
const manyRead = 2_000

// together are keys that one node of a Cluster holds, unless the storage puts a hash
// tag of its own in front of them, which comes to the same.
func together(t testing.TB, s authplugin.SecondaryStorage, n int) []string {
	t.Helper()
	tag := newKey(t, s)
	keys := make([]string, n)
	for i := range keys {
		keys[i] = register(t, s, fmt.Sprintf("{%s}%d", tag, i))
	}
	return keys
}

func expectApplied(t testing.TB, s authplugin.TransitionStorage, want string, transitions ...authplugin.Transition) {
	t.Helper()
	done, err := s.Apply(t.Context(), transitions)
	if got := outcomes(done); err != nil || got != want {
		t.Fatalf("Apply = %q, %v, want %q, a 1 for each transition whose conditions hold", got, err, want)
	}
}

// outcomes are the answers of Apply, a digit for each.
func outcomes(done []bool) string {
	text := make([]byte, len(done))
	for i, d := range done {
		text[i] = '0'
		if d {
			text[i] = '1'
		}
	}
	return string(text)
}

func store(key, value string) authplugin.StorageChange {
	return authplugin.StorageChange{Key: key, Value: []byte(value), TTL: kept}
}

func storeIf(key string, old []byte, value string) authplugin.StorageChange {
	return authplugin.StorageChange{Key: key, Compare: true, Old: old, Value: []byte(value), TTL: kept}
}

// expectMany reads keys at once; a nil is an absent one.
func expectMany(t testing.TB, s authplugin.TransitionStorage, keys []string, want ...[]byte) {
	t.Helper()
	got, err := s.GetMany(t.Context(), keys)
	if err != nil || len(got) != len(keys) {
		t.Fatalf("GetMany of %d keys = %d values, %v", len(keys), len(got), err)
	}
	for i := range keys {
		if !bytes.Equal(got[i], want[i]) || (got[i] == nil) != (want[i] == nil) {
			t.Fatalf("GetMany: value %d of %d = %s (nil: %v), want %s (nil: %v)", i, len(keys), show(got[i]), got[i] == nil, show(want[i]), want[i] == nil)
		}
	}
}

func getMany(t testing.TB, s authplugin.TransitionStorage) {
	one, two, empty, expired, never := newKey(t, s), newKey(t, s), newKey(t, s), newKey(t, s), newKey(t, s)
	mustSet(t, s, expired, []byte("v"), short)
	mustSet(t, s, one, []byte("1"), kept)
	mustSet(t, s, two, []byte("a\x00b\xff\r\n"), kept)
	mustSet(t, s, empty, nil, kept)
	waitExpired()
	keys := []string{two, never, one, empty, one, expired}
	for range 2 { // reading does not consume
		expectMany(t, s, keys, []byte("a\x00b\xff\r\n"), nil, []byte("1"), []byte{}, []byte("1"), nil)
	}
	expectMany(t, s, nil)
	got, err := s.GetMany(t.Context(), []string{one})
	if err != nil {
		t.Fatal(err)
	}
	got[0][0] = 'X'
	expectMany(t, s, []string{one}, []byte("1"))
}

func getManyMany(t testing.TB, s authplugin.TransitionStorage) {
	base := newKey(t, s)
	keys, want, transitions := make([]string, manyRead), make([][]byte, manyRead), make([]authplugin.Transition, manyRead)
	for i := range keys {
		keys[i] = register(t, s, base+strconv.Itoa(i))
		transitions[i] = authplugin.Transition{storeIf(keys[i], nil, strconv.Itoa(i))}
		if i%7 == 0 {
			transitions[i] = authplugin.Transition{storeIf(keys[i], []byte("other"), "v")}
			continue
		}
		want[i] = []byte(strconv.Itoa(i))
	}
	done, err := s.Apply(t.Context(), transitions)
	if err != nil || len(done) != manyRead {
		t.Fatalf("Apply of %d transitions: %d answers, %v", manyRead, len(done), err)
	}
	for i, d := range done {
		if d != (i%7 != 0) {
			t.Fatalf("Apply: answer %d = %v", i, d)
		}
	}
	expectMany(t, s, keys, want...)
}

func applyChanges(t testing.TB, s authplugin.TransitionStorage) {
	expectApplied(t, s, "")
	keys := together(t, s, 3)
	one, two, three := keys[0], keys[1], keys[2]
	mustSet(t, s, three, []byte("3"), kept)
	given := []byte("1\x00\xff")
	expectApplied(t, s, "11",
		authplugin.Transition{{Key: one, Value: given, TTL: kept}, {Key: two, TTL: kept}, {Key: three}},
		authplugin.Transition{})
	given[0] = 'X'
	expectMany(t, s, keys, []byte("1\x00\xff"), []byte{}, nil)
	// Deleting what is not there is no condition.
	expectApplied(t, s, "111", authplugin.Transition{{Key: three}}, authplugin.Transition{{Key: three, TTL: -1}, {Key: two, TTL: math.MinInt64}}, authplugin.Transition{store(one, "2")})
	expectMany(t, s, keys, []byte("2"), nil, nil)
}

func applyTTL(t testing.TB, s authplugin.TransitionStorage) {
	keys := together(t, s, 2)
	change := func(ttl time.Duration) authplugin.StorageChange {
		return authplugin.StorageChange{Key: keys[0], Value: []byte("v"), TTL: ttl}
	}
	expectExpiry(t, s, keys[0], short, func() { expectApplied(t, s, "1", authplugin.Transition{change(short)}) })
	expectExpiry(t, s, keys[0], short, func() { expectApplied(t, s, "1", authplugin.Transition{store(keys[1], "v"), change(short)}) })
	expectValue(t, s, keys[1], []byte("v"))
	expectApplied(t, s, "1", authplugin.Transition{change(math.MaxInt64), {Key: keys[1], Value: []byte("v"), TTL: 1}})
	time.Sleep(time.Millisecond + 2*tolerance)
	expectMany(t, s, keys, []byte("v"), nil)
}

func applyConditions(t testing.TB, s authplugin.TransitionStorage) {
	keys := together(t, s, 3)
	one, two, three := keys[0], keys[1], keys[2]
	reset := func() {
		mustDelete(t, s, keys...)
		mustSet(t, s, one, []byte("1\x00"), kept)
		mustSet(t, s, two, nil, kept)
	}
	for _, c := range []struct {
		key  string
		old  []byte
		want string
	}{
		{one, []byte("1\x00"), "1"},
		{one, []byte("2"), "0"},
		{one, []byte("1"), "0"},
		{one, nil, "0"},
		{one, []byte{}, "0"},
		{two, []byte{}, "1"},
		{two, nil, "0"},
		{three, nil, "1"},
		{three, []byte{}, "0"},
		{three, []byte("1"), "0"},
	} {
		for _, ttl := range []time.Duration{kept, 0} {
			reset()
			conditional := authplugin.StorageChange{Key: c.key, Compare: true, Old: c.old, Value: []byte("new"), TTL: ttl}
			expectApplied(t, s, c.want, authplugin.Transition{conditional})
			want := [][]byte{[]byte("1\x00"), {}, nil}
			if c.want == "1" {
				for i := range keys {
					if keys[i] == c.key {
						want[i] = nil
						if ttl > 0 {
							want[i] = []byte("new")
						}
					}
				}
			}
			expectMany(t, s, keys, want...)
		}
	}
	// Nothing happens unless all conditions hold, whatever stands before them.
	reset()
	other := newKey(t, s)
	list := &authplugin.ListEdit{Enter: []authplugin.ListMember{{Token: "t", ExpiresAt: time.Now().Add(kept)}}, Now: time.Now()}
	expectApplied(t, s, "010",
		authplugin.Transition{store(one, "new"), {Key: three, List: list}, storeIf(two, nil, "new")},
		authplugin.Transition{store(other, "independent")},
		authplugin.Transition{storeIf(one, []byte("1\x00"), "new"), storeIf(three, []byte{}, "new")})
	expectMany(t, s, append(keys, other), []byte("1\x00"), []byte{}, nil, []byte("independent"))
	expectApplied(t, s, "1", authplugin.Transition{storeIf(one, []byte("1\x00"), "new"), storeIf(three, nil, "new"), {Key: two}})
	expectMany(t, s, keys, []byte("new"), nil, []byte("new"))
}

// applyOrder has keys that several nodes may hold: what stands behind a condition that
// does not hold never happens.
func applyOrder(t testing.TB, s authplugin.TransitionStorage) {
	const many = 40
	var (
		transitions = make([]authplugin.Transition, 0, many)
		behind      = make([]string, 0, many/2)
		want        strings.Builder
	)
	for i := range many {
		before, condition, after := newKey(t, s), newKey(t, s), newKey(t, s)
		old := []byte("other")
		if i%2 == 1 {
			old = nil
		} else {
			behind = append(behind, after)
		}
		want.WriteString(strconv.Itoa(i % 2))
		transitions = append(transitions, authplugin.Transition{store(before, "v"), storeIf(condition, old, "v"), store(after, "v")})
	}
	expectApplied(t, s, want.String(), transitions...)
	expectMany(t, s, behind, make([][]byte, len(behind))...)
	for i, transition := range transitions {
		if i%2 == 1 {
			for _, change := range transition {
				expectValue(t, s, change.Key, []byte("v"))
			}
		}
	}
}
