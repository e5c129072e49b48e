//go:build !cgo

package dbtest

// sqliteEngines are the SQLite engines of this build: without cgo the driver
// "sqlite3" is a stub that answers every connection with an error.
func sqliteEngines() []Engine {
	return []Engine{sqlitePure()}
}
