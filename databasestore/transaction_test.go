package databasestore_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/databasestore"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

type transactionKey struct{}

// within is the context of a call from within a transaction.
func within(ctx context.Context, tx *gorm.DB) context.Context {
	return context.WithValue(ctx, transactionKey{}, tx)
}

func withinOf() databasestore.Option {
	return databasestore.InTransactionOf(func(ctx context.Context) *gorm.DB {
		tx, _ := ctx.Value(transactionKey{}).(*gorm.DB)
		return tx
	})
}

var errUndo = errors.New("undo")

// With one connection the store must take the caller's, and what it does ends as the
// transaction does.
func TestTakesPartInTransactions(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		for name, config := range map[string]*gorm.Config{"plain": {}, "prepared": {PrepareStmt: true}} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				d := e.New(t)
				for _, library := range []bool{false, true} {
					db := d.Open(t, config)
					pool, err := db.DB()
					must(t, err)
					pool.SetMaxOpenConns(1)
					if library {
						must(t, db.Use(authplugin.New(authplugin.Config{AutoMigrate: true, Hooks: authplugin.Hooks{
							User: authplugin.ModelHooks[authplugin.User]{AfterCommitCreate: func(*authplugin.HookContext, *authplugin.User) {}},
						}})))
					}
					expectPart(t, db, migrated(t, db, withinOf(), databasestore.CleanUp(1)))
				}
			})
		}
	})
}

func expectPart(t *testing.T, db *gorm.DB, s *databasestore.Store) {
	t.Helper()
	ctx := t.Context()
	for _, outcome := range []error{errUndo, nil} {
		must(t, s.Delete(ctx, "set", "count", "swap", "new"))
		for _, key := range []string{"deleted", "taken", "swap"} {
			must(t, s.Set(ctx, key, []byte("old"), time.Hour))
		}
		err := db.Transaction(func(tx *gorm.DB) error {
			ctx := within(ctx, tx)
			must(t, s.Set(ctx, "set", []byte("new"), time.Hour))
			must(t, s.Delete(ctx, "deleted"))
			if value, err := s.GetDelete(ctx, "taken"); string(value) != "old" || err != nil {
				t.Errorf("GetDelete = %q, %v", value, err)
			}
			if n, err := s.Increment(ctx, "count", time.Hour); n != 1 || err != nil {
				t.Errorf("Increment = %d, %v", n, err)
			}
			if ok, err := s.CompareAndSwap(ctx, "swap", []byte("old"), []byte("new"), time.Hour); !ok || err != nil {
				t.Errorf("CompareAndSwap = %v, %v", ok, err)
			}
			if ok, err := s.CompareAndSwap(ctx, "new", nil, []byte("new"), time.Hour); !ok || err != nil {
				t.Errorf("CompareAndSwap of the absent = %v, %v", ok, err)
			}
			if value, err := s.Get(ctx, "set"); string(value) != "new" || err != nil {
				t.Errorf("Get in the transaction = %q, %v", value, err)
			}
			return outcome
		})
		if !errors.Is(err, outcome) {
			t.Fatal(err)
		}
		for key, values := range map[string][2]string{
			"set": {"", "new"}, "deleted": {"old", ""}, "taken": {"old", ""}, "count": {"", "1"}, "swap": {"old", "new"}, "new": {"", "new"},
		} {
			want := values[1]
			if outcome != nil {
				want = values[0]
			}
			got, err := s.Get(ctx, key)
			if string(got) != want || (want == "") != errors.Is(err, authplugin.ErrNotFound) {
				t.Errorf("after a transaction that ends with %v: %s = %q, %v, want %q", outcome, key, got, err, want)
			}
		}
	}
}

// A transaction of another database is none of the store's, and one that has ended is
// an error.
func TestOtherTransactions(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		s, other := migrated(t, e.Open(t, nil), withinOf()), e.Open(t, nil)
		tx := other.Begin()
		must(t, tx.Error)
		must(t, s.Set(within(t.Context(), tx), "k", []byte("v"), time.Hour))
		must(t, tx.Rollback().Error)
		must(t, s.Set(within(t.Context(), other), "k2", []byte("v"), time.Hour)) // which is no transaction
		if got, err := s.Get(within(t.Context(), tx), "k"); string(got) != "v" || err != nil {
			t.Errorf("Get = %q, %v", got, err)
		}
		db := e.Open(t, nil)
		own := migrated(t, db, withinOf())
		ended := db.Begin()
		must(t, ended.Error)
		must(t, ended.Rollback().Error)
		if err := own.Set(within(t.Context(), ended), "k", nil, time.Hour); err == nil {
			t.Error("a write in a transaction that has ended is no error")
		}
	})
}

// Who writes a key that an open transaction has written waits for its end, and then
// acts on what is there.
func TestConflictsWait(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"postgres", "mysql"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := dbtest.Named(t, name).New(t)
			db := d.Open(t, nil)
			s, other := migrated(t, db, withinOf()), databasestore.New(d.Open(t, nil))
			for _, commits := range []bool{true, false} {
				for operation, run := range map[string]func(ctx context.Context) (bool, error){
					"swap": func(ctx context.Context) (bool, error) {
						return other.CompareAndSwap(ctx, "k", []byte("old"), []byte("theirs"), time.Hour)
					},
					"take": func(ctx context.Context) (bool, error) {
						value, err := other.GetDelete(ctx, "k")
						return string(value) == "old", err
					},
					"swap of the absent": func(ctx context.Context) (bool, error) {
						won, err := other.CompareAndSwap(ctx, "k2", nil, []byte("theirs"), time.Hour)
						return won, err
					},
				} {
					must(t, s.Set(t.Context(), "k", []byte("old"), time.Hour))
					must(t, s.Delete(t.Context(), "k2"))
					tx := db.Begin()
					must(t, tx.Error)
					ctx := within(t.Context(), tx)
					must(t, s.Set(ctx, "k", []byte("ours"), time.Hour))
					must(t, s.Set(ctx, "k2", []byte("ours"), time.Hour))
					type outcome struct {
						won bool
						err error
					}
					ended := make(chan outcome, 1)
					go func() {
						won, err := run(t.Context())
						ended <- outcome{won, err}
					}()
					select {
					case o := <-ended:
						t.Errorf("%s does not wait: %v, %v", operation, o.won, o.err)
						ended <- o
					case <-time.After(50 * time.Millisecond): // it may not have begun, which passes
					}
					if commits {
						must(t, tx.Commit().Error)
					} else {
						must(t, tx.Rollback().Error)
					}
					if o := <-ended; o.err != nil || o.won == commits {
						t.Errorf("%s, when the first ends with a commit (%v): won %v, %v", operation, commits, o.won, o.err)
					}
				}
			}
		})
	}
}

// A conflict that PostgreSQL or MySQL ends by giving up on the caller's transaction is
// an error, and is not tried again within it.
func TestConflictsInTransactionsAreErrors(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"postgres", "mysql"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := dbtest.Named(t, name).New(t)
			one, two := d.Open(t, nil), d.Open(t, nil)
			s, other := migrated(t, one, withinOf()), databasestore.New(two, withinOf())
			must(t, s.Set(t.Context(), "a", []byte("1"), time.Hour))
			must(t, s.Set(t.Context(), "b", []byte("1"), time.Hour))
			first, second := one.Begin(), two.Begin()
			must(t, errors.Join(first.Error, second.Error))
			must(t, s.Set(within(t.Context(), first), "a", []byte("2"), time.Hour))
			must(t, other.Set(within(t.Context(), second), "b", []byte("3"), time.Hour))
			errs := make(chan error, 2)
			end := func(tx *gorm.DB, err error) {
				if err != nil {
					err = errors.Join(err, tx.Rollback().Error)
				} else if commitErr := tx.Commit().Error; commitErr != nil {
					t.Errorf("the transaction was lost, and the call did not say so: %v", commitErr)
				}
				errs <- err
			}
			go func() { end(first, s.Set(within(t.Context(), first), "b", []byte("2"), time.Hour)) }()
			go func() { end(second, other.Set(within(t.Context(), second), "a", []byte("3"), time.Hour)) }()
			if e1, e2 := <-errs, <-errs; (e1 == nil) == (e2 == nil) {
				t.Errorf("of two transactions that wait for each other one must fail: %v, %v", e1, e2)
			}
			a, err := s.Get(t.Context(), "a")
			must(t, err)
			b, err := s.Get(t.Context(), "b")
			must(t, err)
			if string(a) != string(b) || string(a) == "1" {
				t.Errorf("afterwards a = %s and b = %s, want both of one transaction", a, b)
			}
		})
	}
}
