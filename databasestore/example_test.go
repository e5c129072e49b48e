package databasestore_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	_ "modernc.org/sqlite" // a driver without cgo, registered as "sqlite"

	"github.com/gorm-auth/authplugin/databasestore"
)

// The storage may be a file of its own, beside the application's database.
func Example() {
	folder, err := os.MkdirTemp("", "example")
	if err != nil {
		panic(err)
	}
	defer func() { _ = os.RemoveAll(folder) }()
	db, err := gorm.Open(sqlite.New(sqlite.Config{
		DriverName: "sqlite",
		DSN:        "file:" + filepath.Join(folder, "storage.db") + "?_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)",
	}), &gorm.Config{})
	if err != nil {
		panic(err)
	}
	ctx := context.Background()
	store := databasestore.New(db)
	if err := store.Migrate(ctx); err != nil {
		panic(err)
	}
	if err := store.Set(ctx, "reset-password:k3", []byte("user 7"), time.Hour); err != nil {
		panic(err)
	}
	value, err := store.GetDelete(ctx, "reset-password:k3")
	fmt.Printf("%s %v\n", value, err)
	_, err = store.GetDelete(ctx, "reset-password:k3")
	fmt.Println(err)
	// Output:
	// user 7 <nil>
	// authplugin: not found
}
