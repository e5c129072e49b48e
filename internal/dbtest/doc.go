// Package dbtest gives every integration test a database of its own, on every
// database that can be reached. It is imported by tests only.
//
//	func TestSomething(t *testing.T) {
//		t.Parallel()
//		dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
//			db := e.Open(t, nil)
//			…
//		})
//	}
//
// # Databases
//
// SQLite needs nothing. The servers are found by data source names in the
// environment:
//
//	AUTHPLUGIN_TEST_POSTGRES   default postgres://postgres@127.0.0.1:5432/postgres?sslmode=disable
//	AUTHPLUGIN_TEST_MYSQL      default root@tcp(127.0.0.1:3306)/?charset=utf8mb4&parseTime=true&loc=UTC&clientFoundRows=true
//	AUTHPLUGIN_TEST_SQLSERVER  no default
//
// A server that does not answer is a skipped test, unless AUTHPLUGIN_TEST_REQUIRE
// names it ("postgres,mysql", or "all" for every engine except sqlserver): then
// the test fails; redis there is for package redistest. CI sets it, so that a broken server cannot look like success.
//
// NewReplicated starts a PostgreSQL primary and a standby for one test, Rows fills the
// tables of a test with many rows, and CutOff ends all connections to its database.
//
// # Isolation
//
// A test's database is a file (SQLite), a schema (PostgreSQL) or a database
// (MySQL, MariaDB, SQL Server) with a random name, removed when the test ends.
// Tests in parallel, packages in parallel and several runs at once against the
// same server do not meet.
package dbtest
