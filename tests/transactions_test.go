package tests

import (
	"context"
	"database/sql"
	"errors"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

var errMine = errors.New("mine")

// counts are how many rows there are of each model.
func (p place) counts(t testing.TB) [4]int {
	t.Helper()
	return [4]int{p.count(t, "user"), p.count(t, "session"), p.count(t, "account"), p.count(t, "verification")}
}

// everything writes a row of each model, by the operations.
func everything(ctx context.Context, auth *authplugin.Auth, name string) error {
	user, err := auth.Users().SignUp(ctx, authplugin.User{Name: name, Email: name + "@example.com"}, "x")
	if err != nil {
		return err
	}
	if _, err := auth.Sessions().Create(ctx, user.ID, authplugin.SessionOptions{}); err != nil {
		return err
	}
	if _, err := auth.Accounts().Link(ctx, authplugin.Account{UserID: user.ID, ProviderID: "github", AccountID: name}); err != nil {
		return err
	}
	if err := auth.Accounts().SetPassword(ctx, user.ID, "y"); err != nil {
		return err
	}
	if _, err := auth.Verifications().Create(ctx, name, "1", authplugin.VerificationOptions{}); err != nil {
		return err
	}
	_, err = auth.Verifications().Reserve(ctx, "reserved "+name, "1", authplugin.VerificationOptions{})
	return err
}

// one is what everything adds.
var one = [4]int{1, 1, 2, 2}

func plus(a, b [4]int) [4]int {
	for i := range a {
		a[i] += b[i]
	}
	return a
}

func TestTransactions(t *testing.T) {
	t.Parallel()
	eachPlace(t, nil, func(t *testing.T, p place) {
		ctx, want := t.Context(), p.counts(t)
		for _, c := range []struct {
			name  string
			run   func(f func(auth *authplugin.Auth) error) error
			error error
			times int
		}{
			{"committed", func(f func(auth *authplugin.Auth) error) error { return p.auth.Transaction(ctx, f) }, nil, 1},
			{"committed by GORM", func(f func(auth *authplugin.Auth) error) error {
				return p.db.Transaction(func(tx *gorm.DB) error { return f(p.auth.WithDB(tx)) })
			}, nil, 1},
			{"from the handle", func(f func(auth *authplugin.Auth) error) error {
				return p.db.Transaction(func(tx *gorm.DB) error { return f(authplugin.From(tx)) })
			}, nil, 1},
			{"rolled back", func(f func(auth *authplugin.Auth) error) error {
				return p.auth.Transaction(ctx, func(auth *authplugin.Auth) error { return errors.Join(f(auth), errMine) })
			}, errMine, 0},
			{"rolled back by GORM", func(f func(auth *authplugin.Auth) error) error {
				return p.db.Transaction(func(tx *gorm.DB) error { return errors.Join(f(p.auth.WithDB(tx)), errMine) })
			}, errMine, 0},
			{"rolled back with what is nested", func(f func(auth *authplugin.Auth) error) error {
				return p.auth.Transaction(ctx, func(auth *authplugin.Auth) error {
					return errors.Join(auth.Transaction(ctx, f), errMine)
				})
			}, errMine, 0},
			{"only the nested one rolled back", func(f func(auth *authplugin.Auth) error) error {
				return p.auth.Transaction(ctx, func(auth *authplugin.Auth) error {
					err := auth.Transaction(ctx, func(nested *authplugin.Auth) error {
						return errors.Join(everything(ctx, nested, "nested"), errMine)
					})
					if !errors.Is(err, errMine) {
						return errors.Join(errors.New("nested"), err)
					}
					return f(auth)
				})
			}, nil, 1},
		} {
			err := c.run(func(auth *authplugin.Auth) error { return everything(ctx, auth, "u"+c.name) })
			if !errors.Is(err, c.error) {
				t.Fatalf("%s: %v", c.name, err)
			}
			for range c.times {
				want = plus(want, one)
			}
			if got := p.counts(t); got != want {
				t.Errorf("%s: rows %v, want %v", c.name, got, want)
			}
		}
		func() {
			defer func() {
				if recover() != "stop" {
					t.Error("the panic is lost")
				}
			}()
			_ = p.auth.Transaction(ctx, func(auth *authplugin.Auth) error {
				must(t, everything(ctx, auth, "panics"))
				panic("stop")
			})
		}()
		if got := p.counts(t); got != want {
			t.Errorf("after a panic: rows %v, want %v", got, want)
		}
	})
}

// What is a duplicate does not end the transaction that it happened in.
func TestDuplicateInTransaction(t *testing.T) {
	t.Parallel()
	eachPlace(t, nil, func(t *testing.T, p place) {
		ctx, before := t.Context(), p.counts(t)
		must(t, everything(ctx, p.auth, "ada"))
		ada, err := p.auth.Users().FindByEmail(ctx, "ada@example.com")
		must(t, err)
		must(t, p.auth.Transaction(ctx, func(auth *authplugin.Auth) error {
			for name, f := range map[string]func() error{
				"link": func() error {
					_, err := auth.Accounts().Link(ctx, authplugin.Account{UserID: ada.ID, ProviderID: "github", AccountID: "ada"})
					return err
				},
				"reserve": func() error {
					_, err := auth.Verifications().Reserve(ctx, "reserved ada", "2", authplugin.VerificationOptions{})
					return err
				},
				"sign up": func() error {
					_, err := auth.Users().SignUp(ctx, authplugin.User{Name: "x", Email: "ada@example.com"}, "x")
					return err
				},
				"create with account": func() error {
					_, _, err := auth.Users().CreateWithAccount(ctx, authplugin.User{Name: "x", Email: "ada@example.com"}, authplugin.Account{ProviderID: "new", AccountID: "1"})
					return err
				},
				"create with a linked account": func() error {
					_, _, err := auth.Users().CreateWithAccount(ctx, authplugin.User{Name: "x", Email: "x@example.com"}, authplugin.Account{ProviderID: "github", AccountID: "ada"})
					return err
				},
				"update": func() error {
					other, err := auth.Users().Create(ctx, authplugin.User{Name: "x", Email: "other@example.com"})
					if err != nil {
						return err
					}
					_, err = auth.Users().Update(ctx, other.ID, authplugin.Values{"email": "ada@example.com"})
					return errors.Join(err, auth.Users().Delete(ctx, other.ID))
				},
			} {
				wantError(t, name, f(), authplugin.ErrDuplicate)
				if _, err := auth.Users().FindByID(ctx, ada.ID); err != nil {
					t.Errorf("after %s: %v", name, err)
				}
			}
			// Signing in goes on after the duplicate that its first attempt may meet.
			_, err := auth.Accounts().SignIn(ctx, octocat())
			return err
		}))
		if got, want := p.counts(t), plus(plus(before, one), [4]int{1, 0, 1, 0}); got != want {
			t.Errorf("rows %v, want %v", got, want)
		}
	})
}

// An operation that a context ends leaves nothing, wherever it was.
func TestOperationsCancelledBetweenStatements(t *testing.T) {
	t.Parallel()
	eachStrategy(t, func(t *testing.T, e dbtest.Engine, s authplugin.IDStrategy) {
		cfg := withHasher(authplugin.Config{GenerateID: s})
		allowUnverified(&cfg)
		p := placeOf(migrated(t, e, cfg))
		must(t, everything(t.Context(), p.auth, "ada"))
		before := p.counts(t)
		ada, err := p.auth.Users().FindByEmail(t.Context(), "ada@example.com")
		must(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		for name, f := range map[string]func() error{
			"everything":  func() error { return everything(ctx, p.auth, "bob") },
			"session":     func() error { _, err := p.auth.Sessions().Create(ctx, ada.ID, authplugin.SessionOptions{}); return err },
			"delete":      func() error { return p.auth.Users().Delete(ctx, ada.ID) },
			"revoke":      func() error { _, err := p.auth.Sessions().RevokeAll(ctx, ada.ID); return err },
			"consume":     func() error { _, err := p.auth.Verifications().Consume(ctx, "ada"); return err },
			"transaction": func() error { return p.auth.Transaction(ctx, func(*authplugin.Auth) error { return nil }) },
			"sign in":     func() error { _, err := p.auth.Accounts().SignIn(ctx, octocat()); return err },
		} {
			wantError(t, name, f(), context.Canceled)
		}
		if got := p.counts(t); got != before {
			t.Errorf("rows %v, want %v", got, before)
		}
		for _, c := range []struct {
			name string
			f    func(ctx context.Context, auth *authplugin.Auth) error
		}{
			{"sign up", func(ctx context.Context, auth *authplugin.Auth) error {
				_, err := auth.Users().SignUp(ctx, authplugin.User{Name: "x", Email: "x@example.com"}, "x")
				return err
			}},
			{"sign in", func(ctx context.Context, auth *authplugin.Auth) error {
				who := octocat()
				who.Email = "ada@example.com"
				_, err := auth.Accounts().SignIn(ctx, who)
				return err
			}},
			{"transaction", func(ctx context.Context, auth *authplugin.Auth) error {
				return auth.Transaction(ctx, func(tx *authplugin.Auth) error { return everything(ctx, tx, "y") })
			}},
			{"delete", func(ctx context.Context, auth *authplugin.Auth) error { return auth.Users().Delete(ctx, ada.ID) }},
		} {
			n := cancelledAtEach(t, p, func(ctx context.Context) error { return c.f(ctx, p.auth) })
			if n == 0 {
				t.Errorf("%s has no statements", c.name)
			}
		}
	})
}

// cancelledAtEach runs f again and again, cancelled when its nth statement is
// about to run, which is to leave nothing, until it comes through. It returns how
// many statements f has.
func cancelledAtEach(t *testing.T, p place, f func(ctx context.Context) error) int {
	t.Helper()
	before := p.counts(t)
	for n := 1; ; n++ {
		ctx, cancel := context.WithCancel(t.Context())
		left := n
		must(t, registerEverywhere(p.db, "test:stop", func(*gorm.DB) {
			if left--; left == 0 {
				cancel()
			}
		}))
		err := f(ctx)
		must(t, registerEverywhere(p.db, "test:stop", func(*gorm.DB) {}))
		cancel()
		if left > 0 {
			must(t, err)
			return n - 1
		}
		if err == nil {
			t.Errorf("it succeeded though it was cancelled at its statement %d", n)
		}
		if got := p.counts(t); got != before {
			t.Fatalf("cancelled at its statement %d it left the rows %v, want %v", n, got, before)
		}
	}
}

// registerEverywhere registers a callback before the statements of every chain,
// in the place of the one of that name.
func registerEverywhere(db *gorm.DB, name string, f func(*gorm.DB)) error {
	chains := db.Callback()
	if chains.Create().Get(name) != nil {
		return errors.Join(chains.Create().Replace(name, f), chains.Query().Replace(name, f), chains.Update().Replace(name, f), chains.Delete().Replace(name, f))
	}
	return errors.Join(
		chains.Create().Before("gorm:create").Register(name, f), chains.Query().Before("gorm:query").Register(name, f),
		chains.Update().Before("gorm:update").Register(name, f), chains.Delete().Before("gorm:delete").Register(name, f),
	)
}

func TestTransactionRetry(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		p, ctx := placeOf(migrated(t, e, withHasher(authplugin.Config{}))), t.Context()
		for name, c := range map[string]struct {
			retries int
			err     error
			calls   int
			fails   bool
		}{
			"none":        {0, authplugin.ErrConflict, 1, true},
			"one":         {1, authplugin.ErrConflict, 2, false},
			"more":        {5, authplugin.ErrConflict, 2, false},
			"my own":      {5, errMine, 1, true},
			"a duplicate": {5, authplugin.ErrDuplicate, 1, true},
		} {
			calls, before := 0, p.counts(t)
			err := p.auth.Transaction(ctx, func(tx *authplugin.Auth) error {
				must(t, everything(ctx, tx, "retry "+name))
				if calls++; calls == 1 {
					return c.err
				}
				return nil
			}, authplugin.Retry(c.retries))
			want := before
			if !c.fails {
				want = plus(want, one)
			}
			if calls != c.calls || (err != nil) != c.fails || p.counts(t) != want {
				t.Errorf("%s: %d calls, %v, rows %v, want %v", name, calls, err, p.counts(t), want)
			}
		}
		calls := 0
		err := p.auth.Transaction(ctx, func(tx *authplugin.Auth) error {
			return tx.Transaction(ctx, func(*authplugin.Auth) error { calls++; return authplugin.ErrConflict }, authplugin.Retry(3))
		})
		if calls != 1 || !errors.Is(err, authplugin.ErrConflict) {
			t.Errorf("nested: %d calls, %v", calls, err)
		}
	})
}

// Transactions that the database gives up on are run again, until each has done
// its part.
func TestTransactionConflicts(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		p, ctx := placeOf(migrated(t, e, userConfig(authplugin.Random))), t.Context()
		ada, err := p.auth.Users().Create(ctx, authplugin.User{Name: "Ada", Email: "ada@example.com", Additional: authplugin.Values{"age": 0}})
		must(t, err)
		const n = 16
		allSucceed(t, "count", race(n, func(int) error {
			return p.auth.Transaction(ctx, func(tx *authplugin.Auth) error {
				user, err := tx.Users().FindByID(ctx, ada.ID)
				if err != nil {
					return err
				}
				age, _ := user.Additional["age"].(int64)
				_, err = tx.Users().Update(ctx, ada.ID, authplugin.Values{"age": age + 1})
				return err
			}, authplugin.Retry(200), authplugin.TxOptions(&sql.TxOptions{Isolation: sql.LevelSerializable}))
		}))
		ada, err = p.auth.Users().FindByID(ctx, ada.ID)
		must(t, err)
		if ada.Additional["age"] != int64(n) {
			t.Errorf("counted to %v, want %d", ada.Additional["age"], n)
		}
	})
}

// A statement that is prepared waits for a connection; the transactions that hold
// them all run the same statement and must not wait for it.
func TestOneConnection(t *testing.T) {
	t.Parallel()
	eachStrategy(t, func(t *testing.T, e dbtest.Engine, s authplugin.IDStrategy) {
		p := placeOf(migrated(t, e, withHasher(authplugin.Config{GenerateID: s})))
		pool, err := p.db.DB()
		must(t, err)
		pool.SetMaxOpenConns(1)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		started, outside := make(chan struct{}), make(chan error, 1)
		must(t, p.auth.Transaction(ctx, func(tx *authplugin.Auth) error {
			go func() {
				close(started)
				_, err := p.auth.Users().FindByEmail(ctx, "ada@example.com")
				outside <- err
			}()
			<-started
			time.Sleep(50 * time.Millisecond)
			_, err := tx.Users().FindByEmail(ctx, "ada@example.com")
			wantError(t, "within", err, authplugin.ErrNotFound)
			return everything(ctx, tx, "ada")
		}))
		must(t, <-outside)
		must(t, everything(ctx, p.auth, "bob"))
	})
}
