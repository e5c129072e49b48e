package tests

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gorm-auth/authplugin"
)

// column is the quoted physical name of a field.
func (p place) column(t testing.TB, model, field string) string {
	t.Helper()
	info, ok := p.auth.Schema().Model(model)
	if !ok {
		t.Fatalf("no model %s", model)
	}
	for _, f := range info.Fields {
		if f.Name == field {
			return p.db.Statement.Quote(f.Column)
		}
	}
	t.Fatalf("no field %s.%s", model, field)
	return ""
}

// rewrite gives a field of all rows that have a value another one, past the library.
func (p place) rewrite(t testing.TB, model, field, from, to string) {
	t.Helper()
	column := p.column(t, model, field)
	done := p.db.Exec(fmt.Sprintf("UPDATE %s SET %s = ? WHERE %s = ?", p.tables[model], column, column), to, from)
	must(t, done.Error)
	if done.RowsAffected == 0 {
		t.Fatalf("no %s has the %s %s", model, field, from)
	}
}

// A row whose key was changed past the library keeps the id that was derived from
// the old one, which nobody has any more: it is free, for one.
func TestRaceKeysThatWereRewritten(t *testing.T) {
	t.Parallel()
	eachPlace(t, nil, func(t *testing.T, p place) {
		ada := p.person(t, "ada")
		for round := range 2 {
			for name, run := range keyOperations(ada.ID) {
				must(t, run(t.Context(), p.auth))
				model, field, key := "account", "accountId", "42"
				if name == "Reserve" {
					model, field, key = "verification", "identifier", "seat:1"
				}
				p.rewrite(t, model, field, key, fmt.Sprint("other ", round))
				oneWinner(t, name, race(racers, func(int) error { return run(t.Context(), p.auth) }), authplugin.ErrDuplicate)
				wantError(t, name+" again", run(t.Context(), p.auth), authplugin.ErrDuplicate)
				p.rewrite(t, model, field, key, fmt.Sprint("another ", round))
			}
		}
	})
}

// So it is for a user who comes with the account.
func TestRaceSignInWithARewrittenKey(t *testing.T) {
	t.Parallel()
	eachPlace(t, nil, func(t *testing.T, p place) {
		who, users, accounts := octocat(), p.count(t, "user"), p.count(t, "account")
		must(t, errorOf(p.auth.Accounts().SignIn(t.Context(), who)))
		p.rewrite(t, "account", "accountId", who.AccountID, "other")
		p.rewrite(t, "user", "email", strings.ToLower(who.Email), "other@example.com")
		allSucceed(t, "sign in", race(racers, func(int) error { return errorOf(p.auth.Accounts().SignIn(t.Context(), who)) }))
		if u, a := p.count(t, "user")-users, p.count(t, "account")-accounts; u != 2 || a != 2 {
			t.Errorf("%d users and %d accounts, want 2 and 2", u, a)
		}
	})
}

// Within a transaction of the caller, too, which goes on.
func TestRewrittenKeyInATransaction(t *testing.T) {
	t.Parallel()
	eachPlace(t, nil, func(t *testing.T, p place) {
		accounts, verifications := p.count(t, "account"), p.count(t, "verification")
		ada := p.person(t, "ada")
		for _, run := range keyOperations(ada.ID) {
			must(t, run(t.Context(), p.auth))
		}
		p.rewrite(t, "account", "accountId", "42", "other")
		p.rewrite(t, "verification", "identifier", "seat:1", "other")
		must(t, p.auth.Transaction(t.Context(), func(tx *authplugin.Auth) error {
			for name, run := range keyOperations(ada.ID) {
				if err := run(t.Context(), tx); err != nil {
					t.Errorf("%s: %v", name, err)
				}
				wantError(t, name+" again", run(t.Context(), tx), authplugin.ErrDuplicate)
			}
			return nil
		}))
		if a, v := p.count(t, "account")-accounts, p.count(t, "verification")-verifications; a != 2 || v != 2 {
			t.Errorf("%d accounts and %d verifications, want 2 and 2", a, v)
		}
	})
}
