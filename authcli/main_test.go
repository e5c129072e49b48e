package authcli_test

import (
	"context"
	"os"
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/gorm-auth/authplugin/authcli"
)

// asProgram makes the test binary the program itself, so that it can be run in a
// process of its own.
const asProgram = "AUTHPLUGIN_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		authcli.Main(withRole())
	}
	redis.SetLogger(silentRedis{}) // which says of every dial that fails that it did
	os.Exit(m.Run())
}

// silentRedis is a logger for go-redis that says nothing.
type silentRedis struct{}

func (silentRedis) Printf(context.Context, string, ...any) {}
