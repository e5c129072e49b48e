package twofactor_test

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/pquerna/otp/totp"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	_ "modernc.org/sqlite" // the driver

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/plugins/twofactor"
)

func Example() {
	ctx := context.Background()
	db, err := gorm.Open(sqlite.New(sqlite.Config{DriverName: "sqlite", DSN: "file::memory:?_pragma=foreign_keys(1)"}), &gorm.Config{})
	if err != nil {
		panic(err)
	}
	if pool, err := db.DB(); err == nil {
		pool.SetMaxOpenConns(1) // the database lives as long as its connection
	}
	now := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	auth := authplugin.New(authplugin.Config{
		AutoMigrate: true,
		Clock:       func() time.Time { return now },
		Plugins: []authplugin.Plugin{twofactor.New(twofactor.Options{
			Issuer: "Example",
			Keys:   []authplugin.TokenKey{{ID: "2026-01", Secret: bytes.Repeat([]byte{1}, 32)}}, // from a vault, and random
		})},
	})
	if err := db.Use(auth); err != nil {
		panic(err)
	}
	user, err := auth.Users().Create(ctx, authplugin.User{Name: "Ada", Email: "ada@example.com"})
	if err != nil {
		panic(err)
	}

	// The user scans setup.QR(256), writes down the back-up codes, and types a code.
	second := twofactor.Of(auth)
	setup, err := second.Enable(ctx, user.ID)
	if err != nil {
		panic(err)
	}
	code, _ := totp.GenerateCode(setup.Secret(), now)
	fmt.Println("confirmed:", second.Confirm(ctx, user.ID, code))

	// Who signs in is asked for the next one.
	now = now.Add(time.Minute)
	code, _ = totp.GenerateCode(setup.Secret(), now)
	fmt.Println("signed in:", second.VerifyTOTP(ctx, user.ID, code))
	fmt.Println("again:", second.VerifyTOTP(ctx, user.ID, code))
	fmt.Println("back-up code:", second.VerifyBackupCode(ctx, user.ID, setup.BackupCodes()[0]))

	status, err := second.Status(ctx, user.ID)
	fmt.Println(status.Enabled, status.BackupCodes, err)
	fmt.Println(setup)

	// Output:
	// confirmed: <nil>
	// signed in: <nil>
	// again: authplugin: 401 INVALID_CODE: the code is not valid
	// back-up code: <nil>
	// true 9 <nil>
	// Setup{[hidden]}
}
