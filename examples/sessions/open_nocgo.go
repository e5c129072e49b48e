//go:build !cgo

package main

import (
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	_ "modernc.org/sqlite" // the driver "sqlite", in Go: no C compiler is needed
)

// open uses the same dialector with the SQLite that is translated to Go.
func open(file string) gorm.Dialector {
	return sqlite.New(sqlite.Config{
		DriverName: "sqlite",
		DSN:        "file:" + file + "?_pragma=foreign_keys(1)&_pragma=busy_timeout(10000)",
	})
}
