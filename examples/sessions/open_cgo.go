//go:build cgo

package main

import (
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
)

// open uses the SQLite that is written in C.
func open(file string) gorm.Dialector {
	return sqlite.Open("file:" + file + "?_foreign_keys=on&_busy_timeout=10000")
}
