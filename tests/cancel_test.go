package tests

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime/pprof"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// cancellable is an operation that is cancelled at a random moment.
type cancellable struct {
	name string
	// prepare makes what the operation needs. It returns the operation, and what
	// finds out whether it has happened: as a whole, not at all, or in part, which
	// is an error. Only the operation itself uses auth, and the connections that
	// are broken off.
	prepare func(t *testing.T, db *gorm.DB, quiet, auth *authplugin.Auth, name string) (do func(context.Context) error, done func() (bool, error))
}

// An operation whose context ends has happened or not, and nothing in between.
// Its connection goes back to the pool and no goroutine stays behind.
func TestCancelledOperations(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d := e.New(t)
		for _, foreign := range []bool{false, true} {
			t.Run(map[bool]string{false: "alone", true: "with a callback of others"}[foreign], func(t *testing.T) {
				now := noon
				cfg := withHasher(withClock(authplugin.Config{AutoMigrate: true}, &now))
				allowUnverified(&cfg)
				quietDB, quiet := use(t, d, cfg)
				db, auth := use(t, d, cfg)
				if foreign {
					must(t, db.Callback().Create().After("gorm:create").Register("foreign:create", func(*gorm.DB) {}))
					must(t, db.Callback().Delete().After("gorm:delete").Register("foreign:delete", func(*gorm.DB) {}))
				}
				pool, err := db.DB()
				must(t, err)
				pool.SetMaxOpenConns(2)
				label := fmt.Sprintf("%s-%t", e.Name, foreign)
				var work sync.WaitGroup
				work.Go(func() {
					pprof.Do(t.Context(), pprof.Labels("cancelled", label), func(context.Context) {
						for _, c := range cancellables() {
							t.Run(c.name, func(t *testing.T) { cancelOften(t, quietDB, quiet, auth, c, label) }) //nolint:contextcheck // it makes those that it cancels
						}
					})
				})
				work.Wait()
				for deadline := time.Now().Add(time.Minute); pool.Stats().InUse > 0; time.Sleep(time.Millisecond) {
					if time.Now().After(deadline) {
						t.Fatalf("%d connections have not been returned", pool.Stats().InUse)
					}
				}
				must(t, pool.Close())
				if left := goroutines(label); left != "" {
					t.Errorf("goroutines stay behind:\n%s", left)
				}
			})
		}
	})
}

func cancelOften(t *testing.T, db *gorm.DB, quiet, auth *authplugin.Auth, c cancellable, label string) {
	t.Helper()
	took := time.Duration(0)
	happened, cancelled := 0, 0
	const warm = 3
	for i := range warm + scaled(25, 1000) {
		do, done := c.prepare(t, db, quiet, auth, fmt.Sprintf("%s-%s-%d", label, strings.ReplaceAll(c.name, " ", ""), i))
		ctx, cancel := context.WithCancel(t.Context())
		begin := time.Now()
		var timer *time.Timer
		if i >= warm {
			timer = time.AfterFunc(time.Duration(rand.Int64N(int64(took)*5/4+1)), cancel)
		}
		err := do(ctx)
		if leftOver(err) && ctx.Err() == nil {
			t.Logf("pgx hands out a connection with an old deadline: %v", err)
			cancel()
			continue
		}
		if i < warm {
			must(t, err)
			took = time.Since(begin)
		} else {
			timer.Stop()
		}
		cancel()
		did, half := done()
		// The server may still be ending the transaction that nobody waits for.
		for wait := time.Millisecond; half != nil && wait < time.Minute; wait *= 2 {
			time.Sleep(wait)
			did, half = done()
		}
		switch {
		case half != nil:
			t.Errorf("after %v: %v", err, half)
		case err == nil && !did:
			t.Error("it did not happen, and there is no error")
		case err != nil && !errors.Is(err, context.Canceled):
			t.Errorf("%v (%T), want context.Canceled; it happened: %v", err, err, did)
		}
		if did {
			happened++
		}
		if err != nil {
			cancelled++
		}
	}
	t.Logf("%d errors, %d happened, one takes %v", cancelled, happened, took)
}

// leftOver recognises an error that pgx has kept from an earlier, cancelled
// statement of the connection: its background reader, which it starts on a slow
// machine, meets the deadline that ended that statement.
func leftOver(err error) bool {
	return err != nil && strings.Contains(err.Error(), "i/o timeout")
}

// goroutines waits for those with a label to end, and shows what is left.
func goroutines(label string) string {
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		var profile bytes.Buffer
		_ = pprof.Lookup("goroutine").WriteTo(&profile, 1)
		var left []string
		for stack := range strings.SplitSeq(profile.String(), "\n\n") {
			if strings.Contains(stack, `"cancelled":"`+label+`"`) {
				left = append(left, stack)
			}
		}
		if len(left) == 0 || time.Now().After(deadline) {
			return strings.Join(left, "\n\n")
		}
	}
}

// counted is how many rows a query counts.
func counted(t *testing.T, db *gorm.DB, model any, where string, args ...any) int {
	t.Helper()
	var n int64
	must(t, db.Session(&gorm.Session{}).Model(model).Where(where, args...).Count(&n).Error)
	return int(n)
}

// all reports whether all of some counts are as wanted; none of them may be alone.
func all(got, whole, none []int) (bool, error) {
	switch fmt.Sprint(got) {
	case fmt.Sprint(whole):
		return true, nil
	case fmt.Sprint(none):
		return false, nil
	default:
		return false, fmt.Errorf("%v rows, want %v or %v", got, whole, none)
	}
}

func cancellables() []cancellable {
	type do = func(context.Context) error
	type done = func() (bool, error)
	return []cancellable{
		{"user with account", func(t *testing.T, db *gorm.DB, _, auth *authplugin.Auth, name string) (do, done) {
			return func(ctx context.Context) error {
				_, err := auth.Users().SignUp(ctx, authplugin.User{Name: name, Email: name + "@example.com"}, "password")
				return err
			}, func() (bool, error) { return userWithAccounts(t, db, name, 1) }
		}},
		{"sign-in that signs up", func(t *testing.T, db *gorm.DB, _, auth *authplugin.Auth, name string) (do, done) {
			return func(ctx context.Context) error {
				_, err := auth.Accounts().SignIn(ctx, identity(name))
				return err
			}, func() (bool, error) { return userWithAccounts(t, db, name, 1) }
		}},
		{"sign-in that links", func(t *testing.T, db *gorm.DB, quiet, auth *authplugin.Auth, name string) (do, done) {
			user, err := quiet.Users().Create(t.Context(), authplugin.User{Name: name, Email: name + "@example.com"})
			must(t, err)
			return func(ctx context.Context) error {
					_, err := auth.Accounts().SignIn(ctx, identity(name))
					return err
				}, func() (bool, error) {
					return all([]int{
						counted(t, db, &authplugin.Account{}, "user_id = ?", user.ID),
						counted(t, db, &authplugin.User{}, "id = ? AND email_verified = ?", user.ID, true),
					}, []int{1, 1}, []int{0, 0})
				}
		}},
		{"reserve", func(t *testing.T, db *gorm.DB, _, auth *authplugin.Auth, name string) (do, done) {
			return func(ctx context.Context) error {
					_, err := auth.Verifications().Reserve(ctx, name, "value", authplugin.VerificationOptions{})
					return err
				}, func() (bool, error) {
					return all([]int{counted(t, db, &authplugin.Verification{}, "identifier = ?", name)}, []int{1}, []int{0})
				}
		}},
		{"consume", func(t *testing.T, db *gorm.DB, quiet, auth *authplugin.Auth, name string) (do, done) {
			for range 3 {
				_, err := quiet.Verifications().Create(t.Context(), name, "value", authplugin.VerificationOptions{})
				must(t, err)
			}
			return func(ctx context.Context) error {
					_, err := auth.Verifications().Consume(ctx, name)
					return err
				}, func() (bool, error) {
					return all([]int{counted(t, db, &authplugin.Verification{}, "identifier = ?", name)}, []int{0}, []int{3})
				}
		}},
		{"delete a user", func(t *testing.T, db *gorm.DB, quiet, auth *authplugin.Auth, name string) (do, done) {
			in, err := quiet.Accounts().SignIn(t.Context(), identity(name))
			must(t, err)
			for range 2 {
				_, err = quiet.Sessions().Create(t.Context(), in.User.ID, authplugin.SessionOptions{})
				must(t, err)
			}
			return func(ctx context.Context) error { return auth.Users().Delete(ctx, in.User.ID) }, func() (bool, error) {
				return all([]int{
					counted(t, db, &authplugin.User{}, "id = ?", in.User.ID),
					counted(t, db, &authplugin.Account{}, "user_id = ?", in.User.ID),
					counted(t, db, &authplugin.Session{}, "user_id = ?", in.User.ID),
				}, []int{0, 0, 0}, []int{1, 1, 2})
			}
		}},
		{"refresh", func(t *testing.T, db *gorm.DB, quiet, auth *authplugin.Auth, name string) (do, done) {
			user, err := quiet.Users().Create(t.Context(), authplugin.User{Name: name, Email: name + "@example.com"})
			must(t, err)
			session, err := quiet.Sessions().Create(t.Context(), user.ID, authplugin.SessionOptions{ExpiresIn: 5 * 24 * time.Hour})
			must(t, err)
			session.CreatedAt = session.CreatedAt.Add(-3 * 24 * time.Hour) // so that it is due
			before := session.ExpiresAt
			return func(ctx context.Context) error {
					refreshed, err := auth.Sessions().Refresh(ctx, session)
					if err == nil && !refreshed {
						return errors.New("the session was not refreshed")
					}
					return err
				}, func() (bool, error) {
					var now authplugin.Session
					must(t, db.First(&now, "id = ?", session.ID).Error)
					return now.ExpiresAt.After(before), nil
				}
		}},
	}
}

func identity(name string) authplugin.ProviderIdentity {
	token := "access " + name
	return authplugin.ProviderIdentity{
		ProviderID: "github", AccountID: name, Email: name + "@example.com", EmailVerified: true, Name: name,
		Tokens: authplugin.AccountTokens{AccessToken: &token},
	}
}

// userWithAccounts reports whether a user is there with its accounts.
func userWithAccounts(t *testing.T, db *gorm.DB, name string, accounts int) (bool, error) {
	t.Helper()
	users := db.Session(&gorm.Session{NewDB: true}).Model(&authplugin.User{}).Select("id").Where("name = ?", name)
	return all([]int{
		counted(t, db, &authplugin.User{}, "name = ?", name),
		counted(t, db, &authplugin.Account{}, "user_id IN (?) OR account_id = ?", users, name),
	}, []int{1, accounts}, []int{0, 0})
}
