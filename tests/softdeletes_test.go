package tests

import (
	"errors"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// KeptCode is a verification that is marked as deleted.
type KeptCode struct {
	authplugin.Verification `auth:"table:kept_codes"`

	Gone gorm.DeletedAt `auth:"optional"`
}

// KeptLogin is an account that is marked as deleted.
type KeptLogin struct {
	authplugin.Account `auth:"table:kept_logins"`

	Gone gorm.DeletedAt `auth:"optional"`
}

// A verification that is marked as deleted cannot be found or consumed any more,
// and its identifier can be reserved again.
func TestVerificationsMarkedAsDeleted(t *testing.T) {
	t.Parallel()
	eachStrategy(t, func(t *testing.T, e dbtest.Engine, s authplugin.IDStrategy) {
		now := noon
		cfg := withClock(authplugin.Config{GenerateID: s}, &now)
		cfg.Verification = authplugin.VerificationConfig{ModelConfig: authplugin.ModelConfig{Model: KeptCode{}}}
		db, auth := migrated(t, e, cfg)
		ctx, codes := t.Context(), authplugin.VerificationsOf[KeptCode](auth)
		gone := func(identifier string) {
			t.Helper()
			if _, err := codes.Find(ctx, identifier); !errors.Is(err, authplugin.ErrNotFound) {
				t.Errorf("found: %v", err)
			}
			if _, err := codes.Consume(ctx, identifier); !errors.Is(err, authplugin.ErrNotFound) {
				t.Errorf("consumed: %v", err)
			}
		}
		_, err := codes.Create(ctx, "deleted", "1", authplugin.VerificationOptions{})
		must(t, err)
		_, err = codes.Delete(ctx, "deleted")
		must(t, err)
		gone("deleted")
		_, err = codes.Create(ctx, "consumed", "1", authplugin.VerificationOptions{})
		must(t, err)
		_, err = codes.Consume(ctx, "consumed")
		must(t, err)
		gone("consumed")
		for range 3 {
			_, err = codes.Reserve(ctx, "reserved", "1", authplugin.VerificationOptions{})
			must(t, err)
			if _, err := codes.Reserve(ctx, "reserved", "2", authplugin.VerificationOptions{}); !errors.Is(err, authplugin.ErrDuplicate) {
				t.Errorf("reserved twice: %v", err)
			}
			now = now.Add(2 * time.Hour)
			_, err = codes.DeleteExpired(ctx)
			must(t, err)
		}
		var kept int64
		must(t, db.Unscoped().Model(&KeptCode{}).Count(&kept).Error)
		if kept != 5 {
			t.Errorf("%d are kept", kept)
		}
	})
}

// An account that is marked as deleted does not keep its provider's from being
// linked again.
func TestAccountsMarkedAsDeleted(t *testing.T) {
	t.Parallel()
	eachStrategy(t, func(t *testing.T, e dbtest.Engine, s authplugin.IDStrategy) {
		cfg := withHasher(authplugin.Config{GenerateID: s})
		cfg.Account.ModelConfig = authplugin.ModelConfig{Model: KeptLogin{}}
		db, auth := migrated(t, e, cfg)
		info, _ := auth.Schema().Model(authplugin.ModelAccount)
		for _, index := range info.Indexes { // which would refuse a second one
			if index.Unique {
				must(t, db.Migrator().DropIndex(&KeptLogin{}, index.Name))
			}
		}
		ctx, logins, user := t.Context(), authplugin.AccountsOf[KeptLogin, authplugin.User](auth), newUser(t, db, "ada")
		for range 2 {
			login := KeptLogin{Account: authplugin.Account{UserID: user.ID, ProviderID: "github", AccountID: "1"}}
			linked, err := logins.Link(ctx, login)
			must(t, err)
			if _, err := logins.Link(ctx, login); !errors.Is(err, authplugin.ErrDuplicate) {
				t.Errorf("linked twice: %v", err)
			}
			must(t, logins.Unlink(ctx, user.ID, linked.ID))
		}
	})
}
