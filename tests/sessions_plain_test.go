package tests

import (
	"errors"
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// storedTokens are the tokens of the table as they are.
func storedTokens(t *testing.T, db *gorm.DB) []string {
	t.Helper()
	var tokens []string
	must(t, db.Table("sessions").Order("token").Pluck("token", &tokens).Error)
	return tokens
}

func TestPlainWritesOfSessionsAreHashed(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		now := noon
		cfg := withClock(sessionConfig(), &now)
		cfg.Session.HashTokens = true
		db, auth := migrated(t, e, cfg)
		user := newUser(t, db, "ada")
		byStruct := newSession(t, db, user.ID, "by-struct")
		if byStruct.Token != "by-struct" {
			t.Errorf("the struct holds %q", byStruct.Token)
		}
		must(t, db.Model(&authplugin.Session{}).Create(map[string]any{
			"userId": user.ID, "token": "by-map", "expiresAt": byStruct.ExpiresAt, "ipAddress": "", "userAgent": "",
		}).Error)
		made, err := auth.Sessions().Create(t.Context(), user.ID, authplugin.SessionOptions{})
		must(t, err)
		found, err := auth.Sessions().Find(t.Context(), made.Token)
		must(t, err)
		found.Session.UserAgent = "saved/1"
		must(t, db.Save(found.Session).Error)
		if found.Session.Token != made.Token {
			t.Errorf("after Save the struct holds another token")
		}
		must(t, db.Model(&byStruct).Update("token", "renewed").Error)
		for _, stored := range storedTokens(t, db) {
			if !strings.HasPrefix(stored, "sha256$") {
				t.Errorf("the table holds %q", stored)
			}
		}
		for _, token := range []string{"renewed", "by-map", made.Token} {
			if _, err := auth.Sessions().Find(t.Context(), token); err != nil {
				t.Errorf("%s: %v", token, err)
			}
		}
		if _, err := auth.Sessions().Find(t.Context(), "by-struct"); !errors.Is(err, authplugin.ErrNotFound) {
			t.Errorf("a token that was replaced: %v", err)
		}
	})
}
