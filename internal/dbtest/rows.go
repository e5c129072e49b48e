package dbtest

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"
)

// Rows are how many rows the library's tables, under their default names, are
// filled with. The database makes them itself, which takes seconds for a million.
type Rows struct {
	Engine Engine
	// Strategy is that of the ids: random, uuid or serial.
	Strategy string
	// Users have an account each.
	Users                   int
	Sessions, Verifications int
	// Expired is how many of the sessions and of the verifications have expired.
	Expired int
}

// Fill inserts the users 1..n, and sessions and verifications with the tokens and
// identifiers t1..tn, those first that have expired.
func (r Rows) Fill(t testing.TB, pool *sql.DB) {
	t.Helper()
	for _, statement := range []string{
		"INSERT INTO users (id, name, email, email_verified, created_at, updated_at) SELECT " + r.id("n") +
			", " + r.text("'user '", "n") + ", " + r.text("'u'", "n", "'@filled.example'") + ", " + r.no() + ", " + r.times() + " FROM (" + numbers(r.Users) + ") g",
		"INSERT INTO accounts (id, user_id, account_id, provider_id, created_at, updated_at) SELECT " + r.id("n") + ", " + r.id("n") +
			", " + r.text("'a'", "n") + ", 'github', " + r.times() + " FROM (" + numbers(r.Users) + ") g",
		"INSERT INTO sessions (id, user_id, token, expires_at, ip_address, user_agent, created_at, updated_at) SELECT " + r.id("n") + ", " +
			r.id(fmt.Sprintf("n %% %d + 1", r.Users)) + ", " + r.text("'t'", "n") + ", " + r.expiry() + ", '203.0.113.7', 'filled', " + r.times() +
			" FROM (" + numbers(r.Sessions) + ") g",
		"INSERT INTO verifications (id, identifier, value, expires_at, created_at, updated_at) SELECT " + r.id("n") + ", " +
			r.text("'t'", "n") + ", 'value', " + r.expiry() + ", " + r.times() + " FROM (" + numbers(r.Verifications) + ") g",
	} {
		if _, err := pool.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	r.count(t, pool)
}

// count has the database count its rows, and go on with the next serial id.
func (r Rows) count(t testing.TB, pool *sql.DB) {
	t.Helper()
	for _, table := range []string{"users", "accounts", "sessions", "verifications"} {
		analyze := map[string]string{"sqlite": "ANALYZE " + table, "postgres": "VACUUM ANALYZE " + table, "mysql": "ANALYZE TABLE " + table}[r.Engine.Dialect()]
		if _, err := pool.ExecContext(t.Context(), analyze); err != nil {
			t.Fatal(err)
		}
		if r.Engine.Dialect() == "postgres" && r.Strategy == "serial" {
			_, err := pool.ExecContext(t.Context(), "SELECT setval(pg_get_serial_sequence('"+table+"', 'id'), (SELECT MAX(id) FROM "+table+"))") //nolint:gosec // of constants
			if err != nil {
				t.Fatal(err)
			}
		}
	}
}

// numbers is a query for 1..n, the same on every database.
func numbers(n int) string {
	const digit = "(SELECT 0 d UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5 " +
		"UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9)"
	var sum, from strings.Builder
	sum.WriteString("1 + d.d")
	from.WriteString(digit + " d")
	place := 10
	for i := 0; place < n; i++ {
		fmt.Fprintf(&sum, " + %d * d%d.d", place, i)
		fmt.Fprintf(&from, ", %s d%d", digit, i)
		place *= 10
	}
	return fmt.Sprintf("SELECT n FROM (SELECT %s AS n FROM %s) all_of_them WHERE n <= %d", sum.String(), from.String(), n)
}

// id is the id with a number.
func (r Rows) id(n string) string {
	const rest = "-0000-4000-8000-000000000000'"
	switch {
	case r.Strategy == "serial":
		return n
	case r.Strategy != "uuid":
		return r.text("'id'", n)
	case r.Engine.Dialect() == "postgres":
		return "(lpad(to_hex(" + n + "), 8, '0') || '" + rest + ")::uuid"
	case r.Engine.Dialect() == "mysql":
		return "CONCAT(LPAD(HEX(" + n + "), 8, '0'), '" + rest + ")"
	default:
		return "printf('%08x', " + n + ") || '" + rest
	}
}

// text puts parts together.
func (r Rows) text(parts ...string) string {
	if r.Engine.Dialect() == "mysql" {
		return "CONCAT(" + strings.Join(parts, ", ") + ")"
	}
	return "(" + strings.Join(parts, ") || (") + ")"
}

func (r Rows) no() string {
	if r.Engine.Dialect() == "postgres" {
		return "false"
	}
	return "0"
}

// times are created_at and updated_at.
func (r Rows) times() string { return r.time("2026-01-02") + ", " + r.time("2026-01-02") }

func (r Rows) time(day string) string {
	switch r.Engine.Dialect() {
	case "postgres":
		return "timestamptz '" + day + " 00:00:00+00'"
	case "mysql":
		return "'" + day + " 00:00:00.000'"
	default:
		return "'" + day + "T00:00:00.000Z'"
	}
}

// expiry spreads the moments over some days, as they come.
func (r Rows) expiry() string {
	switch r.Engine.Dialect() {
	case "postgres":
		return fmt.Sprintf("CASE WHEN n <= %d THEN timestamptz '2020-01-01 00:00:00+00' + n * interval '1 second' ELSE timestamptz '2099-01-01 00:00:00+00' + n * interval '1 second' END", r.Expired)
	case "mysql":
		return fmt.Sprintf("CASE WHEN n <= %d THEN TIMESTAMP '2020-01-01 00:00:00' + INTERVAL n SECOND ELSE TIMESTAMP '2099-01-01 00:00:00' + INTERVAL n SECOND END", r.Expired)
	default:
		return fmt.Sprintf("strftime('%%Y-%%m-%%dT%%H:%%M:%%S.000Z', CASE WHEN n <= %d THEN '2020-01-01' ELSE '2099-01-01' END, n || ' seconds')", r.Expired)
	}
}
