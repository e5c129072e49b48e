// Package authtest helps those who write plugins: [Each] runs a test on every
// database, and [Run] tells whether the schema of a plugin works on all of them.
//
//	func TestConformance(t *testing.T) {
//		t.Parallel()
//		authtest.Run(t, func() authplugin.Config {
//			return authplugin.Config{Plugins: []authplugin.Plugin{invites.New(invites.Options{})}}
//		})
//	}
//
// SQLite is part of the test binary. A server is used when it answers, and is
// otherwise a skip that says how to start one: PostgreSQL at
// AUTHPLUGIN_TEST_POSTGRES, MySQL or MariaDB at AUTHPLUGIN_TEST_MYSQL, both on this
// host by default, SQL Server at AUTHPLUGIN_TEST_SQLSERVER.
// AUTHPLUGIN_TEST_REQUIRE=all makes a missing server (but SQL Server) a failure.
//
// The package imports the drivers of all databases; only tests should import it.
package authtest
