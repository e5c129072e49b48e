package twofactor_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/plugins/twofactor"
)

func TestTOTP(t *testing.T) {
	t.Parallel()
	each(t, twofactor.Options{}, func(t *testing.T, f fixture) {
		ctx := t.Context()
		setup := f.enabled(t)
		code := f.app(t, setup)
		for name, wrong := range map[string]string{
			"nothing": "", "too short": code[:5], "too long": code + "0", "letters": "abcdef", "NUL": "\x00\x00\x00\x00\x00\x00",
			"no UTF-8": "\xff\xfe\xfd\xfc\xfb\xfa", "other digits": "١٢٣٤٥٦",
		} {
			if err := f.VerifyTOTP(ctx, f.user, wrong); !errors.Is(err, twofactor.ErrInvalidCode) {
				t.Errorf("%s: %v", name, err)
			}
		}
		must(t, f.VerifyTOTP(ctx, f.user, " "+code+" "))
		expect(t, f.VerifyTOTP(ctx, f.user, code), twofactor.ErrInvalidCode)

		// The codes before and after are taken, once each; those beyond are not.
		f.clock.pass(5 * time.Minute)
		for _, step := range []struct {
			in   time.Duration
			want error
		}{
			{-60 * time.Second, twofactor.ErrInvalidCode},
			{60 * time.Second, twofactor.ErrInvalidCode},
			{30 * time.Second, nil},
			{-30 * time.Second, nil},
			{0, nil},
			{30 * time.Second, twofactor.ErrInvalidCode},
			{-30 * time.Second, twofactor.ErrInvalidCode},
			{0, twofactor.ErrInvalidCode},
		} {
			if err := f.VerifyTOTP(ctx, f.user, f.appIn(t, setup, step.in)); !errors.Is(err, step.want) {
				t.Errorf("the code in %s: %v, not %v", step.in, err, step.want)
			}
		}
	})
}

// The code after the present one stays used until it is out of its window.
func TestTOTPIsNotReplayed(t *testing.T) {
	t.Parallel()
	each(t, twofactor.Options{MaxFailures: 100}, func(t *testing.T, f fixture) {
		setup := f.enabled(t)
		code := f.appIn(t, setup, 30*time.Second)
		must(t, f.VerifyTOTP(t.Context(), f.user, code))
		for range 10 {
			f.clock.pass(10 * time.Second)
			expect(t, f.VerifyTOTP(t.Context(), f.user, code), twofactor.ErrInvalidCode)
		}
	})
}

func TestBackupCodes(t *testing.T) {
	t.Parallel()
	each(t, twofactor.Options{BackupCodes: 4, BackupCodeLength: 12}, func(t *testing.T, f fixture) {
		ctx := t.Context()
		setup := f.enabled(t)
		codes := setup.BackupCodes()
		if len(codes) != 4 || len(codes[0]) != 13 || codes[0][5] != '-' {
			t.Fatalf("%d codes", len(codes))
		}
		must(t, f.VerifyBackupCode(ctx, f.user, codes[0]))
		expect(t, f.VerifyBackupCode(ctx, f.user, codes[0]), twofactor.ErrInvalidBackupCode)
		must(t, f.VerifyBackupCode(ctx, f.user, " "+strings.ReplaceAll(codes[1], "-", " ")+"\n"))
		for _, wrong := range []string{"", "-", codes[2][:5], codes[2] + "x", strings.ToUpper(codes[2]) + "?", codes[2] + "\x00"} {
			expect(t, f.VerifyBackupCode(ctx, f.user, wrong), twofactor.ErrInvalidBackupCode)
		}
		status, err := f.Status(ctx, f.user)
		must(t, err)
		if status.BackupCodes != 2 {
			t.Errorf("%d are left", status.BackupCodes)
		}

		others, err := f.GenerateBackupCodes(ctx, f.user)
		must(t, err)
		expect(t, f.VerifyBackupCode(ctx, f.user, codes[2]), twofactor.ErrInvalidBackupCode)
		for _, code := range others {
			must(t, f.VerifyBackupCode(ctx, f.user, code))
		}
		expect(t, f.VerifyBackupCode(ctx, f.user, others[0]), twofactor.ErrInvalidBackupCode)
		status, err = f.Status(ctx, f.user)
		must(t, err)
		if status.BackupCodes != 0 || !status.Enabled {
			t.Errorf("when all are used: %+v", status)
		}

		must(t, f.Disable(ctx, f.user))
		_, err = f.GenerateBackupCodes(ctx, f.user)
		expect(t, err, twofactor.ErrNotEnabled)
	})
}

func TestOTP(t *testing.T) {
	t.Parallel()
	each(t, twofactor.Options{OTPAttempts: 3, MaxFailures: 20}, func(t *testing.T, f fixture) {
		ctx := t.Context()
		expect(t, f.SendOTP(ctx, f.user), twofactor.ErrNotEnabled)
		f.enabled(t)
		expect(t, f.VerifyOTP(ctx, f.user, "123456"), twofactor.ErrOTPExpired)

		must(t, f.SendOTP(ctx, f.user))
		expect(t, f.VerifyOTP(ctx, f.user, otherThan(f.outbox.last(t))), twofactor.ErrInvalidCode)
		must(t, f.VerifyOTP(ctx, f.user, f.outbox.last(t)+" "))
		expect(t, f.VerifyOTP(ctx, f.user, f.outbox.last(t)), twofactor.ErrOTPExpired)

		must(t, f.SendOTP(ctx, f.user))
		first := f.outbox.last(t)
		must(t, f.SendOTP(ctx, f.user))
		if last := f.outbox.last(t); first != last {
			expect(t, f.VerifyOTP(ctx, f.user, first), twofactor.ErrInvalidCode)
			must(t, f.VerifyOTP(ctx, f.user, last))
		}

		must(t, f.SendOTP(ctx, f.user))
		code := f.outbox.last(t)
		for _, want := range []error{twofactor.ErrInvalidCode, twofactor.ErrInvalidCode, twofactor.ErrTooManyAttempts, twofactor.ErrOTPExpired} {
			expect(t, f.VerifyOTP(ctx, f.user, otherThan(code)), want)
		}
		expect(t, f.VerifyOTP(ctx, f.user, code), twofactor.ErrOTPExpired)

		// A failure does not make a code live longer.
		must(t, f.SendOTP(ctx, f.user))
		f.clock.pass(2 * time.Minute)
		expect(t, f.VerifyOTP(ctx, f.user, otherThan(f.outbox.last(t))), twofactor.ErrInvalidCode)
		f.clock.pass(2 * time.Minute)
		expect(t, f.VerifyOTP(ctx, f.user, f.outbox.last(t)), twofactor.ErrOTPExpired)

		must(t, f.SendOTP(ctx, f.user))
		must(t, f.Disable(ctx, f.user))
		f.enabled(t)
		expect(t, f.VerifyOTP(ctx, f.user, f.outbox.last(t)), twofactor.ErrOTPExpired)
	})
}

func TestTrustedDevices(t *testing.T) {
	t.Parallel()
	each(t, twofactor.Options{}, func(t *testing.T, f fixture) {
		ctx := t.Context()
		trusted := func(user authplugin.ID, token string) bool {
			t.Helper()
			ok, err := f.IsTrusted(ctx, user, token)
			must(t, err)
			return ok
		}
		_, err := f.TrustDevice(ctx, f.user)
		expect(t, err, twofactor.ErrNotEnabled)
		f.enabled(t)
		token, err := f.TrustDevice(ctx, f.user)
		must(t, err)
		other, err := f.TrustDevice(ctx, f.user)
		must(t, err)
		eve, err := f.auth.Users().Create(ctx, authplugin.User{
			Name: "Eve", Email: "eve@example.com",
			Additional: authplugin.Values{twofactor.FieldEnabled: true},
		})
		must(t, err)
		for _, wrong := range []string{"", token[1:], token + "x", strings.ToUpper(token), strings.Repeat("\x00", 32), authplugin.HashSecret(token)} {
			if wrong != token && trusted(f.user, wrong) {
				t.Errorf("%q is trusted", wrong)
			}
		}
		if !trusted(f.user, token) || !trusted(f.user, other) || trusted(eve.ID, token) {
			t.Error("trusted is who is not, or the other way round")
		}
		must(t, f.DistrustDevice(ctx, f.user, other))
		must(t, f.DistrustDevice(ctx, f.user, other))
		if trusted(f.user, other) || !trusted(f.user, token) {
			t.Error("the wrong device is trusted no more")
		}

		must(t, f.Disable(ctx, f.user))
		if trusted(f.user, token) {
			t.Error("trusted without a second factor")
		}
		f.enabled(t)
		if trusted(f.user, token) {
			t.Error("trusted under another secret")
		}
		token, err = f.TrustDevice(ctx, f.user)
		must(t, err)
		f.clock.pass(30*24*time.Hour - time.Second)
		if !trusted(f.user, token) {
			t.Error("trusted for too short a time")
		}
		f.clock.pass(2 * time.Second)
		if trusted(f.user, token) {
			t.Error("trusted for too long")
		}
	})
}

func TestLock(t *testing.T) {
	t.Parallel()
	each(t, twofactor.Options{MaxFailures: 4, LockFor: time.Minute}, func(t *testing.T, f fixture) {
		ctx := t.Context()
		setup := f.enabled(t)
		must(t, f.SendOTP(ctx, f.user))
		fail := func() {
			t.Helper()
			expect(t, f.VerifyTOTP(ctx, f.user, "000"), twofactor.ErrInvalidCode)
			expect(t, f.VerifyBackupCode(ctx, f.user, "wrong"), twofactor.ErrInvalidBackupCode)
			expect(t, f.VerifyOTP(ctx, f.user, "wrong"), twofactor.ErrInvalidCode)
		}
		fail()
		must(t, f.VerifyBackupCode(ctx, f.user, setup.BackupCodes()[0])) // those before do not count any more
		fail()
		expect(t, f.VerifyTOTP(ctx, f.user, "000"), twofactor.ErrInvalidCode)

		expect(t, f.VerifyTOTP(ctx, f.user, f.app(t, setup)), twofactor.ErrLocked)
		expect(t, f.VerifyBackupCode(ctx, f.user, setup.BackupCodes()[1]), twofactor.ErrLocked)
		expect(t, f.VerifyOTP(ctx, f.user, f.outbox.last(t)), twofactor.ErrLocked)
		expect(t, f.SendOTP(ctx, f.user), twofactor.ErrLocked)
		status, err := f.Status(ctx, f.user)
		must(t, err)
		if until := status.LockedUntil.Sub(f.clock.Now()); until <= 0 || until > time.Minute {
			t.Errorf("locked for %s", until)
		}

		f.clock.pass(time.Minute + time.Second)
		status, err = f.Status(ctx, f.user)
		must(t, err)
		if !status.LockedUntil.IsZero() {
			t.Errorf("locked still: %+v", status)
		}
		fail()
		must(t, f.VerifyTOTP(ctx, f.user, f.app(t, setup)))
	})
}

// otherThan is a code that is not this one.
func otherThan(code string) string {
	if code == strings.Repeat("0", len(code)) {
		return strings.Repeat("1", len(code))
	}
	return strings.Repeat("0", len(code))
}

// A user without an app is sent codes, and locked out like the others.
func TestOTPWithoutAnApp(t *testing.T) {
	t.Parallel()
	each(t, twofactor.Options{MaxFailures: 2}, func(t *testing.T, f fixture) {
		ctx := t.Context()
		_, err := f.Enable(ctx, f.user)
		must(t, err)
		must(t, f.EnableOTP(ctx, f.user))
		must(t, f.EnableOTP(ctx, f.user))
		status, err := f.Status(ctx, f.user)
		must(t, err)
		if !status.Enabled || status.App {
			t.Errorf("%+v", status)
		}
		must(t, f.SendOTP(ctx, f.user))
		must(t, f.VerifyOTP(ctx, f.user, f.outbox.last(t)))
		token, err := f.TrustDevice(ctx, f.user)
		must(t, err)
		trusted, err := f.IsTrusted(ctx, f.user, token)
		must(t, err)
		if !trusted {
			t.Error("the device is not trusted")
		}
		expect(t, f.VerifyTOTP(ctx, f.user, "123456"), twofactor.ErrTOTPNotEnabled)
		expect(t, f.VerifyBackupCode(ctx, f.user, "123456"), twofactor.ErrBackupCodesNotEnabled)
		_, err = f.GenerateBackupCodes(ctx, f.user)
		expect(t, err, twofactor.ErrBackupCodesNotEnabled)

		must(t, f.SendOTP(ctx, f.user))
		expect(t, f.VerifyOTP(ctx, f.user, "wrong"), twofactor.ErrInvalidCode)
		expect(t, f.VerifyOTP(ctx, f.user, "wrong"), twofactor.ErrInvalidCode)
		expect(t, f.VerifyOTP(ctx, f.user, f.outbox.last(t)), twofactor.ErrLocked)
	})
}

// Codes of one app that were used say nothing of those of another.
func TestAnotherAppAtOnce(t *testing.T) {
	t.Parallel()
	each(t, twofactor.Options{}, func(t *testing.T, f fixture) {
		ctx := t.Context()
		for range 3 {
			setup, err := f.Enable(ctx, f.user)
			must(t, err)
			must(t, f.Confirm(ctx, f.user, f.app(t, setup)))
			must(t, f.Disable(ctx, f.user))
		}
	})
}

// A session that is cached follows when the second factor of its user is turned on.
func TestSessionsFollow(t *testing.T) {
	t.Parallel()
	each(t, twofactor.Options{}, func(t *testing.T, f fixture) {
		ctx := t.Context()
		session, err := f.auth.Sessions().Create(ctx, f.user, authplugin.SessionOptions{})
		must(t, err)
		for _, want := range []bool{false, true, false} {
			found, err := f.auth.Sessions().Find(ctx, session.Token)
			must(t, err)
			if found.User.Additional.Bool(twofactor.FieldEnabled) != want {
				t.Errorf("the session says %t", !want)
			}
			if want {
				must(t, f.Disable(ctx, f.user))
			} else {
				f.enabled(t)
			}
		}
	})
}
