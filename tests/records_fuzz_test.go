package tests

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// FuzzConditions: conditions from JSON are either a mistake that says so, or find
// what they would find in memory.
func FuzzConditions(f *testing.F) {
	for _, seed := range []string{
		`[{"field":"name","value":"ada"}]`,
		`[{"field":"nick","operator":"contains","value":"%_[*]\\!","connector":"OR"},{"field":"age","operator":"gt","value":1.5}]`,
		`[{"field":"nick","operator":"starts_with","value":"[a-z]*","mode":"insensitive"}]`,
		`[{"field":"nick","operator":"ends_with","value":"É日 "},{"field":"nick","operator":"ne","value":null}]`,
		`[{"field":"id","operator":"in","value":["id1",null,7,""]},{"field":"id","operator":"lt","value":"\u0000"}]`,
		`[{"field":"email","operator":"not_in","value":["ADA@x"],"mode":"insensitive"},{"field":"born","operator":"lte","value":"9999-12-31T23:59:59-01:00"}]`,
		`[{"field":"coins","operator":"gte","value":9223372036854775807},{"field":"score","operator":"lt","value":1e308}]`,
		`[{"field":"prefs","operator":"in","value":[]},{"field":"vip","operator":"gt","value":false}]`,
		`[{"field":"x\" OR 1=1; --","operator":"like","value":{"a":[]}}]`,
		`[{"field":"nick","operator":"eq","value":"'; DROP TABLE users; -- ? @x $1 :y"}]`,
	} {
		f.Add(seed)
	}
	_, auth := use(f, dbtest.Named(f, "sqlite-pure").New(f), recordsConfig(authplugin.Random))
	users, in := auth.Records("user"), newMemory(auth, "user")
	texts := []any{nil, "", "a", "A", "aB%_", "[a-z]*?", "É日 ", "\\!'\"", "?@x", "🙂"}
	for i, text := range texts {
		values := authplugin.Values{
			"id": fmt.Sprintf("id%d", i), "name": fmt.Sprintf("n%d", i%3), "email": fmt.Sprintf("E%d@x", i), "nick": text, "age": i - 3, "vip": i%2 == 0,
			"coins": int64(i) << 60, "born": noon.AddDate(i*100, 0, 0), "score": float64(i) / 2, "prefs": nil,
		}
		for _, name := range []string{"age", "vip", "coins", "born", "score"} {
			if i%4 == 3 {
				values[name] = nil
			}
		}
		r, err := users.Create(f.Context(), values, authplugin.AllowID())
		must(f, err)
		in.put(r)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var conditions []authplugin.Condition
		if json.Unmarshal([]byte(text), &conditions) != nil || len(conditions) > 100 {
			return
		}
		want, valid := in.matching(conditions)
		found, err := users.FindMany(t.Context(), authplugin.Query{Where: conditions})
		if !valid {
			if !errors.Is(err, authplugin.ErrInvalid) {
				t.Fatalf("%s: %v, %v", text, found, err)
			}
			return
		}
		if got := fieldOf(found, "id"); err != nil || !slices.Equal(got, want) {
			t.Fatalf("%s: found %v, want %v; %v", text, got, want, err)
		}
		n, err := users.Count(t.Context(), conditions...)
		if err != nil || int(n) != len(want) {
			t.Fatalf("%s: counted %d, want %d; %v", text, n, len(want), err)
		}
		if _, err := users.ConsumeOne(t.Context(), append(conditions, authplugin.Eq("id", "none"))...); !errors.Is(err, authplugin.ErrNotFound) {
			t.Fatalf("%s: consumed, %v", text, err)
		}
	})
}
