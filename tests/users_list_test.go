package tests

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// listed makes users of which several were created in the same moment.
func listed(t *testing.T, e dbtest.Engine, strategy authplugin.IDStrategy) *authplugin.Auth {
	t.Helper()
	now := noon
	cfg := withClock(authplugin.Config{GenerateID: strategy}, &now)
	_, auth := migrated(t, e, cfg)
	for i := range 23 {
		now = noon.Add(time.Duration(i/5) * time.Second)
		_, err := auth.Users().Create(t.Context(), authplugin.User{Name: fmt.Sprintf("User %02d", i%4), Email: fmt.Sprintf("u%02d@example.com", i)})
		must(t, err)
	}
	return auth
}

func TestUsersAreListedPageByPage(t *testing.T) {
	t.Parallel()
	for name, strategy := range strategies() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
				auth := listed(t, e, strategy)
				for name, sort := range map[string]authplugin.Sort{
					"newest":   authplugin.Desc("createdAt", "id"),
					"oldest":   authplugin.Asc("createdAt", "id"),
					"mixed":    authplugin.Asc("name").Then(authplugin.Desc("createdAt")).Then(authplugin.Asc("id")),
					"id alone": authplugin.Asc("id"),
				} {
					whole, err := auth.Users().List(t.Context(), authplugin.Query{Sort: sort})
					must(t, err)
					var byKey, byOffset []string
					q := authplugin.Query{Sort: sort, Limit: 4}
					for page := range 10 {
						users, err := auth.Users().List(t.Context(), q)
						must(t, err)
						for _, u := range users {
							byKey = append(byKey, u.Email)
							q.After = authplugin.Values{"name": u.Name, "createdAt": u.CreatedAt, "id": u.ID}
						}
						records, err := auth.Records("user").FindMany(t.Context(), authplugin.Query{Sort: sort, Limit: 4, Offset: 4 * page})
						must(t, err)
						for _, r := range records {
							byOffset = append(byOffset, r["email"].(string))
						}
					}
					var want []string
					for _, u := range whole {
						want = append(want, u.Email)
					}
					if len(want) != 23 {
						t.Fatalf("%s: %d users are listed", name, len(want))
					}
					if diff := cmp.Diff(want, byKey); diff != "" {
						t.Errorf("%s: by After (-whole +pages):\n%s", name, diff)
					}
					if diff := cmp.Diff(want, byOffset); diff != "" {
						t.Errorf("%s: by Offset (-whole +pages):\n%s", name, diff)
					}
				}
			})
		})
	}
}

func TestUsersAreFilteredAndCounted(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		auth := listed(t, e, authplugin.Random)
		users, err := auth.Users().List(t.Context(), authplugin.Query{
			Where: []authplugin.Condition{authplugin.Eq("name", "User 01"), authplugin.Gt("createdAt", noon.Add(time.Second))},
			Sort:  authplugin.Asc("email"),
		})
		must(t, err)
		var emails []string
		for _, u := range users {
			emails = append(emails, u.Email)
		}
		if diff := cmp.Diff([]string{"u13@example.com", "u17@example.com", "u21@example.com"}, emails); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		first, err := auth.Users().List(t.Context(), authplugin.Query{
			Where: []authplugin.Condition{authplugin.Eq("name", "User 01")}, Sort: authplugin.Asc("id"), Limit: 2,
		})
		must(t, err)
		rest, err := auth.Users().List(t.Context(), authplugin.Query{
			Where: []authplugin.Condition{authplugin.Eq("name", "User 01")}, Sort: authplugin.Asc("id"),
			After: authplugin.Values{"id": first[1].ID},
		})
		must(t, err)
		if len(rest) != 4 {
			t.Errorf("%d users are after the second of 6", len(rest))
		}
		n, err := auth.Users().Count(t.Context(), authplugin.Eq("name", "User 01"))
		must(t, err)
		if n != 6 {
			t.Errorf("%d users are counted, want 6", n)
		}
		none, err := auth.Users().List(t.Context(), authplugin.Query{Where: []authplugin.Condition{authplugin.Eq("name", "nobody")}})
		must(t, err)
		if none == nil || len(none) != 0 {
			t.Errorf("nobody is listed as %v", none)
		}
	})
}

func TestAListThatCannotBe(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		auth := listed(t, e, authplugin.Random)
		for name, q := range map[string]authplugin.Query{
			"an unknown field":     {Where: []authplugin.Condition{authplugin.Eq("surname", "x")}},
			"an unknown order":     {Sort: authplugin.Asc("surname")},
			"a negative limit":     {Limit: -1},
			"a select":             {Select: []string{"id"}},
			"a join":               {Join: authplugin.Joins{"session": {}}},
			"after without id":     {Sort: authplugin.Asc("name"), After: authplugin.Values{"name": "x"}},
			"after without a sort": {After: authplugin.Values{"id": "x"}},
			"after without values": {Sort: authplugin.Asc("name", "id"), After: authplugin.Values{"id": "x"}},
			"after by NULL":        {Sort: authplugin.Asc("image", "id"), After: authplugin.Values{"image": "x", "id": "x"}},
			"after a wrong value":  {Sort: authplugin.Asc("createdAt", "id"), After: authplugin.Values{"createdAt": 7, "id": "x"}},
		} {
			if _, err := auth.Users().List(t.Context(), q); !errors.Is(err, authplugin.ErrInvalid) && name != "a negative limit" || err == nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
