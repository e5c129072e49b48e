package tests

import (
	"context"
	"database/sql"
	"strings"
	"testing"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// keyOperations are the operations of which one of many wins, on one key.
func keyOperations(user authplugin.ID) map[string]func(ctx context.Context, auth *authplugin.Auth) error {
	return map[string]func(ctx context.Context, auth *authplugin.Auth) error{
		"Reserve": func(ctx context.Context, auth *authplugin.Auth) error {
			return errorOf(auth.Verifications().Reserve(ctx, "seat:1", "", authplugin.VerificationOptions{}))
		},
		"Link": func(ctx context.Context, auth *authplugin.Auth) error {
			return errorOf(auth.Accounts().Link(ctx, authplugin.Account{UserID: user, ProviderID: "github", AccountID: "42"}))
		},
	}
}

// isolated is a place on tables without the unique index, in which nothing but the
// lock of the key lets one of many through.
func isolated(t *testing.T, parameters string) place {
	t.Helper()
	b := loadBetterAuth(t, dbtest.Named(t, "postgres"), "serial", nil)
	b.DSN += parameters
	return placeOf(use(t, b.Database, withHasher(b.config())))
}

// A snapshot that may be older than the lock of a key would let two win: the
// operation refuses to run in it, and says how it may run.
func TestKeysInAnOldSnapshot(t *testing.T) {
	t.Parallel()
	for _, level := range []sql.IsolationLevel{sql.LevelRepeatableRead, sql.LevelSerializable} {
		t.Run(level.String(), func(t *testing.T) {
			t.Parallel()
			p := isolated(t, "")
			accounts, verifications := p.count(t, "account"), p.count(t, "verification")
			ada := p.person(t, "ada")
			for name, run := range keyOperations(ada.ID) {
				err := inSnapshot(t, p.db, p.auth, level, func() { must(t, run(t.Context(), p.auth)) },
					func(tx *authplugin.Auth) error { return run(t.Context(), tx) })
				wantError(t, name, err, authplugin.ErrStaleSnapshot)
				if err == nil || !strings.Contains(err.Error(), "READ COMMITTED") {
					t.Errorf("%s: %v does not say how to mend it", name, err)
				}
			}
			if a, v := p.count(t, "account")-accounts, p.count(t, "verification")-verifications; a != 1 || v != 1 {
				t.Errorf("%d accounts and %d verifications, want 1 and 1", a, v)
			}
		})
	}
}

// The library's own transactions are right whatever the database's default is.
func TestRaceKeysWhateverTheDefaultLevel(t *testing.T) {
	t.Parallel()
	for _, level := range []string{"repeatable", "serializable"} {
		t.Run(level, func(t *testing.T) {
			t.Parallel()
			setting := map[string]string{"repeatable": "repeatable%20read", "serializable": "serializable"}[level]
			p := isolated(t, "&default_transaction_isolation="+setting)
			var now string
			must(t, p.db.Raw("SELECT current_setting('transaction_isolation')").Scan(&now).Error)
			if !strings.HasPrefix(now, level) {
				t.Fatalf("the level is %s", now)
			}
			ada, accounts := p.person(t, "ada"), p.count(t, "account")
			for name, run := range keyOperations(ada.ID) {
				errs := race(racers, func(int) error { return run(t.Context(), p.auth) })
				oneWinner(t, name, errs, authplugin.ErrDuplicate)
			}
			allSucceed(t, "sign in", race(racers, func(int) error { return errorOf(p.auth.Accounts().SignIn(t.Context(), octocat())) }))
			if n := p.count(t, "account") - accounts; n != 2 {
				t.Errorf("%d accounts, want 2", n)
			}
		})
	}
}
