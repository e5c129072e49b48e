package tests

import (
	"context"
	"errors"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// A callback that was registered before db.Use is in the transaction of the
// statement, too.
func TestCallbackFromBeforeUseKeepsItsTransaction(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		db := e.New(t).Open(t, nil)
		failing := false
		fail := func(db *gorm.DB) {
			if failing {
				_ = db.AddError(errMine)
			}
		}
		must(t, db.Callback().Create().After("gorm:create").Before("gorm:commit_or_rollback_transaction").Register("audit", fail))
		must(t, db.Callback().Delete().After("gorm:delete").Before("gorm:commit_or_rollback_transaction").Register("audit", fail))
		auth := authplugin.New(authplugin.Config{AutoMigrate: true})
		must(t, db.Use(auth))
		ctx := t.Context()
		_, err := auth.Verifications().Create(ctx, "kept", "x", authplugin.VerificationOptions{})
		must(t, err)
		failing = true
		if _, err := auth.Users().Create(ctx, authplugin.User{Name: "Ada", Email: "ada@example.com"}); !errors.Is(err, errMine) {
			t.Errorf("create: %v", err)
		}
		if _, err := auth.Users().SignUp(ctx, authplugin.User{Name: "Ada", Email: "ada@example.com"}, "x"); !errors.Is(err, errMine) {
			t.Errorf("sign up: %v", err)
		}
		if _, err := auth.Verifications().Consume(ctx, "kept"); !errors.Is(err, errMine) {
			t.Errorf("consume: %v", err)
		}
		failing = false
		if n, err := auth.Users().Count(ctx); n != 0 || err != nil {
			t.Errorf("%d users are left, %v", n, err)
		}
		if _, err := auth.Verifications().Find(ctx, "kept"); err != nil {
			t.Errorf("the verification is gone: %v", err)
		}
	})
}

// The handle of a transaction that could not begin gives its error, as in GORM.
func TestHandleOfABeginThatFailed(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		db, auth := migrated(t, e, authplugin.Config{})
		user := newUser(t, db, "ada")
		if _, err := auth.Users().FindByID(t.Context(), user.ID); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		tx := db.WithContext(ctx).Begin()
		if tx.Error == nil {
			t.Fatal("it began")
		}
		bound := auth.WithDB(tx)
		for name, f := range map[string]func(ctx context.Context) error{
			"find": func(ctx context.Context) error { _, err := bound.Users().FindByID(ctx, user.ID); return err },
			"create": func(ctx context.Context) error {
				_, err := bound.Sessions().Create(ctx, user.ID, authplugin.SessionOptions{})
				return err
			},
			"sign up": func(ctx context.Context) error {
				_, err := bound.Users().SignUp(ctx, authplugin.User{Name: "b", Email: "b@example.com"}, "x")
				return err
			},
			"update": func(ctx context.Context) error {
				_, err := bound.Users().Update(ctx, user.ID, authplugin.Values{"name": "b"})
				return err
			},
			"delete":  func(ctx context.Context) error { return bound.Users().Delete(ctx, user.ID) },
			"consume": func(ctx context.Context) error { _, err := bound.Verifications().Consume(ctx, "x"); return err },
			"revoke":  func(ctx context.Context) error { return bound.Sessions().Revoke(ctx, "x") },
		} {
			if err := f(t.Context()); !errors.Is(err, context.Canceled) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// A create that the database gave up on begins anew with what the caller gave.
func TestRetriedCreateBeginsAnew(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		for name, strategy := range strategies() {
			users, accounts := 0, 0
			cfg := withHasher(authplugin.Config{GenerateID: strategy})
			cfg.User.AdditionalFields = authplugin.Fields{"nick": {Type: authplugin.String, Optional: true}}
			cfg.Hooks.User.BeforeCreate = func(_ *authplugin.HookContext, u *authplugin.User) error {
				u.Name += "!"
				u.Additional.Set("nick", u.Additional.String("nick")+"!")
				return nil
			}
			cfg.Hooks.User.AfterCreate = func(*authplugin.HookContext, *authplugin.User) error {
				if users++; users%3 != 0 {
					return authplugin.ErrConflict
				}
				return nil
			}
			cfg.Hooks.Account.BeforeCreate = func(_ *authplugin.HookContext, a *authplugin.Account) error {
				scope := "s"
				if a.Scope != nil {
					scope = *a.Scope + "s"
				}
				a.Scope = &scope
				return nil
			}
			cfg.Hooks.Account.AfterCreate = func(*authplugin.HookContext, *authplugin.Account) error {
				if accounts++; accounts%3 != 0 {
					return authplugin.ErrConflict
				}
				return nil
			}
			db, auth := migrated(t, e, cfg)
			ctx := t.Context()
			check := func(what string, u *authplugin.User, err error) {
				t.Helper()
				must(t, err)
				if u.Name != "Ada!" || u.Additional.String("nick") != "nick!" {
					t.Errorf("%s, %s: %q, %q", name, what, u.Name, u.Additional.String("nick"))
				}
			}
			given := authplugin.Values{"nick": "nick"}
			u, err := auth.Users().Create(ctx, authplugin.User{Name: "Ada", Email: "a@example.com", Additional: given})
			check("create", u, err)
			u, err = auth.Users().SignUp(ctx, authplugin.User{Name: "Ada", Email: "b@example.com", Additional: authplugin.Values{"nick": "nick"}}, "x")
			check("sign up", u, err)
			a, err := auth.Accounts().Link(ctx, authplugin.Account{UserID: u.ID, ProviderID: "github", AccountID: "1"})
			must(t, err)
			if *a.Scope != "s" {
				t.Errorf("%s: linked with %q", name, *a.Scope)
			}
			_ = db
		}
	})
}

// So do the rows that it brings along, which stay the caller's own.
func TestRetriedCreateBeginsItsRelationsAnew(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		runs := 0
		cfg := withHasher(authplugin.Config{})
		cfg.Account.AdditionalFields = authplugin.Fields{"label": {Type: authplugin.String, Optional: true}}
		cfg.Hooks.Account.BeforeCreate = func(_ *authplugin.HookContext, a *authplugin.Account) error {
			a.AccountID += "!"
			a.Additional.Set("label", a.Additional.String("label")+"!")
			return nil
		}
		cfg.Hooks.Account.AfterCreate = func(*authplugin.HookContext, *authplugin.Account) error {
			if runs++; runs%3 != 0 {
				return authplugin.ErrConflict
			}
			return nil
		}
		_, auth := migrated(t, e, cfg)
		accounts := []authplugin.Account{{ProviderID: "github", AccountID: "1", Additional: authplugin.Values{"label": "l"}}}
		u, err := auth.Users().Create(t.Context(), authplugin.User{Name: "Ada", Email: "a@example.com", Accounts: accounts})
		must(t, err)
		if a := u.Accounts[0]; a.AccountID != "1!" || a.Additional.String("label") != "l!" || runs != 3 {
			t.Errorf("after %d runs the account is %q, %q", runs, a.AccountID, a.Additional.String("label"))
		}
		if accounts[0].ID == "" || accounts[0].ID != u.Accounts[0].ID {
			t.Errorf("the caller's row has the id %q, want %q", accounts[0].ID, u.Accounts[0].ID)
		}
	})
}

// A session whose end was written by others, to the microsecond, is refreshed.
func TestRefreshOfAnEndToTheMicrosecond(t *testing.T) {
	t.Parallel()
	e := dbtest.Named(t, "postgres")
	now := noon
	db, auth := migrated(t, e, withClock(authplugin.Config{}, &now))
	session, err := auth.Sessions().Create(t.Context(), newUser(t, db, "ada").ID, authplugin.SessionOptions{})
	must(t, err)
	now = noon.Add(48 * time.Hour) // it is due
	must(t, db.Exec("UPDATE sessions SET expires_at = expires_at + interval '123 microseconds'").Error)
	found, err := auth.Sessions().Find(t.Context(), session.Token)
	must(t, err)
	if done, err := auth.Sessions().Refresh(t.Context(), found.Session); !done || err != nil {
		t.Errorf("refreshed: %v, %v", done, err)
	}
}

// The library sees the end of a transaction that it begins itself on one connection.
func TestOwnTransactionOnOneConnectionIsObserved(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		var seen []string
		cfg := withHasher(authplugin.Config{})
		cfg.Hooks.User.AfterCommitCreate = func(_ *authplugin.HookContext, u *authplugin.User) { seen = append(seen, "create "+u.Name) }
		cfg.Hooks.User.AfterCommitUpdate = func(_ *authplugin.HookContext, c *authplugin.Change[authplugin.User]) {
			seen = append(seen, "update "+c.After.Name)
		}
		cfg.Hooks.User.AfterCommitDelete = func(_ *authplugin.HookContext, u *authplugin.User) { seen = append(seen, "delete "+u.Name) }
		db, auth := migrated(t, e, cfg)
		ctx := t.Context()
		must(t, db.Connection(func(conn *gorm.DB) error {
			bound := auth.WithDB(conn)
			u, err := bound.Users().SignUp(ctx, authplugin.User{Name: "Ada", Email: "a@example.com"}, "x")
			if err != nil {
				return err
			}
			if _, err := bound.Users().Update(ctx, u.ID, authplugin.Values{"name": "Bea"}); err != nil {
				return err
			}
			return bound.Users().Delete(ctx, u.ID)
		}))
		if len(seen) != 3 {
			t.Errorf("seen: %q", seen)
		}
	})
}

// A session that is created while its user is deleted is deleted by the library,
// with its hooks, or refused; no foreign key deletes it behind their backs.
func TestUserDeletedWhileASessionIsCreated(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		if e.Dialect() == "sqlite" {
			t.Skip("not a case: SQLite has one writer, so nothing can come in between")
		}
		deleted := make(chan string, 10)
		cfg := authplugin.Config{}
		cfg.Hooks.Session.AfterDelete = func(_ *authplugin.HookContext, s *authplugin.Session) error {
			deleted <- s.Token
			return nil
		}
		db, auth := migrated(t, e, cfg)
		user := newUser(t, db, "ada")
		tx := db.Begin()
		must(t, tx.Error)
		session, err := auth.WithDB(tx).Sessions().Create(t.Context(), user.ID, authplugin.SessionOptions{})
		must(t, err)
		done := make(chan error, 1)
		go func() { done <- auth.Users().Delete(context.WithoutCancel(t.Context()), user.ID) }()
		time.Sleep(300 * time.Millisecond) // Delete waits by now
		must(t, tx.Commit().Error)
		must(t, <-done)
		select {
		case token := <-deleted:
			if token != session.Token {
				t.Errorf("deleted %q", token)
			}
		default:
			t.Error("no hook ran for the session")
		}
	})
}

// Without a transaction around it, a create whose row has been written is not run
// again: it would find its own row.
func TestWrittenRowIsNotCreatedAgain(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		db, auth := useWith(t, e.New(t), authplugin.Config{AutoMigrate: true}, &gorm.Config{SkipDefaultTransaction: true})
		runs := 0
		must(t, db.Callback().Create().After("gorm:create").Register("audit", func(db *gorm.DB) {
			if runs++; runs == 1 {
				_ = db.AddError(authplugin.ErrConflict)
			}
		}))
		_, err := auth.Users().Create(t.Context(), authplugin.User{Name: "Ada", Email: "ada@example.com"})
		if !errors.Is(err, authplugin.ErrConflict) || runs != 1 {
			t.Errorf("after %d runs: %v", runs, err)
		}
	})
}
