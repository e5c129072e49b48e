// Package redistest gives tests a Redis. It is imported by tests only.
//
// Client and Prefix are for the server that all tests share: that of
// AUTHPLUGIN_TEST_REDIS, by default redis://127.0.0.1:6379/0. A server that does not
// answer is a skipped test, unless AUTHPLUGIN_TEST_REQUIRE names redis or all: then
// the test fails. Tests use keys with a random prefix, and never flush.
//
// Start, StartCluster and StartSentinel run servers of the test's own, for tests
// that stop them; without redis-server they skip the test in the same way.
package redistest
