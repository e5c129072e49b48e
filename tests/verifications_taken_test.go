package tests

import (
	"errors"
	"testing"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// Who comes too late is told so at once, without another try.
func TestReserveTakenAsksOnce(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		recorder := dbtest.NewRecorder()
		_, auth := useWith(t, e.New(t), authplugin.Config{AutoMigrate: true}, &gorm.Config{Logger: recorder})
		reserve := func() error {
			return errorOf(auth.Verifications().Reserve(t.Context(), "nonce:1", "", authplugin.VerificationOptions{}))
		}
		must(t, reserve())
		recorder.Reset()
		if err := reserve(); !errors.Is(err, authplugin.ErrDuplicate) {
			t.Errorf("the second: %v", err)
		}
		if got := recorder.Statements(); len(got) != 1 {
			t.Errorf("%d statements, want one:\n%q", len(got), got)
		}
	})
}

// What is created while the rows before it are consumed is there for the next one.
func TestConsumeLeavesWhatComesMeanwhile(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		renewed := false
		_, auth := migrated(t, e, authplugin.Config{Hooks: authplugin.Hooks{Verification: authplugin.ModelHooks[authplugin.Verification]{
			AfterDelete: func(h *authplugin.HookContext, _ *authplugin.Verification) error {
				if renewed {
					return nil
				}
				renewed = true
				return errorOf(h.Auth.Verifications().Create(h.Context, "reset:ada", "new", authplugin.VerificationOptions{}))
			},
		}}})
		for _, value := range []string{"old", "old"} {
			must(t, errorOf(auth.Verifications().Create(t.Context(), "reset:ada", value, authplugin.VerificationOptions{})))
		}
		for _, want := range []string{"old", "new"} {
			v, err := auth.Verifications().Consume(t.Context(), "reset:ada")
			if err != nil || v.Value != want {
				t.Errorf("consumed %+v, %v, want %s", v, err, want)
			}
		}
		if _, err := auth.Verifications().Consume(t.Context(), "reset:ada"); !errors.Is(err, authplugin.ErrNotFound) {
			t.Errorf("afterwards: %v", err)
		}
	})
}
