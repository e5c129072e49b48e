package memorystore_test

import (
	"context"
	"fmt"
	"time"

	"github.com/gorm-auth/authplugin/memorystore"
)

func Example() {
	ctx := context.Background()
	store := memorystore.New(memorystore.MaxEntries(10_000))
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
