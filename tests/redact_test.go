package tests

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

const topSecret = "top-secret-value"

// No token or password is in what GORM logs for the models' statements, in an
// error, or in what fmt prints.
func TestSecretsAreRedacted(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		var out bytes.Buffer
		gormLogger := logger.New(log.New(&out, "", 0), logger.Config{LogLevel: logger.Info})
		recorder := dbtest.NewRecorder()
		cfg := authplugin.Config{AutoMigrate: true, User: authplugin.ModelConfig{AdditionalFields: authplugin.Fields{
			"totp": {Type: authplugin.String, Optional: true, Hidden: true},
		}}}
		db, _ := useWith(t, e.New(t), cfg, &gorm.Config{Logger: gormLogger})
		secret := topSecret
		ada := authplugin.User{Name: "ada", Email: "ada", Additional: authplugin.Values{"totp": secret}}
		must(t, db.Create(&ada).Error)
		account := authplugin.Account{UserID: ada.ID, AccountID: "a", ProviderID: "p", AccessToken: &secret, RefreshToken: &secret, IDToken: &secret, Password: &secret}
		must(t, db.Create(&account).Error)
		verification := authplugin.Verification{Identifier: "reset:" + secret, Value: secret, ExpiresAt: noon}
		must(t, db.Create(&verification).Error)
		session := authplugin.Session{UserID: ada.ID, Token: secret, ExpiresAt: noon}

		errs := []error{}
		for name, handle := range map[string]*gorm.DB{
			"plain": db, "debug": db.Debug(), "own logger": db.Session(&gorm.Session{Logger: recorder}),
		} {
			before := out.Len()
			session.ID = ""
			errs = append(errs, handle.Create(&session).Error)
			var s authplugin.Session
			errs = append(errs,
				handle.Where(&authplugin.Session{Token: secret}).First(&s).Error,
				handle.Where(map[string]any{"token": secret}).First(&s).Error,
				handle.Where("token = ?", secret).First(&s).Error,
				handle.Where("token IN ?", []string{secret}).First(&s).Error,
				handle.Where("token = @token", map[string]any{"token": secret}).First(&s).Error,
				handle.Where("token = @Token", struct{ Token string }{secret}).First(&s).Error,
				handle.Where("token = @tok", sql.Named("tok", secret)).First(&s).Error,
				handle.First(&s, "Token = ? AND expires_at > ?", secret, noon.Add(-time.Hour)).Error,
				handle.Model(&session).Update("token", secret).Error,
				handle.Model(&session).Where("token <> ?", "").Updates(map[string]any{"Token": secret}).Error,
				handle.Model(&session).Updates(authplugin.Session{Token: secret}).Error,
				handle.Model(&ada).Update("totp", secret).Error,
				handle.Where(&authplugin.User{Additional: authplugin.Values{"totp": secret}}).First(&authplugin.User{}).Error,
				handle.Save(&session).Error,
				handle.Save(&account).Error,
				handle.Where("identifier = ?", "reset:"+secret).Delete(&authplugin.Verification{}, "id = ?", "x").Error,
				handle.Model(&authplugin.Session{}).Create(map[string]any{"userId": ada.ID, "token": secret, "expiresAt": noon}).Error,
				handle.Model(&authplugin.Session{}).Select("token").Where("token = ?", secret).Row().Scan(new(string)),
			)
			if name != "own logger" && out.Len() == before {
				t.Errorf("%s: nothing was logged", name)
			}
		}
		if strings.Contains(out.String(), topSecret) {
			for line := range strings.SplitSeq(out.String(), "\n") {
				if strings.Contains(line, topSecret) {
					t.Errorf("log: %s", line)
				}
			}
		}
		for _, statement := range recorder.Statements() {
			if strings.Contains(statement, topSecret) {
				t.Errorf("log of a session's own logger: %s", statement)
			}
		}
		duplicates := 0
		for _, err := range errs {
			if err != nil && strings.Contains(err.Error(), topSecret) {
				t.Errorf("error: %v", err)
			}
			if errors.Is(err, authplugin.ErrDuplicate) {
				duplicates++
			} else if err != nil {
				t.Errorf("unexpected: %v", err)
			}
		}
		if duplicates < 3 {
			t.Errorf("%d duplicates, want one from each handle at least", duplicates)
		}
		var read authplugin.User
		must(t, db.First(&read, ada.ID).Error)
		slogged := new(bytes.Buffer)
		slog.New(slog.NewTextHandler(slogged, nil)).Info("x", "session", session, "account", &account, "user", read)
		for _, v := range []any{session, &session, account, &account, verification, read, &read, []authplugin.Session{session}, struct{ S authplugin.Session }{session}} {
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d", "%q"} {
				if text := fmt.Sprintf(verb, v); strings.Contains(text, topSecret) {
					t.Errorf("%s of %T: %s", verb, v, text)
				}
			}
		}
		if strings.Contains(slogged.String(), topSecret) {
			t.Errorf("slog: %s", slogged)
		}
		var found authplugin.Session
		must(t, db.First(&found, "token = ?", topSecret).Error)
		if found.Token != topSecret {
			t.Errorf("the token itself was redacted: %q", found.Token)
		}
	})
}
