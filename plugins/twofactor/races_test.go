package twofactor_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/gorm-auth/authplugin/authtest"
	"github.com/gorm-auth/authplugin/plugins/twofactor"
)

// race has 64 do the same at the same time, and counts how it ends.
func race(t *testing.T, do func() error, expected ...error) map[error]int {
	t.Helper()
	const callers = 64
	errs := make([]error, callers)
	var group sync.WaitGroup
	start := make(chan struct{})
	for i := range errs {
		group.Go(func() {
			<-start
			errs[i] = do()
		})
	}
	close(start)
	group.Wait()
	ends := map[error]int{}
	for _, err := range errs {
		if err == nil {
			ends[nil]++
			continue
		}
		known := false
		for _, want := range expected {
			if errors.Is(err, want) {
				ends[want]++
				known = true
			}
		}
		if !known {
			t.Errorf("unexpected: %v", err)
		}
	}
	return ends
}

// raced runs a test on every database, with the layouts that differ in what keeps
// callers apart.
func raced(t *testing.T, options twofactor.Options, test func(t *testing.T, f fixture)) {
	t.Helper()
	authtest.Each(t, func(t *testing.T, d authtest.Database) {
		for _, name := range []string{"table", "user columns", "table, storage only", "user columns, storage only"} {
			t.Run(name, func(t *testing.T) { // one after the other, or the pools are too many for a server
				test(t, newFixture(t, d.Another(t), options, layouts()[name]))
			})
		}
	})
}

func TestOneWinner(t *testing.T) {
	t.Parallel()
	raced(t, twofactor.Options{}, func(t *testing.T, f fixture) {
		ctx := t.Context()
		setup := f.enabled(t)
		for _, kind := range []struct {
			name string
			do   func() error
		}{
			{"back-up code", func() error { return f.VerifyBackupCode(ctx, f.user, setup.BackupCodes()[3]) }},
			{"totp", func() error { return f.VerifyTOTP(ctx, f.user, f.app(t, setup)) }},
			{"otp", func() error { return f.VerifyOTP(ctx, f.user, f.outbox.last(t)) }},
		} {
			must(t, f.SendOTP(ctx, f.user))
			ends := race(t, kind.do, twofactor.ErrInvalidBackupCode, twofactor.ErrInvalidCode, twofactor.ErrOTPExpired, twofactor.ErrLocked)
			if ends[nil] != 1 {
				t.Errorf("%s: %v", kind.name, ends)
			}
			f.clock.pass(time.Hour)
		}
		status, err := f.Status(ctx, f.user)
		must(t, err)
		if status.BackupCodes != 9 {
			t.Errorf("%d back-up codes are left", status.BackupCodes)
		}
	})
}

// Of attempts that come at once, no more are looked at than may fail.
func TestAttemptsAtOnce(t *testing.T) {
	t.Parallel()
	raced(t, twofactor.Options{MaxFailures: 7, OTPAttempts: 3}, func(t *testing.T, f fixture) {
		ctx := t.Context()
		f.enabled(t)
		must(t, f.SendOTP(ctx, f.user))
		for _, kind := range []struct {
			name string
			do   func() error
			end  error
		}{
			{"back-up code", func() error { return f.VerifyBackupCode(ctx, f.user, "wrong") }, twofactor.ErrInvalidBackupCode},
			{"totp", func() error { return f.VerifyTOTP(ctx, f.user, "wrong") }, twofactor.ErrInvalidCode},
		} {
			ends := race(t, kind.do, kind.end, twofactor.ErrLocked)
			if ends[kind.end] != 7 || ends[twofactor.ErrLocked] != 57 {
				t.Errorf("%s: %v", kind.name, ends)
			}
			f.clock.pass(time.Hour)
		}

		must(t, f.SendOTP(ctx, f.user))
		ends := race(t, func() error { return f.VerifyOTP(ctx, f.user, "wrong") },
			twofactor.ErrInvalidCode, twofactor.ErrTooManyAttempts, twofactor.ErrOTPExpired, twofactor.ErrLocked)
		if tried := ends[twofactor.ErrInvalidCode] + ends[twofactor.ErrTooManyAttempts]; tried > 3 || ends[nil] != 0 || ends[twofactor.ErrLocked] != 57 {
			t.Errorf("otp: %v", ends)
		}
	})
}

// Whoever enables, confirms and disables at the same time leaves a user whose row
// and columns agree, and one row at most.
func TestEnrolmentsAtOnce(t *testing.T) {
	t.Parallel()
	raced(t, twofactor.Options{MaxFailures: 500}, func(t *testing.T, f fixture) {
		ctx := t.Context()
		last, err := f.Enable(ctx, f.user)
		must(t, err)
		var mutex sync.Mutex
		turn := 0
		race(t, func() error {
			mutex.Lock()
			turn++
			mine, setup := turn%4, last
			mutex.Unlock()
			switch mine {
			case 0:
				return f.Disable(ctx, f.user)
			case 1:
				return f.Confirm(ctx, f.user, f.app(t, setup))
			default:
				setup, err := f.Enable(ctx, f.user)
				if err == nil {
					mutex.Lock()
					last = setup
					mutex.Unlock()
				}
				return err
			}
		}, twofactor.ErrAlreadyEnabled, twofactor.ErrInvalidCode, twofactor.ErrTOTPNotEnabled, twofactor.ErrNotEnabled)
		status, err := f.Status(ctx, f.user)
		must(t, err)
		if status.Enabled != status.App || status.App && status.Pending {
			t.Errorf("%+v", status)
		}
		must(t, f.Disable(ctx, f.user))
		must(t, func() error { _, err := f.Enable(ctx, f.user); return err }())
	})
}
