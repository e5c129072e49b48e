//go:build cgo

package dbtest

// sqliteEngines are the SQLite engines of this build. The driver of sqlite is
// registered as "sqlite3" by gorm.io/driver/sqlite.
func sqliteEngines() []Engine {
	return []Engine{{Name: "sqlite", backend: &sqliteBackend{
		driver:  "sqlite3",
		options: "_busy_timeout=10000&_journal_mode=WAL&_synchronous=NORMAL&_foreign_keys=1&_txlock=immediate",
	}}, sqlitePure()}
}
