package authplugin_test

import (
	"bytes"
	"log"
	"path/filepath"
	"strings"
	"testing"

	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-auth/authplugin"
)

func TestWarnsOfForeignKeysThatAreOff(t *testing.T) {
	t.Parallel()
	for setting, warns := range map[string]bool{"0": true, "1": false} {
		var out bytes.Buffer
		db, err := gorm.Open(sqlite.New(sqlite.Config{
			DriverName: "sqlite", DSN: filepath.Join(t.TempDir(), "test.db") + "?_pragma=foreign_keys(" + setting + ")",
		}), &gorm.Config{Logger: logger.New(log.New(&out, "", 0), logger.Config{LogLevel: logger.Warn})})
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Use(authplugin.New(authplugin.Config{})); err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(out.String(), "foreign keys are off"); got != warns {
			t.Errorf("foreign_keys=%s: %q", setting, out.String())
		}
		pool, err := db.DB()
		if err != nil {
			t.Fatal(err)
		}
		_ = pool.Close()
	}
}
