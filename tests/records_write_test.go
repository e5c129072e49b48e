package tests

import (
	"errors"
	"maps"
	"math"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

type where = []authplugin.Condition

func isNotFound(t testing.TB, what string, r authplugin.Record, err error) {
	t.Helper()
	if !errors.Is(err, authplugin.ErrNotFound) || !errors.Is(err, gorm.ErrRecordNotFound) || r != nil {
		t.Errorf("%s: %v, %v", what, r, err)
	}
}

// clocked is use with every strategy and a clock that the test sets.
func clocked(t *testing.T, f func(t *testing.T, e dbtest.Engine, auth *authplugin.Auth, now *time.Time)) {
	t.Helper()
	eachStrategy(t, func(t *testing.T, e dbtest.Engine, s authplugin.IDStrategy) {
		now := noon
		_, auth := use(t, e.New(t), withClock(recordsConfig(s), &now))
		f(t, e, auth, &now)
	})
}

func TestRecordsUpdate(t *testing.T) {
	t.Parallel()
	clocked(t, func(t *testing.T, _ dbtest.Engine, auth *authplugin.Auth, now *time.Time) {
		ctx, users := t.Context(), auth.Records("user")
		ada := userRecord(t, auth, "ada", authplugin.Values{"nick": "a", "age": 1})
		userRecord(t, auth, "bob", authplugin.Values{"nick": "b"})
		*now = noon.Add(time.Hour)
		later := now.UTC().Truncate(time.Millisecond)

		got, err := users.Update(ctx, where{authplugin.Eq("id", ada["id"]), authplugin.Eq("nick", "a")}, authplugin.Values{"nick": "z", "age": nil, "id": "other", "email": "ADA@x"})
		must(t, err)
		want := maps.Clone(ada)
		want["nick"], want["age"], want["updatedAt"], want["email"] = "z", nil, later, "ada@x"
		wantSame(t, "updated", want, got)
		again, err := users.FindOne(ctx, authplugin.Query{Where: where{authplugin.Eq("id", ada["id"])}})
		must(t, err)
		wantSame(t, "stored", want, again)
		got, err = users.Update(ctx, where{authplugin.Eq("id", ada["id"]), authplugin.Eq("nick", "a")}, authplugin.Values{"age": 5})
		isNotFound(t, "compare and set", got, err)
		got, err = users.Update(ctx, nil, authplugin.Values{"age": 5})
		isNotFound(t, "without conditions", got, err)
		given := noon.Add(5 * time.Hour).UTC().Truncate(time.Millisecond)
		got, err = users.Update(ctx, where{authplugin.Eq("id", ada["id"])}, authplugin.Values{"updatedAt": given})
		must(t, err)
		if got["updatedAt"] != given || got["age"] != any(nil) {
			t.Errorf("given time: %v", got)
		}
		if n, _ := users.Count(ctx, authplugin.Eq("age", 5)); n != 0 {
			t.Errorf("%d rows were changed", n)
		}

		// At most one row, of several that match; nothing changes, and it is a match.
		got, err = users.Update(ctx, where{authplugin.Ne("nick", nil)}, authplugin.Values{"age": 9})
		must(t, err)
		if n, _ := users.Count(ctx, authplugin.Eq("age", 9)); n != 1 || got["age"] != int64(9) {
			t.Errorf("%d rows were changed, %v", n, got)
		}
		c := record(t, auth, "node", authplugin.Values{"label": "x"})
		got, err = auth.Records("node").Update(ctx, where{authplugin.Eq("id", c["id"])}, authplugin.Values{"label": "x"})
		must(t, err)
		wantSame(t, "the same", c, got)
		got, err = auth.Records("node").Update(ctx, where{authplugin.Eq("id", c["id"])}, authplugin.Values{"id": "other"})
		must(t, err)
		wantSame(t, "nothing", c, got)
		// OnUpdate of a run-time model, unless given.
		counter := record(t, auth, "counter", authplugin.Values{"key": "k"})
		got, err = auth.Records("counter").Update(ctx, where{authplugin.Eq("key", "k")}, authplugin.Values{})
		must(t, err)
		if counter["times"] != any(nil) || got["times"] != int64(7) {
			t.Errorf("OnUpdate: %v, %v", counter, got)
		}
		got, err = auth.Records("counter").Update(ctx, where{authplugin.Eq("key", "k")}, authplugin.Values{"times": 3})
		must(t, err)
		if got["times"] != int64(3) {
			t.Errorf("OnUpdate that is given: %v", got)
		}
		_, err = users.Update(ctx, where{authplugin.Eq("id", ada["id"])}, authplugin.Values{"email": nil})
		isInvalid(t, "required", err, "user.email")
		_, err = users.Update(ctx, where{authplugin.Eq("id", ada["id"])}, authplugin.Values{"email": "bob@example.com"})
		if !errors.Is(err, authplugin.ErrDuplicate) {
			t.Errorf("duplicate: %v", err)
		}
	})
}

func TestRecordsUpdateMany(t *testing.T) {
	t.Parallel()
	eachRecords(t, func(t *testing.T, _ dbtest.Engine, _ *gorm.DB, auth *authplugin.Auth) {
		testUpdateMany(t, auth)
	})
}

// MySQL counts the rows that change, not those that match, without clientFoundRows.
func TestRecordsMatchedRowsWithoutTheFlag(t *testing.T) {
	t.Parallel()
	d := dbtest.Named(t, "mysql").New(t)
	d.DSN = strings.Replace(d.DSN, "clientFoundRows=true", "clientFoundRows=false", 1)
	_, auth := use(t, d, recordsConfig(authplugin.Serial))
	testUpdateMany(t, auth)
	r := record(t, auth, "node", authplugin.Values{"label": "same"})
	got, err := auth.Records("node").Update(t.Context(), where{authplugin.Eq("id", r["id"])}, authplugin.Values{"label": "same"})
	must(t, err)
	wantSame(t, "update to the same", r, got)
	got, err = auth.Records("node").IncrementOne(t.Context(), where{authplugin.Eq("id", r["id"])}, authplugin.Increment{Set: authplugin.Values{"label": "same"}})
	must(t, err)
	wantSame(t, "set the same", r, got)
}

func testUpdateMany(t *testing.T, auth *authplugin.Auth) {
	t.Helper()
	ctx, nodes := t.Context(), auth.Records("node")
	for _, label := range []string{"a", "a", "b"} {
		record(t, auth, "node", authplugin.Values{"label": label})
	}
	for _, c := range []struct {
		where where
		set   authplugin.Values
		want  int64
	}{
		{where{authplugin.Eq("label", "a")}, authplugin.Values{"label": "a"}, 2},
		{where{authplugin.Eq("label", "x")}, authplugin.Values{"label": "a"}, 0},
		{where{authplugin.Eq("label", "b")}, authplugin.Values{"label": "a"}, 1},
		{nil, authplugin.Values{"label": "c"}, 3},
		{nil, authplugin.Values{}, 3},
		{nil, authplugin.Values{"label": "c"}, 3},
	} {
		if n, err := nodes.UpdateMany(ctx, c.where, c.set); n != c.want || err != nil {
			t.Errorf("%v: %d rows, %v", c.where, n, err)
		}
	}
	if n, _ := nodes.Count(ctx, authplugin.Eq("label", "c")); n != 3 {
		t.Errorf("%d rows are changed", n)
	}
	if n, err := auth.Records("user").UpdateMany(ctx, nil, authplugin.Values{"age": 1}); n != 0 || err != nil {
		t.Errorf("empty table: %d, %v", n, err)
	}
	_, err := nodes.UpdateMany(ctx, nil, authplugin.Values{"lable": ""})
	isInvalid(t, "field", err, `"label"`)
}

func TestRecordsDelete(t *testing.T) {
	t.Parallel()
	eachRecords(t, func(t *testing.T, _ dbtest.Engine, _ *gorm.DB, auth *authplugin.Auth) {
		ctx := t.Context()
		proofs := auth.Records("verification")
		for _, identifier := range []string{"a", "a", "b", "c"} {
			record(t, auth, "verification", authplugin.Values{"identifier": identifier, "value": "v", "expiresAt": noon})
		}
		must(t, proofs.Delete(ctx, authplugin.Eq("identifier", "none")))
		must(t, proofs.Delete(ctx, authplugin.Eq("identifier", "a")))
		if n, _ := proofs.Count(ctx); n != 2 {
			t.Errorf("%d are left", n)
		}
		if n, err := proofs.DeleteMany(ctx, authplugin.Eq("identifier", "b")); n != 1 || err != nil {
			t.Errorf("deleted %d, %v", n, err)
		}
		if n, err := proofs.DeleteMany(ctx); n != 1 || err != nil {
			t.Errorf("deleted %d, %v", n, err)
		}
		ada := userRecord(t, auth, "ada", nil)
		record(t, auth, "session", authplugin.Values{"userId": ada["id"], "token": "t", "expiresAt": noon})
		record(t, auth, "profile", authplugin.Values{"userId": ada["id"]})
		must(t, auth.Records("user").Delete(ctx, authplugin.Eq("id", ada["id"])))
		for _, model := range []string{"session", "profile"} {
			if n, _ := auth.Records(model).Count(ctx); n != 0 {
				t.Errorf("%d of %s outlive their user", n, model)
			}
		}
	})
}

func TestRecordsConsumeOne(t *testing.T) {
	t.Parallel()
	eachRecords(t, func(t *testing.T, _ dbtest.Engine, _ *gorm.DB, auth *authplugin.Auth) {
		ctx := t.Context()
		proofs := auth.Records("verification")
		made := map[any]authplugin.Record{}
		for _, value := range []string{"1", "2"} {
			r := record(t, auth, "verification", authplugin.Values{"identifier": "a", "value": value, "expiresAt": noon})
			made[r["id"]] = r
		}
		for range 2 {
			got, err := proofs.ConsumeOne(ctx, authplugin.Eq("identifier", "a"))
			must(t, err)
			wantSame(t, "consumed", made[got["id"]], got)
			delete(made, got["id"])
		}
		got, err := proofs.ConsumeOne(ctx, authplugin.Eq("identifier", "a"))
		isNotFound(t, "consumed", got, err)
		record(t, auth, "verification", authplugin.Values{"identifier": "a", "value": "v", "expiresAt": noon})
		got, err = proofs.ConsumeOne(ctx)
		isNotFound(t, "without conditions", got, err)
		got, err = proofs.ConsumeOne(ctx, authplugin.Eq("identifier", "a"), authplugin.Eq("value", "w"))
		isNotFound(t, "all conditions count", got, err)
	})
}

func TestRecordsIncrementOne(t *testing.T) {
	t.Parallel()
	clocked(t, func(t *testing.T, _ dbtest.Engine, auth *authplugin.Auth, now *time.Time) {
		ctx, counters := t.Context(), auth.Records("counter")
		c := record(t, auth, "counter", authplugin.Values{"key": "k", "count": 5, "big": 1, "ratio": 0.5})
		key := authplugin.Eq("key", "k")
		inc := func(w where, by, set authplugin.Values) (authplugin.Record, error) {
			return counters.IncrementOne(ctx, w, authplugin.Increment{By: by, Set: set})
		}
		want := authplugin.Record{"id": c["id"], "key": "k", "count": int64(3), "big": int64(1) << 40, "ratio": 0.75, "state": nil, "times": nil}
		got, err := inc(where{key, authplugin.Gte("count", 5)}, authplugin.Values{"count": -2, "big": int64(1)<<40 - 1, "ratio": 0.25}, nil)
		must(t, err)
		wantSame(t, "incremented", want, got)
		got, err = inc(where{key, authplugin.Gte("count", 5)}, authplugin.Values{"count": -2}, nil)
		isNotFound(t, "guard", got, err)
		got, err = inc(where{key, authplugin.Eq("count", 3)}, authplugin.Values{"count": 1}, authplugin.Values{"state": "open"})
		must(t, err)
		want["count"], want["state"], want["times"] = int64(4), "open", int64(7)
		wantSame(t, "with set", want, got)
		got, err = inc(where{key, authplugin.Eq("state", "open")}, nil, authplugin.Values{"state": "shut", "times": 1})
		must(t, err)
		want["state"], want["times"] = "shut", int64(1)
		wantSame(t, "guarded transition", want, got)
		got, err = inc(where{key, authplugin.Eq("state", "open")}, authplugin.Values{}, authplugin.Values{"state": "shut"})
		isNotFound(t, "transition", got, err)
		got, err = inc(nil, authplugin.Values{"count": 1}, nil)
		isNotFound(t, "without conditions", got, err)

		n := record(t, auth, "counter", authplugin.Values{"key": "null"})
		got, err = inc(where{authplugin.Eq("key", "null")}, authplugin.Values{"big": 1}, nil)
		must(t, err)
		wantSame(t, "null stays null", n, got)

		for name, bad := range map[string]authplugin.Increment{
			"nothing":     {},
			"both":        {By: authplugin.Values{"count": 1}, Set: authplugin.Values{"count": 1}},
			"text":        {By: authplugin.Values{"key": 1}},
			"id":          {By: authplugin.Values{"id": 1}},
			"fraction":    {By: authplugin.Values{"count": 0.5}},
			"NaN":         {By: authplugin.Values{"ratio": math.NaN()}},
			"no number":   {By: authplugin.Values{"count": "1"}},
			"null":        {By: authplugin.Values{"count": nil}},
			"unknown":     {By: authplugin.Values{"cout": 1}},
			"unknown set": {Set: authplugin.Values{"cout": 1}},
			"over":        {By: authplugin.Values{"count": math.MaxInt32}},
			"over 64":     {By: authplugin.Values{"big": int64(math.MaxInt64)}},
		} {
			_, err := counters.IncrementOne(ctx, where{key}, bad)
			isInvalid(t, name, err)
		}
		got, err = counters.FindOne(ctx, authplugin.Query{Where: where{key}})
		must(t, err)
		wantSame(t, "after mistakes", want, got)

		_, err = inc(where{key}, nil, authplugin.Values{"count": -5})
		must(t, err)
		_, err = inc(where{key}, authplugin.Values{"count": math.MinInt32}, nil)
		isInvalid(t, "under", err, "counter.count")

		// The time of the last update changes only when something is set.
		ada := userRecord(t, auth, "ada", authplugin.Values{"age": 1})
		*now = noon.Add(time.Hour)
		got, err = auth.Records("user").IncrementOne(ctx, where{authplugin.Eq("id", ada["id"])}, authplugin.Increment{By: authplugin.Values{"age": 1}})
		must(t, err)
		if got["updatedAt"] != ada["updatedAt"] || got["age"] != int64(2) {
			t.Errorf("increment: %v", got)
		}
		got, err = auth.Records("user").IncrementOne(ctx, where{authplugin.Eq("id", ada["id"])}, authplugin.Increment{By: authplugin.Values{"age": 1}, Set: authplugin.Values{"nick": "x"}})
		must(t, err)
		if got["updatedAt"] != now.UTC().Truncate(time.Millisecond) || got["age"] != int64(3) {
			t.Errorf("increment and set: %v", got)
		}
	})
}

// Operations see the writes of their transaction; an error rolls all of it back
// and is what the caller gets. One that fails leaves the transaction usable.
func TestRecordsInTransactions(t *testing.T) {
	t.Parallel()
	eachRecords(t, func(t *testing.T, _ dbtest.Engine, db *gorm.DB, auth *authplugin.Auth) {
		ctx := t.Context()
		mine := errors.New("mine")
		err := auth.Transaction(ctx, func(tx *authplugin.Auth) error {
			ada := userRecord(t, tx, "ada", nil) //nolint:contextcheck // the context of the test
			if _, err := tx.Records("user").Create(ctx, authplugin.Values{"name": "x", "email": "ada@example.com"}); !errors.Is(err, authplugin.ErrDuplicate) {
				t.Errorf("duplicate: %v", err)
			}
			_, err := tx.Records("user").Update(ctx, where{authplugin.Eq("name", "none")}, authplugin.Values{"age": 1})
			if !errors.Is(err, authplugin.ErrNotFound) {
				t.Errorf("update of none: %v", err)
			}
			record(t, tx, "session", authplugin.Values{"userId": ada["id"], "token": "t", "expiresAt": noon}) //nolint:contextcheck // the context of the test
			found, err := tx.Records("user").FindOne(ctx, authplugin.Query{Join: authplugin.Joins{"session": {}}})
			must(t, err)
			if len(found["session"].([]authplugin.Record)) != 1 {
				t.Errorf("in the transaction: %v", found)
			}
			return mine
		})
		if !errors.Is(err, mine) {
			t.Errorf("error %v", err)
		}
		if n, _ := auth.Records("user").Count(ctx); n != 0 {
			t.Errorf("%d users after a rollback", n)
		}
		must(t, db.Transaction(func(tx *gorm.DB) error {
			userRecord(t, auth.WithDB(tx), "bob", nil) //nolint:contextcheck // the context of the test
			_, err := authplugin.From(tx).Records("user").ConsumeOne(ctx, authplugin.Eq("name", "nobody"))
			if !errors.Is(err, authplugin.ErrNotFound) {
				t.Errorf("consume of none: %v", err)
			}
			return nil
		}))
		if n, _ := auth.Records("user").Count(ctx); n != 1 {
			t.Errorf("%d users after a commit", n)
		}
	})
}
