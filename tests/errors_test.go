package tests

import (
	"errors"
	"testing"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// Errors come out the same on every database, with TranslateError and without.
func TestErrors(t *testing.T) {
	t.Parallel()
	for _, translate := range []bool{false, true} {
		dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
			db, _ := useWith(t, e.New(t), authplugin.Config{AutoMigrate: true}, &gorm.Config{TranslateError: translate})
			ada := newUser(t, db, "ada")
			newSession(t, db, ada.ID, "t")
			check := func(how string, err, own, gormErr error) {
				t.Helper()
				if !errors.Is(err, own) || (gormErr != nil && !errors.Is(err, gormErr)) {
					t.Errorf("translate %v: %s: %v is not %v", translate, how, err, own)
				}
			}
			eve := newUser(t, db, "eve")
			check("duplicate", db.Create(&authplugin.User{Name: "x", Email: "ada@example.com"}).Error, authplugin.ErrDuplicate, gorm.ErrDuplicatedKey)
			check("duplicate id", db.Create(&authplugin.User{ID: ada.ID, Name: "x", Email: "x"}).Error, authplugin.ErrDuplicate, gorm.ErrDuplicatedKey)
			check("duplicate by update", db.Model(&eve).Update("email", "ada@example.com").Error, authplugin.ErrDuplicate, gorm.ErrDuplicatedKey)
			check("foreign key", db.Create(&authplugin.Session{UserID: "no-such-user", Token: "x", ExpiresAt: noon}).Error, authplugin.ErrForeignKey, gorm.ErrForeignKeyViolated)
			check("null", db.Model(&eve).Update("name", gorm.Expr("NULL")).Error, authplugin.ErrNotNull, nil)
			check("not found", db.First(&authplugin.User{}, "email = ?", "x").Error, gorm.ErrRecordNotFound, nil)
			if !errors.Is(authplugin.ErrNotFound, gorm.ErrRecordNotFound) {
				t.Error("ErrNotFound is not GORM's")
			}
			// A transaction that fails leaves nothing behind and says why.
			err := db.Transaction(func(tx *gorm.DB) error {
				newUser(t, tx, "gone")
				return tx.Create(&authplugin.User{Name: "x", Email: "ada@example.com"}).Error
			})
			check("transaction", err, authplugin.ErrDuplicate, gorm.ErrDuplicatedKey)
			check("rolled back", db.First(&authplugin.User{}, "name = ?", "gone").Error, gorm.ErrRecordNotFound, nil)
		})
	}
}
