package twofactor_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"gorm.io/driver/sqlserver"
	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/sqlrecorder"
	"github.com/gorm-auth/authplugin/plugins/twofactor"
)

// What the operations send to SQL Server is Transact-SQL, and locks the user before
// the row. What a server does with it is not shown here.
func TestSQLServerStatements(t *testing.T) {
	t.Parallel()
	ctx, now := t.Context(), time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	pool, recording := sqlrecorder.Open()
	t.Cleanup(func() { must(t, pool.Close()) })
	db, err := gorm.Open(sqlserver.New(sqlserver.Config{Conn: pool}), &gorm.Config{})
	must(t, err)
	box, err := authplugin.NewSecretBox(keys())
	must(t, err)
	stored := sqlrecorder.Tables{
		"user": {
			"id": "1", "name": "Ada", "email": "ada@example.com", "emailVerified": true, "createdAt": now, "updatedAt": now, "twoFactorEnabled": true,
		},
		"twoFactor": {
			"id": "2", "userId": "1", "verified": true, "failedVerificationCount": int64(1),
			"secret":      box.Seal("JxQm4Zr8tVwY2bNc6Kd0PfLh7Gs9AaEi", twofactor.ModelTwoFactor, "secret", "1"),
			"backupCodes": box.Seal(`["ab3De-fGh1J"]`, twofactor.ModelTwoFactor, "backupCodes", "1"),
		},
	}
	recording.Answer(stored.Answer)
	auth := authplugin.New(authplugin.Config{
		Naming: authplugin.BetterAuthNaming, Clock: func() time.Time { return now },
		Plugins: []authplugin.Plugin{twofactor.New(twofactor.Options{Issuer: "Example", Keys: keys(), SendOTP: (&outbox{}).send})},
	})
	must(t, db.Use(auth))
	second := twofactor.Of(auth)
	for _, step := range []struct {
		name string
		run  func() error
		want error
	}{
		{"verify a wrong code", func() error { return second.VerifyTOTP(ctx, "1", "wrong") }, twofactor.ErrInvalidCode},
		{"verify a back-up code", func() error { return second.VerifyBackupCode(ctx, "1", "ab3De-fGh1J") }, nil},
		{"generate", func() error { _, err := second.GenerateBackupCodes(ctx, "1"); return err }, nil},
		{"enable", func() error { _, err := second.Enable(ctx, "1"); return err }, twofactor.ErrAlreadyEnabled},
		{"verify a code that was not sent", func() error { return second.VerifyOTP(ctx, "1", "123456") }, twofactor.ErrOTPExpired},
		{"disable", func() error { return second.Disable(ctx, "1") }, nil},
	} {
		recording.Reset()
		if err := step.run(); !errors.Is(err, step.want) {
			t.Errorf("%s: %v, not %v", step.name, err, step.want)
		}
		user, row := -1, -1
		for i, query := range recording.SQL() {
			if query == "BEGIN" || query == "COMMIT" || query == "ROLLBACK" {
				continue
			}
			if err := sqlrecorder.Check(query); err != nil {
				t.Errorf("%s: %v", step.name, err)
			}
			switch locks := strings.Contains(query, "UPDLOCK"); {
			case locks && strings.Contains(query, `FROM "user"`):
				user = i
			case locks && strings.Contains(query, `FROM "twoFactor"`) && user >= 0 && row < 0:
				row = i
			}
		}
		if own := step.name == "verify a wrong code" || step.name == "verify a code that was not sent"; !own && (user < 0 || row < user) {
			t.Errorf("%s: the user is not locked before the row:\n%s", step.name, strings.Join(recording.SQL(), "\n"))
		}
	}
}
