package tests

import (
	"testing"
	"time"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// TestNegativeLifetimes asks for sessions and verifications that are over already,
// as one does who computes the time that is left.
func TestNegativeLifetimes(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		db, auth := migrated(t, e, authplugin.Config{})
		ctx := t.Context()
		u := newUser(t, db, "ada")
		_, err := auth.Sessions().Create(ctx, u.ID, authplugin.SessionOptions{ExpiresIn: -time.Second})
		wantError(t, "Sessions.Create", err, authplugin.ErrInvalid)
		_, err = auth.Verifications().Create(ctx, "a", "b", authplugin.VerificationOptions{ExpiresIn: -time.Second})
		wantError(t, "Verifications.Create", err, authplugin.ErrInvalid)
		_, err = auth.Verifications().Reserve(ctx, "a", "b", authplugin.VerificationOptions{ExpiresIn: -time.Second})
		wantError(t, "Reserve", err, authplugin.ErrInvalid)
	})
}

// TestRefreshKeepsALifetime refreshes a session that was given a lifetime of its own.
func TestRefreshKeepsALifetime(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		now := noon
		db, auth := migrated(t, e, withClock(authplugin.Config{}, &now))
		ctx := t.Context()
		u := newUser(t, db, "ada")
		s, err := auth.Sessions().Create(ctx, u.ID, authplugin.SessionOptions{ExpiresIn: 48 * time.Hour})
		must(t, err)
		for _, age := range []time.Duration{0, 24 * time.Hour, 47 * time.Hour} {
			now = noon.Add(age)
			found, err := auth.Sessions().Find(ctx, s.Token)
			must(t, err)
			refreshed, err := auth.Sessions().Refresh(ctx, found.Session)
			must(t, err)
			if found.RefreshDue || refreshed || !found.Session.ExpiresAt.Equal(s.ExpiresAt) {
				t.Errorf("after %v: due %v, refreshed %v until %v", age, found.RefreshDue, refreshed, found.Session.ExpiresAt)
			}
		}
	})
}
