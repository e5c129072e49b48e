package tests

import (
	"context"
	"database/sql"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// compiledLookUps are the look-ups that go without GORM's own SQL, and what each is
// to find.
func compiledLookUps(user *authplugin.User, token string) map[string]func(ctx context.Context, a *authplugin.Auth) error {
	return map[string]func(ctx context.Context, a *authplugin.Auth) error{
		"user by id": func(ctx context.Context, a *authplugin.Auth) error { return errorOf(a.Users().FindByID(ctx, user.ID)) },
		"user by email": func(ctx context.Context, a *authplugin.Auth) error {
			return errorOf(a.Users().FindByEmail(ctx, user.Email))
		},
		"session": func(ctx context.Context, a *authplugin.Auth) error { return errorOf(a.Sessions().Find(ctx, token)) },
		"sessions": func(ctx context.Context, a *authplugin.Auth) error {
			found, err := a.Sessions().FindMany(ctx, []string{token})
			if err == nil && len(found) != 1 {
				return authplugin.ErrNotFound
			}
			return err
		},
		"account": func(ctx context.Context, a *authplugin.Auth) error {
			return errorOf(a.Accounts().FindByProvider(ctx, "github", "42"))
		},
		"verification": func(ctx context.Context, a *authplugin.Auth) error {
			return errorOf(a.Verifications().Find(ctx, "reset"))
		},
	}
}

// fillLookUps makes what they find.
func fillLookUps(t *testing.T, auth *authplugin.Auth) (*authplugin.User, string) {
	t.Helper()
	ctx := t.Context()
	user, err := auth.Users().Create(ctx, authplugin.User{Name: "Ada", Email: "ada@example.com"})
	must(t, err)
	session, err := auth.Sessions().Create(ctx, user.ID, authplugin.SessionOptions{})
	must(t, err)
	must(t, errorOf(auth.Accounts().Link(ctx, authplugin.Account{UserID: user.ID, ProviderID: "github", AccountID: "42"})))
	must(t, errorOf(auth.Verifications().Create(ctx, "reset", "x", authplugin.VerificationOptions{})))
	return user, session.Token
}

// A look-up that the database gave up on is run again, unless it is part of a
// transaction.
func TestLookUpsAreRunAgain(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		db, auth := migrated(t, e, authplugin.Config{})
		user, token := fillLookUps(t, auth)
		runs, failing := 0, 0
		must(t, db.Callback().Query().After("gorm:query").Register("give_up", func(db *gorm.DB) {
			if runs++; runs <= failing {
				_ = db.AddError(authplugin.ErrConflict)
			}
		}))
		for name, find := range compiledLookUps(user, token) {
			runs, failing = 0, 2
			if err := find(t.Context(), auth); err != nil || runs != 3 {
				t.Errorf("%s after %d runs: %v", name, runs, err)
			}
			runs, failing = 0, 2
			err := auth.Transaction(t.Context(), func(tx *authplugin.Auth) error { return find(t.Context(), tx) })
			wantError(t, name+" in a transaction", err, authplugin.ErrConflict)
			if runs != 1 {
				t.Errorf("%s in a transaction ran %d times", name, runs)
			}
			runs, failing = 0, 2
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			wantError(t, name+" of a context that has ended", find(ctx, auth), context.Canceled)
		}
	})
}

// Whoever has SQLite's file for himself is waited for.
func TestLookUpsOfABusyFile(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		if e.Dialect() != "sqlite" {
			t.Skip("not a case: it is about the lock of SQLite's file")
		}
		d := e.New(t)
		for _, option := range []string{"_busy_timeout=", "_pragma=busy_timeout("} {
			if _, rest, ok := strings.Cut(d.DSN, option); ok {
				end := strings.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' })
				if end < 0 {
					end = len(rest)
				}
				d.DSN = strings.Replace(d.DSN, option+rest[:end], option+"0", 1)
			}
		}
		db, auth := use(t, d, authplugin.Config{AutoMigrate: true})
		must(t, db.Exec("PRAGMA journal_mode = DELETE").Error)
		pool, err := db.DB()
		must(t, err)
		user, token := fillLookUps(t, auth)
		for name, find := range compiledLookUps(user, token) {
			conn, err := pool.Conn(t.Context())
			must(t, err)
			must(t, errorOf(conn.ExecContext(t.Context(), "BEGIN EXCLUSIVE")))
			released := make(chan error, 1)
			go func(conn *sql.Conn) {
				time.Sleep(20 * time.Millisecond)
				_, err := conn.ExecContext(context.Background(), "COMMIT")
				released <- err
			}(conn)
			if err := find(t.Context(), auth); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			must(t, <-released)
			must(t, conn.Close())
		}
	})
}
