package tests

import (
	"errors"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// The operations run the hooks that plain GORM does.
func TestOperationsRunHooks(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d := &diary{}
		now := noon
		db, auth := migrated(t, e, withClock(authplugin.Config{Hooks: authplugin.Hooks{
			User: authplugin.ModelHooks[authplugin.User]{
				BeforeCreate: func(_ *authplugin.HookContext, u *authplugin.User) error {
					d.note("create user")
					u.Name += "!"
					return nil
				},
				BeforeUpdate: func(*authplugin.HookContext, *authplugin.Change[authplugin.User]) error {
					d.note("update user")
					return nil
				},
				AfterDelete: func(*authplugin.HookContext, *authplugin.User) error { d.note("delete user"); return nil },
			},
			Session: authplugin.ModelHooks[authplugin.Session]{
				BeforeCreate: func(_ *authplugin.HookContext, s *authplugin.Session) error {
					d.note("create session")
					s.UserAgent = "hooked"
					return nil
				},
				BeforeUpdate: func(*authplugin.HookContext, *authplugin.Change[authplugin.Session]) error {
					d.note("update session")
					return nil
				},
				AfterDelete: func(*authplugin.HookContext, *authplugin.Session) error { d.note("delete session"); return nil },
			},
			Account: authplugin.ModelHooks[authplugin.Account]{
				AfterCreate:  func(*authplugin.HookContext, *authplugin.Account) error { d.note("create account"); return nil },
				BeforeDelete: func(*authplugin.HookContext, *authplugin.Account) error { d.note("delete account"); return nil },
			},
			Verification: authplugin.ModelHooks[authplugin.Verification]{
				AfterCreate: func(*authplugin.HookContext, *authplugin.Verification) error {
					d.note("create verification")
					return nil
				},
				BeforeDelete: func(_ *authplugin.HookContext, v *authplugin.Verification) error {
					d.note("delete verification %s", v.Value)
					return nil
				},
			},
		}}, &now))
		ctx := t.Context()
		user, _, err := auth.Users().CreateWithAccount(ctx, authplugin.User{Name: "ada", Email: "a"}, authplugin.Account{ProviderID: "github", AccountID: "1"})
		must(t, err)
		d.expect(t, "sign-up", "create user", "create account")
		bob, err := auth.Users().Create(ctx, authplugin.User{Name: "bob", Email: "b"})
		must(t, err)
		d.expect(t, "create", "create user")
		if got := names(t, db); got != "ada! bob!" || user.Name != "ada!" || bob.Name != "bob!" {
			t.Errorf("names %s, %s, %s", got, user.Name, bob.Name)
		}
		_, err = auth.Users().Update(ctx, bob.ID, authplugin.Values{"name": "Bob"})
		must(t, err)
		d.expect(t, "update", "update user")
		session, err := auth.Sessions().Create(ctx, user.ID, authplugin.SessionOptions{})
		must(t, err)
		d.expect(t, "session", "create session")
		if session.UserAgent != "hooked" {
			t.Errorf("user agent %q", session.UserAgent)
		}
		now = noon.Add(48 * time.Hour)
		if _, err := auth.Sessions().Refresh(ctx, session); err != nil {
			t.Error(err)
		}
		d.expect(t, "refresh", "update session")
		must(t, auth.Sessions().Revoke(ctx, session.Token))
		d.expect(t, "revoke", "delete session")
		_, err = auth.Sessions().Create(ctx, user.ID, authplugin.SessionOptions{})
		must(t, err)
		_, err = auth.Verifications().Create(ctx, "reset", "v1", authplugin.VerificationOptions{})
		must(t, err)
		d.expect(t, "verification", "create session", "create verification")
		if _, err := auth.Verifications().Consume(ctx, "reset"); err != nil {
			t.Error(err)
		}
		d.expect(t, "consume", "delete verification v1")
		if _, err := auth.Verifications().Consume(ctx, "reset"); !errors.Is(err, authplugin.ErrNotFound) {
			t.Errorf("consumed again: %v", err)
		}
		must(t, auth.Users().Delete(ctx, user.ID))
		d.expect(t, "delete", "delete session", "delete account", "delete user")
	})
}

// Hooks after the commit run once the outermost transaction is committed, on a
// connection that is free, and not for what was rolled back.
func TestCommittedHooksAndTransactions(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d := &diary{}
		failure := errors.New("no")
		hooks := authplugin.ModelHooks[authplugin.User]{
			BeforeCreate: func(h *authplugin.HookContext, u *authplugin.User) error {
				return h.DB.Create(&authplugin.Verification{Identifier: u.Name, Value: "v", ExpiresAt: noon}).Error
			},
			AfterCreate: func(_ *authplugin.HookContext, u *authplugin.User) error {
				if u.Name == "bad" {
					return failure
				}
				return nil
			},
			AfterCommitCreate: func(h *authplugin.HookContext, u *authplugin.User) {
				var n int64
				if err := h.DB.Model(&authplugin.User{}).Count(&n).Error; err != nil {
					t.Error(err)
				}
				d.note("committed %s of %d", u.Name, n)
			},
		}
		cfg := authplugin.Config{AutoMigrate: true, Hooks: authplugin.Hooks{User: hooks, Verification: authplugin.ModelHooks[authplugin.Verification]{
			AfterCommitCreate: func(_ *authplugin.HookContext, v *authplugin.Verification) { d.note("verification %s", v.Identifier) },
		}}}
		for _, config := range []*gorm.Config{{}, {PrepareStmt: true}, {SkipDefaultTransaction: true}} {
			db, _ := useWith(t, e.New(t), cfg, config)
			pool, err := db.DB()
			must(t, err)
			pool.SetMaxOpenConns(1)
			create := func(tx *gorm.DB, name string) error {
				return tx.Create(&authplugin.User{Name: name, Email: name}).Error
			}
			must(t, create(db, "one"))
			d.expect(t, "alone", "verification one", "committed one of 1")
			if err := create(db, "bad"); !errors.Is(err, failure) {
				t.Error(err)
			}
			must(t, db.Transaction(func(tx *gorm.DB) error {
				must(t, create(tx, "two"))
				if err := create(tx, "bad"); !errors.Is(err, failure) {
					t.Error(err)
				}
				_ = tx.Transaction(func(tx *gorm.DB) error {
					must(t, create(tx, "undone"))
					return failure
				})
				if lines := d.take(); lines != nil {
					t.Errorf("before the commit: %v", lines)
				}
				return create(tx, "three")
			}))
			d.expect(t, "transaction", "verification two", "committed two of 3", "verification three", "committed three of 3")
			_ = db.Transaction(func(tx *gorm.DB) error {
				must(t, create(tx, "undone"))
				return failure
			})
			must(t, db.Connection(func(conn *gorm.DB) error {
				hooksDB := conn.Session(&gorm.Session{SkipHooks: true})
				return create(hooksDB, "silent")
			}))
			d.expect(t, "rolled back, and without hooks")
		}
	})
}
