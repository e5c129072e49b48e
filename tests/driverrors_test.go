package tests

import (
	"fmt"
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// A value that the database cannot take for a column is in no error and in no log:
// it may be meant for a hidden field.
func TestRefusedValuesAreNotShown(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		recorder := dbtest.NewRecorder()
		cfg := authplugin.Config{AutoMigrate: true}
		cfg.User.AdditionalFields = authplugin.Fields{"pin": {Type: authplugin.Number, Optional: true, Hidden: true}}
		db, _ := useWith(t, e.New(t), cfg, &gorm.Config{Logger: recorder})
		ada := newUser(t, db, "ada")
		const secret = "top-secret"
		refused := 0
		for name, err := range map[string]error{
			"find":              db.First(&authplugin.User{}, "pin = ?", secret).Error,
			"find by column":    db.Where("pin + 0 = ?", secret).First(&authplugin.User{}).Error,
			"update expression": db.Model(&ada).Update("pin", gorm.Expr("?", secret)).Error,
			"update computed":   db.Model(&ada).Update("pin", gorm.Expr("CONCAT(?, '')", secret)).Error,
			"update":            db.Model(&ada).Update("pin", secret).Error,
			"create":            db.Create(&authplugin.User{Name: "x", Email: "x@example.com", Additional: authplugin.Values{"pin": secret}}).Error,
			"delete":            db.Where("pin = ?", secret).Delete(&authplugin.User{}).Error,
			"many":              db.Model(&authplugin.User{}).Where("id = ?", ada.ID).Updates(map[string]any{"pin": gorm.Expr("?", secret)}).Error,
		} {
			if err == nil {
				continue
			}
			refused++
			for _, text := range []string{err.Error(), fmt.Sprint(err), fmt.Sprintf("%+v", err)} {
				if strings.Contains(text, secret) {
					t.Errorf("%s: %s", name, text)
				}
			}
		}
		if refused < 2 {
			t.Errorf("%d were refused", refused)
		}
		for _, statement := range recorder.Statements() {
			if strings.Contains(statement, secret) {
				t.Errorf("log: %s", statement)
			}
		}
	})
}
