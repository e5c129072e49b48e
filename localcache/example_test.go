package localcache_test

import (
	"fmt"
	"time"

	"github.com/gorm-auth/authplugin/localcache"
)

func Example() {
	cache := localcache.New(localcache.MaxEntries(50_000))
	cache.Set("k3", "decoded", 10*time.Second)
	fmt.Println(cache.Get("k3"))
	cache.Delete("k3")
	fmt.Println(cache.Get("k3"))
	// Output:
	// decoded true
	// <nil> false
}
