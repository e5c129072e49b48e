package tests

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// agingHasher wants every hash renewed.
type agingHasher struct{}

func (agingHasher) Hash(_ context.Context, password string) (string, error) {
	return "hash:" + password, nil
}

func (agingHasher) Verify(_ context.Context, hash, password string) (bool, error) {
	return strings.TrimPrefix(hash, "hash:") == password, nil
}

func (agingHasher) NeedsRehash(string) bool { return true }

// A hash that cannot be renewed neither refuses the password nor ends the
// caller's transaction.
func TestARightPasswordWithoutAPlaceForItsNewHash(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		cfg := authplugin.Config{}
		cfg.Account.PasswordHasher = agingHasher{}
		_, auth := migrated(t, e, cfg)
		user, err := auth.Users().SignUp(t.Context(), authplugin.User{Name: "Ada", Email: "ada@example.com"}, "secret")
		must(t, err)
		readOnly := &sql.TxOptions{ReadOnly: e.Dialect() != "sqlite"} // whose drivers know no such thing
		must(t, auth.Transaction(t.Context(), func(tx *authplugin.Auth) error {
			ok, err := tx.Accounts().VerifyPassword(t.Context(), user.ID, "secret")
			if err != nil || !ok {
				t.Errorf("the password: %v, %v", ok, err)
			}
			_, err = tx.Users().FindByID(t.Context(), user.ID)
			return err
		}, authplugin.TxOptions(readOnly)))
	})
}

func TestAHookCannotChangeAnID(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		db, auth := migrated(t, e, userHooks(authplugin.ModelHooks[authplugin.User]{
			BeforeUpdate: func(_ *authplugin.HookContext, c *authplugin.Change[authplugin.User]) error {
				c.Values["id"] = "another"
				return nil
			},
		}))
		u := newUser(t, db, "ada")
		var field *authplugin.FieldError
		err := db.Model(&authplugin.User{}).Where("id = ?", u.ID).Update("name", "x").Error
		if !errors.As(err, &field) || field.Field != "id" {
			t.Errorf("plain GORM: %v, want a FieldError", err)
		}
		if _, err := auth.Users().Update(t.Context(), u.ID, authplugin.Values{"name": "x"}); !errors.As(err, &field) {
			t.Errorf("Update: %v, want a FieldError", err)
		}
		if _, err := auth.Users().FindByID(t.Context(), u.ID); err != nil {
			t.Error(err)
		}
	})
}

// What a callback of others refuses is not consumed, also where GORM makes no
// transaction for it.
func TestARefusedConsumeLosesNothing(t *testing.T) {
	t.Parallel()
	for name, skip := range map[string]bool{"GORM's transaction": false, "no default transaction": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
				refused := errors.New("refused")
				db, auth := useWith(t, e.New(t), authplugin.Config{AutoMigrate: true}, &gorm.Config{SkipDefaultTransaction: skip})
				refuse := true
				del := db.Callback().Delete().After("gorm:delete")
				if !skip {
					del = del.Before("gorm:commit_or_rollback_transaction")
				}
				must(t, del.Register("audit", func(db *gorm.DB) {
					if refuse && db.Statement.Table == "verifications" {
						_ = db.AddError(refused)
					}
				}))
				_, err := auth.Verifications().Create(t.Context(), "reset:1", "value", authplugin.VerificationOptions{})
				must(t, err)
				if _, err := auth.Verifications().Consume(t.Context(), "reset:1"); !errors.Is(err, refused) {
					t.Errorf("consumed: %v", err)
				}
				refuse = false
				v, err := auth.Verifications().Consume(t.Context(), "reset:1")
				if err != nil || v.Value != "value" {
					t.Errorf("afterwards: %v, %v", v, err)
				}
			})
		})
	}
}
