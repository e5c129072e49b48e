package tests

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// Applications forget options of SQLite's data source name: without
// _txlock=immediate a transaction that reads first cannot become a writing one
// while another one writes, and without foreign keys nothing cascades.
func TestRaceOnForgetfulSQLite(t *testing.T) {
	t.Parallel()
	eachStrategy(t, func(t *testing.T, e dbtest.Engine, s authplugin.IDStrategy) {
		if e.Dialect() != "sqlite" {
			t.Skip("not a case: it is about the lock of SQLite's one writer")
		}
		d := e.New(t)
		for _, option := range []string{"&_txlock=immediate", "&_foreign_keys=1", "&_pragma=foreign_keys(1)"} {
			d.DSN = strings.ReplaceAll(d.DSN, option, "")
		}
		p := placeOf(use(t, d, withHasher(authplugin.Config{GenerateID: s, AutoMigrate: true})))
		ctx := t.Context()
		oneWinner(t, "reserve", race(racers, func(int) error {
			_, err := p.auth.Verifications().Reserve(ctx, "x", "1", authplugin.VerificationOptions{})
			return err
		}), authplugin.ErrDuplicate)
		oneWinner(t, "sign up", race(racers, func(int) error {
			_, err := p.auth.Users().SignUp(ctx, authplugin.User{Name: "Ada", Email: "ada@example.com"}, "x")
			return err
		}), authplugin.ErrDuplicate)
		allSucceed(t, "sign in", race(racers, func(int) error {
			_, err := p.auth.Accounts().SignIn(ctx, octocat())
			return err
		}))
		allSucceed(t, "everything", race(racers, func(i int) error { return everything(ctx, p.auth, fmt.Sprint("u", i)) }))
		allSucceed(t, "update and delete", race(racers, func(i int) error {
			user, err := p.auth.Users().UpdateByEmail(ctx, fmt.Sprintf("u%d@example.com", i), authplugin.Values{"name": "x"})
			if err != nil {
				return err
			}
			return p.auth.Users().Delete(ctx, user.ID)
		}))
		if got, want := p.counts(t), [4]int{2, 0, 2, 1 + 2*racers}; got != want {
			t.Errorf("rows %v, want %v", got, want)
		}
	})
}
