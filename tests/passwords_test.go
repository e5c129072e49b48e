package tests

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// TestEmptyPassword sets what a form that lacks the field sends: it must not let
// anybody in.
func TestEmptyPassword(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		db, auth := migrated(t, e, withHasher(authplugin.Config{}))
		ctx := t.Context()
		_, err := auth.Users().SignUp(ctx, authplugin.User{Name: "Bob", Email: "bob@example.com"}, "")
		wantError(t, "SignUp", err, authplugin.ErrInvalid)
		u := newUser(t, db, "ada")
		wantError(t, "SetPassword", auth.Accounts().SetPassword(ctx, u.ID, ""), authplugin.ErrInvalid)
		if ok, err := auth.Accounts().VerifyPassword(ctx, u.ID, ""); ok || err != nil {
			t.Errorf("VerifyPassword: %v, %v", ok, err)
		}
	})
}

// countingHasher counts what it is asked to do.
type countingHasher struct {
	testHasher
	hashes, verifies atomic.Int64
}

func (h *countingHasher) Hash(ctx context.Context, password string) (string, error) {
	h.hashes.Add(1)
	return h.testHasher.Hash(ctx, password)
}

func (h *countingHasher) Verify(ctx context.Context, hash, password string) (bool, error) {
	h.verifies.Add(1)
	return h.testHasher.Verify(ctx, hash, password)
}

// TestVerifyPasswordTellsNobody wants the same outcome, and the same work, for a
// wrong password, a user without one, and no user at all.
func TestVerifyPasswordTellsNobody(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		ctx := t.Context()
		hasher := &countingHasher{}
		db, auth := migrated(t, e, authplugin.Config{Account: authplugin.AccountConfig{PasswordHasher: hasher}})
		ada, err := auth.Users().SignUp(ctx, authplugin.User{Name: "Ada", Email: "ada@example.com"}, "right")
		must(t, err)
		bob := newUser(t, db, "bob")
		_, err = auth.Accounts().VerifyPassword(ctx, ada.ID, "wrong") // the first one may prepare something
		must(t, err)
		for name, id := range map[string]authplugin.ID{"wrong": ada.ID, "no password": bob.ID, "nobody": "nobody", "no id": ""} {
			hashes, verifies := hasher.hashes.Load(), hasher.verifies.Load()
			ok, err := auth.Accounts().VerifyPassword(ctx, id, "wrong")
			if ok || err != nil {
				t.Errorf("%s: %v, %v", name, ok, err)
			}
			if h, v := hasher.hashes.Load()-hashes, hasher.verifies.Load()-verifies; h != 0 || v != 1 {
				t.Errorf("%s: %d hashes made and %d checked, want 0 and 1", name, h, v)
			}
		}

		_, scrypt := migrated(t, e, authplugin.Config{})
		ada, err = scrypt.Users().SignUp(ctx, authplugin.User{Name: "Ada", Email: "ada@example.com"}, "right")
		must(t, err)
		for name, id := range map[string]authplugin.ID{"too long": ada.ID, "too long, nobody": "nobody"} {
			if ok, err := scrypt.Accounts().VerifyPassword(ctx, id, strings.Repeat("x", 5000)); ok || err != nil {
				t.Errorf("%s: %v, %v", name, ok, err)
			}
		}
	})
}
