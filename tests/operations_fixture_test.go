package tests

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// testHasher makes hashes that cost nothing, each with a salt of its own.
type testHasher struct{ salt atomic.Int64 }

func (h *testHasher) Hash(_ context.Context, password string) (string, error) {
	return fmt.Sprintf("test:%d:%s", h.salt.Add(1), password), nil
}

func (h *testHasher) Verify(_ context.Context, hash, password string) (bool, error) {
	rest, ok := strings.CutPrefix(hash, "test:")
	if !ok {
		return false, errors.New("not a hash of the test")
	}
	_, stored, _ := strings.Cut(rest, ":")
	return stored == password, nil
}

// withHasher sets the hasher of the tests.
func withHasher(cfg authplugin.Config) authplugin.Config {
	cfg.Account.PasswordHasher = &testHasher{}
	return cfg
}

// allowUnverified has users linked whose addresses are not verified.
func allowUnverified(cfg *authplugin.Config) { cfg.Account.Linking.AllowUnverifiedLocal = true }

// place is a database on which operations run.
type place struct {
	db   *gorm.DB
	auth *authplugin.Auth
	// names are quoted physical names of tables by model.
	tables map[string]string
}

// count counts the rows of a table past the library.
func (p place) count(t testing.TB, model string) int {
	t.Helper()
	var n int
	must(t, p.db.Raw("SELECT COUNT(*) FROM "+p.tables[model]).Scan(&n).Error)
	return n
}

func placeOf(db *gorm.DB, auth *authplugin.Auth) place {
	p := place{db: db, auth: auth, tables: map[string]string{}}
	for _, name := range []string{authplugin.ModelUser, authplugin.ModelSession, authplugin.ModelAccount, authplugin.ModelVerification} {
		info, _ := auth.Schema().Model(name)
		p.tables[name] = db.Statement.Quote(info.Table)
	}
	return p
}

// eachPlace runs f on tables of the library and on those of Better Auth, which
// lack unique indexes, with each strategy on each database.
func eachPlace(t *testing.T, edit func(cfg *authplugin.Config), f func(t *testing.T, p place)) {
	t.Helper()
	apply := func(cfg authplugin.Config) authplugin.Config {
		cfg = withHasher(cfg)
		if edit != nil {
			edit(&cfg)
		}
		return cfg
	}
	t.Run("own", func(t *testing.T) {
		t.Parallel()
		eachStrategy(t, func(t *testing.T, e dbtest.Engine, s authplugin.IDStrategy) {
			f(t, placeOf(migrated(t, e, apply(authplugin.Config{GenerateID: s}))))
		})
	})
	t.Run("better-auth", func(t *testing.T) {
		t.Parallel()
		eachBetterAuth(t, func(t *testing.T, b betterAuth) {
			f(t, placeOf(use(t, b.Database, apply(b.config()))))
		})
	})
}

const racers = 64

// race runs f in many goroutines that start at once.
func race(n int, f func(i int) error) []error {
	errs, start := make([]error, n), make(chan struct{})
	var done sync.WaitGroup
	for i := range n {
		done.Go(func() {
			<-start
			errs[i] = f(i)
		})
	}
	close(start)
	done.Wait()
	return errs
}

// oneWinner wants exactly one call to have succeeded, and the others to have
// failed with one error; it returns the winner.
func oneWinner(t testing.TB, what string, errs []error, lost error) int {
	t.Helper()
	winner, winners := -1, 0
	for i, err := range errs {
		switch {
		case err == nil:
			winner = i
			winners++
		case !errors.Is(err, lost):
			t.Errorf("%s: a loser got %v, want %v", what, err, lost)
		}
	}
	if winners != 1 {
		t.Errorf("%s: %d winners, want 1", what, winners)
	}
	return winner
}

// allSucceed wants no call to have failed.
func allSucceed(t testing.TB, what string, errs []error) {
	t.Helper()
	for _, err := range errs {
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// person creates a user with an e-mail made of the name.
func (p place) person(t testing.TB, name string) *authplugin.User {
	t.Helper()
	u, err := p.auth.Users().Create(t.Context(), authplugin.User{Name: name, Email: name + "@example.com"})
	must(t, err)
	return u
}

// wantError wants an error of a kind, and says of which call.
func wantError(t testing.TB, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: %v, want %v", what, err, want)
	}
}
